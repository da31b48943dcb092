"""What a compiled ruleset asks of a table of facts: its measures gathered by what they read, and where."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from types import UnionType

from attrs import frozen

from ucmsc_rules.cohort.bits import Bits, bits_of
from ucmsc_rules.cohort.slots import Closed, InUnit, OverLimit, PointsFor, Slots, Way, slot_of, slots_of
from ucmsc_rules.cohort.sql.anchors import at, up_to
from ucmsc_rules.cohort.sql.answers import Asked
from ucmsc_rules.cohort.sql.bits import Brief
from ucmsc_rules.cohort.sql.events import Counted, EventMeasure, EventsAt
from ucmsc_rules.cohort.sql.results import BandScore, FormulaScore, Points, ResultsAt, Slotted
from ucmsc_rules.facts.concepts import Concept, Kind, OpenEnd
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Earliest,
    Ever,
    Given,
    Longest,
    Measure,
    Nearest,
    RecordedAs,
    Result,
    Trait,
    UlnRatio,
)
from ucmsc_rules.values.interval import Interval, ends, hull, meet, point
from ucmsc_rules.worksheet.arithmetic import run_steps
from ucmsc_rules.worksheet.scores import all_points, clamp

Ends = tuple[float, float]


@frozen(eq=False)
class Plan:
    """A ruleset's numbers: of its concepts, its anchors, its measures, and the slots of its values."""

    compiled: Compiled
    slots: Slots
    concepts: Mapping[str, int]
    anchors: Mapping[str, int]
    width: int
    bits: Bits

    def concept(self, name: str) -> Concept:
        """An entry of the dictionary."""
        return self.compiled.ruleset.dictionary[name]

    def measures(self, *kinds: type | UnionType) -> Iterator[tuple[int, Measure]]:
        """The measures of some kinds with their numbers."""
        return ((place, each) for place, each in enumerate(self.compiled.measures) if isinstance(each, kinds))


def make_plan(compiled: Compiled) -> Plan:
    """The plan of a ruleset."""
    slots = slots_of(compiled)
    ruleset = compiled.ruleset
    return Plan(
        compiled,
        slots,
        {name: number for number, name in enumerate(ruleset.dictionary.concepts)},
        {name: number for number, name in enumerate(ruleset.anchors)},
        1 + max((len(ways) for ways in slots.values()), default=0),
        bits_of(compiled),
    )


def _by(key: Callable[[Measure], object], measures: Iterator[tuple[int, Measure]]) -> list[list[tuple[int, Measure]]]:
    groups: dict[object, list[tuple[int, Measure]]] = {}
    for place, measure in measures:
        groups.setdefault(key(measure), []).append((place, measure))
    return list(groups.values())


def results(plan: Plan) -> Iterator[ResultsAt]:
    """The results, by anchor and greatest age."""
    for group in _by(lambda each: (each.at, each.max_age), plan.measures(Result, UlnRatio)):  # type: ignore[union-attr]
        first = group[0][1]
        assert isinstance(first, Result | UlnRatio)
        plain, bands, formulas = [], [], []
        for place, measure in group:
            concept = plan.concept(measure.concept)
            if isinstance(measure, UlnRatio):
                plain.append((place, _slotted(plan, concept, OverLimit())))
            elif concept.kind is not Kind.SCORE:
                plain.append((place, _slotted(plan, concept, InUnit(measure.unit))))  # type: ignore[union-attr, arg-type]
            elif concept.parts:
                bands.append(_band_score(plan, place, concept))
            else:
                formulas.append(_formula_score(plan, place, concept))
        yield ResultsAt(at(plan.anchors[first.at]), first.max_age, plain, bands, formulas)


def _slotted(plan: Plan, concept: Concept, way: Way) -> Slotted:
    return Slotted(plan.concepts[concept.name], slot_of(plan.slots, concept, way))


def _band_score(plan: Plan, place: int, concept: Concept) -> BandScore:
    parts = []
    for part in concept.parts:
        least, most = ends(all_points(part))
        of = _slotted(plan, plan.concept(part.concept), PointsFor(concept.name))
        parts.append(Points(of, least, most))
    return BandScore(place, plan.concepts[concept.name], parts)


def _formula_score(plan: Plan, place: int, concept: Concept) -> FormulaScore:
    inputs = [_slotted(plan, plan.concept(each.concept), Closed(each.unit or "")) for each in concept.inputs]
    replacing = [plan.concepts[each.replaced_when] for each in concept.inputs if each.replaced_when is not None]
    unknown = [(float("-inf"), float("inf"))] * len(inputs)
    nothing = reckon(concept, unknown, [(0.0, 1.0)] * len(replacing))
    return FormulaScore(place, plan.concepts[concept.name], inputs, replacing, nothing)


