"""Reads tables of canonical facts, which need no mapping."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from attrs import evolve, frozen

from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.row import Row
from ucmsc_rules.adapters.tables.gather import Gathering, gather
from ucmsc_rules.adapters.tables.long import (
    ANCHOR,
    ANCHORS_ROW,
    CONCEPT,
    SUBJECT,
    anchor_rules,
    long_mapping,
    misspelt,
    unknown_concept,
)
from ucmsc_rules.adapters.tables.read import KIND as ROW
from ucmsc_rules.adapters.tables.read import broken, refusal, repeated, row_of, usable
from ucmsc_rules.adapters.tables.source import open_table
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken


@frozen
class _Part:
    """One of the tables: its columns, the kind of its rows, and the rows by subject."""

    columns: Sequence[str]
    kind: str
    gathering: Gathering

    def rows(self, subject: str) -> list[Row]:
        """The rows of a subject."""
        return [row_of(row, self.columns, (), self.kind) for row in self.gathering.rows.get(subject, ())]


def read_long_table(source: Any, dictionary: Dictionary, anchors: Any = None) -> Iterator[Received]:  # noqa: ANN401
    """The subjects of a table of canonical facts, in the order of their first rows.

    Columns are ``subject``, ``concept`` and the keys of a fact. An anchor is a column, or a concept whose day stands
    at ``when``, as ``anchor_screening``; or ``anchors`` is a table of its own, with a row for each subject and a column
    for each anchor.
    """
    facts = _part(source, ROW)
    dates = _part(anchors, ANCHORS_ROW) if anchors is not None else None
    parts = [part for part in (facts, dates) if isinstance(part, _Part)]
    yield from (Received(part) for part in (facts, dates) if isinstance(part, Broken))
    if not isinstance(facts, _Part):
        return
    mapping = long_mapping(dictionary, facts.columns, _anchor_concepts(facts))
    if isinstance(dates, _Part):
        mapping = evolve(mapping, anchors=(*mapping.anchors, *anchor_rules(dates.columns)))
    for subject in dict.fromkeys(subject for part in parts for subject in part.gathering.rows):
        refused = next((part.gathering for part in parts if subject in part.gathering.refused), None)
        if refused is not None:
            yield refusal(subject, refused)
            continue
        rows = [row for part in parts for row in part.rows(subject)]
        received = receive(subject, rows, mapping, dictionary)
        unknown = (unknown_concept(row, dictionary) for row in rows if row.kind == ROW)
        yield evolve(received, problems=(*received.problems, *(problem for problem in unknown if problem)))
    for part in parts:
        yield from broken(part.gathering)


def _part(source: Any, kind: str) -> _Part | Broken:  # noqa: ANN401 - frames of any make
    table = usable(open_table(source), SUBJECT)
    if isinstance(table, Broken):
        return table
    if kind == ROW and CONCEPT not in table.columns:
        return Broken(f'"{CONCEPT}" is no column of the table, so nothing of it is read; name it, or use a mapping')
    if twice := sorted(repeated(table.columns)):
        return Broken(f'two columns are called "{twice[0]}", so nothing of the table is read; name each column once')
    if kind == ROW and (wrong := misspelt(table.columns)):
        return Broken(wrong)
    return _Part(table.columns, kind, gather(table, SUBJECT))


def _anchor_concepts(facts: _Part) -> list[str]:
    """The anchors that rows give as concepts, each once."""
    place = facts.columns.index(CONCEPT)
    rows = (row for rows in facts.gathering.rows.values() for row in rows if len(row.cells) > place)
    names = (row.cells[place].strip().casefold() for row in rows)
    return list(dict.fromkeys(name for name in names if name.startswith(ANCHOR)))
