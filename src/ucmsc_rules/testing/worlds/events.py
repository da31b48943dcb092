"""Events: what happened when, and what else may have happened, in all the worlds that the facts allow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from datetime import date
from typing import Any

from attrs import evolve, frozen

from ucmsc_rules.facts.concepts import Concept, OpenEnd
from ucmsc_rules.testing.worlds.days import ANY_DAY, Days, ago, worth_trying
from ucmsc_rules.testing.worlds.facts import Fact

Lived = Callable[[date, date], tuple[bool, ...]]
Outcomes = frozenset[tuple[bool, ...]]


@frozen
class History:
    """A concept's events, and from which day on others, that nobody recorded, are possible (None: never)."""

    events: tuple[Fact, ...]
    hidden_from: date | None


def is_event(fact: Fact) -> bool:
    """An event has the value yes (or true), or none at all but a date."""
    if "value" in fact.raw:
        value: Any = fact.value
        return fact.readable and (value is True or (isinstance(value, str) and value.strip().lower() == "yes"))
    return fact.readable and (fact.when is not None or fact.until is not None or fact.ongoing)


def _is_none(fact: Fact) -> bool:
    return fact.readable and isinstance(fact.value, str) and fact.value.strip().lower() == "none"


def history(facts: list[Fact], at: date, none_max_age: int) -> History:
    """What is recorded of a kind of event, and what may be missing.

    One recorded event makes the history complete, unless a fact says that it is not or cannot be read. `none`
    says that there was nothing; one that is too old at ``at`` says so only up to its date. An event beats a `none`.
    With no fact anything may have happened.
    """
    events = tuple(fact for fact in facts if is_event(fact))
    nones = [fact for fact in facts if _is_none(fact)]
    if len(events) + len(nones) < len(facts) or not all(fact.complete for fact in facts) or not facts:
        return History(events, date.min)
    return History(events, None if events else _stale_from(nones, ago(at, days=none_max_age)))


def _stale_from(nones: list[Fact], oldest: date) -> date | None:
    """From which day on nothing is affirmed: the date of the `none` that reaches furthest, if it is too old."""
    reached = []
    for fact in nones:
        dated = [days.first for days in (fact.when, fact.recorded) if days is not None]
        if not dated or min(dated) >= oldest:
            return None
        reached.append(min(dated))
    return max(reached)


def happened(  # noqa: PLR0913, PLR0917 - what an event may be depends on all of them
    known: History, concept: Concept, lived: Lived, edges: Iterable[date], at: date, anchor: date
) -> Outcomes:
    """Which of some conditions on its start and end some event fulfils: a tuple of answers for each world.

    An unrecorded event starts on any day that is not affirmed, and ends when it will.
    """
    edges = set(edges)
    empty = lived(date.max, date.max)
    nothing = tuple(False for _ in empty)
    parts: list[Outcomes] = []
    for event in known.events:
        outcomes = frozenset(lived(*days) for days in _lives(event, concept, edges, at, anchor))
        parts.append(outcomes or frozenset({nothing, tuple(True for _ in empty)}))
    if known.hidden_from is not None:
        starts = worth_trying(Days(known.hidden_from, date.max), edges)
        parts.append(frozenset({nothing, *(lived(start, end) for start in starts for end in (start, date.max))}))
    return some(parts, nothing)


def some(parts: Iterable[Outcomes], nothing: tuple[bool, ...]) -> Outcomes:
    """`or`, condition by condition, over parts that do not depend on each other."""
    found: Outcomes = frozenset({nothing})
    for part in parts:
        found = frozenset(tuple(map(max, one, other)) for one in found for other in part)
    return found


def _lives(event: Fact, concept: Concept, edges: set[date], at: date, anchor: date) -> Iterator[tuple[date, date]]:
    """The starts and ends that an event may have; no end is before its start.

    Undated, it starts on some day up to its record date, else up to the anchor. "ongoing": it had not ended on
    its record date, else at ``at``. Without `until` it has one day, or an unknown end, or still goes on, by the kind
    of event. A plan counts by its day alone.
    """
    starts = event.when or Days(date.min, event.recorded.last if event.recorded else anchor)
    ends = _ends(event, concept, at)
    if ends is not None and event.when is None and event.until is not None:
        starts = starts.within(date.min, ends.last) or starts
    edges = edges | ({ends.first, ends.last} if ends is not None else set())
    for start in worth_trying(starts, edges):
        if ends is None:
            yield start, start
        elif possible_ends := ends.within(start, date.max):
            yield from ((start, end) for end in worth_trying(possible_ends, edges, every=3))


def _ends(event: Fact, concept: Concept, at: date) -> Days | None:
    if concept.planned:
        return None
    if event.ongoing:
        return Days(event.recorded.first if event.recorded else at, date.max)
    if event.until is None and concept.open_end is OpenEnd.UNKNOWN:
        return ANY_DAY
    if event.until is None and concept.open_end is OpenEnd.ONGOING:
        return Days(date.max, date.max)
    return event.until


def planned(facts: list[Fact], at: date) -> Iterator[list[Fact]]:
    """The facts of a plan in each kind of world: a plan for a day before ``at`` is as if nobody had reported it.

    An undated plan lies on some day from its record date, else from ``at``, on.
    """
    dated = [_dated_plan(fact, at) for fact in facts]
    for place, fact in enumerate(dated):
        if is_event(fact) and fact.when and fact.when.first < at:
            others = dated[:place] + dated[place + 1 :]
            yield from planned(others, at)
            if counted := fact.when.within(at, date.max):
                yield from planned([*others, evolve(fact, when=counted)], at)
            return
    yield dated


def _dated_plan(fact: Fact, at: date) -> Fact:
    if not is_event(fact) or fact.when is not None:
        return fact
    return evolve(fact, when=Days(fact.recorded.first if fact.recorded else at, date.max))
