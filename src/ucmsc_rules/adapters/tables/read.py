"""Reads tables, wide or long, by a mapping."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

from ucmsc_rules.adapters.fields_there import deciding_fields, missing_fields
from ucmsc_rules.adapters.mapping import FieldMapping, System, Take
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.row import UNKNOWN, Cell, Row
from ucmsc_rules.adapters.tables.gather import Gathering, gather
from ucmsc_rules.adapters.tables.source import open_table
from ucmsc_rules.adapters.tables.table import Table, TableRow
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.wording import did_you_mean

KIND = "table"
_NUMBERS = ("value", "uln", "lloq", "copies_per_iu")


def read_table(source: Any, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:  # noqa: ANN401
    """The subjects of a table, in the order of their first rows, after what is wrong with the table as a whole.

    ``source`` is the path of a CSV or Parquet file, a binary stream of one, an Arrow table or a data frame.
    """
    if mapping.reads is not System.TABLE:
        message = f'the mapping "{mapping.name}" reads {mapping.reads.value}; a table needs one with "reads: table"'
        raise UcmscRulesError(message)
    table = usable(open_table(source, _with_commas(mapping)), mapping.subject)
    if isinstance(table, Broken):
        yield Received(table)
        return
    twice = repeated(table.columns)
    yield from (Received(Broken(message)) for message in _amiss(mapping, table.columns, twice))
    untold = twice | (deciding_fields(mapping, KIND) - set(table.columns))
    gathering = gather(table, mapping.subject)
    for subject, rows in gathering.rows.items():
        if subject in gathering.refused:
            yield refusal(subject, gathering)
        else:
            yield receive(subject, (row_of(row, table.columns, untold) for row in rows), mapping, dictionary)
    yield from broken(gathering)


def usable(table: Table | Broken, subject: str) -> Table | Broken:
    """The table, where it has the subject's column once."""
    if isinstance(table, Broken):
        return table
    if subject not in table.columns:
        hint = did_you_mean(subject, table.columns) or f"; the columns are {', '.join(table.columns[:20])}"
        return Broken(f'"{subject}" is no column of the table, so nothing of it is read{hint}')
    if subject in repeated(table.columns):
        return Broken(f'two columns are called "{subject}", so nothing of the table is read; name each column once')
    return table


def repeated(columns: Collection[str]) -> frozenset[str]:
    """The names that more than one column has."""
    once: set[str] = set()
    return frozenset(name for name in columns if name in once or once.add(name))  # type: ignore[func-returns-value]


def row_of(row: TableRow, columns: Collection[str], untold: Collection[str] = (), kind: str = KIND) -> Row:
    """A row as the mapping reads it; in the columns that are ``untold`` there is an answer that nobody can know."""
    cells = {name: Cell(text) for name, text in zip(columns, row.cells, strict=False)}
    cells.update((name, Cell(absent=UNKNOWN)) for name in untold)
    return Row(kind, cells, row.path)


def refusal(subject: str, gathering: Gathering) -> Received:
    """What is received of a subject that is not read, since a row of it is lost or cannot be read."""
    return Received(Broken(f"{subject}: {gathering.refused[subject]}; nothing of this subject is read"))


def broken(gathering: Gathering) -> Iterator[Received]:
    """What is wrong with the table itself; for a table without rows, that."""
    messages = gathering.broken
    if not gathering.rows and not messages:
        messages = ["the table has no rows"]
    return (Received(Broken(message)) for message in messages)


def _amiss(mapping: FieldMapping, columns: Collection[str], twice: Collection[str]) -> Iterator[str]:
    for complaint in missing_fields(mapping, KIND, columns, "column of the table"):
        yield str(complaint) if complaint.place.file else complaint.message
    for name in sorted(twice):
        yield f'two columns are called "{name}", so what stands in them is not known; name each column once'


def _with_commas(mapping: FieldMapping) -> frozenset[str]:
    """The columns that are read with decimal commas."""
    takes = (take for rule in mapping.facts for key, take in rule.takes.items() if key in _NUMBERS)
    return frozenset(take.field for take in takes if _has_comma(take, mapping))


def _has_comma(take: Take, mapping: FieldMapping) -> bool:
    return mapping.decimal_comma if take.decimal_comma is None else take.decimal_comma
