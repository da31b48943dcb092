"""Measures of events as SQL: the histories of ``worksheet.occurrences``, measured as ``worksheet.windows`` does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.dialect import Dialect
from ucmsc_rules.cohort.sql.elapsing import form_of, others_in, spread_of
from ucmsc_rules.cohort.sql.piece import Piece, bounds
from ucmsc_rules.cohort.sql.words import INF, MINUS_INF, ONE, ZERO, choose, listed
from ucmsc_rules.rules.model import Earliest, Ever, Longest, Nearest
from ucmsc_rules.values.dates import BEGINNING, FOREVER

EventMeasure = Nearest | Earliest | Longest | Ever
NOTHING = {Nearest: (ZERO, INF), Earliest: (MINUS_INF, INF), Longest: (MINUS_INF, INF), Ever: (ZERO, ONE)}


@frozen
class Counted:
    """Results of a concept that count as events of another; ``column`` holds ``surely`` or ``perhaps`` for those."""

    event: int
    result: int
    column: str


@frozen
class EventsAt:
    """The events that are asked for at one anchor; ``concepts`` gives each concept's number.

    ``today`` is the ruleset's own anchor. ``planned``, ``unknown_end`` and ``ongoing`` are the numbers of concepts
    of these kinds.
    """

    at: At
    today: At
    measures: Sequence[tuple[int, EventMeasure]]
    concepts: Mapping[str, int]
    planned: Sequence[int]
    unknown_end: Sequence[int]
    ongoing: Sequence[int]
    counted: Sequence[Counted]
    none_not_older_than: int


def events(dialect: Dialect, facts: str, results: str, table: str, asked: EventsAt) -> Piece:
    """The piece with all measures of events at one anchor, of facts of events and of results that count as such."""
    found = _histories(dialect, facts, results, asked)
    columns = []
    for place, measure in asked.measures:
        mine = f"cid = {asked.concepts[measure.concept]}"
        lo, hi = others_in(dialect, measure)
        columns.append(bounds(place, f"max(CASE WHEN {mine} THEN {lo} END)", f"max(CASE WHEN {mine} THEN {hi} END)"))
    query = f"SELECT sid, {', '.join(columns)} FROM ({found}) h GROUP BY sid"
    return Piece(table, query, {place: NOTHING[type(measure)] for place, measure in asked.measures})


def _histories(dialect: Dialect, facts: str, results: str, asked: EventsAt) -> str:
    """For each subject and concept: from when others may have been, and the bounds over the events that are known."""
    forms = {form_of(measure): measure for _, measure in asked.measures}
    spread = [column for measure in forms.values() for column in spread_of(dialect, measure)]
    others = choose(
        ("max(CASE WHEN bad THEN 1 END) = 1", str(BEGINNING)),
        ("max(CASE WHEN recorded AND surely THEN 1 END) = 1", "NULL"),
        ("max(CASE WHEN is_none THEN 1 END) IS NULL", str(BEGINNING)),
        ("max(CASE WHEN occurs AND sf <= at_last THEN 1 END) = 1", str(BEGINNING)),
        ("max(CASE WHEN is_none AND silent_after IS NULL THEN 1 END) = 1", "NULL"),
        otherwise="max(silent_after)",
    )
    keep = "max(at_first) AS at_first, max(at_last) AS at_last"
    occurrences = _occurrences(facts, results, asked)
    return f"SELECT sid, cid, {keep}, {others} AS others, {', '.join(spread)} FROM ({occurrences}) o GROUP BY sid, cid"


def _occurrences(facts: str, results: str, asked: EventsAt) -> str:
    """A row for each fact that speaks of an event, with its possible start (sf to sl) and end (ef to el)."""
    numbers = {asked.concepts[measure.concept] for _, measure in asked.measures}
    parts = [_recorded(facts, asked, numbers)]
    parts += [_derived(results, asked, each) for each in asked.counted if each.event in numbers]
    return " UNION ALL ".join(parts)


def _recorded(facts: str, asked: EventsAt, numbers: set[int]) -> str:
    planned, today = f"cid IN {listed(asked.planned)}", asked.today.first
    start_first = choose(
        ("dated", "day_first"), (planned, f"coalesce(rf, {today})"), otherwise=str(BEGINNING),
    )  # fmt: skip
    start_last = choose(
        ("dated", "day_last"), (planned, str(FOREVER)), otherwise=f"coalesce(rl, {asked.at.first})",
    )  # fmt: skip
    has_end, goes_on = "uf IS NOT NULL", f"uf = {FOREVER}"
    unknown_end, ongoing = f"cid IN {listed(asked.unknown_end)}", f"cid IN {listed(asked.ongoing)}"
    end_first = choose(
        (planned, "s1"), (goes_on, f"coalesce(rf, {today})"), (has_end, "uf"), (ongoing, str(FOREVER)), otherwise="s1"
    )
    end_last = choose(
        (planned, "s2"), (goes_on, str(FOREVER)), (has_end, "ul"), (f"{ongoing} OR {unknown_end}", str(FOREVER)),
        otherwise="s2",
    )  # fmt: skip
    silent = silent_after(asked.today, asked.none_not_older_than)
    passed = f"{planned} AND readable AND yes AND dated AND day_last < {today}"
    started = (
        f"SELECT x.*, {start_first} AS s1, {start_last} AS s2 FROM {facts} x "
        f"WHERE cid IN {listed(sorted(numbers))} AND NOT ({passed})"
    )
    ended = f"SELECT s.*, {end_first} AS e1, {end_last} AS e2 FROM ({started}) s"
    return (
        f"SELECT sid, cid, {asked.at.first} AS at_first, {asked.at.last} AS at_last, "
        "(readable AND yes) AS recorded, (readable AND yes) AS occurs, "
        f"(NOT ({planned}) OR s1 >= {today}) AS surely, "
        "s1 AS sf, least(s2, e2) AS sl, greatest(s1, e1) AS ef, e2 AS el, "
        f"(NOT readable OR NOT complete) AS bad, (readable AND NOT yes) AS is_none, {silent} AS silent_after "
        f"FROM ({ended}) e"
    )


def silent_after(today: At, not_older_than: int) -> str:
    """From which day on a none says nothing, having been asked for too long ago; else NULL."""
    asked_on = "least(CASE WHEN dated THEN day_first END, rf)"
    return choose((f"{asked_on} < {today.first} - {not_older_than}", asked_on))


def _derived(results: str, asked: EventsAt, counted: Counted) -> str:
    """Results that count as events on their day; one that cannot be read leaves the history open."""
    return (
        f"SELECT sid, {counted.event} AS cid, {asked.at.first} AS at_first, {asked.at.last} AS at_last, "
        f"FALSE AS recorded, readable AS occurs, (readable AND {counted.column} = 'surely') AS surely, "
        "day_first AS sf, day_last AS sl, day_first AS ef, day_last AS el, (NOT readable) AS bad, FALSE AS is_none, "
        f"CAST(NULL AS INTEGER) AS silent_after FROM {results} "
        f"WHERE {may_count(counted)}"
    )


def may_count(counted: Counted) -> str:
    """Whether a fact is a result that counts as an event, or that may."""
    return f"(cid = {counted.result} AND (NOT readable OR {counted.column} IS NOT NULL))"
