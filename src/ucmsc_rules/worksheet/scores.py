"""Scores: reckoned from their parts, and held against the score that was reported."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from attrs import evolve, frozen

from ucmsc_rules.facts.concepts import Band, Concept, Input, Kind, Part
from ucmsc_rules.facts.fact import YES_OR_NO, Fact, Problem, may_be_later
from ucmsc_rules.rules.model import Answer, Result
from ucmsc_rules.values import units
from ucmsc_rules.values.dates import BEGINNING, Span
from ucmsc_rules.values.interval import EVERYTHING, Interval, contains, hull, meet, overlap, point
from ucmsc_rules.worksheet.arithmetic import run_steps
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import UNREADABLE, Measured, Used
from ucmsc_rules.worksheet.results import measure_answer, measure_result
from ucmsc_rules.worksheet.select import conflicts, select

OUTDATED = "a part of the score could be newer, so the reported score does not count"


@frozen
class _Reckoned:
    """A score from its parts, with the facts that they were read from."""

    value: Interval
    used: tuple[Used, ...]
    problems: tuple[Problem, ...]


def measure_score(context: Context, measure: Result) -> Measured:
    """What is known of a score: the reported one within what its parts allow.

    A reported score does not count where a counting part could be newer. Where it contradicts the parts, what is
    known is the hull of both.
    """
    concept = context.ruleset.dictionary[measure.concept]
    reckoned = _from_parts(context, concept, measure) if concept.parts else _from_formula(context, concept, measure)
    chosen = select(context.facts(measure.concept), context.anchor(measure.at), measure.max_age)
    used = tuple(Used(fact, fact.value, note="" if fact.readable else UNREADABLE) for fact in chosen.facts)
    problems = (*reckoned.problems, *conflicts(chosen.facts))
    if not chosen.surely:
        return Measured(reckoned.value, (*_noted(used, "may not lie in the window"), *reckoned.used), problems)
    window = _window(context.anchor(measure.at), measure.max_age)
    older = [use for use in used if _is_outdated(use.fact, reckoned.used, window)]
    current = [use for use in used if use not in older]
    known = [reckoned.value] if older else []
    for use in current:
        both = meet(use.compared, reckoned.value)
        known.append(both or hull([use.compared, reckoned.value]))
        if both is None:
            problems = (*problems, _contradiction(use.fact, reckoned.value))
    return Measured(hull(known), (*current, *_noted(older, OUTDATED), *reckoned.used), problems)


def _noted(used: Iterable[Used], note: str) -> tuple[Used, ...]:
    return tuple(evolve(use, note=use.note or note) for use in used)


def _window(at: Span, max_age: int) -> Span:
    """The days on which a result may count."""
    return Span(max(at.first - max_age, BEGINNING), at.last)


def _is_outdated(score: Fact, parts: tuple[Used, ...], window: Span) -> bool:
    """Whether a part could be newer than the score, both of them on days on which they count."""
    return any(may_be_later(_within(part.fact.days, window), _within(score.days, window)) for part in parts)


def _within(days: Span, window: Span) -> Span:
    """The part of some days that lies in the window; every result that is looked at has one."""
    return Span(max(days.first, window.first), min(days.last, window.last), days.minute)


def _contradiction(score: Fact, parts: Interval) -> Problem:
    message = (
        f"{score.concept.name} {score.reported} contradicts its parts, which give {parts}; "
        "only the range of both is known, correct the score or a part"
    )
    return Problem("warning", f"{score.path}.value", message)


# scores of points


def _from_parts(context: Context, concept: Concept, measure: Result) -> _Reckoned:
    """The sum of the points; a part that is missing spans all of its points."""
    sums: list[Interval] = []
    used: list[Used] = []
    problems: list[Problem] = []
    for part in concept.parts:
        chosen = select(context.facts(part.concept), context.anchor(measure.at), measure.max_age)
        uses = [points_of(part, fact) for fact in chosen.facts]
        sums.append(hull([use.compared for use in uses]) if chosen.surely else all_points(part))
        used += uses
        problems += conflicts(chosen.facts) if len(uses) > 1 else []
    total = Interval(sum((each.lo for each in sums), Decimal(0)), sum((each.hi for each in sums), Decimal(0)))
    return _Reckoned(total, tuple(used), tuple(problems))


def all_points(part: Part) -> Interval:
    """All the points that a part may give."""
    return hull(point(Decimal(band.points)) for bands in part.tables.values() for band in bands)


def points_of(part: Part, fact: Fact) -> Used:
    """The points of a result, by the table of its own unit where there is one."""
    if not fact.readable:
        every = next(iter(part.tables.values()))
        return Used(fact, _in_bands(every, EVERYTHING), unit="points", note=UNREADABLE)
    key = fact.unit if fact.unit in part.tables else part.convert_to
    if fact.concept.kind is not Kind.QUANTITY:
        return Used(fact, _in_bands(part.tables[""], fact.value), unit="points")
    if fact.unit == key:
        return Used(fact, _in_bands(part.tables[key], fact.value), unit="points")
    quantum = part.quantum if part.quantum is not None else fact.concept.unit_rules.quanta[key]
    converted = units.to_table(fact.concept.unit_rules, fact.value, fact.unit, key, quantum)
    note = f"scored as {converted.value} {key}"
    return Used(fact, _in_bands(part.tables[key], converted.value), converted.raw, "points", note=note)


def _in_bands(bands: tuple[Band, ...], value: Interval) -> Interval:
    points = [band.points for band in bands if overlap(band.values, value)]
    return Interval(Decimal(min(points)), Decimal(max(points)))


# scores of formulas


def _from_formula(context: Context, concept: Concept, measure: Result) -> _Reckoned:
    """The last step of the formula, over all that its inputs allow."""
    inputs: dict[str, Interval] = {}
    used: list[Used] = []
    problems: list[Problem] = []
    for each in concept.inputs:
        measured = _input(context, each, measure)
        inputs[each.concept] = measured.value
        used += measured.used
        problems += measured.problems
    value = run_steps(concept.steps, inputs)
    if concept.levels is not None:
        scale = Interval(Decimal(concept.levels.least), Decimal(concept.levels.greatest))
        value = meet(value, scale) or scale
    return _Reckoned(value, tuple(used), tuple(problems))


def _input(context: Context, each: Input, measure: Result) -> Measured:
    """An input's interval, clamped; where another answer replaces it, by that."""
    found = measure_result(context, Result(each.concept, each.unit or "", measure.at, measure.max_age))
    value = clamp(found.value, each.at_least, each.at_most)
    if each.replaced_when is None or each.replaced_by is None:
        return evolve(found, value=value)
    answer = measure_answer(context, Answer(each.replaced_when, measure.at))
    if answer.value == point(Decimal(1)):
        value = point(each.replaced_by)
    elif contains(answer.value if answer.value != EVERYTHING else YES_OR_NO, Decimal(1)):
        value = hull([value, point(each.replaced_by)])
    return Measured(value, (*found.used, *answer.used), (*found.problems, *answer.problems))


def clamp(value: Interval, at_least: Decimal | None, at_most: Decimal | None) -> Interval:
    """A value kept within bounds: what lies beyond one becomes that bound.

    >>> print(clamp(EVERYTHING, Decimal(1), Decimal(4)))
    [1, 4]
    """
    lo, hi, lo_open, hi_open = value.lo, value.hi, value.lo_open, value.hi_open
    if at_least is not None and lo <= at_least:
        lo, lo_open = at_least, False
        hi, hi_open = (hi, hi_open) if hi > at_least else (at_least, False)
    if at_most is not None and hi >= at_most:
        hi, hi_open = at_most, False
        lo, lo_open = (lo, lo_open) if lo < at_most else (at_most, False)
    return Interval(lo, hi, lo_open, hi_open)
