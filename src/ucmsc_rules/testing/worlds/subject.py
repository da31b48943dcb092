"""One record under one ruleset, with every anchor on one day: persons, answers, and what all measures share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from itertools import product

from attrs import define

from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Comparison,
    Measure,
    Op,
    Result,
    Ruleset,
    UlnRatio,
)
from ucmsc_rules.testing.worlds.days import ANY_DAY, Days, ago, read_days, worth_trying
from ucmsc_rules.testing.worlds.events import Outcomes
from ucmsc_rules.testing.worlds.facts import BOTH, NO, Answers, Fact, told_of
from ucmsc_rules.testing.worlds.latest import answer_days, certainly_some, could_be_latest

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


def each_way(answers: Answers, group: list[Comparison]) -> Outcomes:
    """All comparisons of a group together, for each answer."""
    return frozenset(tuple(answer for _ in group) for answer in answers)


def numbers(points: Sequence[Fraction], group: Sequence[Comparison]) -> Outcomes:
    """What comparisons come to for each of some numbers."""
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


def ages(subject: Subject, facts: list[Fact], group: list[Comparison]) -> Outcomes:
    """Completed years; several birth dates: any day between the first and the last of them."""
    if not facts:
        return frozenset(product((True, False), repeat=len(group)))
    anchors = [(comparison, subject.days[at_of(comparison.measure)]) for comparison in group]
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


def at_of(measure: Measure) -> str:
    """The anchor at which a measure is read."""
    return measure.at if isinstance(measure, Age | Answer | Result | UlnRatio) else ""


def traits(facts: list[Fact], concept: Concept) -> list[int]:
    """The categories that facts leave possible; where they differ, all."""
    told = frozenset().union(*(told_of(fact, concept) for fact in facts))
    return sorted(told) if len(told) == 1 else list(range(len(concept.categories)))


# answers


def answers_of(fact: Fact, concept: Concept) -> Answers:
    """What a fact may answer to a question of yes or no."""
    return frozenset(place == 1 for place in told_of(fact, concept))


def recorded(facts: list[Fact], concept: Concept, level: int) -> Answers:
    """Whether any fact says so, on whatever day."""
    told = [told_of(fact, concept) for fact in facts]
    if any(each == {level} for each in told):
        return frozenset({True})
    return BOTH if any(level in each for each in told) else NO


def latest_answers(subject: Subject, concept: Concept, at: str) -> Answers:
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
        found |= BOTH if ended else answers_of(fact, concept)
    return found
