"""What comparisons of events come to: when they were, how long they lasted, and whether they ever were."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from fractions import Fraction

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.rules.model import (
    Comparison,
    Earliest,
    Ever,
    Longest,
    Measure,
    Nearest,
    Op,
)
from ucmsc_rules.testing.worlds.amounts import (
    ANYTHING,
)
from ucmsc_rules.testing.worlds.days import Days, ago, worth_trying
from ucmsc_rules.testing.worlds.events import History, Lived, Outcomes, happened, history, planned, some
from ucmsc_rules.testing.worlds.facts import Fact, told_of
from ucmsc_rules.testing.worlds.latest import result_days
from ucmsc_rules.testing.worlds.results import reported_by
from ucmsc_rules.testing.worlds.subject import (
    Subject,
)
from ucmsc_rules.values.dates import CalendarUnit


def of_events(subject: Subject, concept: Concept, facts: list[Fact], group: list[Comparison]) -> Outcomes:
    """What comparisons of an event come to, over all days that its facts leave open."""
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
        reported = reported_by(fact, concept)
        return (reported.span if reported else ANYTHING).points([Fraction(str(bound))])
    return [Fraction(level) for level in told_of(fact, concept)]


def _satisfies(op: Op, point: Fraction, bound: Fraction) -> bool:
    return {
        Op.LE: point <= bound, Op.LT: point < bound, Op.GE: point >= bound, Op.GT: point > bound, Op.IS: point == bound,
    }[op]  # fmt: skip
