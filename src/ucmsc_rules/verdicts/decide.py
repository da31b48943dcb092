"""Turns an engine's answers and the worksheet into findings: which facts decided, by which bound, how old they were."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from attrs import frozen

from ucmsc_rules.engines.reference import Truths, answer
from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.facts.fact import Fact, Problem
from ucmsc_rules.facts.words import level_word
from ucmsc_rules.rules.compiled import Compiled, Leaf
from ucmsc_rules.rules.model import Criterion
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span
from ucmsc_rules.values.interval import Interval, ends
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Evidence, Finding, Need
from ucmsc_rules.verdicts.needs import needs_of
from ucmsc_rules.worksheet.compare import COMPARE
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import Used
from ucmsc_rules.worksheet.worksheet import Worksheet


@frozen
class Answered:
    """One subject with all that is known of it: the worksheet, each comparison's answer, and each rule's."""

    context: Context
    compiled: Compiled
    sheet: Worksheet
    truths: Truths
    answers: Mapping[str, Truth]


def find(answered: Answered) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """The findings in the order of the criteria, and what should be looked at."""
    criteria = answered.compiled.ruleset.criteria
    warnings = [problem for measured in answered.sheet.measured for problem in measured.problems]
    warnings += [_conflict(answered, each) for each in criteria if _has_conflict(answered, each)]
    return tuple([_finding(answered, each) for each in criteria]), tuple(dict.fromkeys(warnings))


def _finding(answered: Answered, criterion: Criterion) -> Finding:
    answers, holds = answered.answers, answered.answers[criterion.id]
    return Finding(
        criterion.id,
        criterion.category.value,
        holds,
        {branch.key: answers[f"{criterion.id}.{branch.key}"] for branch in criterion.branches if branch.key},
        tuple(_evidence(answered, criterion)),
        _needs(answered, criterion) if holds is Truth.UNKNOWN else (),
    )


def _needs(answered: Answered, criterion: Criterion) -> tuple[Need, ...]:
    return needs_of(answered.context, answered.compiled, answered.sheet, answered.truths, criterion)


def _evidence(answered: Answered, criterion: Criterion) -> list[Evidence]:
    leaves = answered.compiled.of_criterion[criterion.id]
    if criterion.conflict is not None and answer(criterion.conflict, answered.truths) is not Truth.FALSE:
        leaves = (*leaves, *answered.compiled.of_conflict[criterion.id])
    measured = answered.sheet.measured
    return [_one(answered, branch, leaf, used) for branch, leaf in leaves for used in measured[leaf.index].used]


def _one(answered: Answered, branch: str | None, leaf: Leaf, used: Used) -> Evidence:
    fact, measured = used.fact, answered.sheet.measured[leaf.index]
    return Evidence(
        branch,
        fact.concept.name,
        fact.reported,
        fact.when or None,
        _compared(fact, used),
        leaf.comparison.text,
        fact.path,
        answered.truths[leaf.comparison].value,
        None if used.raw is None else str(used.raw),
        used.unit or None,
        used.raw is not None and used.unit != "points" and _rounding_decided(leaf, used.raw, used.compared),
        used.elapsed or None,
        days_between(fact.days, answered.context.anchor(leaf.at)) if leaf.at else None,
        used.limit or None,
        fact.source or None,
        used.note or None,
        fact.until_text or None,
        fact.detected,
        str(measured.value) if len(measured.used) > 1 or used.unit == "points" else None,
    )


def _compared(fact: Fact, used: Used) -> str:
    """A fact's interval, in words where the concept has words."""
    if not fact.concept.has_words or not fact.readable:
        return str(used.compared)
    return _in_words(fact.concept, int(used.compared.lo), int(used.compared.hi))


@lru_cache(maxsize=4096)
def _in_words(concept: Concept, lo: int, hi: int) -> str:
    return " or ".join(level_word(concept, level) for level in range(hi, lo - 1, -1))


def _rounding_decided(leaf: Leaf, raw: Interval, compared: Interval) -> bool:
    make = COMPARE[leaf.comparison.op]
    return make(*ends(raw), leaf.bound) is not make(*ends(compared), leaf.bound)


def days_between(days: Span, anchor: Span) -> str | None:
    """The days from a span to an anchor in words; None where either is open."""
    if days.first <= BEGINNING or anchor.last >= FOREVER:
        return None
    most, least = anchor.last - days.first, anchor.first - days.last
    text = str(most) if most == least else f"{least} to {most}"
    return f"{text} day" if text == "1" else f"{text} days"


def _has_conflict(answered: Answered, criterion: Criterion) -> bool:
    return criterion.conflict is not None and answer(criterion.conflict, answered.truths) is Truth.TRUE


def _conflict(answered: Answered, criterion: Criterion) -> Problem:
    """A warning that what must not be together was recorded together."""
    leaves = [leaf for _, leaf in answered.compiled.of_conflict[criterion.id]]
    used = [use for leaf in leaves for use in answered.sheet.measured[leaf.index].used]
    facts = ", ".join(f"{use.fact.concept.name} {use.fact.reported}" for use in used)
    path = used[-1].fact.path if used else "facts"
    return Problem("warning", path, f"{facts} contradict each other, so {criterion.id} is unknown; correct one of them")
