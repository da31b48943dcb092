"""One record under one ruleset, with every anchor on one day: what each comparison comes to in the worlds left."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

from attrs import define

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Comparison,
    Earliest,
    Ever,
    Given,
    Longest,
    Measure,
    Nearest,
    Op,
    RecordedAs,
    Result,
    Ruleset,
    Trait,
    UlnRatio,
)
from ucmsc_rules.testing.worlds.amounts import (
    ANYTHING,
    Reported,
    Span,
    below_limit,
    exactly,
    in_unit,
    is_not_detected,
    read_amount,
)
from ucmsc_rules.testing.worlds.days import ANY_DAY, Days, ago, read_days, worth_trying
from ucmsc_rules.testing.worlds.events import History, Lived, Outcomes, happened, history, planned, some
from ucmsc_rules.testing.worlds.facts import BOTH, NO, Answers, Fact, told_of
from ucmsc_rules.testing.worlds.latest import answer_days, certainly_some, consent_given, could_be_latest, result_days
from ucmsc_rules.testing.worlds.scores import Asked, values_of
from ucmsc_rules.values.dates import CalendarUnit

Worlds = Mapping[str, date]


@define
class Subject:
    """The facts of a record by concept; ``at`` is the day of the ruleset's own anchor."""

    ruleset: Ruleset
    facts: Mapping[str, list[Fact]]
    given: Mapping[str, date]
    days: Worlds

    @property
    def at(self) -> date:
        """The day on which results are read."""
        return self.days[self.ruleset.settings.at]


def outcomes(subject: Subject, comparisons: Sequence[Comparison]) -> Outcomes:
    """What comparisons about one concept come to together: a tuple of answers for each kind of world."""
    groups: dict[object, list[Comparison]] = {}
    for comparison in comparisons:
        groups.setdefault(_together(comparison.measure), []).append(comparison)
    found: list[tuple[list[Comparison], Outcomes]] = [(group, _of_group(subject, group)) for group in groups.values()]
    tuples = set()
    for world in product(*(each for _, each in found)):
        answers = {
            comparison: answer
            for (group, _), told in zip(found, world, strict=True)
            for comparison, answer in zip(group, told, strict=True)
        }
        tuples.add(tuple(answers[comparison] for comparison in comparisons))
    return frozenset(tuples)


def _together(measure: Measure) -> object:
    """Measures that hang together are tried together; the others as if they did not, which only adds worlds."""
    return Nearest if isinstance(measure, Nearest | Earliest | Longest | Ever) else (type(measure), _key(measure))


def _key(measure: Measure) -> object:
    return "" if isinstance(measure, Age | Trait) else measure


def _of_group(  # noqa: PLR0911 - a kind of measure on each way out
    subject: Subject, group: list[Comparison]
) -> Outcomes:
    concept = subject.ruleset.dictionary[group[0].measure.concept]
    facts = subject.facts.get(concept.name, [])
    match group[0].measure:
        case Age():
            return _ages(subject, facts, group)
        case Trait():
            return _numbers([Fraction(place) for place in _traits(facts, concept)], group)
        case Answer(_, at):
            return _numbers([Fraction(int(answer)) for answer in _yes(subject, concept, at)], group)
        case Given(_, by):
            return _each(consent_given(facts, subject.days[by], lambda fact: _answers(fact, concept)), group)
        case RecordedAs(_, level):
            return _each(_recorded(facts, concept, level), group)
        case Result() as result:
            return _results(subject, concept, result, group)
        case UlnRatio() as ratio:
            return _ratios(subject, concept, ratio, group)
    return _events(subject, concept, facts, group)


def _each(answers: Answers, group: list[Comparison]) -> Outcomes:
    return frozenset(tuple(answer for _ in group) for answer in answers)


def _numbers(points: Sequence[Fraction], group: Sequence[Comparison]) -> Outcomes:
    return frozenset(tuple(holds(each, point) for each in group) for point in points)


def holds(comparison: Comparison, point: Fraction) -> bool:
    """Whether a number satisfies a comparison."""
    bound = Fraction(comparison.bound)
    match comparison.op:
        case Op.LE:
            return point <= bound
        case Op.LT:
            return point < bound
        case Op.GE:
            return point >= bound
        case Op.GT:
            return point > bound
    return point == bound


