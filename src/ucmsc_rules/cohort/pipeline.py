"""From facts to the worksheet of all subjects: the same steps for every database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from ucmsc_rules.cohort import plan as asking
from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.plan import Plan
from ucmsc_rules.cohort.sql import anchors
from ucmsc_rules.cohort.sql import answers as plain
from ucmsc_rules.cohort.sql.answers import Asked
from ucmsc_rules.cohort.sql.bits import cases, gathered, is_set, left_over
from ucmsc_rules.cohort.sql.consent import consent, signatures
from ucmsc_rules.cohort.sql.events import events
from ucmsc_rules.cohort.sql.piece import Piece
from ucmsc_rules.cohort.sql.results import FormulaScore, ResultsAt, grouped, standing_results, with_scores
from ucmsc_rules.cohort.sql.words import INF, MINUS_INF, choose
from ucmsc_rules.facts.concepts import Concept

FACTS, MANY, PEOPLE = "facts", "many", "subjects"
SAID, OTHERS = "said", "others"


def make_sheets(engine: Engine, plan: Plan) -> str:
    """A query of ``subjects``, from their ``facts``: a row for each subject, two columns for each measure.

    Without the ruleset's own anchor nothing is known of a subject.
    """
    asked = asking.brief(plan)
    if asked is not None:
        engine.define(SAID, gathered(FACTS, asked))
        engine.define(OTHERS, left_over(FACTS, asked))
    pieces = list(_pieces(engine, plan))
    for piece in pieces:
        engine.define(piece.table, piece.query)
    joined = [*(piece.table for piece in pieces), *([SAID] if asked is not None else [])]
    joins = " ".join(f"LEFT JOIN {table} ON {table}.sid = p.sid" for table in joined)
    return f"SELECT p.subject, {', '.join(_ends(plan, pieces))} FROM {PEOPLE} p {joins}"


def _ends(plan: Plan, pieces: Sequence[Piece]) -> Iterator[str]:
    """The columns of the sheet: what a bit says, else what a piece says."""
    nowhere = f"{anchors.given(plan.anchors[plan.compiled.ruleset.settings.at])} IS NULL"
    by_place = {place: (piece.table, nothing) for piece in pieces for place, nothing in piece.nothing.items()}
    for place, measure in enumerate(plan.compiled.measures):
        table, nothing = by_place[place]
        said = cases(plan.bits, measure)
        for order, (end, unknown) in enumerate((("lo", MINUS_INF), ("hi", INF))):
            bits = [(is_set(SAID, bit), values[order]) for bit, values in said.items()]
            known = f"coalesce({table}.{end}_{place}, {nothing[order]})"
            yield f"{choose((nowhere, unknown), *bits, otherwise=known)} AS {end}_{place}"


def _pieces(engine: Engine, plan: Plan) -> Iterator[Piece]:
    for number, asked in enumerate(asking.results(plan)):
        yield _results(engine, plan, number, asked)
    for place, each in asking.answers(plan):
        yield plain.answers(OTHERS, f"answers{place}", anchors.at(place), each)
    for asked_consent, place in asking.consents(plan):
        yield _consent(engine, asked_consent, place)
    for number, asked_events in enumerate(asking.events(plan)):
        yield events(engine.dialect, OTHERS, FACTS, f"events{number}", asked_events)
    if traits := asking.traits(plan):
        yield plain.traits(FACTS, "traits", traits)
    if levels := asking.levels(plan):
        yield plain.recorded(FACTS, "levels", levels)
    if ages := asking.ages(plan):
        in_march = plan.compiled.ruleset.settings.leap_birthday == "1 March"
        placed = [(each, anchors.at(place)) for each, place in ages]
        yield plain.ages(engine.dialect, FACTS, "ages", placed, leap_birthday_in_march=in_march)


def _consent(engine: Engine, asked: Asked, place: int) -> Piece:
    signed, at = f"signed{asked.place}", anchors.at(place)
    engine.define(signed, signatures(FACTS, asked, at))
    return consent(signed, f"consent{asked.place}", asked, at)


def _results(engine: Engine, plan: Plan, number: int, asked: ResultsAt) -> Piece:
    standing, groups = f"standing{number}", f"grouped{number}"
    engine.define(standing, standing_results(FACTS, MANY, asked))
    engine.define(groups, grouped(standing, asked))
    for score in asked.formulas:
        groups = _reckoned(engine, plan, groups, score, asked)
    return with_scores(standing, groups, f"results{number}", asked)


def _reckoned(engine: Engine, plan: Plan, groups: str, score: FormulaScore, asked: ResultsAt) -> str:
    """The table of results with a formula's score, reckoned once for each distinct set of inputs."""
    place = score.place
    prepared, known, done = f"inputs{place}", f"scores{place}", f"scored{place}"
    names = [f"r{place}_i{number}_{end}" for number in range(len(score.inputs)) for end in ("lo", "hi")]
    names += [f"r{place}_a{number}_{end}" for number in range(len(score.replacing)) for end in ("lo", "hi")]
    engine.define(prepared, _with_answers(groups, score, asked))
    concept = plan.concept(plan.compiled.measures[place].concept)
    rows = engine.rows(f"SELECT DISTINCT {', '.join(names)} FROM {prepared}")
    reckoned = [_reckon(concept, len(score.inputs), row) for row in rows]
    ends = {
        f"r{place}_lo": ("double", [lo for lo, _ in reckoned]),
        f"r{place}_hi": ("double", [hi for _, hi in reckoned]),
    }
    columns = {f"k_{name}": ("double", [row[number] for row in rows]) for number, name in enumerate(names)}
    engine.load(known, {**columns, **ends})
    same = " AND ".join(f"k.k_{name} = p.{name}" for name in names)
    engine.define(done, f"SELECT p.*, k.r{place}_lo, k.r{place}_hi FROM {prepared} p JOIN {known} k ON {same}")
    return done


