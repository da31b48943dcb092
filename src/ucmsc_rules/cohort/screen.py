"""Screens a cohort: tables become dictionaries and numbers, numbers worksheets, worksheets findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ucmsc_rules.cohort.columns import DATES, UNREADABLE
from ucmsc_rules.cohort.days import load_days
from ucmsc_rules.cohort.encode import load_values, value_columns
from ucmsc_rules.cohort.engine import DuckDB, Engine
from ucmsc_rules.cohort.findings import Cohort, count_statuses, define_findings
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.people import UNANCHORED, number_people
from ucmsc_rules.cohort.pipeline import FACTS, MANY, PEOPLE, make_sheets
from ucmsc_rules.cohort.plan import Plan, brief, counted, make_plan
from ucmsc_rules.cohort.problems import CohortProblem, merged
from ucmsc_rules.cohort.sources import open_anchors, open_facts
from ucmsc_rules.cohort.spelling import DAYS, SPELLED, Spelled, days_of, find_words, spell
from ucmsc_rules.cohort.sql import anchors as spans
from ucmsc_rules.cohort.sql.bits import spoken
from ucmsc_rules.cohort.sql.events import may_count
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.model import Ruleset

CHUNK = 200_000
END_BEFORE_START = "the end lies before the start; check both dates"


def screen_cohort(  # noqa: PLR0913 - a command with options
    ruleset: Ruleset,
    facts: Any,  # noqa: ANN401 - tables of any make
    anchors: Any = None,  # noqa: ANN401
    *,
    default_anchors: Mapping[str, str] | None = None,
    memory_limit: str | None = "3GB",
    threads: int | None = None,
    database: str | Path | None = None,
    chunk: int = CHUNK,
) -> Cohort:
    """The findings for every subject of a long table of facts and a table of anchors.

    A table is a path (Parquet, CSV, NDJSON; also a list of paths), an Arrow table, a data frame or a DuckDB relation.
    Facts have the columns ``subject``, ``concept`` and any of a record's keys; anchors a ``subject`` and a column for
    each anchor, named as the ruleset names it. A blank cell says nothing. ``default_anchors`` serve subjects for whom
    an anchor is blank. What cannot be read is unknown, and told with its count among the problems.

    Raises CohortError where a table cannot be read at all, or lacks a column that it must have.

    >>> from ucmsc_rules import load_ruleset
    >>> import pyarrow
    >>> facts = pyarrow.table({"subject": ["S-1", "S-2"], "concept": ["hbv_dna"] * 2, "when": ["2026-02-27"] * 2,
    ...                        "value": ["<20 IU/mL", "5e6 IU/mL"]})
    >>> cohort = screen_cohort(load_ruleset("ucmsc-hbv-cirrhosis"), facts, default_anchors={"screening": "2026-03-01"})
    >>> cohort.rows("SELECT subject, holds FROM findings WHERE criterion = 'I4' ORDER BY subject")
    [('S-1', 'true'), ('S-2', 'false')]
    """
    plan = make_plan(compile_ruleset(ruleset))
    engine = DuckDB(database, memory_limit, threads)
    try:
        present, problems = open_facts(engine, facts)
        if anchors is not None:
            problems += open_anchors(engine, anchors, ruleset.anchors)[1]
        spelled, unread = encode(engine, plan, present, default_anchors or {}, has_anchors=anchors is not None)
        problems += unread
        _fill(engine, plan, spelled, chunk)
    except engine.failures as error:
        raise CohortError(f"the cohort cannot be screened: {str(error).splitlines()[0]}") from None
    define_findings(engine, plan)
    return Cohort(engine, plan, merged(problems), count_statuses(engine))


def encode(
    engine: Engine, plan: Plan, present: Sequence[str], defaults: Mapping[str, str], *, has_anchors: bool
) -> tuple[Spelled, list[CohortProblem]]:
    """Makes the tables ``people``, ``days``, ``vals`` and ``spelled`` of ``source_facts`` and ``source_anchors``.

    ``present`` are the columns that the facts have.
    """
    problems = number_people(engine, plan.compiled.ruleset.anchors, defaults, has_anchors=has_anchors)
    words = find_words(engine, present)
    wrong = load_days(engine, words.dates)
    spelled = spell(engine, words, present)
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


def place_facts(engine: Engine, plan: Plan, spelled: Spelled, where: str) -> None:
    """Makes ``facts`` of the spelled facts of some subjects: their days, what they say, and the anchors.

    ``many`` are those that are not the only ones of their concept.
    """
    days, joins = days_of(spelled.present, "s")
    known = " AND ".join(f"v.{name} = s.{name}" for name in spelled.numbers)
    mine = f"FROM {SPELLED} s JOIN vals v ON {known}"
    engine.define("several", _several(plan, mine, where))
    places = [f"p.{name}" for name in spans.columns(len(plan.compiled.ruleset.anchors))]
    columns = ["s.sid", "v.vid", "v.cid", *days, "t.sid IS NOT NULL AS multi"]
    asked = brief(plan)
    speaks = "FALSE" if asked is None else spoken(asked)
    whole = [*columns, *(f"v.{name}" for name in plan.bits.columns), *places]
    joins += f" JOIN {PEOPLE} p ON p.sid = s.sid LEFT JOIN several t ON t.sid = s.sid AND t.cid = v.cid"
    kept = ", ".join(["sid", "vid", "cid", *DAYS, "multi", f"coalesce({speaks}, FALSE) AS spoken"])
    engine.define("placed", f"SELECT {kept} FROM (SELECT {', '.join(whole)} {mine} {joins} WHERE {where}) w")
    told = [f"c.{name}" for name in ("sid", "cid", *DAYS, "multi", "spoken")]
    told += [f"v.{name}" for name in value_columns(plan)]
    joins = f"JOIN vals v ON v.vid = c.vid JOIN {PEOPLE} p ON p.sid = c.sid"
    engine.view(FACTS, f"SELECT {', '.join([*told, *places])} FROM placed c {joins}")
    engine.define(MANY, f"SELECT * FROM {FACTS} WHERE multi")


def _several(plan: Plan, mine: str, where: str) -> str:
    """The concepts of which a subject has several facts; a result that may count as an event is one of the event."""
    speaking = [f"SELECT s.sid, v.cid {mine} WHERE {where}"]
    speaking += [
        f"SELECT s.sid, {each.event} AS cid {mine} WHERE {where} AND {may_count(each)}" for each in counted(plan)
    ]
    return f"SELECT sid, cid FROM ({' UNION ALL '.join(speaking)}) a GROUP BY sid, cid HAVING count(*) > 1"


def _fill(engine: DuckDB, plan: Plan, spelled: Spelled, chunk: int) -> None:
    """Makes the table ``worksheet``, some subjects at a time, so that memory does not grow with the cohort."""
    count = engine.rows("SELECT count(*) FROM people")[0][0]
    for number, start in enumerate(range(0, max(count, 1), chunk)):
        mine = f"BETWEEN {start} AND {start + chunk - 1}"
        engine.view(PEOPLE, f"SELECT * FROM people WHERE sid {mine}")
        place_facts(engine, plan, spelled, f"s.sid {mine}")
        sheets = make_sheets(engine, plan)
        if number == 0:
            engine.define("worksheet", sheets, kept=True)
        else:
            engine.connection.execute(f"INSERT INTO worksheet {sheets}")
