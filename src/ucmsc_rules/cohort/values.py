"""Reads what every distinct row of texts says, once, by the code that reads one subject's facts.

What comes out is a dictionary that SQL joins: values as ends of intervals, flags, and bits.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count
from typing import Any

from ucmsc_rules.cohort.bits import bit_of
from ucmsc_rules.cohort.columns import BAD_DATES, DATES, HAS_UNTIL, HAS_WHEN
from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.plan import Plan
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.slots import read_slots
from ucmsc_rules.cohort.spelling import Key, Spelled
from ucmsc_rules.facts.concepts import Dictionary, Kind
from ucmsc_rules.facts.fact import YES, Fact, Problem
from ucmsc_rules.facts.read import read_fact
from ucmsc_rules.rules.model import CountsAs
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.worksheet.compare import compare

SOME_DAY, NO_DAY = "2000-01-01", "?"
_YES_OR_NO = frozenset({Kind.YES_NO, Kind.EVENT})
_FLAGS = frozenset({"complete", "detected"})
_TRUE, _FALSE = frozenset({"true", "yes", "1"}), frozenset({"false", "no", "0"})


def load_values(engine: Engine, plan: Plan, spelled: Spelled) -> list[CohortProblem]:
    """Makes the table ``vals``: what each key says; those that do not count have no row. The problems come back."""
    problems: list[CohortProblem] = []
    rules = plan.compiled.ruleset.counts_as
    kinds = {**dict.fromkeys(spelled.words.numbers, "long"), "vid": "int", "cid": "int", **value_columns(plan)}
    lists: list[list[Any]] = [[] for _ in kinds]
    number = count()
    for key in spelled.distinct():
        if (fact := _fact(plan, key, problems)) is not None:
            row = [*key.numbers, next(number), *_value_row(plan, fact, rules)]
            for values, cell in zip(lists, row, strict=True):
                values.append(cell)
    engine.load("vals", {name: (kind, values) for (name, kind), values in zip(kinds.items(), lists, strict=True)})
    return problems


def value_columns(plan: Plan) -> dict[str, str]:
    """The columns of ``vals`` that say something of a fact, each with its type."""
    return {
        **dict.fromkeys(("readable", "sure", "amended", "complete", "yes"), "bool"),
        **{f"counts{number}": "text" for number in range(len(plan.compiled.ruleset.counts_as))},
        **dict.fromkeys(plan.bits.columns, "long"),
        **{f"{end}{slot}": "double" for slot in range(plan.width) for end in ("lo", "hi")},
    }


def _value_row(plan: Plan, fact: Fact, rules: Sequence[CountsAs]) -> list[Any]:
    pairs: list[tuple[float | None, float | None]] = list(read_slots(plan.compiled.ruleset, plan.slots, fact))
    pairs += [(None, None)] * (plan.width - len(pairs))
    flags = (fact.readable, fact.counts_surely, fact.amended, fact.complete, fact.value == YES)
    counts = [_counts(rule, fact) for rule in rules]
    bit = bit_of(plan.bits, fact)
    bits = [bit.mask if bit is not None and bit.column == name else 0 for name in plan.bits.columns]
    return [plan.concepts[fact.concept.name], *flags, *counts, *bits, *(end for pair in pairs for end in pair)]


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
    concept = dictionary.concepts.get(raw.get("concept", ""))
    if concept is not None and concept.kind in _YES_OR_NO:
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
    if name in _FLAGS and (word := text.strip().casefold()) in _TRUE | _FALSE:
        return word in _TRUE
    return text
