"""Worlds: which result is the latest, what happened when, and what else may have happened.

The facts of a concept do not depend on each other, so each is tried on its own days, and the answers are
joined: that gives the same set of answers as trying every combination.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Literal

from .days import ANY_DAY, Days, ago, worth_trying
from .facts import BOTH, Answers, Fact, without_superseded

NO = frozenset({False})


def either(*parts: Answers) -> Answers:
    """`or` over independent parts: what it can come to."""
    found = NO
    for part in parts:
        found = frozenset(a or b for a in found for b in part)
    return found


def both(one: Answers, other: Answers) -> Answers:
    """`and` over two independent parts."""
    return frozenset(a and b for a in one for b in other)


def negated(part: Answers) -> Answers:
    """`not`."""
    return frozenset(not a for a in part)


def result_days(fact: Fact) -> Days:
    """The days of a result; an undated one lies on any day, up to its record date where it has one."""
    return fact.when or Days(date.min, fact.recorded.last if fact.recorded else date.max)


def answer_days(fact: Fact, screening: date) -> Days:
    """The days of a yes/no fact; an undated one lies on some day up to its record date, else up to screening."""
    return fact.when or Days(date.min, fact.recorded.last if fact.recorded else screening)


def certainly_some(facts: list[Fact], first: date, last: date, days_of: Callable[[Fact], Days]) -> bool:
    """Whether in every world some fact lies from `first` to `last`."""
    return any(first <= days.first and days.last <= last for days in map(days_of, without_superseded(facts)))


def could_be_latest(facts: list[Fact], first: date, last: date, days_of: Callable[[Fact], Days]) -> list[Fact]:
    """The facts that are the latest from `first` to `last` in some world.

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
        if any(all(_can_be_out_of_the_way(other, day, days.time, first, last) for other in others) for day in tried):
            found.append(fact)
    return found


def _can_be_out_of_the_way(other: Days, day: date, time: str | None, first: date, last: date) -> bool:
    """Whether a fact has a day outside the window, or one that is not certainly later than the day and time."""
    tried = worth_trying(other, (first, last, day), every=3)
    return any(not first <= one <= last or not later(one, other.time, day, time) for one in tried)


def later(day: date, time: str | None, than: date, than_time: str | None) -> bool:
    """Certainly later: by day, or on the same day by two times of day."""
    return day > than or (day == than and time is not None and than_time is not None and time > than_time)


Shape = Literal["one day", "open end", "still going on"]


@dataclass(frozen=True)
class History:
    """A concept's events, and from which day on others, that nobody recorded, are possible (None: never)."""

    events: list[Fact]
    hidden_from: date | None
    shape: Shape = "one day"


def history(facts: list[Fact], screening: date, shape: Shape = "one day") -> History:
    """What is recorded of a kind of event, and what may be missing.

    One recorded event makes the history complete, unless a fact says that it is not or cannot be read. `none`
    says that there was nothing; one dated more than 28 days before screening says so only up to its date. An
    event beats a `none`. With no fact anything may have happened.
    """
    events = [fact for fact in facts if is_event(fact)]
    nones = [fact for fact in facts if fact.readable and fact.value == "none"]
    if len(events) + len(nones) < len(facts) or not all(fact.complete for fact in facts) or not facts:
        return History(events, date.min, shape)
    hidden_from = None if events else stale_from(nones, screening)
    return History(events, hidden_from, shape)


def is_event(fact: Fact) -> bool:
    """An event has the value yes (or true), or none at all but a date."""
    if "value" in fact.raw:
        return fact.readable and (fact.value == "yes" or fact.value is True)
    return fact.readable and (fact.when is not None or fact.until is not None or fact.ongoing)


def stale_from(nones: list[Fact], screening: date) -> date | None:
    """From which day on nothing is affirmed: the date of the `none` that reaches furthest, if it is too old."""
    reached = []
    for fact in nones:
        dated = fact.when or fact.recorded
        if dated is None or dated.first >= ago(screening, days=28):
            return None
        reached.append(dated.first)
    return max(reached)


Lived = Callable[[date, date], bool]


def happened(known: History, lived: Lived, edges: Iterable[date], screening: date, anchor: date) -> Answers:
    """Whether some event fulfils a condition on its start and end.

    An unrecorded event starts on any day that is not affirmed, and ends when it will.
    """
    edges = list(edges)
    parts = [
        frozenset(lived(start, end) for start, end in lives(event, known, edges, screening, anchor)) or BOTH
        for event in known.events
    ]
    if known.hidden_from is not None:
        starts = worth_trying(Days(known.hidden_from, date.max), edges)
        parts.append(NO | frozenset(lived(start, end) for start in starts for end in (start, date.max)))
    return either(*parts)


def lives(event: Fact, known: History, edges: list[date], screening: date, anchor: date) -> Iterable[tuple[date, date]]:
    """The starts and ends an event may have; no end is before its start.

    Undated, it starts on some day up to its record date, else up to the anchor. "ongoing": it had not ended on
    its record date, else at screening. Without `until` it has one day, or an unknown end, or still goes on, by
    the kind of event.
    """
    starts = event.when or Days(date.min, event.recorded.last if event.recorded else anchor)
    ends = event.until
    if event.ongoing:
        ends = Days(event.recorded.first if event.recorded else screening, date.max)
    elif ends is None and known.shape == "open end":
        ends = ANY_DAY
    elif ends is None and known.shape == "still going on":
        ends = Days(date.max, date.max)
    if ends is not None and event.when is None and event.until is not None:
        starts = starts.within(date.min, ends.last) or starts
    for start in worth_trying(starts, edges):
        if ends is None:
            yield start, start
        elif possible_ends := ends.within(start, date.max):
            yield from ((start, end) for end in worth_trying(possible_ends, edges, every=3))


def touches(first: date, last: date) -> Lived:
    """An event touches a window, both ends in, when any of its days does."""
    return lambda start, end: start <= last and end >= first


def mentioned(facts: Iterable[Fact]) -> set[date]:
    """The ends of every date on these facts."""
    told = [days for fact in facts for days in (fact.when, fact.until, fact.recorded) if days is not None]
    return {edge for days in told for edge in (days.first, days.last)}


def anchor_days(days: Days, facts: Iterable[Fact], screening: date, window: int) -> list[date]:
    """The days worth trying for an anchor: those next to a date told, and a window's length after it."""
    told = mentioned(facts) | {screening}
    return list(worth_trying(days, told | {ago(edge, days=-window) for edge in told}))
