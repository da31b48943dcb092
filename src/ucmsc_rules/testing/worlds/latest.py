"""Results and answers: which of them is the latest in some world, and what it then says."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from itertools import product

from ucmsc_rules.testing.worlds.days import ANY_DAY, Days, worth_trying
from ucmsc_rules.testing.worlds.facts import BOTH, NO, YES, Answers, Fact, without_superseded

DaysOf = Callable[[Fact], Days]
Moment = tuple[date, str | None]
MOST_WORLDS = 20_000


def result_days(fact: Fact) -> Days:
    """The days of a result; an undated one lies on any day, up to its record date where it has one."""
    return fact.when or Days(date.min, fact.recorded.last if fact.recorded else date.max)


def answer_days(fact: Fact, anchor: date) -> Days:
    """The days of a yes/no fact; an undated one lies on some day up to its record date, else up to the anchor."""
    return fact.when or Days(date.min, fact.recorded.last if fact.recorded else anchor)


def certainly_some(facts: list[Fact], first: date, last: date, days_of: DaysOf) -> bool:
    """Whether in every world some fact lies from ``first`` to ``last``."""
    return any(
        first <= days.first and days.last <= last
        for fact in without_superseded(facts)
        for days in [days_of(fact)]
        if fact.readable or fact.raw.get("status") is None
    )


def could_be_latest(facts: list[Fact], first: date, last: date, days_of: DaysOf) -> list[Fact]:
    """The facts that are the latest from ``first`` to ``last`` in some world.

    A fact is the latest on a day of its own if each other one can lie outside the window or not after it.
    Where one of two facts of the same day has no time of day, either can be the later one.
    """
    dated = [(fact, days_of(fact)) for fact in without_superseded(facts)]
    edges = [edge for _, days in dated for edge in (days.first, days.last)]
    found = []
    for fact, days in dated:
        others = [other for rival, other in dated if rival is not fact]
        inside = days.within(first, last)
        tried = worth_trying(inside, edges) if inside else ()
        if any(all(_can_be_out_of_the_way(other, (day, days.time), first, last) for other in others) for day in tried):
            found.append(fact)
    return found


def _can_be_out_of_the_way(other: Days, moment: Moment, first: date, last: date) -> bool:
    """Whether a fact has a day outside the window, or one that is not certainly later than the moment."""
    tried = worth_trying(other, (first, last, moment[0]), every=3)
    return any(not first <= one <= last or not later((one, other.time), moment) for one in tried)


def later(one: Moment, other: Moment) -> bool:
    """Certainly later: by day, or on the same day by two times of day."""
    if one[0] != other[0]:
        return one[0] > other[0]
    return one[1] is not None and other[1] is not None and one[1] > other[1]


def consent_given(facts: list[Fact], anchor: date, answers: Callable[[Fact], Answers]) -> Answers:
    """Whether consent was signed by an anchor and not withdrawn, over all days and answers that facts may have.

    An undated signature lies on any day at all; an undated `no` on some day up to its record date, else the anchor.
    """
    facts = without_superseded(facts)
    if not facts:
        return BOTH
    dated = [[(answer, _consent_days(fact, anchor, signed=answer)) for answer in answers(fact)] for fact in facts]
    edges = {edge for told in dated for _, days in told for edge in (days.first, days.last)} | {anchor}
    options = [
        [(answer, (day, days.time)) for answer, days in told for day in worth_trying(days, edges, every=3)]
        for told in dated
    ]
    found: Answers = frozenset()
    for count, world in enumerate(product(*options)):
        signed = [moment for answer, moment in world if answer]
        found |= _given(signed, [moment for answer, moment in world if not answer], anchor)
        if found == BOTH or count > MOST_WORLDS:
            return BOTH
    return found


def _consent_days(fact: Fact, anchor: date, *, signed: bool) -> Days:
    return fact.when or (ANY_DAY if signed else answer_days(fact, anchor))


def _given(signed: list[Moment], refused: list[Moment], anchor: date) -> Answers:
    """Consent in one world, where only the order within a day may still be open.

    A refusal later than every signature, even after the anchor: not given. One that may be later: unknown.
    Only signatures after the anchor: not given. A refusal between a signature by the anchor and one after it:
    unknown.
    """
    by_anchor = [yes for yes in signed if yes[0] <= anchor]
    if not by_anchor or any(all(later(no, yes) for yes in signed) for no in refused):
        return NO
    if not _answered(signed, refused):
        return BOTH
    return YES if _answered(by_anchor, refused) else BOTH


def _answered(signed: list[Moment], refused: Iterable[Moment]) -> bool:
    """Whether after every refusal there is a signature."""
    return all(any(later(yes, no) for yes in signed) for no in refused)
