"""Which facts count at an anchor: ``worksheet.select``, for all subjects and concepts of a table at once."""

from __future__ import annotations

from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.words import choose, moment
from ucmsc_rules.values.dates import BEGINNING, FOREVER

NO_TIME = "-1"


def standing(  # noqa: PLR0913 - each is a part of one question
    source: str, where: str, at: At, max_age: int | None = None, *, first: str = "day_first", last: str = "day_last"
) -> str:
    """A query of those facts of ``source`` that may be the latest in the window, with their days ``f`` to ``l``.

    ``certain`` is whether a fact surely counts, too.
    """
    earliest, surely_from = str(BEGINNING), str(BEGINNING)
    if max_age is not None:
        earliest = f"greatest({at.first} - {max_age}, {BEGINNING})"
        within = f"greatest({at.last} - {max_age}, {BEGINNING})"
        surely_from = choose((f"{at.last} >= {FOREVER}", str(FOREVER)), otherwise=within)
    placed = f"SELECT x.*, {first} AS f, {last} AS l FROM {source} x WHERE {where}"
    possible = f"f <= {at.last} AND l >= {earliest}"
    facts = (
        f"SELECT d.*, (sure AND f >= {surely_from} AND l <= {at.first}) AS certain FROM ({placed}) d WHERE {possible}"
    )
    stands = (
        f"coalesce(latest_day, 0) <= p.l AND (p.m IS NULL OR coalesce(latest_time, 0) <= {moment('p.l', 'p.m')}) "
        "AND (p.amended OR NOT p.dated OR c.sid IS NULL)"
    )
    same_time = f"c.f = p.f AND c.l = p.l AND c.m = coalesce(p.m, {NO_TIME})"
    return (
        f"SELECT p.* FROM ({facts}) p "
        f"LEFT JOIN ({_latest(placed, at)}) g ON g.sid = p.sid AND g.cid = p.cid "
        f"LEFT JOIN ({_corrected(placed, possible)}) c ON c.sid = p.sid AND c.cid = p.cid AND {same_time} "
        f"WHERE {stands}"
    )


def _latest(placed: str, at: At) -> str:
    """The latest day and time that surely lie before the anchor; a fact that stands alone is never superseded."""
    counted = f"sure AND l <= {at.first}"
    return (
        f"SELECT sid, cid, max(CASE WHEN {counted} THEN f END) AS latest_day, "
        f"max(CASE WHEN {counted} AND m IS NOT NULL THEN {moment('f', 'm')} END) AS latest_time "
        f"FROM ({placed}) s GROUP BY sid, cid HAVING count(*) > 1"
    )


def _corrected(placed: str, possible: str) -> str:
    """The times for which something was amended or corrected."""
    return (
        f"SELECT DISTINCT sid, cid, f, l, coalesce(m, {NO_TIME}) AS m FROM ({placed}) s "
        f"WHERE {possible} AND amended AND dated AND sure"
    )
