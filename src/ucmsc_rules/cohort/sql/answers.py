"""Measures of answers, traits, births and levels as SQL: the plainer half of ``worksheet.results``."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.dialect import Dialect
from ucmsc_rules.cohort.sql.piece import Piece, bounds
from ucmsc_rules.cohort.sql.standing import by_concept, standing
from ucmsc_rules.cohort.sql.words import INF, MINUS_INF, ONE, ZERO, choose, completed_years, listed, moment, number
from ucmsc_rules.values.dates import BEGINNING, FOREVER

PLACED = "(NOT dated AND rf IS NULL)"


@frozen
class Asked:
    """One measure: its number, and its concept's."""

    place: int
    concept: int


def answers_at(facts: str, many: str, at: At, concepts: Sequence[int], *, as_evidence: bool = False) -> str:
    """A row for each subject and yes/no concept: what stands at an anchor.

    As evidence of a score it comes with its last day and time; one fact that is all there is then keeps its own days.
    """
    first = f"CASE WHEN {PLACED} THEN {BEGINNING} ELSE day_first END"
    last = f"CASE WHEN {PLACED} THEN {at.first} ELSE day_last END"
    found = standing(facts, many, f"cid IN {listed(concepts)}", at, first=first, last=last)
    known_until = choose((f"uf = {FOREVER}", f"coalesce(rf, {at.last})"), otherwise="uf")
    lapsed = f"readable AND uf IS NOT NULL AND {known_until} < {at.last}"
    kept = {
        "lo": ("min", f"CASE WHEN {lapsed} THEN {ZERO} ELSE lo0 END"),
        "hi": ("max", f"CASE WHEN {lapsed} THEN {ONE} ELSE hi0 END"),
    }
    if as_evidence:
        own_last = f"least(CASE WHEN multi THEN l ELSE day_last END, {at.last})"
        kept["used_last"] = ("max", own_last)
        kept["used_time"] = ("max", f"CASE WHEN m IS NOT NULL THEN {moment(own_last, 'm')} END")
    return by_concept(found, kept)


def answers(facts: str, table: str, at: At, asked: Sequence[Asked]) -> Piece:
    """The piece with all answers at an anchor."""
    columns = []
    for each in asked:
        mine = f"cid = {each.concept} AND certain = 1"
        columns.append(bounds(each.place, f"max(CASE WHEN {mine} THEN lo END)", f"max(CASE WHEN {mine} THEN hi END)"))
    found = answers_at(facts, facts, at, sorted({each.concept for each in asked}))
    query = f"SELECT sid, {', '.join(columns)} FROM ({found}) g GROUP BY sid"
    return Piece(table, query, {each.place: (ZERO, ONE) for each in asked})


def traits(facts: str, table: str, asked: Sequence[tuple[Asked, float]]) -> Piece:
    """The piece with all categories; each comes with the place of its last category."""
    columns = []
    for each, _ in asked:
        mine = f"cid = {each.concept}"
        columns.append(bounds(each.place, f"min(CASE WHEN {mine} THEN lo0 END)", f"max(CASE WHEN {mine} THEN hi0 END)"))
    chosen = listed(sorted({each.concept for each, _ in asked}))
    query = f"SELECT sid, {', '.join(columns)} FROM {facts} WHERE cid IN {chosen} GROUP BY sid"
    return Piece(table, query, {each.place: (ZERO, number(last)) for each, last in asked})


def recorded(facts: str, table: str, asked: Sequence[tuple[Asked, int]]) -> Piece:
    """The piece with whether any counting fact says a level."""
    columns = []
    for each, level in asked:
        mine, value = f"cid = {each.concept}", number(level)
        surely = f"{mine} AND readable AND sure AND lo0 = {value} AND hi0 = {value}"
        perhaps = f"{mine} AND lo0 <= {value} AND hi0 >= {value}"
        lo, hi = (f"max(CASE WHEN {each_way} THEN {ONE} ELSE {ZERO} END)" for each_way in (surely, perhaps))
        columns.append(bounds(each.place, lo, hi))
    chosen = listed(sorted({each.concept for each, _ in asked}))
    query = f"SELECT sid, {', '.join(columns)} FROM {facts} WHERE cid IN {chosen} GROUP BY sid"
    return Piece(table, query, {each.place: (ZERO, ZERO) for each, _ in asked})


def ages(
    dialect: Dialect, facts: str, table: str, asked: Sequence[tuple[Asked, At]], *, leap_birthday_in_march: bool
) -> Piece:
    """The piece with all ages, over all the days that the birth dates allow."""
    columns = []
    for each, at in asked:
        birth_first, birth_last = (
            f"CAST(CASE WHEN readable THEN {end} ELSE 1 END AS INTEGER)" for end in ("lo0", "hi0")
        )
        opened = f"NOT readable OR {at.first} <= {BEGINNING} OR {at.last} >= {FOREVER}"
        unknown = f"{opened} OR lo0 > {at.last}"
        mine = f"cid = {each.concept}"

        def years(birth: str, day: str) -> str:
            return completed_years(dialect, birth, day, leap_birthday_in_march=leap_birthday_in_march)

        youngest = choose((unknown, MINUS_INF), otherwise=years(f"least({birth_last}, {at.first})", at.first))
        oldest = choose((unknown, INF), otherwise=years(birth_first, at.last))
        columns.append(
            bounds(each.place, f"min(CASE WHEN {mine} THEN {youngest} END)", f"max(CASE WHEN {mine} THEN {oldest} END)")
        )
    chosen = listed(sorted({each.concept for each, _ in asked}))
    query = f"SELECT sid, {', '.join(columns)} FROM {facts} WHERE cid IN {chosen} GROUP BY sid"
    return Piece(table, query, {each.place: (MINUS_INF, INF) for each, _ in asked})
