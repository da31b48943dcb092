"""How long before or after an anchor, for how long, and whether ever: ``worksheet.windows`` for one row of SQL.

A row has ``sf``, ``sl``, ``ef``, ``el`` (the possible start and end), ``at_first`` and ``at_last``, and whether it
``occurs`` and ``surely`` so.
"""

from __future__ import annotations

from ucmsc_rules.cohort.sql.dialect import Dialect
from ucmsc_rules.cohort.sql.words import INF, MINUS_INF, ONE, ZERO, ahead, choose, elapsed
from ucmsc_rules.rules.model import Earliest, Ever, Longest, Nearest
from ucmsc_rules.values.dates import CalendarUnit

_AHEAD = "_ahead"


def form_of(measure: Nearest | Earliest | Longest | Ever) -> str:
    """The name under which measures of one form share their columns.

    >>> form_of(Nearest("gi_bleeding", CalendarUnit.MONTHS, "screening"))
    'nearest_months'
    """
    if isinstance(measure, Ever):
        return "ever"
    way = _AHEAD if isinstance(measure, Nearest) and measure.ahead else ""
    return f"{type(measure).__name__.lower()}_{measure.unit.value}{way}"


def spread_of(dialect: Dialect, measure: Nearest | Earliest | Longest | Ever) -> tuple[str, str]:
    """The aggregated bounds over the events of a subject, as two columns."""
    lo, hi = _bounds(dialect, measure)
    match measure:
        case Nearest():
            merge, unsure_lo, unsure_hi = "min", lo, INF
        case Ever():
            merge, unsure_lo, unsure_hi = "max", ZERO, hi
        case _:
            merge, unsure_lo, unsure_hi = "max", MINUS_INF, hi
    name = form_of(measure)
    least = choose(("occurs AND surely", lo), ("occurs", unsure_lo))
    most = choose(("occurs AND surely", hi), ("occurs", unsure_hi))
    return f"{merge}({least}) AS lo_{name}", f"{merge}({most}) AS hi_{name}"


def others_in(dialect: Dialect, measure: Nearest | Earliest | Longest | Ever) -> tuple[str, str]:
    """The bounds with the events that nobody recorded, from the day ``others`` on, where that is not NULL."""
    name, in_time = form_of(measure), "others <= at_last"
    lo, hi = f"lo_{name}", f"hi_{name}"
    match measure:
        case Nearest(unit=unit, ahead=True):
            other = choose((in_time, ZERO), otherwise=ahead(dialect, "at_last", "others", unit))
            return _known(f"least({lo}, {other})", lo, INF), f"coalesce({hi}, {INF})"
        case Nearest():
            other = choose((in_time, ZERO), otherwise=INF)
            return _known(f"least({lo}, {other})", lo, INF), f"coalesce({hi}, {INF})"
        case Ever():
            other = choose((in_time, ONE), otherwise=ZERO)
            return f"coalesce({lo}, {ZERO})", _known(f"greatest({hi}, {other})", hi, ZERO)
        case Earliest(unit=unit) | Longest(unit=unit):
            other = choose((in_time, elapsed(dialect, "others", "at_last", unit)), otherwise=MINUS_INF)
            return f"coalesce({lo}, {MINUS_INF})", _known(f"greatest({hi}, {other})", hi, MINUS_INF)


def _known(with_others: str, alone: str, nothing: str) -> str:
    return choose(("others IS NOT NULL", with_others), otherwise=f"coalesce({alone}, {nothing})")


def _bounds(dialect: Dialect, measure: Nearest | Earliest | Longest | Ever) -> tuple[str, str]:
    match measure:
        case Nearest(unit=unit, ahead=True):
            return _ahead(dialect, unit)
        case Nearest(unit=unit):
            return _before(dialect, unit)
        case Earliest(unit=unit):
            return _since_end(dialect, unit)
        case Longest(unit=unit):
            return _lasted(dialect, unit)
        case Ever():
            return choose(("sl <= at_last", ONE), otherwise=ZERO), choose(("sf <= at_last", ONE), otherwise=ZERO)


def _before(dialect: Dialect, unit: CalendarUnit) -> tuple[str, str]:
    soonest = "greatest(at_first, sf)"
    nearest = elapsed(dialect, f"least(el, {soonest})", soonest, unit)
    farthest = elapsed(dialect, "least(ef, at_last)", "at_last", unit)
    return (
        choose(("sf > at_last", INF), otherwise=nearest),
        choose(("sf > at_last OR sl > at_first", INF), otherwise=farthest),
    )


def _ahead(dialect: Dialect, unit: CalendarUnit) -> tuple[str, str]:
    latest = "least(at_last, el)"
    soonest = choose((f"sf <= {latest}", ZERO), otherwise=ahead(dialect, latest, "sf", unit))
    farthest = choose(("sl <= at_first", ZERO), otherwise=ahead(dialect, "at_first", "sl", unit))
    return (
        choose(("el < at_first", INF), otherwise=soonest),
        choose(("el < at_first OR ef < at_last", INF), otherwise=farthest),
    )


def _since_end(dialect: Dialect, unit: CalendarUnit) -> tuple[str, str]:
    nearest = elapsed(dialect, "least(el, at_first)", "at_first", unit)
    farthest = elapsed(dialect, "least(ef, at_last)", "at_last", unit)
    return (
        choose(("sf > at_last OR sl > at_first", MINUS_INF), otherwise=nearest),
        choose(("sf > at_last", MINUS_INF), otherwise=farthest),
    )


def _lasted(dialect: Dialect, unit: CalendarUnit) -> tuple[str, str]:
    longest = elapsed(dialect, "sf", "least(el, at_last)", unit)
    shortest = elapsed(dialect, "sl", "least(greatest(ef, sl), at_first)", unit)
    return (
        choose(("sf > at_last OR sl > at_first", MINUS_INF), otherwise=shortest),
        choose(("sf > at_last", MINUS_INF), otherwise=longest),
    )
