"""Turns the lines of one record into what is received of a subject."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import evolve

from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.fit import Fitted
from ucmsc_rules.adapters.redcap.gather import Group
from ucmsc_rules.adapters.redcap.project import WHOLE_RECORD
from ucmsc_rules.adapters.redcap.rows import rows_of
from ucmsc_rules.adapters.redcap.values import folded
from ucmsc_rules.adapters.row import Row
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import either

_CUT = "the file ends without a line end, so its last cell may be cut off; look whether it is whole"


def received_of(group: Group, fitted: Fitted, dictionary: Dictionary) -> Received:
    """The subject of a record, or why it is not answered."""
    entries: Sequence[Entry] = group.entries
    if group.doubt:
        return Received(Broken(f"record {shown(group.record)} is not answered: {group.doubt}"))
    if entries[0].has_line_per_value() and fitted.project is not None:
        entries = folded(group.record, entries, fitted.project)
    once, problems = _once(entries)
    subject = _subject(group.record, once, fitted)
    if isinstance(subject, Broken):
        return Received(subject)
    rows = list(rows_of(once, fitted))
    problems += (*_cut_off(group.entries), *_without_forms(rows, fitted))
    strange = [row for row in rows if row.kind == WHOLE_RECORD and fitted.project is not None]
    received = receive(subject, (row for row in rows if row not in strange), fitted.mapping, dictionary)
    unread = {**received.unread, **_columns(strange, fitted)}
    return evolve(received, problems=(*problems, *received.problems), unread=unread)


def _once(entries: Sequence[Entry]) -> tuple[list[Entry], list[Problem]]:
    """The lines without their copies; of an event and repeat that has several, all are kept and that is told."""
    kept: dict[tuple[str, str, str], list[Entry]] = {}
    problems = []
    for entry in entries:
        before = kept.setdefault(entry.key(), [])
        if any(entry.texts == each.texts for each in before):
            continue
        if before:
            message = f"{before[0].place} says something else of this event and repeat; both are read, correct one"
            problems.append(Problem("error", entry.place, message))
        before.append(entry)
    return [entry for same in kept.values() for entry in same], problems


def _subject(record: str, entries: Iterable[Entry], fitted: Fitted) -> str | Broken:
    """The subject's name: that of the record, or what the mapping's own field says in its lines."""
    column = fitted.mapping.subject
    if not column or column == fitted.record_id:
        return record
    names = list(dict.fromkeys(name for entry in entries if (name := entry.texts.get(column, "").strip())))
    if len(names) == 1:
        return names[0]
    says = f"{column} says {either(shown(name) for name in names)}" if names else f"it has no {column}"
    return Broken(f"record {shown(record)} does not name one subject: {says}")


def _cut_off(entries: Iterable[Entry]) -> Iterator[Problem]:
    yield from (Problem("warning", entry.place, _CUT) for entry in entries if not entry.whole)


def _columns(strange: Iterable[Row], fitted: Fitted) -> dict[str, int]:
    """Counts the columns that the data dictionary does not have."""
    counted: dict[str, int] = {}
    for column in (column for row in strange for column in row.cells):
        if column != fitted.record_id and not column.startswith("redcap_"):
            label = f"{column}, which is not in the data dictionary"
            counted[label] = counted.get(label, 0) + 1
    return counted


def _without_forms(rows: Iterable[Row], fitted: Fitted) -> Iterator[Problem]:
    """What rules ask of a form that cannot be told from the rest of the record without the data dictionary."""
    for row in rows:
        for column in fitted.forms_asked if row.kind == WHOLE_RECORD else ():
            if column in row.cells:
                form = fitted.forms_asked[column]
                message = f'the mapping takes it "from: {form}", a form that only the data dictionary tells; give it'
                yield Problem("error", f"{row.path}.{column}", message)
