"""Reads the subjects of an ODM file as canonical records, by a mapping."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from ucmsc_rules.adapters.mapping import AnchorRule, FactRule, FieldMapping, Rows
from ucmsc_rules.adapters.odm.assemble import SubjectRows
from ucmsc_rules.adapters.odm.joined import is_joined
from ucmsc_rules.adapters.odm.source import Source
from ucmsc_rules.adapters.odm.subjects import rows_of
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken


def read_odm(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    """The canonical record of each subject of an ODM file or binary stream, with what was not understood.

    A subject comes as soon as no part of it can follow. What could not be taken is ``Broken``, in its place.
    """
    named = frozenset(name for name in _named(mapping) if name.startswith("@"))
    mapping = _ignoring(mapping, named)
    joined = frozenset(name for name in named if is_joined(name))
    for each in rows_of(source, nulls=mapping.missing, subject=mapping.subject, around=named - joined, joined=joined):
        yield Received(each) if isinstance(each, Broken) else _received(each, mapping, dictionary)


def _received(subject: SubjectRows, mapping: FieldMapping, dictionary: Dictionary) -> Received:
    received = receive(subject.subject, subject.rows, mapping, dictionary)
    if not subject.problems and not subject.unread:
        return received
    return evolve(
        received, problems=(*subject.problems, *received.problems), unread={**subject.unread, **received.unread}
    )


def _rules(mapping: FieldMapping) -> Iterator[FactRule | AnchorRule]:
    yield from mapping.facts
    yield from mapping.anchors


def _named(mapping: FieldMapping) -> Iterator[str]:
    """Every field that the mapping speaks of."""
    for each in _rules(mapping):
        yield from (condition.field for condition in (*each.where, *each.unless))
    yield from (take.field for rule in mapping.facts for take in rule.takes.values())
    yield from (rule.take.field for rule in mapping.anchors)
    yield from (field for rows in mapping.rows.values() for field in rows.named_by)


def _ignoring(mapping: FieldMapping, around: frozenset[str]) -> FieldMapping:
    """The mapping, for which cells that say where a row stands are no data of any row."""
    kinds = ("", *mapping.rows, *(kind for rule in _rules(mapping) for kind in rule.kinds))
    known = {kind: mapping.rows.get(kind, Rows()) for kind in kinds}
    return evolve(
        mapping, rows={kind: evolve(rows, ignore=(*rows.ignore, *sorted(around))) for kind, rows in known.items()}
    )
