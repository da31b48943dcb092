"""Counts a findings table in DuckDB: one pass to see each subject as a whole, one to count the criteria."""

from __future__ import annotations

from typing import Any

from attrs import frozen

from ucmsc_rules.cohort.attrition.states import add_states, load
from ucmsc_rules.rules.model import Ruleset

_WORD = 60  # criteria to a word of a bit mask
SHOWN = 12


@frozen
class Counts:
    """What was counted, by place of the criterion in the ruleset."""

    statuses: tuple[int, int, int, int]
    rows: dict[int, tuple[int, ...]]
    branches: dict[tuple[str, str], int]
    wants: dict[str, tuple[int, int]]
    combinations: list[tuple[tuple[int, ...], int]]


def count(connection: Any, ruleset: Ruleset, findings: Any, wants: Any = None) -> Counts:  # noqa: ANN401
    """Counts findings, and the concepts that undetermined subjects want."""
    add_states(connection, "states", findings, ruleset.criteria)
    words = range(0, len(ruleset.criteria), _WORD)
    masks = ", ".join(
        f"coalesce(bit_or(CASE WHEN state = 2 AND place BETWEEN {first} AND {first + _WORD - 1} "
        f"THEN 1::UBIGINT << (place - {first}) END), 0::UBIGINT) AS mask_{first}"
        for first in words
    )
    connection.execute(
        f"""CREATE OR REPLACE TEMP TABLE whole AS
        SELECT subject, count(*) FILTER (state = 2) AS out, count(*) FILTER (state = 1) AS open,
               min(place) FILTER (state = 2) AS first, {masks}
        FROM states WHERE branch = '' GROUP BY subject"""
    )
    (statuses,) = connection.execute(
        """SELECT count(*), count(*) FILTER (out > 0), count(*) FILTER (out = 0 AND open = 0),
                  count(*) FILTER (out = 0 AND open > 0) FROM whole"""
    ).fetchall()
    rows = connection.execute(
        """SELECT place, count(*) FILTER (state = 2), count(*) FILTER (state = 1), count(*) FILTER (state = 0),
                  count(*) FILTER (state = 2 AND out = 1), count(*) FILTER (state = 2 AND place = first),
                  count(*) FILTER (state = 1 AND out = 0), count(*) FILTER (state = 1 AND out = 0 AND open = 1)
        FROM states JOIN whole USING (subject) WHERE branch = '' GROUP BY place"""
    ).fetchall()
    return Counts(
        statuses,
        {place: tuple(numbers) for place, *numbers in rows},
        _branches(connection),
        _wants(connection, wants),
        _combinations(connection, words),
    )


def _branches(connection: Any) -> dict[tuple[str, str], int]:  # noqa: ANN401
    found = connection.execute(
        """SELECT one.criterion, one.branch, count(*) FILTER (one.state = 2 AND all_of.state = 2)
        FROM states AS one JOIN states AS all_of USING (subject, place)
        WHERE one.branch <> '' AND all_of.branch = '' GROUP BY one.criterion, one.branch"""
    ).fetchall()
    return {(criterion, branch): number for criterion, branch, number in found}


def _wants(connection: Any, wants: Any) -> dict[str, tuple[int, int]]:  # noqa: ANN401
    if wants is None:
        return {}
    load(connection, "wants_given", wants)
    found = connection.execute(
        """WITH wanted AS (SELECT DISTINCT subject, concept FROM wants_given
                           JOIN whole USING (subject) WHERE out = 0 AND open > 0),
                number AS (SELECT subject, count(*) AS n FROM wanted GROUP BY subject)
        SELECT concept, count(*), count(*) FILTER (n = 1) FROM wanted JOIN number USING (subject)
        GROUP BY concept ORDER BY count(*) DESC, concept"""
    ).fetchall()
    return {concept: (subjects, only) for concept, subjects, only in found}


def _combinations(connection: Any, words: range) -> list[tuple[tuple[int, ...], int]]:  # noqa: ANN401
    masks = ", ".join(f"mask_{first}" for first in words)
    if not masks:
        return []
    found = connection.execute(
        f"""SELECT count(*) AS n, {masks} FROM whole WHERE out > 0
        GROUP BY {masks} ORDER BY n DESC, {masks} LIMIT {SHOWN}"""
    ).fetchall()
    return [(_places(row[1:], words), row[0]) for row in found]


def _places(masks: tuple[int, ...], words: range) -> tuple[int, ...]:
    return tuple(
        first + bit for first, mask in zip(words, masks, strict=True) for bit in range(_WORD) if mask >> bit & 1
    )
