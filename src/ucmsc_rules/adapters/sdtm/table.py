"""A dataset as a table of texts, in whatever form of file it stands."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

from attrs import frozen

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.values.dates import shown

Value = TypeVar("Value")
SUBJECTS = ("USUBJID", "RSUBJID")  # of associated persons (AP--), the related subject is told
MOST_COLUMNS = 2000


class TableBroken(UcmscRulesError):  # noqa: N818 - it is what happened
    """A dataset cannot be read, or not to its end; what was read of it before stays good."""


@frozen
class Table:
    """A dataset: its name, the file's name for messages, and its columns in upper case.

    ``rows`` gives the rows as texts, or of a column alone, where one is named, that column's text in each. It raises
    TableBroken where the file breaks off. It can be called again.
    """

    name: str
    file: str
    columns: tuple[str, ...]
    rows: Callable[[str | None], Iterator[Sequence[str]]]

    @property
    def subject(self) -> str:
        """The column that names the subject; "" where there is none."""
        return next((column for column in SUBJECTS if column in self.columns), "")


def checked_columns(names: Sequence[object]) -> tuple[str, ...]:
    """The names of columns in upper case, since SAS makes no difference; raises TableBroken where one cannot serve.

    >>> checked_columns(["usubjid", "LBSEQ"])
    ('USUBJID', 'LBSEQ')
    """
    columns = tuple(str(name).strip().upper() for name in names)
    if len(columns) > MOST_COLUMNS:
        raise TableBroken(f"it has more than {MOST_COLUMNS} columns, which no dataset has")
    for place, column in enumerate(columns):
        if not column:
            raise TableBroken(f"column {place + 1} has no name")
        if column in columns[:place]:
            raise TableBroken(f"the column {shown(column)} stands twice")
    return columns


def checked_row(values: Sequence[Value], columns: Sequence[str], number: int) -> Sequence[Value]:
    """The row; raises TableBroken where it has not one value for each column."""
    if len(values) != len(columns):
        raise TableBroken(f"row {number} has {len(values)} values for {len(columns)} columns")
    return values


def picked(rows: Iterator[Sequence[str]], columns: Sequence[str], column: str | None) -> Iterator[Sequence[str]]:
    """The rows, or of each the text of one column."""
    if column is None:
        yield from rows
        return
    place = columns.index(column)
    for row in rows:
        yield (row[place],)


def stem(path: Path) -> str:
    """The name that a file's name gives to its dataset."""
    return path.stem.strip().upper()
