"""Reads the entries of a mapping that give facts and anchors."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from ucmsc_rules.adapters.mapping import AnchorRule, FactRule, Take
from ucmsc_rules.adapters.plan import KEYS
from ucmsc_rules.adapters.take_entries import MEASURED, Wanted, read_conditions, read_kinds, read_take
from ucmsc_rules.documents import MappingNode, ScalarNode, SequenceNode
from ucmsc_rules.documents.fields import NAME, Entry, Fields, Notes, fields_of
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.wording import did_you_mean

SELECTING = ("from", "where", "unless")


@frozen
class Scope:
    """What the entries of a mapping are read with."""

    dictionary: Dictionary
    notes: Notes


def read_facts(fields: Fields, scope: Scope) -> Iterator[FactRule]:
    """The rules below ``facts``, in their order; each must differ from all before it."""
    known: dict[object, FactRule] = {}
    for entry in fields.items("facts"):
        rule = _fact(entry, scope)
        same = (rule.concept, rule.kinds, rule.where, rule.unless, repr(dict(rule.takes)), rule.complete)
        if (first := known.setdefault(same, rule)) is not rule:
            message = f"the same entry stands at line {first.place.line} already; leave one of them out"
            scope.notes.add(entry.place, rule.concept, message)
        yield rule


def _fact(entry: Entry, scope: Scope) -> FactRule:
    name = _name_of(entry)
    fields = fields_of(entry, name or entry.name, scope.notes, ("concept",), (*SELECTING, *KEYS, "complete"))
    concept = find_concept(fields, "concept", name, scope)
    rule = FactRule(
        concept=name,
        takes=read_takes(fields, concept),
        kinds=read_kinds(fields),
        where=read_conditions(fields, "where"),
        unless=read_conditions(fields, "unless"),
        complete=fields.flag("complete", default=True),
        place=entry.place,
    )
    if concept is not None:
        _refuse_keys(fields, concept)
        refuse_valueless(fields, concept)
    if not rule.kinds and not rule.where and not any(take.field for take in rule.takes.values()):
        fields.note('nothing in a row would tell of this; name a field, or say with "from" or "where" which rows do')
    return rule


def _name_of(entry: Entry) -> str:
    node = entry.node.entries.get("concept") if isinstance(entry.node, MappingNode) else None
    return node.text.strip() if isinstance(node, ScalarNode) else ""


def find_concept(fields: Fields, key: str, name: str, scope: Scope) -> Concept | None:
    """The concept of a name; a complaint where the dictionary lacks it."""
    if key in fields and not fields.text(key):
        return None
    if name and name not in scope.dictionary:
        hint = did_you_mean(name, scope.dictionary.concepts)
        fields.note(f'"{name}" is no concept of the dictionary{hint}', key)
    return scope.dictionary.concepts.get(name)


def read_takes(fields: Fields, concept: Concept | None) -> Mapping[str, Take]:
    """How each key of a fact of the concept is had; what a constant or a value map says is held against it."""
    return {
        key: read_take(fields, key, Wanted(key, concept, with_unit="unit" in fields)) for key in KEYS if key in fields
    }


def _refuse_keys(fields: Fields, concept: Concept) -> None:
    """Keys that facts of the concept cannot have."""
    for key in MEASURED:
        if key in fields and concept.kind is not Kind.QUANTITY:
            fields.note(f'{concept.name} is no quantity, so it has no "{key}"; leave it out', key)
    if "complete" in fields and concept.kind is not Kind.EVENT:
        message = f'{concept.name} is no event, so "complete" says nothing of it; leave it out'
        fields.note(message, "complete")


def refuse_valueless(fields: Fields, concept: Concept) -> None:
    """Only an event may do without a value, and then it needs a day."""
    if "value" in fields:
        return
    if concept.kind is not Kind.EVENT:
        fields.note(f'"value" is missing; {concept.name} is no event, so a day alone says nothing of it')
    elif "when" not in fields and "until" not in fields:
        fields.note(
            '"when" is missing; an event needs a day, or a value: yes where the row itself says that it happened'
        )


def read_anchors(fields: Fields, scope: Scope) -> Iterator[AnchorRule]:
    """The rules below ``anchors``: for each anchor one place where its date stands, or a list of them."""
    for entry in fields.entries("anchors"):
        if not NAME.match(entry.name):
            scope.notes.add(entry.place, entry.name, f'"{entry.name}" cannot be the name of an anchor')
        nodes = entry.node.items if isinstance(entry.node, SequenceNode) else (entry.node,)
        for node in nodes:
            yield _anchor(Entry(entry.name, node, entry.place), scope)


def _anchor(entry: Entry, scope: Scope) -> AnchorRule:
    fields = fields_of(entry, entry.name, scope.notes, ("take",), SELECTING)
    return AnchorRule(
        anchor=entry.name,
        take=read_take(fields, "take", Wanted("when", None)) if "take" in fields else Take(),
        kinds=read_kinds(fields),
        where=read_conditions(fields, "where"),
        unless=read_conditions(fields, "unless"),
        place=entry.place,
    )
