"""Measures of events: how long before or after an anchor, for how long, and whether ever.

Each is worked out over all possible worlds: the least and the greatest that the days allow. Where anchor and event
are both uncertain the bounds may be wider than need be, never narrower.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from decimal import Decimal

from ucmsc_rules.facts.fact import NO, Fact
from ucmsc_rules.rules.model import Earliest, Ever, Longest, Nearest
from ucmsc_rules.values.dates import FOREVER, CalendarUnit, Span, ahead, elapsed
from ucmsc_rules.values.interval import INF, Interval
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import UNREADABLE, Measured, Used
from ucmsc_rules.worksheet.occurrences import History, Occurrence, history, only_none

Bounds = tuple[float, float]
Each = tuple[Occurrence | None, Bounds]
Measuring = Callable[[Occurrence, Span, CalendarUnit], Bounds]
NEVER: Bounds = (math.inf, math.inf)
_EVER = {(1.0, 1.0): "recorded", (0.0, 1.0): "perhaps in time", (0.0, 0.0): "not in time"}
AFFIRMED = "never, as affirmed"
_NEVER = Interval(INF, INF)
NOT_YET: Bounds = (-math.inf, -math.inf)


def measure_nearest(context: Context, measure: Nearest) -> Measured:
    """Elapsed units from the nearest event to the anchor, or on from the anchor: the least over the events."""
    if (none := only_none(context, measure.concept)) is not None:
        return Measured(_NEVER, (Used(none, _NEVER, elapsed=AFFIRMED),))
    anchor = context.anchor(measure.anchor)
    found = history(context, measure.concept, anchor)
    near = _ahead if measure.ahead else _before
    each: list[Each] = [(event, _if_sure(event, near(event, anchor, measure.unit))) for event in found.occurrences]
    if found.others_from is not None:
        lo, _ = near(_other(found.others_from), anchor, measure.unit)
        each.append((None, (lo, math.inf)))
    bounds = _least(bounds for _, bounds in each)
    return _measured(found, bounds, each, measure.unit)


def measure_earliest(context: Context, measure: Earliest) -> Measured:
    """Elapsed units from the end of the earliest event to the anchor: the greatest over the events."""
    anchor = context.anchor(measure.anchor)
    return _greatest_of(context, measure.concept, anchor, measure.unit, _since_end)


def measure_longest(context: Context, measure: Longest) -> Measured:
    """How many units the longest event lasted by the anchor."""
    anchor = context.anchor(measure.anchor)
    return _greatest_of(context, measure.concept, anchor, measure.unit, _lasted)


def measure_ever(context: Context, measure: Ever) -> Measured:
    """1 where an event was recorded, on any day up to the limiting anchor where that is given; 0 where none was."""
    if (none := only_none(context, measure.concept)) is not None:
        return Measured(NO, (Used(none, NO, elapsed=AFFIRMED),))
    limit = context.record.given.get(measure.until, FOREVER)
    found = history(context, measure.concept, Span(limit, limit))
    each: list[Each] = [(event, _if_sure_ever(event, _by(event, limit))) for event in found.occurrences]
    if found.others_from is not None:
        each.append((None, (0, float(found.others_from <= limit))))
    lo = max((bounds[0] for _, bounds in each), default=0.0)
    hi = max((bounds[1] for _, bounds in each), default=0.0)
    return _measured(found, (lo, hi), each, None)


def _greatest_of(context: Context, concept: str, anchor: Span, unit: CalendarUnit, measure: Measuring) -> Measured:
    found = history(context, concept, anchor)
    each: list[Each] = []
    for event in found.occurrences:
        lo, hi = measure(event, anchor, unit)
        each.append((event, (lo if event.surely else -math.inf, hi)))
    if found.others_from is not None:
        _, hi = measure(_other(found.others_from), anchor, unit)
        each.append((None, (-math.inf, hi)))
    lo = max((bounds[0] for _, bounds in each), default=-math.inf)
    hi = max((bounds[1] for _, bounds in each), default=-math.inf)
    return _measured(found, (lo, hi), each, unit)


# one event


def _before(event: Occurrence, anchor: Span, unit: CalendarUnit) -> Bounds:
    """From the event's end back to the anchor; an event that goes on at the anchor is no time away."""
    if event.start.first > anchor.last:
        return NEVER
    soonest = max(anchor.first, event.start.first)
    nearest = elapsed(min(event.end.last, soonest), soonest, unit)
    if event.start.last > anchor.first:
        return nearest, math.inf
    return nearest, elapsed(min(event.end.first, anchor.last), anchor.last, unit)


