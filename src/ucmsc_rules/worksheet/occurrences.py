"""What is known of a concept's events: each one's possible start and end, and whether there may be others."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import evolve

from ucmsc_rules.facts.concepts import OpenEnd
from ucmsc_rules.facts.fact import NO, ONGOING, YES, Fact, Problem
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.rules.model import CountsAs
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.worksheet.compare import compare
from ucmsc_rules.worksheet.context import Context


@frozen_to_mypy
class Occurrence:
    """One event: the days on which it may have started and ended. Where ``surely`` is false it may not have been."""

    start: Span
    end: Span
    surely: bool
    fact: Fact | None


@frozen_to_mypy
class History:
    """A concept's events; ``others_from`` is the first day of others that may have been, None where there are none."""

    occurrences: tuple[Occurrence, ...]
    others_from: int | None
    used: tuple[Fact, ...]
    problems: tuple[Problem, ...]


def history(context: Context, concept: str, anchor: Span) -> History:
    """What is known of a concept's events, as a window at the anchor reads them.

    One recorded event completes the history, unless a fact says otherwise or cannot be read. ``none`` affirms that
    there was none; dated too long before the ruleset's anchor, only up to its date. An event beats a ``none``.
    """
    facts, problems = _current(context, concept)
    events = [fact for fact in facts if fact.readable and fact.value == YES]
    nones = [fact for fact in facts if fact.readable and fact.value != YES]
    derived = [occurrence for rule in context.ruleset.counts_as if rule.event == concept
               for occurrence in _counted(context, rule)]  # fmt: skip
    if not facts and not derived:
        return History((), BEGINNING, (), tuple(problems))
    recorded = [_occurrence(context, fact, anchor) for fact in events]
    # an unreadable result has no day of its own here: it leaves the whole history open
    known = [*recorded, *(found for found in derived if found.fact is None or found.fact.readable)]
    in_time = [found for found in known if found.start.first <= anchor.last]
    direct = any(not _may_be_past(context, found) for found in recorded)
    others = _others_from(context, facts, nones, in_time, direct=direct)
    if any(found.fact is not None and not found.fact.readable for found in derived):
        others = BEGINNING
    used = (*facts, *(found.fact for found in derived if found.fact is not None))
    surely = [found for found in in_time if found.surely]
    problems += [problem for none in nones for problem in _contradicted(none, surely)]
    return History(tuple(known), others, used, tuple(problems))


def only_none(context: Context, concept: str) -> Fact | None:
    """The ``none`` that is all that is recorded of a concept, where it speaks for all days; most histories are such."""
    facts = context.facts(concept)
    if len(facts) != 1 or any(rule.event == concept for rule in context.ruleset.counts_as):
        return None
    fact = facts[0]
    undated = not fact.dated and fact.recorded is None
    return fact if undated and fact.readable and fact.complete and fact.value == NO else None


def _current(context: Context, concept: str) -> tuple[list[Fact], list[Problem]]:
    """The facts without plans for a day that is past; these do not count, and are warned about."""
    facts = list(context.facts(concept))
    if not context.ruleset.dictionary[concept].planned:
        return facts, []
    today = context.anchor(context.ruleset.settings.at)
    past = [fact for fact in facts if fact.readable and fact.dated and fact.value == YES
            and fact.days.last < today.first]  # fmt: skip
    message = f"was planned for a day before {context.ruleset.settings.at}, so it does not count; give the new plan"
    problems = [Problem("warning", f"{fact.path}.when", f"{concept} {fact.when} {message}") for fact in past]
    passed = {fact.path for fact in past}
    return [fact for fact in facts if fact.path not in passed], problems


def _occurrence(context: Context, fact: Fact, anchor: Span) -> Occurrence:
    """The possible start and end of a recorded event."""
    start = fact.days if fact.dated else _undated_start(context, fact, anchor)
    end = _end(context, fact, start)
    start = Span(start.first, min(start.last, end.last))
    found = Occurrence(start, Span(max(start.first, end.first), end.last), fact.counts_surely, fact)
    return evolve(found, surely=False) if _may_be_past(context, found) else found


