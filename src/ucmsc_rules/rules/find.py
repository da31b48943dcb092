"""Finds the files that are shipped: rulesets by name, and the files of the data dictionary.

A wheel carries them inside the package; in a source tree or an editable install they stand beside ``src``.
"""

from __future__ import annotations

from pathlib import Path

from ucmsc_rules.errors import Complaint, Place, RulesetError
from ucmsc_rules.wording import did_you_mean

FILE = "ruleset.yaml"
_PACKAGE = Path(__file__).parent.parent


def shipped_rulesets() -> tuple[str, ...]:
    """The names of the rulesets that are shipped."""
    return tuple(sorted(path.parent.name for path in _root().glob(f"*/{FILE}")))


def concept_files() -> tuple[Path, ...]:
    """The files of the data dictionary that is shipped."""
    return tuple(sorted((_root() / "concepts").glob("*.yaml")))


def ruleset_file(name_or_path: str | Path) -> Path:
    """The file of a ruleset: of a shipped one by its name, else at a path to it or to its folder.

    Raises RulesetError where there is none.
    """
    path = Path(name_or_path)
    if isinstance(name_or_path, str) and name_or_path in shipped_rulesets():
        return _root() / name_or_path / FILE
    if path.is_dir():
        path /= FILE
    if path.is_file():
        return path
    names = shipped_rulesets()
    hint = did_you_mean(str(name_or_path), names) or f"; shipped are {', '.join(names)}; or write the path of a file"
    message = f'there is no ruleset "{name_or_path}"{hint}'
    raise RulesetError((Complaint(Place(str(name_or_path), 1, 1), "", message),))


def _root() -> Path:
    inside = _PACKAGE / "rulesets"
    return inside if inside.is_dir() else _PACKAGE.parent.parent / "rulesets"
