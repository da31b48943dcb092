"""Finds and opens the datasets of a study: in a folder, or in files that are named."""

from __future__ import annotations

from codecs import lookup
from collections.abc import Callable, Iterable
from pathlib import Path

from ucmsc_rules.adapters.sdtm.csv_table import open_csv
from ucmsc_rules.adapters.sdtm.dataset_json import open_dataset_json
from ucmsc_rules.adapters.sdtm.table import Table, TableBroken
from ucmsc_rules.adapters.sdtm.xpt import open_xpt
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import either

OPENERS: dict[str, Callable[[Path, str | None], Table]] = {
    ".xpt": open_xpt,
    ".json": lambda path, _: open_dataset_json(path),
    ".ndjson": lambda path, _: open_dataset_json(path),
    ".csv": lambda path, _: open_csv(path),
}
OTHER_FORMS = frozenset({".dsjc", ".sas7bdat", ".parquet", ".xlsx", ".rds", ".gz", ".zip"})
# what a study says of itself and of its devices, and not of a subject
OF_NO_SUBJECT = frozenset(
    {"TA", "TD", "TE", "TI", "TM", "TS", "TT", "TV", "TX", "DI", "OI", "POOLDEF", "RELREF", "RELSPEC"}
)

Sources = str | Path | Iterable[str | Path]


def open_tables(sources: Sources, encoding: str | None) -> tuple[list[Table], list[str]]:
    """The datasets that speak of subjects, by name, and what is to be said of those that cannot be opened.

    Raises UcmscRulesError where there are no files, where two hold one dataset, and where a folder has datasets in
    a form that is not read: a study without one of its domains would be another study.
    """
    _check(encoding)
    tables: dict[str, Table] = {}
    broken: list[str] = []
    for path in _paths(sources):
        try:
            table = _open(path, encoding)
        except (TableBroken, OSError) as error:
            broken.append(f"{path.name}: {error.strerror if isinstance(error, OSError) else error}")
            continue
        if (other := tables.get(table.name)) is not None:
            raise UcmscRulesError(f"{other.file} and {table.file} both hold {table.name}; name the files to be read")
        tables[table.name] = table
    return [table for _, table in sorted(tables.items()) if table.subject], broken


def _open(path: Path, encoding: str | None) -> Table:
    table = OPENERS[path.suffix.lower()](path, encoding)
    if not table.subject and table.name not in OF_NO_SUBJECT:
        raise TableBroken("it has no USUBJID, so nobody knows of whom it speaks")
    return table


def _check(encoding: str | None) -> None:
    try:
        lookup(encoding or "utf-8")
    except LookupError:
        raise UcmscRulesError(f"{shown(str(encoding))} is no encoding; write one as utf-8 or gb18030") from None


def _paths(sources: Sources) -> list[Path]:
    """The files, in the order of their names."""
    paths: list[Path] = []
    for source in [sources] if isinstance(sources, str | Path) else sources:
        path = Path(source)
        paths += _inside(path) if path.is_dir() else [_known(path)]
    return sorted(paths, key=lambda path: path.name)


def _inside(folder: Path) -> list[Path]:
    files = [path for path in folder.iterdir() if path.is_file()]
    for path in sorted(files):
        if path.suffix.lower() in OTHER_FORMS:
            raise UcmscRulesError(
                f"{path} is of a form that is not read; write it as XPT or Dataset-JSON, or name the files to be read"
            )
    found = [path for path in files if path.suffix.lower() in OPENERS]
    if not found:
        raise UcmscRulesError(f"{folder} has no dataset; a folder of SDTM has files as dm.xpt or dm.json")
    return found


def _known(path: Path) -> Path:
    if not path.is_file():
        raise UcmscRulesError(f"{path} is no file and no folder")
    if path.suffix.lower() not in OPENERS:
        raise UcmscRulesError(f"{path} is of a form that is not read; its name must end in {either(OPENERS)}")
    return path
