"""Reads every distinct text of a table of facts once, by the code that reads one subject's facts.

What comes out are dictionaries that SQL joins: days as numbers, values as ends of intervals, and flags.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from attrs import frozen

from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.plan import Plan
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.slots import read_slots
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.concepts import Dictionary, Kind
from ucmsc_rules.facts.fact import YES, Fact, Problem
from ucmsc_rules.facts.read import read_day, read_fact, read_until
from ucmsc_rules.rules.model import CountsAs
from ucmsc_rules.values.dates import FOREVER, Span
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.worksheet.compare import compare

DATES = ("when", "until", "recorded")
USUAL, SELDOM = ("concept", "value", "unit"), ("uln", "status", "complete", "lloq", "copies_per_iu", "detected")
TEXTS = (*USUAL, *SELDOM)
DAYS = ("day_first", "day_last", "m", "dated", "uf", "ul", "rf", "rl")
COLUMNS = ("subject", *TEXTS, *DATES)
ABSENT, READ, UNREADABLE = 0, 1, 2
HAS_WHEN, HAS_UNTIL, BAD_DATES = 1, 2, 4
SOME_DAY, NO_DAY = "2000-01-01", "?"
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


# days


def load_days(engine: Engine, texts: Iterable[str]) -> dict[str, dict[str, str]]:
    """Makes the table ``days`` of all texts that stand where dates do; the messages of those that are none, by column.

    ``state`` and ``until_state`` say whether a text is blank, a day, or unreadable, as a day or as an end.
    """
    rows = [_day_row(text) for text in texts]
    names = ("txt", "state", "f", "l", "m", "until_state", "uf", "ul", "um")
    columns = list(zip(*(row for row, _, _ in rows), strict=True)) or [() for _ in names]
    engine.load(
        "days",
        {name: ("text" if name == "txt" else "int", list(values)) for name, values in zip(names, columns, strict=True)},
    )
    as_day = {row[0]: message for row, message, _ in rows if message}
    as_end = {row[0]: message for row, _, message in rows if message}
    return {"when": as_day, "recorded": as_day, "until": as_end}


def _day_row(text: str) -> tuple[tuple[Any, ...], str, str]:
    if not text.strip():
        return (text, ABSENT, None, None, None, ABSENT, None, None, None), "", ""
    (day, wrong_day), (end, wrong_end) = (_attempt(read, text) for read in (read_day, read_until))
    return (text, *_columns(day), *_columns(end)), wrong_day, wrong_end


def _attempt(read: Any, text: str) -> tuple[Span | None, str]:  # noqa: ANN401 - one of two functions
    try:
        return read(text), ""
    except UcmscRulesError as error:
        return None, str(error)


def _columns(span: Span | None) -> tuple[int | None, ...]:
    return (UNREADABLE, None, None, None) if span is None else (READ, span.first, span.last, span.minute)


# values


@frozen
class Key:
    """One distinct combination of texts, in how many rows it stands, and a subject that has it.

    ``beside`` holds those texts that most rows leave blank as one text, so that there is less to compare.
    """

    texts: Mapping[str, str]
    beside: str
    shape: int
    count: int
    example: str


def load_values(engine: Engine, plan: Plan, keys: Sequence[Key], present: Sequence[str]) -> list[CohortProblem]:
    """Makes the table ``vals``: what each key says; those that do not count have no row. The problems come back."""
    problems: list[CohortProblem] = []
    read = [(key, fact) for key in keys if (fact := _fact(plan, key, problems)) is not None]
    rules = plan.compiled.ruleset.counts_as
    usual = [name for name in USUAL if name in present]
    columns: dict[str, tuple[str, list[Any]]] = {f"k_{name}": ("text", []) for name in (*usual, "beside")}
    columns |= {"shape": ("int", []), "vid": ("int", []), "cid": ("int", [])}
    columns |= {name: ("bool", []) for name in ("readable", "sure", "amended", "complete", "yes")}
    columns |= {f"counts{number}": ("text", []) for number in range(len(rules))}
    columns |= {f"{end}{slot}": ("double", []) for slot in range(plan.width) for end in ("lo", "hi")}
    lists = [values for _, values in columns.values()]
    for number, (key, fact) in enumerate(read):
        texts = (key.texts[name] for name in usual)
        row = [*texts, key.beside, key.shape, number, *_value_row(plan, fact, rules)]
        for values, cell in zip(lists, row, strict=True):
            values.append(cell)
    engine.load("vals", columns)
    return problems


def value_columns(plan: Plan) -> list[str]:
    """The columns of ``vals`` that say something of a fact."""
    counts = [f"counts{number}" for number in range(len(plan.compiled.ruleset.counts_as))]
    ends = [f"{end}{slot}" for slot in range(plan.width) for end in ("lo", "hi")]
    return ["readable", "sure", "amended", "complete", "yes", *counts, *ends]


def _value_row(plan: Plan, fact: Fact, rules: Sequence[CountsAs]) -> list[Any]:
    pairs: list[tuple[float | None, float | None]] = list(read_slots(plan.compiled.ruleset, plan.slots, fact))
    pairs += [(None, None)] * (plan.width - len(pairs))
    return [
        plan.concepts[fact.concept.name], fact.readable, fact.counts_surely, fact.amended, fact.complete,
        fact.value == YES, *(_counts(rule, fact) for rule in rules), *(end for pair in pairs for end in pair),
    ]  # fmt: skip


def _counts(rule: CountsAs, fact: Fact) -> str | None:
    if fact.concept.name != rule.result or not fact.readable:
        return None
    truth = compare(rule.op, float(fact.value.lo), float(fact.value.hi), float(rule.bound))
    return {Truth.TRUE: "surely", Truth.UNKNOWN: "perhaps", Truth.FALSE: None}[truth]


def _fact(plan: Plan, key: Key, problems: list[CohortProblem]) -> Fact | None:
    """What a key says, read as an entry of a record whose dates are stood for by one that is read, or is not."""
    found: list[Problem] = []
    fact = read_fact(entry_of(key, plan.compiled.ruleset.dictionary), "", plan.compiled.ruleset.dictionary, found)
    for each in found:
        column = each.path.removeprefix(".") or "value"
        if column not in DATES or not key.shape & BAD_DATES:
            problems.append(CohortProblem(each.level, column, each.message, key.count, (key.example,)))
    return fact


def entry_of(key: Key, dictionary: Dictionary) -> dict[str, Any]:
    """The entry of a canonical record that a key stands for; columns of true and false serve for yes and no."""
    raw: dict[str, Any] = {name: _cell(name, text) for name, text in key.texts.items() if text.strip()}
    if "concept" in raw:
        raw["concept"] = raw["concept"].strip()
    if raw.get("concept") in dictionary and dictionary[raw["concept"]].kind in {Kind.YES_NO, Kind.EVENT}:
        word = raw.get("value", "").strip().casefold()
        raw |= {"value": word == "true"} if word in {"true", "false"} else {}
    bad = bool(key.shape & BAD_DATES)
    if key.shape & HAS_WHEN:
        raw["when"] = NO_DAY if bad else SOME_DAY
    elif bad:
        raw["recorded"] = NO_DAY
    if key.shape & HAS_UNTIL:
        raw["until"] = SOME_DAY
    return raw


def _cell(name: str, text: str) -> object:
    """A cell as a record holds it: yes and no of a flag become true and false."""
    word = text.strip().casefold()
    if name in {"complete", "detected"} and word in _TRUE | _FALSE:
        return word in _TRUE
    return text


# queries


def texts_query(present: Sequence[str]) -> str:
    """All distinct texts that stand in columns of dates, and the blank."""
    parts = [f"SELECT {_quoted(name)} AS txt FROM source_facts" for name in DATES if name in present]
    return " UNION ".join(["SELECT '' AS txt", *parts])


def _quoted(name: str) -> str:
    return f"c_{name}"


def dated(present: Sequence[str]) -> str:
    """The facts with their days, and the shape in which their values are read."""
    parts = {name: _side(name, name in present) for name in DATES}
    joins = " ".join(join for join, _ in parts.values())
    columns = ", ".join(columns for _, columns in parts.values())
    texts = ", ".join(_quoted(name) for name in ("subject", *TEXTS) if name in present)
    before = f"w_state = {READ} AND u_state = {READ} AND (u_l < w_f OR (u_l = w_f AND u_m < w_m))"
    ends_before = f"coalesce({before}, FALSE)"
    bad = f"(w_state = {UNREADABLE} OR u_state = {UNREADABLE} OR r_state = {UNREADABLE} OR {ends_before})"
    shape = (
        f"CASE WHEN w_state > 0 THEN {HAS_WHEN} ELSE 0 END + CASE WHEN u_state > 0 THEN {HAS_UNTIL} ELSE 0 END "
        f"+ CASE WHEN {bad} THEN {BAD_DATES} ELSE 0 END"
    )
    first = f"CASE WHEN w_state = {READ} THEN w_f ELSE 0 END"
    last = (
        f"CASE WHEN w_state = {READ} THEN w_l WHEN w_state = {ABSENT} THEN coalesce(r_l, {FOREVER}) ELSE {FOREVER} END"
    )
    beside = f"{_beside(present)} AS c_beside"
    return (
        f"SELECT {texts}, {beside}, {shape} AS shape, {ends_before} AS ends_before, "
        f"{first} AS day_first, {last} AS day_last, "
        "w_m AS m, w_state > 0 AS dated, u_f AS uf, u_l AS ul, r_f AS rf, r_l AS rl "
        f"FROM (SELECT source_facts.*, {columns} FROM source_facts {joins}) s"
    )


def _side(name: str, present: bool) -> tuple[str, str]:  # noqa: FBT001 - of one caller
    """The join that reads a column of dates, and the columns that it gives."""
    short = name[0]
    if not present:
        nothing = ", ".join(f"CAST(NULL AS INTEGER) AS {short}_{part}" for part in ("f", "l", "m"))
        return "", f"{ABSENT} AS {short}_state, {nothing}"
    state, f, last, m = ("until_state", "uf", "ul", "um") if name == "until" else ("state", "f", "l", "m")
    join = f"JOIN days d_{short} ON d_{short}.txt = source_facts.{_quoted(name)}"
    pairs = ((state, "state"), (f, "f"), (last, "l"), (m, "m"))
    return join, ", ".join(f"d_{short}.{column} AS {short}_{part}" for column, part in pairs)


def _beside(present: Sequence[str]) -> str:
    """The texts that most rows leave blank as one text, each after its length, so that no two say the same."""
    seldom = [_quoted(name) for name in SELDOM if name in present]
    if not seldom:
        return "''"
    blank = " AND ".join(f"{name} = ''" for name in seldom)
    told = ", ".join(f"CAST(length({name}) AS STRING), ':', {name}" for name in seldom)
    return f"CASE WHEN {blank} THEN '' ELSE concat({told}) END"


def keys_query(present: Sequence[str]) -> str:
    """The distinct keys, how often each stands, and an example."""
    usual = ", ".join([*(_quoted(name) for name in USUAL if name in present), "c_beside", "shape"])
    texts = ", ".join(f"min({_quoted(name)})" for name in TEXTS if name in present)
    return f"SELECT {texts}, c_beside, shape, count(*), min(c_subject) FROM ({dated(present)}) d GROUP BY {usual}"


def encoded(present: Sequence[str]) -> str:
    """The facts as numbers: the subject's, the value's, and the days."""
    usual = [name for name in USUAL if name in present]
    same = " AND ".join([*(f"v.k_{name} = d.{_quoted(name)}" for name in usual), "v.k_beside = d.c_beside"])
    joins = f"JOIN vals v ON {same} AND v.shape = d.shape JOIN people p ON p.subject = d.c_subject"
    columns = ", ".join(["p.sid", "v.vid", "v.cid", *(f"d.{name}" for name in DAYS)])
    return f"SELECT {columns} FROM ({dated(present)}) d {joins}"