# persons


def _ages(subject: Subject, facts: list[Fact], group: list[Comparison]) -> Outcomes:
    """Completed years; several birth dates: any day between the first and the last of them."""
    if not facts:
        return frozenset(product((True, False), repeat=len(group)))
    anchors = [(comparison, subject.days[_at(comparison.measure)]) for comparison in group]
    born = [(read_days(fact.value) if fact.readable else None) or ANY_DAY for fact in facts]
    hull = Days(min(days.first for days in born), max(days.last for days in born))
    if hull.first > min(day for _, day in anchors):
        return frozenset(product((True, False), repeat=len(group)))
    edges = {ago(day, 12 * (int(each.bound) + n)) for each, day in anchors for n in (0, 1)} | {d for _, d in anchors}
    leap = subject.ruleset.settings.leap_birthday != "1 March"
    return frozenset(
        tuple(holds(each, Fraction(_age(day, on, leap=leap))) for each, on in anchors)
        for day in worth_trying(hull, edges)
        if day <= min(on for _, on in anchors)
    )


def _age(born: date, on: date, *, leap: bool) -> int:
    """Born 29 February: a year older on 28 February in common years, or, where ``leap`` is false, on 1 March."""
    years = on.year - born.year
    birthday = ago(born, months=-12 * years)
    clipped = birthday.day != born.day
    reached = birthday < on if clipped and not leap else birthday <= on
    return years if reached else years - 1


def _at(measure: Measure) -> str:
    return measure.at if isinstance(measure, Age | Answer | Result | UlnRatio) else ""


def _traits(facts: list[Fact], concept: Concept) -> list[int]:
    told = frozenset().union(*(told_of(fact, concept) for fact in facts))
    return sorted(told) if len(told) == 1 else list(range(len(concept.categories)))


# answers


def _answers(fact: Fact, concept: Concept) -> Answers:
    return frozenset(place == 1 for place in told_of(fact, concept))


def _recorded(facts: list[Fact], concept: Concept, level: int) -> Answers:
    """Whether any fact says so, on whatever day."""
    told = [told_of(fact, concept) for fact in facts]
    if any(each == {level} for each in told):
        return frozenset({True})
    return BOTH if any(level in each for each in told) else NO


def _yes(subject: Subject, concept: Concept, at: str) -> Answers:
    """Whether the latest answer on or before the anchor, however old, is yes; one that had ended says nothing."""
    anchor = subject.days[at]

    def days(fact: Fact) -> Days:
        return answer_days(fact, anchor)

    facts = subject.facts.get(concept.name, [])
    if not certainly_some(facts, date.min, anchor, days):
        return BOTH
    found: Answers = frozenset()
    for fact in could_be_latest(facts, date.min, anchor, days):
        ended = fact.until is not None and fact.until.first < anchor
        found |= BOTH if ended else _answers(fact, concept)
    return found


# results


def _window(subject: Subject, at: str, max_age: int) -> tuple[date, date]:
    return ago(subject.days[at], days=max_age), subject.days[at]


def _candidates(subject: Subject, concept: str, window: tuple[date, date]) -> list[Fact]:
    return could_be_latest(subject.facts.get(concept, []), *window, result_days)


def _counting(subject: Subject, concept: str, window: tuple[date, date]) -> list[Fact]:
    """The results that could be the latest, where one of them certainly counts; else nothing is known."""
    certain = certainly_some(subject.facts.get(concept, []), *window, result_days)
    return _candidates(subject, concept, window) if certain else []


def _results(subject: Subject, concept: Concept, result: Result, group: list[Comparison]) -> Outcomes:
    window = _window(subject, result.at, result.max_age)
    if concept.kind is Kind.SCORE:
        return _numbers([Fraction(value) for value in values_of(concept, _asked(subject, result, window))], group)
    facts = _counting(subject, concept.name, window)
    found: set[tuple[bool, ...]] = set()
    for fact in facts:
        found |= _numbers(_points(fact, concept, result.unit, group), group)
    return frozenset(found) or _numbers(_all_points(concept, group), group)


