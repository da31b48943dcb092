"""Generated rulesets on generated subjects: the engines agree, and a decided answer survives every choice of values."""

from __future__ import annotations

import math
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from subjects import records
from ucmsc_rules import load_ruleset
from ucmsc_rules.engines import durable, reference
from ucmsc_rules.errors import Place
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.model import Branch, Category, Criterion, Expression, Ruleset
from ucmsc_rules.testing.strategies.expressions import expressions
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import Worksheet, fill

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
HERE = Place("generated", 1, 1)
FAR = 1e12
RULES = expressions(TRIAL.dictionary, TRIAL.anchors, TRIAL.settings)


def ruleset_of(rules: list[Expression], conflict: Expression | None = None) -> Ruleset:
    """A ruleset with a criterion for each rule, and one that has them all as branches."""
    branches = tuple(Branch(f"b{place}", "", rule, "", HERE) for place, rule in enumerate(rules))
    single = [_criterion(f"C{place}", (evolve(each, key=""),), conflict) for place, each in enumerate(branches)]
    return evolve(TRIAL, criteria=(*single, _criterion("ALL", branches, conflict)))


def _criterion(name: str, branches: tuple[Branch, ...], conflict: Expression | None) -> Criterion:
    return Criterion(name, Category.EXCLUSION, "", "", "", branches, conflict, "", (), HERE)


def sheet_of(ruleset: Ruleset, raw: dict[str, Any]) -> Worksheet:
    """The worksheet of one record."""
    record = read_record(raw, 0, ruleset.dictionary, ruleset.anchors)
    assert isinstance(record, Record)
    return fill(Context(record, ruleset), compile_ruleset(ruleset).measures)


def answers_of(ruleset: Ruleset, lo: tuple[float, ...], hi: tuple[float, ...]) -> dict[str, Truth]:
    """The reference's answers."""
    compiled = compile_ruleset(ruleset)
    return reference.evaluate(ruleset, reference.compare_all(compiled, lo, hi))


@pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is here")
@given(st.lists(RULES, min_size=1, max_size=4), st.none() | RULES, st.lists(records(), min_size=1, max_size=3))
@settings(max_examples=60)
def test_the_engines_agree_on_generated_rulesets_and_subjects(
    rules: list[Expression], conflict: Expression | None, subjects: list[dict[str, Any]]
) -> None:
    """Every rule, every branch and every conflict gets the same answer from both engines."""
    ruleset = ruleset_of(rules, conflict)
    engine = durable.DurableEngine(compile_ruleset(ruleset).rules)
    for subject in subjects:
        sheet = sheet_of(ruleset, subject)
        assert engine.evaluate(sheet.lo, sheet.hi) == answers_of(ruleset, sheet.lo, sheet.hi)
    engine.close()


@given(st.lists(RULES, min_size=1, max_size=3), records(), st.data())
@settings(max_examples=80)
def test_a_decided_answer_holds_for_every_exact_value_inside_the_intervals(
    rules: list[Expression], subject: dict[str, Any], data: st.DataObject
) -> None:
    """Exact values are picked inside every interval: none of them may contradict what was decided."""
    ruleset = ruleset_of(rules)
    sheet = sheet_of(ruleset, subject)
    decided = answers_of(ruleset, sheet.lo, sheet.hi)
    world = tuple(data.draw(_inside(lo, hi)) for lo, hi in zip(sheet.lo, sheet.hi, strict=True))
    exact = answers_of(ruleset, world, world)
    assert Truth.UNKNOWN not in exact.values()
    for rule, answer in decided.items():
        if answer is not Truth.UNKNOWN:
            assert exact[rule] is answer


@given(st.lists(RULES, min_size=1, max_size=3), records(), st.data())
@settings(max_examples=60)
def test_narrower_intervals_never_flip_a_decided_answer(
    rules: list[Expression], subject: dict[str, Any], data: st.DataObject
) -> None:
    """Any intervals inside those of the worksheet leave what was decided as it was."""
    ruleset = ruleset_of(rules)
    sheet = sheet_of(ruleset, subject)
    decided = answers_of(ruleset, sheet.lo, sheet.hi)
    ends = [
        sorted(data.draw(st.tuples(_inside(lo, hi), _inside(lo, hi))))
        for lo, hi in zip(sheet.lo, sheet.hi, strict=True)
    ]
    sharper = answers_of(ruleset, tuple(lo for lo, _ in ends), tuple(hi for _, hi in ends))
    for rule, answer in decided.items():
        if answer is not Truth.UNKNOWN:
            assert sharper[rule] is answer


def _inside(lo: float, hi: float) -> st.SearchStrategy[float]:
    """A number in the interval, its ends often."""
    least, most = max(lo, -FAR), min(hi, FAR)
    if math.isinf(lo) and lo == hi:
        return st.just(lo)
    return st.sampled_from([lo, hi]) | st.floats(min(least, most), max(least, most), allow_nan=False)
