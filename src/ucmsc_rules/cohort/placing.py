"""Places the facts of some subjects: on their days, beside their anchors, with what they say."""

from __future__ import annotations

from collections.abc import Sequence

from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.pipeline import FACTS, MANY, PEOPLE
from ucmsc_rules.cohort.plan import Plan, brief, counted
from ucmsc_rules.cohort.spelling import DAYS, SPELLED, Spelled, days_of
from ucmsc_rules.cohort.sql import anchors as spans
from ucmsc_rules.cohort.sql.bits import spoken
from ucmsc_rules.cohort.sql.events import may_count
from ucmsc_rules.cohort.values import value_columns


def place_facts(engine: Engine, plan: Plan, spelled: Spelled, where: str) -> None:
    """Makes ``facts`` of the spelled facts of some subjects; ``many`` are those that are not alone of their concept.

    ``multi`` is whether a fact is not, ``spoken`` whether a bit says all that it says.
    """
    known = " AND ".join(f"v.{name} = s.{name}" for name in spelled.words.numbers)
    mine = f"FROM {SPELLED} s JOIN vals v ON {known}"
    places = [f"p.{name}" for name in spans.columns(len(plan.compiled.ruleset.anchors))]
    engine.define("several", _several(plan, mine, where))
    engine.define("placed", _placed(plan, spelled, mine, places, where))
    told = [f"c.{name}" for name in ("sid", "cid", *DAYS, "multi", "spoken")]
    columns = ", ".join([*told, *(f"v.{name}" for name in value_columns(plan)), *places])
    joins = f"JOIN vals v ON v.vid = c.vid JOIN {PEOPLE} p ON p.sid = c.sid"
    engine.view(FACTS, f"SELECT {columns} FROM placed c {joins}")
    engine.define(MANY, f"SELECT * FROM {FACTS} WHERE multi")


def _placed(plan: Plan, spelled: Spelled, mine: str, places: Sequence[str], where: str) -> str:
    """The facts on their days, with what they are alone: one that is may speak by a bit."""
    asked = brief(plan)
    speaks = "FALSE" if asked is None else f"coalesce({spoken(asked)}, FALSE)"
    days, joins = days_of(spelled.words.texts, "s")
    bits = [f"v.{name}" for name in plan.bits.columns]
    columns = ", ".join(["s.sid", "v.vid", "v.cid", *days, "t.sid IS NOT NULL AS multi", *bits, *places])
    joins += f" JOIN {PEOPLE} p ON p.sid = s.sid LEFT JOIN several t ON t.sid = s.sid AND t.cid = v.cid"
    kept = ", ".join(["sid", "vid", "cid", *DAYS, "multi"])
    return f"SELECT {kept}, {speaks} AS spoken FROM (SELECT {columns} {mine} {joins} WHERE {where}) w"


def _several(plan: Plan, mine: str, where: str) -> str:
    """The concepts of which a subject has several facts; a result that may count as an event is one of the event."""
    speaking = [("v.cid", where), *((str(each.event), f"{where} AND {may_count(each)}") for each in counted(plan))]
    facts = " UNION ALL ".join(f"SELECT s.sid, {cid} AS cid {mine} WHERE {those}" for cid, those in speaking)
    return f"SELECT sid, cid FROM ({facts}) a GROUP BY sid, cid HAVING count(*) > 1"
