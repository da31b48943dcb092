"""Checks a whole ruleset: its form, parts that can never decide, and its own cases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from attrs import frozen

from ucmsc_rules.cases import Outcome, run_cases
from ucmsc_rules.errors import Complaint, RulesetError
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.rules.reach import unreachable
from ucmsc_rules.screening import EngineName, make_screener
from ucmsc_rules.values.units import connected
from ucmsc_rules.verdicts.report import evidence_text


@frozen
class Report:
    """What a check found; without complaints the ruleset may be used."""

    ruleset: Ruleset | None
    complaints: tuple[Complaint, ...]
    cases: int


def check(name: str | Path, engine: EngineName = "auto") -> Report:
    """Checks the ruleset of a name or path.

    Complaints come in the order of the file: unknown names and keys, units of the wrong dimension, what is missing,
    comparisons that can never decide, and cases whose answer differs.
    """
    try:
        ruleset = load_ruleset(name)
    except RulesetError as error:
        return Report(None, error.complaints, 0)
    return check_ruleset(ruleset, engine)


def check_ruleset(ruleset: Ruleset, engine: EngineName = "auto") -> Report:
    """Checks a ruleset that was loaded."""
    outcomes = list(run_cases(make_screener(ruleset, engine)))
    differing = (_differs(outcome) for outcome in outcomes if not outcome.passed)
    complaints = [*_unreachable(ruleset), *_torn(ruleset), *differing]
    in_order = sorted(dict.fromkeys(complaints), key=lambda complaint: (complaint.place.line, complaint.place.column))
    return Report(ruleset, tuple(in_order), len(outcomes))


def _unreachable(ruleset: Ruleset) -> Iterator[Complaint]:
    for criterion in ruleset.criteria:
        for branch, message in unreachable(criterion, ruleset.dictionary):
            about = f"{criterion.id}.{branch.key}" if branch.key else criterion.id
            yield Complaint(branch.place, about, message)


def _torn(ruleset: Ruleset) -> Iterator[Complaint]:
    """Concepts with units that nothing connects: a result in one could never be held against the other."""
    for criterion in ruleset.criteria:
        for comparison in comparisons_of(criterion):
            rules = ruleset.dictionary[comparison.measure.concept].unit_rules
            for apart in (unit for unit in rules.quanta if not connected(rules, unit)):
                message = f"{rules.name}: nothing converts {apart} to its other units; give a molar_mass or lines"
                yield Complaint(criterion.place, criterion.id, message)


def _differs(outcome: Outcome) -> Complaint:
    """What was wanted and what came out, with the evidence and the problems that explain it."""
    case, finding = outcome.case, outcome.verdict[outcome.criterion]
    about = f"{outcome.criterion}.{case.branch}" if case.branch else outcome.criterion
    reasons = [evidence_text(evidence) for evidence in finding.evidence]
    reasons += [f"{problem.path}: {problem.message}" for problem in outcome.verdict.problems]
    reasons += [need.message for need in finding.needs]
    why = "; ".join(reasons) or "no fact was read"
    return Complaint(case.place, about, f"the case wants {outcome.wanted}, the rule answers {outcome.got} ({why})")
