"""Makes a mapping ready to be used: its rules with their readers, and an index of them for each kind of rows."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from attrs import field, frozen

from ucmsc_rules.adapters.cells import Reader, reader_of
from ucmsc_rules.adapters.mapping import AnchorRule, FactRule, FieldMapping, Rows
from ucmsc_rules.adapters.matching import Asked, Index, Met, asked_of, index_of
from ucmsc_rules.facts.concepts import Dictionary, Kind

KEYS = ("value", "unit", "when", "until", "recorded", "status", "uln", "lloq", "copies_per_iu", "detected")
_ANY_KIND = ""
_Owners = dict[tuple[str, str], set[str]]


@frozen(eq=False)
class Plan:
    """A rule that is ready: what it asks of a row, and how each key of its fact is read; an anchor's is ``when``.

    ``says_itself`` is whether a row that meets the rule is evidence by that alone, where the value is a constant;
    ``own_day`` whether nothing but this concept is dated by the field with its day. ``used`` are the fields of which a
    row that meets the rule leaves nothing to be said: those that are read, and those whose texts a condition lists.
    """

    asked: Asked
    concept: str
    anchor: str
    kind: Kind | None
    readers: Mapping[str, Reader]
    complete: bool = True
    says_itself: bool = False
    own_day: bool = False
    used: frozenset[str] = field(init=False)

    @used.default
    def _used(self) -> frozenset[str]:
        return frozenset((*self.asked.fields, *(test.field for test in self.asked.where)))


@frozen(eq=False)
class Matched:
    """The rules that some rows meet and how, the fields that none of them reads, and whether any knows the rows."""

    rules: tuple[tuple[Plan, Met], ...]
    left: tuple[str, ...]
    known: bool


@frozen(eq=False)
class KindPlan:
    """What is to be known of one kind of rows: its rules, the fields that they name, and those that hold values.

    ``no_data`` are fields that say whose a row is, what it is about, or nothing.
    """

    index: Index
    named: frozenset[str]
    valued: frozenset[str]
    no_data: frozenset[str]
    rows: Rows
    deciding: tuple[str, ...] = ()
    remembered: dict[object, Matched] = field(factory=dict, init=False)


@frozen(eq=False)
class MappingPlan:
    """A mapping that is ready to be used on rows."""

    rules: tuple[Plan, ...]
    kinds: Mapping[str, KindPlan]
    others: KindPlan
    missing: Mapping[str, str]


def plan_of(mapping: FieldMapping, dictionary: Dictionary) -> MappingPlan:
    """The mapping made ready, once for each mapping and dictionary."""
    return _plan(Both(mapping, dictionary))


@frozen
class Both:
    """A mapping and a dictionary, the same only where both are the same objects."""

    mapping: FieldMapping = field(eq=id)
    dictionary: Dictionary = field(eq=id)


@lru_cache(maxsize=64)
def _plan(both: Both) -> MappingPlan:
    mapping = both.mapping
    owners = _owners(mapping, _value_field), _owners(mapping, _day_field)
    rules = [_fact_plan(number, rule, both, owners) for number, rule in enumerate(mapping.facts)]
    rules += [_anchor_plan(number, rule, mapping) for number, rule in enumerate(mapping.anchors, start=len(rules))]
    known = dict.fromkeys(kind for rule in rules for kind in rule.asked.kinds)
    kinds = {kind: _kind_plan(kind, rules, mapping) for kind in [*known, *mapping.rows]}
    missing = {text.strip().casefold(): why for text, why in mapping.missing.items()}
    return MappingPlan(tuple(rules), kinds, _kind_plan(_ANY_KIND, rules, mapping), missing)


def _fact_plan(number: int, rule: FactRule, both: Both, owners: tuple[_Owners, _Owners]) -> Plan:
    concept = both.dictionary.concepts.get(rule.concept)
    defaults = (both.mapping.missing, both.mapping.dates, both.mapping.decimal_comma)
    readers = {key: reader_of(key, rule.takes[key], concept, defaults) for key in KEYS if key in rule.takes}
    fields = _fields(readers)
    told = any("" not in condition.texts for condition in rule.where)
    own, own_day = (
        all(of.get((kind, find(rule))) == {rule.concept} for kind in rule.kinds or (_ANY_KIND,))
        for of, find in zip(owners, (_value_field, _day_field), strict=True)
    )
    return Plan(
        asked_of(number, rule, fields, own=own), rule.concept, "", concept.kind if concept else None, readers,
        rule.complete, told or not fields, own_day and _day_field(rule) != "",
    )  # fmt: skip


def _anchor_plan(number: int, rule: AnchorRule, mapping: FieldMapping) -> Plan:
    reader = reader_of("when", rule.take, None, (mapping.missing, mapping.dates, mapping.decimal_comma))
    asked = asked_of(number, rule, _fields({"when": reader}), own=False)
    return Plan(asked, "", rule.anchor, None, {"when": reader})


def _fields(readers: Mapping[str, Reader]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(reader.field for reader in readers.values() if reader.field))


def _value_field(rule: FactRule) -> str:
    """The field from which a rule has what it says: its value, or the day of an event."""
    take = rule.takes.get("value") or rule.takes.get("when") or rule.takes.get("until")
    return take.field if take else ""


def _day_field(rule: FactRule) -> str:
    take = rule.takes.get("when")
    return take.field if take else ""


def _owners(mapping: FieldMapping, find: Callable[[FactRule], str]) -> _Owners:
    """The concepts that read each field of each kind of rows; a rule for any kind counts for all of them."""
    owners: _Owners = {}
    for rule in mapping.facts:
        for kind in (_ANY_KIND, *rule.kinds):
            owners.setdefault((kind, find(rule)), set()).add(rule.concept)
    for rule in mapping.facts:
        if not rule.kinds:
            for (_, taken), concepts in owners.items():
                concepts.update({rule.concept} if taken == find(rule) else ())
    return owners


def _kind_plan(kind: str, rules: Iterable[Plan], mapping: FieldMapping) -> KindPlan:
    mine = [rule for rule in rules if not rule.asked.kinds or kind in rule.asked.kinds]
    rows = mapping.rows.get(kind, Rows())
    no_data = frozenset({mapping.subject, *rows.ignore, *rows.named_by})
    named = set(no_data)
    valued: set[str] = set()
    for rule in mine:
        named.update(rule.asked.fields, (test.field for test in (*rule.asked.where, *rule.asked.unless)))
        reader = rule.readers.get("value") or rule.readers.get("when") or rule.readers.get("until")
        valued.update({reader.field} if reader and rule.concept else ())
    return KindPlan(
        index_of(rule.asked for rule in mine),
        frozenset(named),
        frozenset(valued) - {""} - no_data,
        no_data,
        rows,
        tuple(dict.fromkeys(test.field for rule in mine for test in (*rule.asked.where, *rule.asked.unless))),
    )
