"""Turns an engine's answers and the worksheet into findings: which facts decided, by which bound, how old they were."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ucmsc_rules.engines.reference import answer
from ucmsc_rules.facts.concepts import RESULTS, Kind
from ucmsc_rules.facts.fact import Fact, Problem
from ucmsc_rules.facts.words import level_word
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import Age, Answer, Comparison, Criterion, Given, Result, UlnRatio
from ucmsc_rules.rules.walk import comparisons
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span
from ucmsc_rules.values.interval import Interval, ends
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Evidence, Finding
from ucmsc_rules.verdicts.needs import needs_of
from ucmsc_rules.worksheet.compare import compare
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import Used
from ucmsc_rules.worksheet.worksheet import Worksheet

_WORDED = frozenset({Kind.YES_NO, Kind.TEST, Kind.CATEGORY})


def find(
    context: Context, compiled: Compiled, sheet: Worksheet, answers: Mapping[str, Truth]
) -> tuple[tuple[Finding, ...], tuple[Problem, ...]]:
    """The findings in the order of the criteria, and what should be looked at."""
    findings = tuple(_finding(context, compiled, sheet, answers, each) for each in compiled.ruleset.criteria)
    warnings = [problem for measured in sheet.measured for problem in measured.problems]
    warnings += [problem for each in compiled.ruleset.criteria for problem in _conflict(compiled, sheet, each)]
    return findings, tuple(dict.fromkeys(warnings))


def _finding(
    context: Context, compiled: Compiled, sheet: Worksheet, answers: Mapping[str, Truth], criterion: Criterion
) -> Finding:
    holds = answers[criterion.id]
    return Finding(
        criterion.id,
        criterion.category.value,
        holds,
        {branch.key: answers[f"{criterion.id}.{branch.key}"] for branch in criterion.branches if branch.key},
        tuple(_evidence(context, compiled, sheet, criterion)),
        needs_of(context, compiled, sheet, criterion) if holds is Truth.UNKNOWN else (),
    )


def _evidence(context: Context, compiled: Compiled, sheet: Worksheet, criterion: Criterion) -> Iterator[Evidence]:
    rules = [(branch.key or None, branch.rule) for branch in criterion.branches]
    if criterion.conflict is not None:
        rules.append((None, criterion.conflict))
    for key, rule in rules:
        for comparison in comparisons(rule):
            place = compiled.index[comparison.measure]
            outcome = compare(comparison.op, sheet.lo[place], sheet.hi[place], float(comparison.bound)).value
            for used in sheet.measured[place].used:
                yield _one(context, key, comparison, used, outcome)


def _one(context: Context, branch: str | None, comparison: Comparison, used: Used, outcome: str) -> Evidence:
    fact = used.fact
    return Evidence(
        branch=branch,
        concept=fact.concept.name,
        reported=fact.reported,
        when=fact.when or None,
        compared=_compared(fact, used),
        bound=comparison.text,
        path=fact.path,
        outcome=outcome,
        raw=None if used.raw is None else str(used.raw),
        unit=used.unit or None,
        rounding_decided=used.raw is not None and used.unit != "points" and _rounding_decided(comparison, used),
        elapsed=used.elapsed or None,
        age=_age_text(context, comparison, fact) if fact.concept.kind in RESULTS else None,
        limit=used.limit or None,
        source=fact.source or None,
        note=used.note or None,
    )


def _compared(fact: Fact, used: Used) -> str:
    """A fact's interval, in words where the concept has words."""
    if fact.concept.kind not in _WORDED or not fact.readable:
        return str(used.compared)
    lo, hi = int(used.compared.lo), int(used.compared.hi)
    return " or ".join(level_word(fact.concept, level) for level in range(hi, lo - 1, -1))


def _rounding_decided(comparison: Comparison, used: Used) -> bool:
    bound = float(comparison.bound)
    return compare(comparison.op, *_ends(used.raw), bound) is not compare(comparison.op, *_ends(used.compared), bound)


def _ends(interval: Interval | None) -> tuple[float, float]:
    return (0.0, 0.0) if interval is None else ends(interval)


def _age_text(context: Context, comparison: Comparison, fact: Fact) -> str | None:
    """How many days old a result was at the anchor that it was read at."""
    match comparison.measure:
        case Result(at=name) | UlnRatio(at=name) | Answer(at=name) | Given(by=name) | Age(at=name):
            return days_between(fact.days, context.anchor(name))
        case _:
            return None


def days_between(days: Span, anchor: Span) -> str | None:
    """The days from a span to an anchor in words; None where either is open."""
    if days.first <= BEGINNING or anchor.last >= FOREVER:
        return None
    most, least = anchor.last - days.first, anchor.first - days.last
    text = str(most) if most == least else f"{least} to {most}"
    return f"{text} day" if text == "1" else f"{text} days"


def _conflict(compiled: Compiled, sheet: Worksheet, criterion: Criterion) -> Iterator[Problem]:
    """A warning where what must not be together was recorded together."""
    if criterion.conflict is None:
        return
    if answer(criterion.conflict, compiled.index, sheet.lo, sheet.hi) is not Truth.TRUE:
        return
    read = comparisons(criterion.conflict)
    used = [use for each in read for use in sheet.measured[compiled.index[each.measure]].used]
    facts = ", ".join(f"{use.fact.concept.name} {use.fact.reported}" for use in used)
    path = used[-1].fact.path if used else "facts"
    yield Problem("warning", path, f"{facts} contradict each other, so {criterion.id} is unknown; correct one of them")
