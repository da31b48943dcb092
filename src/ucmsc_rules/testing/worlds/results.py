"""What comparisons of results and of their ratios to a limit come to."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import product

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.rules.model import (
    Comparison,
    Result,
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
from ucmsc_rules.testing.worlds.days import ago
from ucmsc_rules.testing.worlds.events import Outcomes
from ucmsc_rules.testing.worlds.facts import Fact, told_of
from ucmsc_rules.testing.worlds.latest import certainly_some, could_be_latest, result_days
from ucmsc_rules.testing.worlds.scores import Asked, values_of
from ucmsc_rules.testing.worlds.subject import (
    Subject,
    holds,
    latest_answers,
    numbers,
)


def _window(subject: Subject, at: str, max_age: int) -> tuple[date, date]:
    return ago(subject.days[at], days=max_age), subject.days[at]


def _candidates(subject: Subject, concept: str, window: tuple[date, date]) -> list[Fact]:
    return could_be_latest(subject.facts.get(concept, []), *window, result_days)


def _counting(subject: Subject, concept: str, window: tuple[date, date]) -> list[Fact]:
    """The results that could be the latest, where one of them certainly counts; else nothing is known."""
    certain = certainly_some(subject.facts.get(concept, []), *window, result_days)
    return _candidates(subject, concept, window) if certain else []


def of_results(subject: Subject, concept: Concept, result: Result, group: list[Comparison]) -> Outcomes:
    """What comparisons of a result come to, over those that could be the latest."""
    window = _window(subject, result.at, result.max_age)
    if concept.kind is Kind.SCORE:
        return numbers([Fraction(value) for value in values_of(concept, _asked(subject, result, window))], group)
    facts = _counting(subject, concept.name, window)
    found: set[tuple[bool, ...]] = set()
    for fact in facts:
        found |= numbers(_points(fact, concept, result.unit, group), group)
    return frozenset(found) or numbers(_all_points(concept, group), group)


def _points(fact: Fact, concept: Concept, unit: str, group: list[Comparison]) -> Sequence[Fraction]:
    if concept.kind is not Kind.QUANTITY:
        return [Fraction(level) for level in told_of(fact, concept)]
    return _amount(fact, concept, unit).points(Fraction(each.bound) for each in group)


def _all_points(concept: Concept, group: list[Comparison]) -> Sequence[Fraction]:
    if concept.kind is Kind.TEST:
        return [Fraction(0), Fraction(1)]
    return ANYTHING.points(Fraction(each.bound) for each in group)


def _amount(fact: Fact, concept: Concept, unit: str) -> Span:
    reported = reported_by(fact, concept)
    if reported is None:
        return ANYTHING
    factor = fact.raw.get("copies_per_iu")
    number = isinstance(factor, int | float | Decimal) and not isinstance(factor, bool) and 0 < factor < math.inf
    return in_unit(reported, unit, concept, Fraction(str(factor)) if number else None)


def reported_by(fact: Fact, concept: Concept) -> Reported | None:
    """The amount that a result reports; None where it may be anything."""
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


def of_ratios(subject: Subject, concept: Concept, ratio: UlnRatio, group: list[Comparison]) -> Outcomes:
    """What comparisons of a ratio to the upper limit of normal come to."""
    window = _window(subject, ratio.at, ratio.max_age)
    found: set[tuple[bool, ...]] = set()
    for fact in _counting(subject, concept.name, window):
        found |= _of_limit(fact, concept, group)
    return frozenset(found) or frozenset(product((True, False), repeat=len(group)))


def _of_limit(fact: Fact, concept: Concept, group: list[Comparison]) -> Outcomes:
    """A result as a multiple of its own upper limit of normal; unknown where that is missing or no plain amount."""
    reported, limit = reported_by(fact, concept), read_amount(fact.raw.get("uln"), None, concept)
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
        lambda name: latest_answers(subject, dictionary[name], result.at),
        lambda fact, name, unit: _amount(fact, dictionary[name], unit),
        window,
    )
