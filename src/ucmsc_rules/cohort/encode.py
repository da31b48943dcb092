"""Turns the tables of texts into numbers and dictionaries: who there is, when what was, and what every value says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ucmsc_rules.cohort.columns import DATES, UNREADABLE
from ucmsc_rules.cohort.days import load_days
from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.people import UNANCHORED, number_people
from ucmsc_rules.cohort.plan import Plan
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.sources import Opener, view_tables
from ucmsc_rules.cohort.spelling import SPELLED, Spelled, find_words, spell
from ucmsc_rules.cohort.sql import anchors as spans
from ucmsc_rules.cohort.values import load_values

END_BEFORE_START = "the end lies before the start; check both dates"


def encode(
    engine: Engine,
    opener: Opener,
    plan: Plan,
    tables: tuple[Any, Any],
    defaults: Mapping[str, str] | None,
) -> tuple[Spelled, list[CohortProblem]]:
    """Makes the tables ``people``, ``days``, ``vals`` and ``spelled`` of the tables of facts and of anchors.

    What is wrong with them comes with it. Raises CohortError where they cannot be read.
    """
    names = plan.compiled.ruleset.anchors
    present, problems = view_tables(engine, opener, tables, names)
    problems += number_people(engine, names, defaults or {}, has_anchors=tables[1] is not None)
    words = find_words(engine, present)
    wrong = load_days(engine, words.dates)
    spelled = spell(engine, words)
    problems += load_values(engine, plan, spelled)
    for name in DATES:
        if name in present and wrong[name]:
            problems += _wrong_dates(engine, name, wrong[name])
    return spelled, problems + _ends_before(spelled) + _without_anchor(engine, plan)


def _wrong_dates(engine: Engine, name: str, wrong: Mapping[int, str]) -> list[CohortProblem]:
    """A problem for each text of a column of dates that is none; many texts may be no text of this column."""
    code = name[0]
    unread = f"SELECT code FROM days WHERE {'until_state' if name == 'until' else 'state'} = {UNREADABLE}"
    counted = f"SELECT {code}, count(*) AS n, min(sid) AS sid FROM {SPELLED} WHERE {code} IN ({unread}) GROUP BY {code}"
    found = engine.rows(f"SELECT g.{code}, g.n, p.subject FROM ({counted}) g JOIN people p ON p.sid = g.sid")
    return [CohortProblem("error", name, wrong[each], count, (one,)) for each, count, one in found]


def _ends_before(spelled: Spelled) -> list[CohortProblem]:
    if not (found := spelled.ending_before()):
        return []
    count, example = sum(count for count, _ in found), min(example for _, example in found)
    return [CohortProblem("error", "until", END_BEFORE_START, count, (example,))]


def _without_anchor(engine: Engine, plan: Plan) -> list[CohortProblem]:
    at = plan.compiled.ruleset.settings.at
    count, example = engine.rows(
        f"SELECT count(*), min(subject) FROM people WHERE {spans.given(plan.anchors[at])} IS NULL"
    )[0]
    return [CohortProblem("warning", at, UNANCHORED.format(at), count, (example,))] if count else []
