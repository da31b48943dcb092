"""The subjects of a cohort, numbered, with the days on which their anchors may lie."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.problems import EXAMPLES, CohortProblem
from ucmsc_rules.cohort.sql import anchors
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.records import full_date

TWICE = (
    "the subject stands in more than one row, with different dates, so this anchor counts as not given; write it once"
)
AGAIN = (
    "the subject stands in more than one row of the table of anchors; its dates are the same in all, so it is read once"
)
ALONE = "the subject has facts but no row in the table of anchors, so nothing is known of its anchors; add the row"
UNANCHORED = "the date of {} is not given, so every criterion is unknown; give it in the table of anchors"


def number_people(
    engine: Engine, names: Sequence[str], defaults: Mapping[str, str], *, has_anchors: bool
) -> list[CohortProblem]:
    """Makes the table ``people``: every subject of ``source_anchors`` and ``source_facts`` once, with its anchors."""
    problems: list[CohortProblem] = []
    if has_anchors:
        problems += _load_days(engine, names)
        problems += _repeated(engine, names)
        engine.define("known_people", _known(names), kept=True)
        engine.define("all_people", f"SELECT * FROM known_people UNION ALL {_others(names, anti=True)}", kept=True)
        problems += _alone(engine, defaults)
    else:
        engine.define("all_people", _others(names, anti=False), kept=True)
    placed = anchors.place(f"(SELECT subject, {_with_defaults(names, defaults)} FROM all_people)", names, "subject")
    engine.define("people", f"SELECT {engine.dialect.key} AS sid, w.* FROM ({placed}) w", kept=True)
    return problems + _out_of_order(engine, names, defaults)


def _load_days(engine: Engine, names: Sequence[str]) -> list[CohortProblem]:
    """Reads every distinct text of an anchor once."""
    union = " UNION ".join(f"SELECT c_{number} AS txt FROM source_anchors" for number in range(len(names)))
    texts = [row[0] for row in engine.rows(union)]
    written = [bool(each.strip()) for each in texts]
    days: list[int | None] = []
    wrong: dict[str, str] = {}
    for each, is_written in zip(texts, written, strict=True):
        day = None
        try:
            day = full_date(each) if is_written else None
        except UcmscRulesError as error:
            wrong[each] = str(error)
        days.append(day)
    engine.load("anchor_days", {"txt": ("text", texts), "day": ("int", days), "written": ("bool", written)})
    problems = []
    if wrong:
        for number, name in enumerate(names):
            found = engine.rows(
                f"SELECT c_{number}, count(*), min(c_subject) FROM source_anchors "
                f"WHERE c_{number} IN ({', '.join(map(engine.dialect.text, wrong))}) GROUP BY c_{number}"
            )
            problems += [CohortProblem("error", name, wrong[each], count, (one,)) for each, count, one in found]
    return problems


def _known(names: Sequence[str]) -> str:
    """A row for each subject of the table of anchors; ``t<n>`` is whether anything is written, ``d<n>`` the day.

    A date that is told in two ways counts as not given.
    """
    columns, joins = [], []
    for number in range(len(names)):
        written = f"y{number}.written"
        told = f"count(DISTINCT CASE WHEN {written} THEN coalesce(y{number}.day, -1) END)"
        columns += [
            f"max(CASE WHEN {written} THEN 1 ELSE 0 END) AS t{number}",
            f"CASE WHEN {told} = 1 THEN max(y{number}.day) END AS d{number}",
        ]
        joins.append(f"JOIN anchor_days y{number} ON y{number}.txt = c_{number}")
    return f"SELECT c_subject AS subject, {', '.join(columns)} FROM source_anchors {' '.join(joins)} GROUP BY c_subject"


def _others(names: Sequence[str], *, anti: bool) -> str:
    nothing = ", ".join(f"0 AS t{number}, CAST(NULL AS INTEGER) AS d{number}" for number in range(len(names)))
    only = " WHERE NOT EXISTS (SELECT 1 FROM known_people k WHERE k.subject = c_subject)" if anti else ""
    return f"SELECT DISTINCT c_subject AS subject, {nothing} FROM source_facts{only}"


def _with_defaults(names: Sequence[str], defaults: Mapping[str, str]) -> str:
    columns = []
    for number, name in enumerate(names):
        day = f"d{number}"
        if name in defaults:
            day = f"CASE WHEN t{number} = 0 THEN {full_date(defaults[name])} ELSE d{number} END AS d{number}"
        columns.append(day)
    return ", ".join(columns)


def _repeated(engine: Engine, names: Sequence[str]) -> list[CohortProblem]:
    """The subjects that stand in several rows, those whose dates differ by the anchor."""
    again = "SELECT c_subject, count(*) AS n FROM source_anchors GROUP BY c_subject HAVING count(*) > 1"
    again = f"SELECT c_subject FROM ({again}) a"
    if not engine.rows(f"{again} LIMIT 1"):
        return []
    problems = []
    for number, name in enumerate(names):
        differ = (
            f"SELECT c_subject FROM source_anchors JOIN anchor_days ON txt = c_{number} WHERE written "
            "GROUP BY c_subject HAVING count(DISTINCT coalesce(day, -1)) > 1"
        )
        problems += _told(engine, "error", name, TWICE, differ)
    return problems or _told(engine, "warning", "subject", AGAIN, again)


def _told(engine: Engine, level: str, column: str, message: str, subjects: str) -> list[CohortProblem]:
    """A problem of the subjects of a query, where there are any."""
    examples = tuple(row[0] for row in engine.rows(f"SELECT * FROM ({subjects}) q ORDER BY 1 LIMIT {EXAMPLES}"))
    if not examples:
        return []
    count = engine.rows(f"SELECT count(*) FROM ({subjects}) q")[0][0]
    return [CohortProblem(level, column, message, count, examples)]


def _alone(engine: Engine, defaults: Mapping[str, str]) -> list[CohortProblem]:
    if defaults:
        return []
    found = (
        "SELECT a.subject FROM all_people a WHERE NOT EXISTS (SELECT 1 FROM known_people k WHERE k.subject = a.subject)"
    )
    return _told(engine, "error", "subject", ALONE, found)


def _out_of_order(engine: Engine, names: Sequence[str], defaults: Mapping[str, str]) -> list[CohortProblem]:
    """The anchors that lie before an earlier one; where there are any is asked for all of them at once."""
    days = f"(SELECT subject, {_with_defaults(names, defaults)} FROM all_people)"
    joined = f"SELECT {{}} FROM people p JOIN {days} a ON a.subject = p.subject"
    dropped = [f"(d{number} IS NOT NULL AND {anchors.given(number)} IS NULL)" for number in range(len(names))]
    if not engine.rows(f"{joined.format('p.subject')} WHERE {' OR '.join(dropped)} LIMIT 1"):
        return []
    problems = []
    for name, where in zip(names, dropped, strict=True):
        message = f"{name} lies before an anchor that comes earlier, so it counts as not given"
        problems += _told(engine, "error", name, message, f"{joined.format('p.subject')} WHERE {where}")
    return problems