def _ahead(event: Occurrence, anchor: Span, unit: CalendarUnit) -> Bounds:
    """From the anchor on to the event's start; an event that goes on at the anchor is no time away."""
    if event.end.last < anchor.first:
        return NEVER
    latest = min(anchor.last, event.end.last)
    nearest = 0 if event.start.first <= latest else ahead(latest, event.start.first, unit)
    if event.end.first < anchor.last:
        return nearest, math.inf
    return nearest, 0 if event.start.last <= anchor.first else ahead(anchor.first, event.start.last, unit)


def _since_end(event: Occurrence, anchor: Span, unit: CalendarUnit) -> Bounds:
    if event.start.first > anchor.last:
        return NOT_YET
    farthest = elapsed(min(event.end.first, anchor.last), anchor.last, unit)
    if event.start.last > anchor.first:
        return -math.inf, farthest
    return elapsed(min(event.end.last, anchor.first), anchor.first, unit), farthest


def _lasted(event: Occurrence, anchor: Span, unit: CalendarUnit) -> Bounds:
    if event.start.first > anchor.last:
        return NOT_YET
    longest = elapsed(event.start.first, min(event.end.last, anchor.last), unit)
    if event.start.last > anchor.first:
        return -math.inf, longest
    return elapsed(event.start.last, min(max(event.end.first, event.start.last), anchor.first), unit), longest


def _by(event: Occurrence, limit: int) -> Bounds:
    return float(event.start.last <= limit), float(event.start.first <= limit)


def _other(first: int) -> Occurrence:
    """An event that nobody recorded, from a day on."""
    return Occurrence(Span(first, FOREVER), Span(first, FOREVER), surely=False, fact=None)


def _if_sure(event: Occurrence, bounds: Bounds) -> Bounds:
    return bounds if event.surely else (bounds[0], math.inf)


def _if_sure_ever(event: Occurrence, bounds: Bounds) -> Bounds:
    return bounds if event.surely else (0.0, bounds[1])


def _least(each: Iterable[Bounds]) -> Bounds:
    bounds = list(each)
    return min((lo for lo, _ in bounds), default=math.inf), min((hi for _, hi in bounds), default=math.inf)


# evidence


def _measured(found: History, bounds: Bounds, each: list[Each], unit: CalendarUnit | None) -> Measured:
    by_fact = {event.fact.path: spread for event, spread in each if event is not None and event.fact is not None}
    used = tuple([_used(fact, by_fact.get(fact.path), unit) for fact in found.used])
    return Measured(_interval(bounds), used, found.problems)


def _used(fact: Fact, bounds: Bounds | None, unit: CalendarUnit | None) -> Used:
    if not fact.readable:
        return Used(fact, _interval((-math.inf, math.inf)), note=UNREADABLE)
    if bounds is None:
        return Used(fact, _NEVER if unit else fact.value, elapsed=AFFIRMED)
    return Used(fact, _interval(bounds), elapsed=_elapsed_text(bounds, unit) if unit else _EVER[bounds])


def _elapsed_text(bounds: Bounds, unit: CalendarUnit) -> str:
    """An elapsed time in words.

    >>> _elapsed_text((3, 4), CalendarUnit.MONTHS), _elapsed_text((math.inf, math.inf), CalendarUnit.DAYS)
    ('3 to 4 months', 'not on that side of the anchor')
    """
    lo, hi = bounds
    if math.isinf(lo):
        return "not on that side of the anchor" if lo == hi else "not known"
    name = unit.value if hi != 1 else unit.value[:-1]
    if lo == hi:
        return f"{int(lo)} {name}"
    return f"{int(lo)} or more {unit.value}, or never" if math.isinf(hi) else f"{int(lo)} to {int(hi)} {name}"


def _interval(bounds: Bounds) -> Interval:
    if bounds == NEVER:
        return _NEVER
    return Interval(Decimal(bounds[0]), Decimal(bounds[1]))
