"""Measures of results as SQL: the latest in a window, in a unit or by its limit, and the scores read from them."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.piece import Piece, bounds
from ucmsc_rules.cohort.sql.standing import by_concept, standing
from ucmsc_rules.cohort.sql.words import INF, MINUS_INF, listed, moment, number


@frozen
class Slotted:
    """A concept's number, and the slot of the dictionary in which its values are read as a measure asks."""

    concept: int
    slot: int


@frozen
class Points:
    """A part of a band score: where its points stand, and all that it may give."""

    of: Slotted
    least: float
    most: float


@frozen
class BandScore:
    """A score of points: its measure's number, its concept's, and its parts."""

    place: int
    concept: int
    parts: Sequence[Points]


@frozen
class FormulaScore:
    """A score by a formula: its measure's number, its concept's, its inputs, and the answers that replace them."""

    place: int
    concept: int
    inputs: Sequence[Slotted]
    replacing: Sequence[int]
    nothing: tuple[float, float]


@frozen
class ResultsAt:
    """What is asked of results at one anchor, no older than so many days."""

    at: At
    max_age: int
    plain: Sequence[tuple[int, Slotted]]
    bands: Sequence[BandScore]
    formulas: Sequence[FormulaScore]

    def slots(self) -> list[int]:
        """The slots that are read; 0, in which reported scores stand, among them."""
        found = {0} | {of.slot for _, of in self.plain} | {part.of.slot for score in self.bands for part in score.parts}
        return sorted(found | {each.slot for score in self.formulas for each in score.inputs})

    def concepts(self) -> list[int]:
        """The numbers of all concepts that are read."""
        scores: list[BandScore | FormulaScore] = [*self.bands, *self.formulas]
        found = {of.concept for _, of in self.plain} | {each.concept for each in scores}
        found |= {part.of.concept for score in self.bands for part in score.parts}
        return sorted(found | {each.concept for score in self.formulas for each in score.inputs})


def standing_results(facts: str, many: str, asked: ResultsAt) -> str:
    """The results that may be the latest."""
    found = standing(facts, many, f"cid IN {listed(asked.concepts())}", asked.at, asked.max_age)
    ends = ", ".join(f"lo{slot}, hi{slot}" for slot in asked.slots())
    return f"SELECT sid, cid, f, l, m, multi, certain, {asked.at.first}, {asked.at.last}, {ends} FROM ({found}) s"


def grouped(standing_table: str, asked: ResultsAt) -> str:
    """A row for each subject with the columns of the plain measures, of the scores' inputs, and of their last days.

    A score's are ``r<n>_lo`` and ``r<n>_hi`` (points) or ``r<n>_i<k>_lo`` (inputs), ``r<n>_last`` and ``r<n>_time``.
    """
    last = f"least(l, {asked.at.last})"
    kept = {f"lo{slot}": ("min", f"lo{slot}") for slot in asked.slots()}
    kept |= {f"hi{slot}": ("max", f"hi{slot}") for slot in asked.slots()}
    kept["used_last"] = ("max", last)
    kept["used_time"] = ("max", f"CASE WHEN m IS NOT NULL THEN {moment(last, 'm')} END")
    found = by_concept(f"SELECT * FROM {standing_table}", kept)
    columns = [bounds(place, *_ends_of(of)) for place, of in asked.plain]
    for band in asked.bands:
        lo, hi = (" + ".join(_points(part, end) for part in band.parts) for end in ("lo", "hi"))
        columns += [f"{lo} AS r{band.place}_lo, {hi} AS r{band.place}_hi"]
        columns += _used(band.place, [part.of.concept for part in band.parts])
    for score in asked.formulas:
        for order, each in enumerate(score.inputs):
            lo, hi = _ends_of(each)
            columns.append(
                f"coalesce({lo}, {MINUS_INF}) AS r{score.place}_i{order}_lo, "
                f"coalesce({hi}, {INF}) AS r{score.place}_i{order}_hi"
            )
        columns += _used(score.place, [each.concept for each in score.inputs])
    return f"SELECT sid, {', '.join(columns)} FROM ({found}) g GROUP BY sid"


