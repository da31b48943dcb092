"""Reads the datasets of a study: each subject's rows are gathered over all of them and turned into a record."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.sdtm.complete import Completed, complete
from ucmsc_rules.adapters.sdtm.gather import Record, Survey, by_subject, survey
from ucmsc_rules.adapters.sdtm.rows import rows_of
from ucmsc_rules.adapters.sdtm.sources import Sources, open_tables
from ucmsc_rules.adapters.sdtm.table import Table, TableBroken
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.values.dates import shown


def read_sdtm(
    sources: Sources, mapping: FieldMapping, dictionary: Dictionary, *, encoding: str | None = None
) -> Iterator[Received]:
    """A record for each subject of a study, in the order of the subjects' names.

    ``sources`` is a folder or files: SAS transport files of version 5, Dataset-JSON, CSV. ``encoding`` is that of the
    transport files, where they are no UTF-8. Where a dataset cannot be read to its end, the subjects whose rows are
    surely whole are given, and then what is broken. Raises UcmscRulesError where the sources themselves cannot be used.
    """
    completed = complete(mapping, dictionary)
    tables, unopened = open_tables(sources, encoding)
    return _read(tables, unopened, completed, dictionary)


def _read(tables: list[Table], unopened: list[str], completed: Completed, dictionary: Dictionary) -> Iterator[Received]:
    for message in unopened:
        yield Received(Broken(f"{message}; without it nothing is given of any subject"))
    if unopened:
        return
    surveys = [survey(table) for table in tables]
    try:
        for subject, records in by_subject(tables, surveys):
            yield _received(subject, records, completed, dictionary)
    except TableBroken as error:
        yield Received(Broken(f"{error}; nothing is given of the subjects that are not given before this"))
    for table, seen in zip(tables, surveys, strict=True):
        yield from _amiss(table, seen)


def _received(subject: str, records: list[Record], completed: Completed, dictionary: Dictionary) -> Received:
    made = rows_of(records, completed.named)
    received = receive(subject, made.rows, completed.mapping, dictionary)
    return evolve(received, problems=(*made.problems, *received.problems))


def _amiss(table: Table, seen: Survey) -> Iterator[Received]:
    """What of a dataset could not be taken."""
    after = "1 row" if seen.rows == 1 else f"{seen.rows} rows"
    if seen.broken and seen.in_order and seen.last:
        lost = f"nothing is given of {shown(seen.last)} and the subjects after it, whose rows may be missing"
        yield Received(Broken(f"{table.file}: {seen.broken}, after {after}; {lost}"))
    elif seen.broken:
        lost = "nothing is given of any subject, since the rows of each may be missing"
        yield Received(Broken(f"{table.file}: {seen.broken}, after {after}; {lost}"))
    if seen.without_subject:
        count = seen.without_subject
        rows = "1 row names" if count == 1 else f"{count} rows name"
        yield Received(Broken(f"{table.file}: {rows} no subject in {table.subject}, so nobody knows of whom; not read"))
