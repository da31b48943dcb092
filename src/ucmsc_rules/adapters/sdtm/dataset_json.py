"""Opens Dataset-JSON: version 1.1 as JSON or as lines (NDJSON), and the older version 1.0."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ucmsc_rules.adapters.sdtm.json_stream import Scanner
from ucmsc_rules.adapters.sdtm.table import Table, TableBroken, checked_columns, checked_row, stem

_NESTING = frozenset({"clinicalData", "referenceData", "itemGroupData"})  # how 1.0 wraps its dataset
_DEEPEST = 4
_ROWS = frozenset({"rows", "itemData"})
_COLUMNS = frozenset({"columns", "items"})


def open_dataset_json(path: Path) -> Table:
    """The dataset in a file; raises TableBroken where the file is none."""
    names: Sequence[object] | None = None
    name = ""
    for key, value in _pieces(path):
        if key in _COLUMNS:
            names = _names(value)
        elif key == "name":
            name = str(value or "").strip().upper()
        if names is not None and name:
            break
    if names is None:
        raise TableBroken('it has no "columns", so it is no Dataset-JSON')
    columns = checked_columns(names)
    return Table(name or stem(path), path.name, columns, partial(_rows, path, columns))


def _names(value: object) -> Sequence[object]:
    if not isinstance(value, list):
        raise TableBroken('its "columns" are no list')
    for number, column in enumerate(value, start=1):
        if not isinstance(column, dict) or not isinstance(column.get("name"), str):
            raise TableBroken(f"column {number} has no name")
    return [column["name"] for column in value]


def _rows(path: Path, columns: Sequence[str], column: str | None) -> Iterator[Sequence[str]]:
    place = None if column is None else columns.index(column)
    count, told, datasets = 0, None, 0
    for key, value in _pieces(path):
        if key == "row":
            count += 1
            yield _texts(value, columns, place, count)
        elif key == "records":
            told = str(value)
        datasets += key in _COLUMNS
        if datasets > 1:
            raise TableBroken("it holds more than one dataset; write each in a file of its own")
    if told is not None and told.isdigit() and int(told) > count:
        raise TableBroken(f"it has {count} rows, while its metadata say {told}")


def _texts(row: object, columns: Sequence[str], place: int | None, number: int) -> Sequence[str]:
    """The values of a row as texts, or the one at a place."""
    if not isinstance(row, list):
        raise TableBroken(f"row {number} is no list of values")
    checked_row(row, columns, number)
    wanted = row if place is None else (row[place],)
    return [each if type(each) is str else _text(each, number) for each in wanted]


def _text(value: object, number: int) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    raise TableBroken(f"row {number} has a list or an object where a value should be")


def _pieces(path: Path) -> Iterator[tuple[str, object]]:
    """The attributes of the dataset, and ("row", values) for each row, in the order of the file."""
    with path.open("rb") as stream:
        scanner = Scanner(stream)
        yield from _object(scanner, "", 0)
        while scanner.peek() == "[":  # NDJSON: the rows follow the object
            yield "row", scanner.value()
        if scanner.peek():
            raise TableBroken("something stands after the end of its JSON")


def _object(scanner: Scanner, inside: str, depth: int) -> Iterator[tuple[str, object]]:
    if depth > _DEEPEST:
        raise TableBroken("it is nested too deeply to be Dataset-JSON")
    for key in scanner.members():
        if key in _NESTING or inside == "itemGroupData":
            yield from _object(scanner, key, depth + 1)
        elif key in _ROWS and scanner.peek() == "[":
            for _ in scanner.elements():
                yield "row", scanner.value()
        else:
            yield key, scanner.value()