def _ends_of(of: Slotted) -> tuple[str, str]:
    mine = f"cid = {of.concept} AND certain = 1"
    return f"max(CASE WHEN {mine} THEN lo{of.slot} END)", f"max(CASE WHEN {mine} THEN hi{of.slot} END)"


def _points(part: Points, end: str) -> str:
    nothing = number(part.least if end == "lo" else part.most)
    lo, hi = _ends_of(part.of)
    return f"coalesce({lo if end == 'lo' else hi}, {nothing})"


def _used(place: int, concepts: Sequence[int]) -> list[str]:
    mine = f"cid IN {listed(concepts)}"
    return [
        f"max(CASE WHEN {mine} THEN used_last END) AS r{place}_last",
        f"max(CASE WHEN {mine} THEN used_time END) AS r{place}_time",
    ]


def with_scores(standing_table: str, grouped_table: str, table: str, asked: ResultsAt) -> Piece:
    """The piece with all results and scores; ``grouped_table`` has ``r<n>_lo`` and ``r<n>_hi`` of every score."""
    scores: list[BandScore | FormulaScore] = [*asked.bands, *asked.formulas]
    columns = [f"g.lo_{place}, g.hi_{place}" for place, _ in asked.plain]
    joins = ""
    nothing = {place: (MINUS_INF, INF) for place, _ in asked.plain}
    for score in scores:
        name, lo, hi = f"s{score.place}", f"g.r{score.place}_lo", f"g.r{score.place}_hi"
        reported = _reported(standing_table, grouped_table, score, asked)
        joins += f" LEFT JOIN ({reported}) {name} ON {name}.sid = g.sid"
        counts = f"{name}.certain = 1"
        columns.append(
            bounds(
                score.place,
                f"CASE WHEN {counts} THEN {name}.lo ELSE {lo} END",
                f"CASE WHEN {counts} THEN {name}.hi ELSE {hi} END",
            )
        )
        nothing[score.place] = _nothing(score)
    return Piece(table, f"SELECT g.sid, {', '.join(columns)} FROM {grouped_table} g{joins}", nothing)


def _nothing(score: BandScore | FormulaScore) -> tuple[str, str]:
    if isinstance(score, FormulaScore):
        return number(score.nothing[0]), number(score.nothing[1])
    return number(sum(part.least for part in score.parts)), number(sum(part.most for part in score.parts))


def _reported(standing_table: str, grouped_table: str, score: BandScore | FormulaScore, asked: ResultsAt) -> str:
    """What the reported scores come to beside their parts (``worksheet.scores.measure_score``)."""
    place = score.place
    lo, hi = f"g.r{place}_lo", f"g.r{place}_hi"
    first = f"greatest(f.f, greatest({asked.at.first} - {asked.max_age}, 0))"
    later = f"coalesce(g.r{place}_last > {first}, FALSE)"
    later_that_day = f"coalesce(f.m IS NOT NULL AND g.r{place}_time > {moment(first, 'f.m')}, FALSE)"
    outdated = f"({later} OR {later_that_day})"
    apart = f"(f.hi0 < {lo} OR {hi} < f.lo0)"
    known_lo = f"CASE WHEN {outdated} THEN {lo} WHEN {apart} THEN least(f.lo0, {lo}) ELSE greatest(f.lo0, {lo}) END"
    known_hi = f"CASE WHEN {outdated} THEN {hi} WHEN {apart} THEN greatest(f.hi0, {hi}) ELSE least(f.hi0, {hi}) END"
    return (
        f"SELECT f.sid, max(CASE WHEN f.certain THEN 1 ELSE 0 END) AS certain, min({known_lo}) AS lo, "
        f"max({known_hi}) AS hi FROM {standing_table} f JOIN {grouped_table} g ON g.sid = f.sid "
        f"WHERE f.cid = {score.concept} GROUP BY f.sid"
    )
