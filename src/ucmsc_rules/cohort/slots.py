"""In which ways the values of each concept are read: one slot of the dictionary for each way that a ruleset needs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.facts.records import Record
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import Result, Ruleset, UlnRatio
from ucmsc_rules.values.interval import Interval, ends
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.results import in_unit, over_limit
from ucmsc_rules.worksheet.scores import points_of


@frozen
class InUnit:
    """Compared in a unit."""

    unit: str


@frozen
class OverLimit:
    """As a multiple of its own upper limit of normal."""


@frozen
class PointsFor:
    """As points of a score."""

    score: str


@frozen
class Closed:
    """In a unit, as a formula reads it: its ends as they are, whether they belong to it or not."""

    unit: str


Way = InUnit | OverLimit | PointsFor | Closed
Slots = Mapping[str, tuple[Way, ...]]


def slots_of(compiled: Compiled) -> Slots:
    """The ways by concept, in the order of their slots; slot 0 of each concept is its value as it was read."""
    found: dict[str, list[Way]] = {}
    for concept, way in _ways(compiled):
        ways = found.setdefault(concept, [])
        if way not in ways:
            ways.append(way)
    return {concept: tuple(ways) for concept, ways in found.items()}


def slot_of(slots: Slots, concept: Concept, way: Way) -> int:
    """The number of a concept's slot."""
    return slots[concept.name].index(way) + 1


def _ways(compiled: Compiled) -> Iterator[tuple[str, Way]]:
    dictionary = compiled.ruleset.dictionary
    for measure in compiled.measures:
        match measure:
            case Result(concept, unit):
                yield from _of_result(dictionary[concept], unit)
            case UlnRatio(concept):
                yield concept, OverLimit()


def _of_result(concept: Concept, unit: str) -> Iterator[tuple[str, Way]]:
    if concept.kind is not Kind.SCORE:
        yield concept.name, InUnit(unit)
    for part in concept.parts:
        yield part.concept, PointsFor(concept.name)
    for each in concept.inputs:
        yield each.concept, Closed(each.unit or "")


def read_slots(ruleset: Ruleset, slots: Slots, fact: Fact) -> list[tuple[float, float]]:
    """The ends of a fact's value, first as it was read, then in each way."""
    return [ends(fact.value), *(_read(ruleset, way, fact) for way in slots.get(fact.concept.name, ()))]


def _read(ruleset: Ruleset, way: Way, fact: Fact) -> tuple[float, float]:
    match way:
        case InUnit(unit):
            return ends(in_unit(fact, unit).compared)
        case OverLimit():
            return ends(over_limit(Context(_NOBODY, ruleset), fact).compared)
        case PointsFor(score):
            part = next(part for part in ruleset.dictionary[score].parts if part.concept == fact.concept.name)
            return ends(points_of(part, fact).compared)
        case Closed(unit):
            value = in_unit(fact, unit).compared
            return ends(Interval(value.lo, value.hi))


_NOBODY = Record("", {}, {}, {}, ())
