"""Which facts count at an anchor: ``worksheet.select``, for all subjects and concepts of a table at once."""

from __future__ import annotations

from collections.abc import Mapping

from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.words import choose, moment
from ucmsc_rules.values.dates import BEGINNING, FOREVER

NO_TIME = "-1"


def standing(  # noqa: PLR0913 - each is a part of one question
    source: str,
    many: str,
    where: str,
    at: At,
    max_age: int | None = None,
    *,
    first: str = "day_first",
    last: str = "day_last",
) -> str:
    """A query of those facts of ``source`` that may be the latest in the window, with their days ``f`` to ``l``.

    ``certain`` is whether a fact surely counts, too. A fact that is all that there is of its concept, as most are, is
    never superseded; ``multi`` says of which there are several, and those are read from ``many``.
    """
    earliest, surely_from = str(BEGINNING), str(BEGINNING)
    if max_age is not None:
        earliest = f"greatest({at.first} - {max_age}, {BEGINNING})"
        within = f"greatest({at.last} - {max_age}, {BEGINNING})"
        surely_from = choose((f"{at.last} >= {FOREVER}", str(FOREVER)), otherwise=within)
    days = f"SELECT x.*, {first} AS f, {last} AS l"
    single, several = (
        f"{days} FROM {source} x WHERE NOT multi AND {where}",
        f"{days} FROM {many} x WHERE multi AND {where}",
    )
    possible = f"f <= {at.last} AND l >= {earliest}"
    certain = f"(sure AND f >= {surely_from} AND l <= {at.first}) AS certain"
    stands = (
        f"coalesce(latest_day, 0) <= p.l AND (p.m IS NULL OR coalesce(latest_time, 0) <= {moment('p.l', 'p.m')}) "
        "AND (p.amended OR NOT p.dated OR c.sid IS NULL)"
    )
    same_time = f"c.f = p.f AND c.l = p.l AND c.m = coalesce(p.m, {NO_TIME})"
    return (
        f"SELECT d.*, {certain} FROM ({single}) d WHERE {possible} UNION ALL "
        f"SELECT p.* FROM (SELECT d.*, {certain} FROM ({several}) d WHERE {possible}) p "
        f"LEFT JOIN ({_latest(several, at)}) g ON g.sid = p.sid AND g.cid = p.cid "
        f"LEFT JOIN ({_corrected(several, possible)}) c ON c.sid = p.sid AND c.cid = p.cid AND {same_time} "
        f"WHERE {stands}"
    )


def by_concept(standing_query: str, kept: Mapping[str, tuple[str, str]]) -> str:
    """A row for each subject and concept: of several facts that stand, each column's aggregate.

    ``kept`` gives for each column the aggregate and what it is taken over; ``certain`` becomes 0 or 1.
    """
    one = ", ".join(f"{column} AS {name}" for name, (_, column) in kept.items())
    several = ", ".join(f"{aggregate}({column}) AS {name}" for name, (aggregate, column) in kept.items())
    certain = "CASE WHEN certain THEN 1 ELSE 0 END"
    return (
        f"SELECT sid, cid, {certain} AS certain, {one} FROM ({standing_query}) a WHERE NOT multi UNION ALL "
        f"SELECT sid, cid, max({certain}) AS certain, {several} FROM ({standing_query}) b WHERE multi GROUP BY sid, cid"
    )


def _latest(placed: str, at: At) -> str:
    """The latest day and time that surely lie before the anchor."""
    counted = f"sure AND l <= {at.first}"
    return (
        f"SELECT sid, cid, max(CASE WHEN {counted} THEN f END) AS latest_day, "
        f"max(CASE WHEN {counted} AND m IS NOT NULL THEN {moment('f', 'm')} END) AS latest_time "
        f"FROM ({placed}) s GROUP BY sid, cid"
    )


def _corrected(placed: str, possible: str) -> str:
    """The times for which something was amended or corrected."""
    return (
        f"SELECT DISTINCT sid, cid, f, l, coalesce(m, {NO_TIME}) AS m FROM ({placed}) s "
        f"WHERE {possible} AND amended AND dated AND sure"
    )