def _may_be_past(context: Context, event: Occurrence) -> bool:
    """Whether an event is a plan for a day that may lie before the ruleset's anchor: such a plan may not count."""
    planned = event.fact is not None and event.fact.concept.planned
    return planned and event.start.first < context.anchor(context.ruleset.settings.at).first


def _undated_start(context: Context, fact: Fact, anchor: Span) -> Span:
    if fact.concept.planned:
        from_day = fact.recorded if fact.recorded is not None else context.anchor(context.ruleset.settings.at)
        return Span(from_day.first, FOREVER)
    return Span(BEGINNING, anchor.first if fact.recorded is None else fact.recorded.last)


def _end(context: Context, fact: Fact, start: Span) -> Span:
    if fact.concept.planned:  # a plan counts by its day; one for an earlier day does not, however long it was to take
        return start
    if fact.until == ONGOING:
        on = fact.recorded if fact.recorded is not None else context.anchor(context.ruleset.settings.at)
        return Span(on.first, FOREVER)
    if fact.until is not None:
        return fact.until
    match fact.concept.open_end:
        case OpenEnd.ONE_DAY:
            return start
        case OpenEnd.UNKNOWN:
            return Span(start.first, FOREVER)
        case OpenEnd.ONGOING:
            return Span(FOREVER, FOREVER)
        case _:
            message = f"not an open end: {fact.concept.open_end!r}"
            raise TypeError(message)


def _counted(context: Context, rule: CountsAs) -> Iterator[Occurrence]:
    """The results that count as events on their day; those that cannot be read, as possible ones."""
    for fact in context.facts(rule.result):
        if not fact.readable:
            yield Occurrence(fact.days, fact.days, surely=False, fact=fact)
            continue
        truth = compare(rule.op, float(fact.value.lo), float(fact.value.hi), float(rule.bound))
        if truth is not Truth.FALSE:
            yield Occurrence(fact.days, fact.days, truth is Truth.TRUE, fact)


def _others_from(
    context: Context, facts: list[Fact], nones: list[Fact], against: list[Occurrence], *, direct: bool
) -> int | None:
    if any(not fact.readable or not fact.complete for fact in facts):
        return BEGINNING
    if direct:
        return None
    days = [_silent_after(context, none, against) for none in nones]
    if not days:
        return BEGINNING
    return None if None in days else max(day for day in days if day is not None)


def _silent_after(context: Context, none: Fact, against: list[Occurrence]) -> int | None:
    """The first day that a ``none`` says nothing of; None where it speaks for all days up to the anchor."""
    if against:  # events that are read out of results beat a none, too, be it that they may be none themselves
        return BEGINNING
    asked = _asked(none)
    settings = context.ruleset.settings
    today = context.anchor(settings.at)
    if asked is None or asked.first >= today.first - settings.none_not_older_than:
        return None
    return asked.first  # what followed on the same day was not asked


def _asked(none: Fact) -> Span | None:
    """When a ``none`` was said: the one of its two dates that may be the earlier."""
    spans = [span for span in (none.days if none.dated else None, none.recorded) if span is not None]
    return min(spans, key=lambda span: span.first, default=None)


def _contradicted(none: Fact, against: list[Occurrence]) -> list[Problem]:
    asked = _asked(none)
    events = [found for found in against if found.fact is not None
              and (asked is None or found.start.first <= asked.last)]  # fmt: skip
    if not events or events[0].fact is None:
        return []
    event = events[0].fact
    message = (
        f'"none" contradicts {event.concept.name} {event.reported} ({event.path}); '
        "the event counts, correct one of them"
    )
    return [Problem("warning", f"{none.path}.value", message)]
