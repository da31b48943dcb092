"""Which facts count at an anchor: ``worksheet.select``, for all subjects and concepts of a table at once."""

from __future__ import annotations

from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.words import choose, moment
from ucmsc_rules.values.dates import BEGINNING, FOREVER

PARTS = "sid, cid"


def standing(  # noqa: PLR0913 - each is a part of one question
    source: str, where: str, at: At, max_age: int | None = None, *, first: str = "day_first", last: str = "day_last"
) -> str:
    """A query of the facts of ``source`` with their possible days ``f`` to ``l``, and two columns more.

    ``stands``: it may be the latest in the window; ``certain``: it stands, and surely counts.
    """
    earliest, surely_from = str(BEGINNING), str(BEGINNING)
    if max_age is not None:
        earliest = f"greatest({at.first} - {max_age}, {BEGINNING})"
        within = f"greatest({at.last} - {max_age}, {BEGINNING})"
        surely_from = choose((f"{at.last} >= {FOREVER}", str(FOREVER)), otherwise=within)
    placed = f"SELECT x.*, {first} AS f, {last} AS l FROM {source} x WHERE {where}"
    asked = (
        f"SELECT d.*, (f <= {at.last} AND l >= {earliest}) AS possible, (sure AND l <= {at.first}) AS counted "
        f"FROM ({placed}) d"
    )
    ranked = (
        f"SELECT p.*, max(CASE WHEN counted THEN f END) OVER (PARTITION BY {PARTS}) AS latest_day, "
        f"max(CASE WHEN counted AND m IS NOT NULL THEN {moment('f', 'm')} END) OVER (PARTITION BY {PARTS}) "
        "AS latest_time, "
        "max(CASE WHEN possible AND amended AND dated AND sure THEN 1 END) "
        f"OVER (PARTITION BY {PARTS}, f, l, m) AS corrected FROM ({asked}) p"
    )
    stands = (
        f"possible AND coalesce(latest_day, 0) <= l AND (m IS NULL OR coalesce(latest_time, 0) <= {moment('l', 'm')}) "
        "AND (amended OR NOT dated OR corrected IS NULL)"
    )
    return (
        f"SELECT w.*, ({stands}) AS stands, "
        f"(({stands}) AND sure AND f >= {surely_from} AND l <= {at.first}) AS certain FROM ({ranked}) w"
    )
