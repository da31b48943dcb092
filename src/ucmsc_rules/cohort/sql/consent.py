"""The measure of a consent as SQL: given by an anchor, and not taken back (``worksheet.results.measure_given``)."""

from __future__ import annotations

from ucmsc_rules.cohort.sql.anchors import ANY_TIME, At
from ucmsc_rules.cohort.sql.answers import PLACED, Asked
from ucmsc_rules.cohort.sql.piece import Piece, bounds
from ucmsc_rules.cohort.sql.standing import standing
from ucmsc_rules.cohort.sql.words import ONE, ZERO, choose
from ucmsc_rules.values.dates import BEGINNING, FOREVER

_YES = "lo0 = 1 AND hi0 = 1"


def consent(signed: str, table: str, asked: Asked, at: At) -> Piece:
    """The piece with one consent, from the table of its ``signatures``."""
    base = f"(SELECT g.*, {_late_yes(at)} AS late FROM {signed} g)"
    by_anchor = _latest(base, "TRUE", at)
    of_all = _latest(base, "TRUE", ANY_TIME)
    counting = _latest(base, "NOT late", ANY_TIME)
    signed_lo = f"CASE WHEN coalesce(b.certain, 0) = 1 THEN b.lo ELSE {ZERO} END"
    signed_hi = f"CASE WHEN coalesce(b.certain, 0) = 1 THEN b.hi ELSE greatest({ZERO}, b.hi) END"
    joined = (
        f"SELECT s.sid, s.readable, s.mended, {signed_lo} AS signed_lo, {signed_hi} AS signed_hi, "
        "least(a.lo, c.lo) AS last_lo, greatest(a.hi, c.hi) AS last_hi "
        f"FROM ({_summary(base, at)}) s LEFT JOIN ({by_anchor}) b ON b.sid = s.sid "
        f"LEFT JOIN ({of_all}) a ON a.sid = s.sid LEFT JOIN ({counting}) c ON c.sid = s.sid"
    )
    refused = "(signed_lo = 0 AND signed_hi = 0) OR (last_lo = 0 AND last_hi = 0)"
    open_again = f"readable = 0 OR (mended = 1 AND ({refused}))"
    lo = choose((open_again, ZERO), otherwise="least(signed_lo, last_lo)")
    hi = choose((open_again, ONE), otherwise="least(signed_hi, last_hi)")
    return Piece(table, f"SELECT sid, {bounds(asked.place, lo, hi)} FROM ({joined}) j", {asked.place: (ZERO, ONE)})


def signatures(facts: str, asked: Asked, at: At) -> str:
    """The facts on their days; a signature without a date may be of any day."""
    anywhere = f"NOT dated AND {_YES}"
    first = choose((f"{anywhere} OR {PLACED}", str(BEGINNING)), otherwise="day_first")
    last = choose((anywhere, str(FOREVER)), (PLACED, at.first), otherwise="day_last")
    return f"SELECT y.*, {first} AS p1, {last} AS p2 FROM {facts} y WHERE cid = {asked.concept}"


def _late_yes(at: At) -> str:
    return f"(readable AND p1 > {at.last} AND {_YES})"


def _latest(base: str, where: str, at: At) -> str:
    return (
        "SELECT sid, max(CASE WHEN certain THEN 1 ELSE 0 END) AS certain, min(lo0) AS lo, max(hi0) AS hi "
        f"FROM ({standing(base, base, where, at, first='p1', last='p2')}) z GROUP BY sid"
    )


def _summary(base: str, at: At) -> str:
    later = f"max(CASE WHEN p2 > {at.last} AND hi0 = 1 THEN 1 ELSE 0 END)"
    before = f"max(CASE WHEN NOT late AND p1 <= {at.last} AND hi0 = 1 THEN 1 ELSE 0 END)"
    readable = "max(CASE WHEN readable THEN 1 ELSE 0 END)"
    return f"SELECT sid, {readable} AS readable, least({later}, {before}) AS mended FROM {base} q GROUP BY sid"