def reckon(concept: Concept, inputs: list[Ends], answers: list[Ends]) -> Ends:
    """A formula's score, from the closed ends of its inputs and of the answers that replace them.

    A double's own text gives back the decimal of up to 15 digits that it came from.
    """
    known: dict[str, Interval] = {}
    waiting = iter(answers)
    for each, (lo, hi) in zip(concept.inputs, inputs, strict=True):
        value = clamp(Interval(Decimal(repr(lo)), Decimal(repr(hi))), each.at_least, each.at_most)
        if each.replaced_when is not None and each.replaced_by is not None:
            said_lo, said_hi = next(waiting)
            if said_lo == 1:
                value = point(each.replaced_by)
            elif said_hi == 1:
                value = hull([value, point(each.replaced_by)])
        known[each.concept] = value
    score = run_steps(concept.steps, known)
    if concept.levels is not None:
        scale = Interval(Decimal(concept.levels.least), Decimal(concept.levels.greatest))
        score = meet(score, scale) or scale
    return ends(score)


def events(plan: Plan) -> Iterator[EventsAt]:
    """The events, by the anchor that they are measured from, and by the one that limits them."""
    ruleset = plan.compiled.ruleset
    kinds = {plan.concepts[name]: concept for name, concept in ruleset.dictionary.concepts.items()}
    places = {each: plan.anchors[each] for each in ruleset.anchors}
    for group in _by(_anchor, plan.measures(EventMeasure)):
        kind, name = _anchor(group[0][1])
        yield EventsAt(
            up_to(places[name]) if kind == "up to" else at(places[name]),
            at(places[ruleset.settings.at]),
            group,  # type: ignore[arg-type]
            plan.concepts,
            [number for number, concept in kinds.items() if concept.planned],
            [number for number, concept in kinds.items() if concept.open_end is OpenEnd.UNKNOWN],
            [number for number, concept in kinds.items() if concept.open_end is OpenEnd.ONGOING],
            counted(plan),
            ruleset.settings.none_not_older_than,
        )


def counted(plan: Plan) -> list[Counted]:
    """The results that count as events."""
    return [
        Counted(plan.concepts[rule.event], plan.concepts[rule.result], f"counts{number}")
        for number, rule in enumerate(plan.compiled.ruleset.counts_as)
    ]


def _anchor(measure: Measure) -> tuple[str, str]:
    if isinstance(measure, Ever):
        return "up to", measure.until
    assert isinstance(measure, Nearest | Earliest | Longest)
    return "at", measure.anchor


def answers(plan: Plan) -> Iterator[tuple[int, list[Asked]]]:
    """The answers, by their anchor's number."""
    for group in _by(lambda each: each.at, plan.measures(Answer)):  # type: ignore[union-attr]
        first = group[0][1]
        assert isinstance(first, Answer)
        yield plan.anchors[first.at], [_asked(plan, place, each) for place, each in group]


def brief(plan: Plan) -> Brief | None:
    """Where facts may speak by a bit; None where nothing is asked that is answered so."""
    if not plan.bits.columns:
        return None
    settings = plan.compiled.ruleset.settings
    asked = [each for _, each in plan.measures(Answer, EventMeasure)]
    return Brief(
        plan.bits,
        [at(place) for place, _ in answers(plan)],
        at(plan.anchors[settings.at]),
        settings.none_not_older_than,
        sorted({plan.concepts[each.concept] for each in asked}),
    )


def consents(plan: Plan) -> Iterator[tuple[Asked, int]]:
    """The consents, each with its anchor's number."""
    for place, each in plan.measures(Given):
        assert isinstance(each, Given)
        yield _asked(plan, place, each), plan.anchors[each.by]


def ages(plan: Plan) -> list[tuple[Asked, int]]:
    """The ages, each with its anchor's number."""
    return [
        (_asked(plan, place, each), plan.anchors[each.at])
        for place, each in plan.measures(Age)
        if isinstance(each, Age)
    ]


def traits(plan: Plan) -> list[tuple[Asked, float]]:
    """The categories, each with the place of its last word."""
    return [
        (_asked(plan, place, each), float(len(plan.concept(each.concept).categories) - 1))
        for place, each in plan.measures(Trait)
    ]


def levels(plan: Plan) -> list[tuple[Asked, int]]:
    """What is asked as recorded at any time, each with its level."""
    return [
        (_asked(plan, place, each), each.level)
        for place, each in plan.measures(RecordedAs)
        if isinstance(each, RecordedAs)
    ]


def _asked(plan: Plan, place: int, measure: Measure) -> Asked:
    return Asked(place, plan.concepts[measure.concept])