def _points(fact: Fact, concept: Concept, unit: str, group: list[Comparison]) -> Sequence[Fraction]:
    if concept.kind is not Kind.QUANTITY:
        return [Fraction(level) for level in told_of(fact, concept)]
    return _amount(fact, concept, unit).points(Fraction(each.bound) for each in group)


def _all_points(concept: Concept, group: list[Comparison]) -> Sequence[Fraction]:
    if concept.kind is Kind.TEST:
        return [Fraction(0), Fraction(1)]
    return ANYTHING.points(Fraction(each.bound) for each in group)


def _amount(fact: Fact, concept: Concept, unit: str) -> Span:
    reported = _reported(fact, concept)
    if reported is None:
        return ANYTHING
    factor = fact.raw.get("copies_per_iu")
    number = isinstance(factor, int | float | Decimal) and not isinstance(factor, bool) and 0 < factor < math.inf
    return in_unit(reported, unit, concept, Fraction(str(factor)) if number else None)


def _reported(fact: Fact, concept: Concept) -> Reported | None:
    limit = fact.raw.get("lloq")
    if not fact.readable or (limit is not None and below_limit(limit, concept) is None):
        return None
    if is_not_detected(fact.value):
        return (
            Reported(Span(Fraction(0), math.inf), next(iter(concept.units)))
            if limit is None
            else below_limit(limit, concept)
        )
    return read_amount(fact.value, fact.raw.get("unit"), concept)


def _ratios(subject: Subject, concept: Concept, ratio: UlnRatio, group: list[Comparison]) -> Outcomes:
    window = _window(subject, ratio.at, ratio.max_age)
    found: set[tuple[bool, ...]] = set()
    for fact in _counting(subject, concept.name, window):
        found |= _of_limit(fact, concept, group)
    return frozenset(found) or frozenset(product((True, False), repeat=len(group)))


def _of_limit(fact: Fact, concept: Concept, group: list[Comparison]) -> Outcomes:
    """A result as a multiple of its own upper limit of normal; unknown where that is missing or no plain amount."""
    reported, limit = _reported(fact, concept), read_amount(fact.raw.get("uln"), None, concept)
    if reported is None or limit is None or limit.span.low_open or limit.span.high_open:
        return frozenset(product((True, False), repeat=len(group)))
    span, bounds = exactly(reported, limit.unit, concept), limit.span
    if span is None or not 0 < bounds.low <= bounds.high < math.inf:
        return frozenset(product((True, False), repeat=len(group)))
    worlds = set()
    for one in bounds.points():
        cuts = [Fraction(each.bound) * one for each in group]
        worlds |= {tuple(holds(each, point / one) for each in group) for point in span.points(cuts)}
    return frozenset(worlds)


def _asked(subject: Subject, result: Result, window: tuple[date, date]) -> Asked:
    dictionary = subject.ruleset.dictionary
    return Asked(
        dictionary,
        lambda name: _counting(subject, name, window),
        lambda name: _candidates(subject, name, window),
        lambda name: _yes(subject, dictionary[name], result.at),
        lambda fact, name, unit: _amount(fact, dictionary[name], unit),
        window,
    )


# events


def _events(subject: Subject, concept: Concept, facts: list[Fact], group: list[Comparison]) -> Outcomes:
    anchors = {_anchor_day(subject, comparison.measure) for comparison in group}
    lived = _lived(subject, group)
    edges = set(_edges(subject, group, facts))
    at = subject.at
    nothing = tuple(False for _ in group)
    found: set[tuple[bool, ...]] = set()
    for kept in planned(facts, at) if concept.planned else [facts]:
        known = history(kept, at, subject.ruleset.settings.none_not_older_than)
        counted = list(_counted(subject, concept, lived, edges, len(group)))
        if known.hidden_from is None and not known.events and _is_beaten(subject, concept, max(anchors)):
            known = History((), date.min)
        own = happened(known, concept, lived, edges, at, max(anchors))
        found |= some([own, *counted], nothing)
    return frozenset(found)