def _with_answers(groups: str, score: FormulaScore, asked: ResultsAt) -> str:
    """The inputs of every subject, with the answers that replace some, and the last day of all that is read."""
    place = score.place
    own = [f"r{place}_i{number}_{end}" for number in range(len(score.inputs)) for end in ("lo", "hi")]
    own += [f"r{place}_last", f"r{place}_time"]
    coalesced = [f"coalesce(g.{name}, {MINUS_INF if name.endswith('lo') else INF}) AS {name}" for name in own[:-2]]
    joins, last, time = "", [f"g.r{place}_last"], [f"g.r{place}_time"]
    for number, concept in enumerate(score.replacing):
        name = f"a{number}"
        found = plain.answers_at(FACTS, MANY, asked.at, [concept], as_evidence=True)
        joins += f" LEFT JOIN ({found}) {name} ON {name}.sid = p.sid"
        for end, unknown in (("lo", 0), ("hi", 1)):
            value = f"CASE WHEN {name}.certain = 1 THEN {name}.{end} ELSE CAST({unknown} AS DOUBLE) END"
            coalesced.append(f"{value} AS r{place}_{name}_{end}")
        last.append(f"{name}.used_last")
        time.append(f"{name}.used_time")
    latest = [f"{_greatest(last)} AS r{place}_last", f"{_greatest(time)} AS r{place}_time"]
    others = [f"g.{name}" for name in _columns_of(asked, score)]
    columns = ", ".join([*others, *coalesced, *latest])
    return f"SELECT p.sid, {columns} FROM {PEOPLE} p LEFT JOIN {groups} g ON g.sid = p.sid{joins}"


def _greatest(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"greatest({', '.join(names)})"


def _columns_of(asked: ResultsAt, done: FormulaScore) -> Iterator[str]:
    """The other columns of the table of results: those of plain measures and of scores before and after this one."""
    for place, _ in asked.plain:
        yield from (f"lo_{place}", f"hi_{place}")
    for band in asked.bands:
        yield from (f"r{band.place}_{part}" for part in ("lo", "hi", "last", "time"))
    before = True
    for score in asked.formulas:
        if score is done:
            before = False
            continue
        if before:
            yield from (f"r{score.place}_lo", f"r{score.place}_hi")
        else:
            yield from (f"r{score.place}_i{k}_{end}" for k in range(len(score.inputs)) for end in ("lo", "hi"))
        yield from (f"r{score.place}_last", f"r{score.place}_time")


@lru_cache(maxsize=200_000)
def _reckon(concept: Concept, inputs: int, row: tuple[float, ...]) -> tuple[float, float]:
    pairs = [(row[number], row[number + 1]) for number in range(0, len(row), 2)]
    return asking.reckon(concept, pairs[:inputs], pairs[inputs:])
