"""Answers a record that is read already: with both engines for a verdict, with the reference alone to try a change."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, frozen

from ucmsc_rules.engines import reference
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.facts.records import Record
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import EngineName, answer_record, shared_screener
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Finding, Status, Verdict, status_of
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import fill

STATUS = "status"
Answers = Mapping[str, Truth | Status]


@frozen
class Basis:
    """What an open screening is held against; no amendment changes it."""

    ruleset: Ruleset
    engine: EngineName = "auto"
    default_anchors: Mapping[str, str] = Factory(dict)
    normal_ranges: tuple[NormalRange, ...] = ()


def answer(basis: Basis, record: Record) -> Verdict:
    """The verdict, as ``screen_one`` gives it. Raises EnginesDisagree."""
    return answer_record(shared_screener(basis.ruleset, basis.engine), record, basis.normal_ranges)


def answers_of(verdict: Verdict) -> dict[str, Truth | Status]:
    """The status, each criterion's answer (``I4``), and each lettered branch's (``E4.d``)."""
    answers: dict[str, Truth | Status] = {STATUS: verdict.status}
    for finding in verdict.findings:
        answers[finding.criterion] = finding.holds
        answers |= {f"{finding.criterion}.{key}": truth for key, truth in finding.branches.items()}
    return answers


def try_out(basis: Basis, record: Record) -> Answers:
    """The same answers for a record that is only tried, by the reference, which every verdict agrees with."""
    screener = shared_screener(basis.ruleset, basis.engine)
    sheet = fill(Context(record, basis.ruleset, basis.normal_ranges), screener.compiled.measures)
    truths = reference.compare_all(screener.compiled, sheet.lo, sheet.hi)
    answers = reference.evaluate(basis.ruleset, truths)
    findings = [
        Finding(each.id, each.category.value, answers[each.id], {}, (), ()) for each in basis.ruleset.criteria
    ]  # fmt: skip
    return {STATUS: status_of(tuple(findings)), **answers}