def _anchor_day(subject: Subject, measure: Measure) -> date:
    match measure:
        case Nearest(_, _, anchor) | Earliest(_, _, anchor) | Longest(_, _, anchor):
            return subject.days[anchor]
        case Ever(_, until):
            return subject.given.get(until, date.max)
    message = f"not a measure of events: {measure!r}"
    raise TypeError(message)


def _shifted(day: date, unit: CalendarUnit, number: int) -> date:
    """So many units before a day (negative: after)."""
    match unit:
        case CalendarUnit.MONTHS:
            return ago(day, months=number)
        case CalendarUnit.WEEKS:
            return ago(day, days=7 * number)
        case CalendarUnit.DAYS:
            return ago(day, days=number)


def _lived(subject: Subject, group: list[Comparison]) -> Lived:
    conditions = [_condition(subject, comparison) for comparison in group]
    return lambda start, end: tuple(condition(start, end) for condition in conditions)


def _condition(subject: Subject, comparison: Comparison) -> Callable[[date, date], bool]:
    anchor, number = _anchor_day(subject, comparison.measure), int(comparison.bound)
    match comparison.measure:
        case Nearest(_, unit, _, ahead):
            first, last = sorted((anchor, _shifted(anchor, unit, -number if ahead else number)))
            return lambda start, end: start <= last and end >= first
        case Earliest(_, unit, _):
            before = _shifted(anchor, unit, number)
            return lambda _start, end: end < before
        case Longest(_, unit, _):
            return lambda start, end: start < _shifted(min(end, anchor), unit, number)
    return lambda start, _end: start <= anchor


def _edges(subject: Subject, group: list[Comparison], facts: list[Fact]) -> Iterator[date]:
    told = {day for fact in facts for days in (fact.when, fact.until, fact.recorded) if days for day in _ends(days)}
    for comparison in group:
        anchor = _anchor_day(subject, comparison.measure)
        yield anchor
        match comparison.measure:
            case Nearest(_, unit, _) | Earliest(_, unit, _) | Longest(_, unit, _):
                for day in (anchor, subject.at, *told):
                    yield _shifted(day, unit, int(comparison.bound))
                    yield _shifted(day, unit, -int(comparison.bound))


def _ends(days: Days) -> tuple[date, date]:
    return days.first, days.last


def _counted(subject: Subject, concept: Concept, lived: Lived, edges: set[date], width: int) -> Iterator[Outcomes]:
    """Each result that counts as an event on its day; one that cannot be read may be one, or none."""
    nothing, everything = (tuple(value for _ in range(width)) for value in (False, True))
    for counting in subject.ruleset.counts_as:
        if counting.event != concept.name:
            continue
        result = subject.ruleset.dictionary[counting.result]
        for fact in subject.facts.get(counting.result, []):
            if not fact.readable:
                yield frozenset({nothing, everything})
                continue
            days = list(worth_trying(result_days(fact), edges))
            yield frozenset(
                lived(day, day) if _satisfies(counting.op, point, Fraction(counting.bound)) else nothing
                for point in _counting_points(fact, result, counting.bound)
                for day in days
            )


def _is_beaten(subject: Subject, concept: Concept, anchor: date) -> bool:
    """Whether a result that may count as the event, up to an anchor, beats a `none`; it completes nothing."""
    return any(
        result_days(fact).first <= anchor
        and any(_satisfies(counting.op, point, Fraction(counting.bound)) for point in points)
        for counting in subject.ruleset.counts_as
        if counting.event == concept.name
        for fact in subject.facts.get(counting.result, [])
        for points in [_counting_points(fact, subject.ruleset.dictionary[counting.result], counting.bound)]
    )


def _counting_points(fact: Fact, concept: Concept, bound: object) -> Sequence[Fraction]:
    if concept.kind is Kind.QUANTITY:
        reported = _reported(fact, concept)
        return (reported.span if reported else ANYTHING).points([Fraction(str(bound))])
    return [Fraction(level) for level in told_of(fact, concept)]


def _satisfies(op: Op, point: Fraction, bound: Fraction) -> bool:
    return {
        Op.LE: point <= bound, Op.LT: point < bound, Op.GE: point >= bound, Op.GT: point > bound, Op.IS: point == bound,
    }[op]  # fmt: skip
