"""Finds the mappings that are shipped: a wheel carries them inside the package, a source tree beside ``src``."""

from __future__ import annotations

from pathlib import Path

from ucmsc_rules.errors import Complaint, Place, RulesetError
from ucmsc_rules.wording import did_you_mean

_PACKAGE = Path(__file__).parent.parent


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that are shipped."""
    return tuple(sorted(path.stem for path in _folder().glob("*.yaml")))


def mapping_file(name_or_path: str | Path) -> Path:
    """The file of a mapping: of a shipped one by its name, else at a path. Raises RulesetError where there is none."""
    names = shipped_mappings()
    if isinstance(name_or_path, str) and name_or_path in names:
        return _folder() / f"{name_or_path}.yaml"
    path = Path(name_or_path)
    if path.is_file():
        return path
    hint = did_you_mean(str(name_or_path), names) or f"; shipped are {', '.join(names)}; or write the path of a file"
    message = f'there is no mapping "{name_or_path}"{hint}'
    raise RulesetError((Complaint(Place(str(name_or_path), 1, 1), "", message),))


def _folder() -> Path:
    inside = _PACKAGE / "rulesets" / "mappings"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "rulesets" / "mappings"
