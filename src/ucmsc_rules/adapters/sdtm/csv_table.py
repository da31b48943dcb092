"""Opens a domain that was written as comma-separated values, with the names of its variables in the first line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from ucmsc_rules.adapters.delimited import read_delimited
from ucmsc_rules.adapters.sdtm.table import Table, TableBroken, checked_columns, checked_row, picked, stem
from ucmsc_rules.facts.json_text import Broken


def open_csv(path: Path) -> Table:
    """The dataset in a file; raises TableBroken where the file is none."""
    head = next(_lines(path), None)
    if head is None:
        raise TableBroken("it is empty; the first line must hold the names of the variables")
    columns = checked_columns(head)
    return Table(stem(path), path.name, columns, partial(_rows, path, columns))


def _rows(path: Path, columns: Sequence[str], column: str | None) -> Iterator[Sequence[str]]:
    return picked(_all_rows(path, columns), columns, column)


def _all_rows(path: Path, columns: Sequence[str]) -> Iterator[Sequence[str]]:
    lines = _lines(path)
    next(lines, None)
    for number, cells in enumerate(lines, start=1):
        yield checked_row(cells, columns, number)


def _lines(path: Path) -> Iterator[Sequence[str]]:
    with path.open("rb") as stream:
        for line in read_delimited(stream):
            if isinstance(line, Broken):
                raise TableBroken(line.message)
            if not line.ended:
                raise TableBroken(f"line {line.number} has no end, so the file may be cut off")
            yield line.cells
