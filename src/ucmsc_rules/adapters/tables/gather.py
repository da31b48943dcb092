"""Gathers the rows of each subject, wherever they stand, and says of whom a row may have been lost.

A line that cannot be read may hold what would have decided, so a subject that may own it is refused, and not answered
from what is left. Where every subject has one row, that is nobody else; where the rows of each stand together, it is
the one before or the one after; else it may be anyone. A row that names no subject may be of the one before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import Factory, define

from ucmsc_rules.adapters.tables.table import Table, TableRow
from ucmsc_rules.facts.json_text import Broken

MOST_LISTED = 10


@define
class Gathering:
    """The rows by subject, in the order of first appearance; why some are refused; and what is wrong with the table."""

    rows: dict[str, list[TableRow]] = Factory(dict)
    refused: dict[str, str] = Factory(dict)
    broken: list[str] = Factory(list)
    together: bool = True
    last: str = ""

    def add(self, subject: str, row: TableRow) -> None:
        """Take in a row of a subject."""
        self.together = self.together and (subject == self.last or subject not in self.rows)
        self.rows.setdefault(subject, []).append(row)
        self.last = subject

    @property
    def one_row_each(self) -> bool:
        """Whether every subject has one row, and there are enough of them to tell."""
        return len(self.rows) > 1 and all(len(rows) == 1 for rows in self.rows.values())


@define
class _Lost:
    """A row that nobody owns for certain: what is wrong with it, and the subjects before and after it."""

    message: str
    before: str
    after: str = ""
    nameless: bool = False

    def owners(self, gathering: Gathering) -> Iterable[str]:
        """The subjects that may own the row."""
        if gathering.one_row_each:
            return ()
        if gathering.together or self.nameless:
            return [subject for subject in (self.before, self.after) if subject]
        return list(gathering.rows)


def gather(table: Table, column: str) -> Gathering:
    """The rows of a table by the subject that a column names."""
    gathering, place = Gathering(), table.columns.index(column)
    lost = list(_lost_rows(table, place, gathering))
    gathering.broken = [each.message for each in lost if not each.nameless]
    if nameless := [each.message for each in lost if each.nameless]:
        more = f" and {len(nameless) - MOST_LISTED} more" if len(nameless) > MOST_LISTED else ""
        verb = "name" if len(nameless) > 1 else "names"
        listed = f"{', '.join(nameless[:MOST_LISTED])}{more}"
        gathering.broken.append(f'{listed} {verb} no subject in "{column}", so nothing of it is read')
    for each in lost:
        why = f'{each.message} names no subject in "{column}"' if each.nameless else each.message
        for subject in each.owners(gathering):
            gathering.refused.setdefault(subject, f"{why}, and it may be a row of this subject")
    return gathering


def _lost_rows(table: Table, place: int, gathering: Gathering) -> Iterator[_Lost]:
    """The rows that nobody owns for certain; all others are gathered."""
    lost: _Lost | None = None
    for row in table.rows:
        if isinstance(row, Broken):
            lost = _Lost(row.message, gathering.last)
            yield lost
            continue
        if not any(cell.strip() for cell in row.cells):
            continue
        wrong = _ragged(row, table)
        subject = row.cells[place].strip() if not wrong or place == 0 else ""
        if not subject:
            lost = _Lost(wrong or row.path, gathering.last, nameless=not wrong)
            yield lost
            continue
        if lost is not None and not lost.nameless:
            lost.after = subject
        lost = None
        if wrong:
            gathering.refused.setdefault(subject, wrong)
        gathering.add(subject, row)


def _ragged(row: TableRow, table: Table) -> str:
    """What is wrong with a row of more or fewer cells than the header; more are none of its own where all are blank."""
    there, wanted = len(row.cells), len(table.columns)
    if there == wanted or (there > wanted and not any(cell.strip() for cell in row.cells[wanted:])):
        return ""
    return f"{row.path} has {there} cells where the header has {wanted}; put texts with separators in quotation marks"
