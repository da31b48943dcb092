"""Gathers a subject's rows out of all datasets, subject by subject.

Each dataset is gone through twice: once to see whether it is whole and sorted by subject, once for its rows. One that
is sorted is read row by row and never held; the rows of one that is not are held in memory. Of a dataset that breaks
off, the last subject and those after it may miss rows, so nothing is given of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from heapq import merge
from itertools import groupby
from operator import itemgetter

from attrs import frozen

from ucmsc_rules.adapters.sdtm.table import Table, TableBroken
from ucmsc_rules.frozen import frozen_to_mypy


@frozen_to_mypy
class Record:
    """A row of a dataset, and the number of the row in it."""

    table: Table
    number: int
    values: Sequence[str]


@frozen
class Survey:
    """What a first look at a dataset shows: whether its subjects are in order, the last, and where it breaks off."""

    in_order: bool
    last: str
    rows: int
    broken: str
    without_subject: int

    @property
    def whole_before(self) -> str | None:
        """The subject from which on rows may be missing; None where none can be."""
        if not self.broken:
            return None
        return self.last if self.in_order else ""


def survey(table: Table) -> Survey:
    """Goes through the subjects of a dataset."""
    in_order, last, rows, broken, without = True, "", 0, "", 0
    try:
        for (text,) in table.rows(table.subject):
            rows += 1
            subject = text.strip()
            if not subject:
                without += 1
                continue
            in_order = in_order and last <= subject
            last = subject
    except TableBroken as error:
        broken = str(error)
    return Survey(in_order, last, rows, broken, without)


def by_subject(tables: Sequence[Table], surveys: Sequence[Survey]) -> Iterator[tuple[str, list[Record]]]:
    """Each subject with its rows, in the order of the subjects' names, up to the first that may miss rows.

    Raises TableBroken where values cannot be read that the survey did not look at.
    """
    ends = [end for each in surveys if (end := each.whole_before) is not None]
    streams = [_grouped(table, seen) for table, seen in zip(tables, surveys, strict=True)]
    for subject, parts in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        if ends and subject >= min(ends):
            return
        yield subject, [record for _, records in parts for record in records]


def _grouped(table: Table, seen: Survey) -> Iterator[tuple[str, list[Record]]]:
    records = _records(table, seen)
    if seen.in_order:
        for subject, found in groupby(records, key=itemgetter(0)):
            yield subject, [record for _, record in found]
        return
    held: dict[str, list[Record]] = {}
    for subject, record in records:
        held.setdefault(subject, []).append(record)
    for subject in sorted(held):
        yield subject, held.pop(subject)


def _records(table: Table, seen: Survey) -> Iterator[tuple[str, Record]]:
    """The rows that name a subject. A break that the survey has told ends them; any other is raised."""
    place = table.columns.index(table.subject)
    try:
        for number, values in enumerate(table.rows(None), start=1):
            subject = values[place].strip()
            if subject:
                yield subject, Record(table, number, values)
    except TableBroken as error:
        if not seen.broken:
            raise TableBroken(f"{table.file}: {error}") from None
