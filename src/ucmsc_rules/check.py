"""Checks a whole ruleset: its form, parts that can never decide, its own cases, and strictly also what these cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from attrs import frozen

from ucmsc_rules.cases import Outcome, run_cases
from ucmsc_rules.coverage import ConditionCoverage, CriterionCoverage, coverage
from ucmsc_rules.errors import Complaint, Place, RulesetError
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.rules.places import unlisted, without_criterion
from ucmsc_rules.rules.reach import unreachable
from ucmsc_rules.screening import EngineName, make_screener
from ucmsc_rules.values.units import connected
from ucmsc_rules.verdicts.report import evidence_text
from ucmsc_rules.wording import did_you_mean


@frozen
class Report:
    """What a check found; without complaints the ruleset may be used. A strict check also gives the coverage."""

    ruleset: Ruleset | None
    complaints: tuple[Complaint, ...]
    cases: int
    coverage: tuple[CriterionCoverage, ...] = ()


def check(name: str | Path, engine: EngineName = "auto", *, strict: bool = False) -> Report:
    """Checks the ruleset of a name or path.

    Complaints come in the order of the file: unknown names and keys, units of the wrong dimension, what is missing,
    comparisons that can never decide, and cases whose answer differs. A strict check also asks that every place in the
    protocol has a criterion, and that the cases see each criterion true, false and unknown and show each condition to
    decide it.

    >>> report = check("ucmsc-hbv-cirrhosis", strict=True)
    >>> report.complaints
    ()
    >>> sum(criterion.shown for criterion in report.coverage)
    51
    """
    try:
        ruleset = load_ruleset(name)
    except RulesetError as error:
        return Report(None, error.complaints, 0)
    return check_ruleset(ruleset, engine, strict=strict)


def check_ruleset(ruleset: Ruleset, engine: EngineName = "auto", *, strict: bool = False) -> Report:
    """Checks a ruleset that was loaded."""
    screener = make_screener(ruleset, engine)
    outcomes = list(run_cases(screener))
    covered = coverage(screener, outcomes) if strict else ()
    differing = (_differs(outcome) for outcome in outcomes if not outcome.passed)
    complaints = [*_unreachable(ruleset), *_torn(ruleset), *differing]
    if strict:
        complaints += [*_untraced(ruleset), *_uncovered(ruleset, covered)]
    in_order = sorted(dict.fromkeys(complaints), key=lambda complaint: (complaint.place.line, complaint.place.column))
    return Report(ruleset, tuple(in_order), len(outcomes), covered)


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


def _untraced(ruleset: Ruleset) -> Iterator[Complaint]:
    """Places in the protocol without a criterion, and criteria for places that are not listed."""
    if not ruleset.places:
        message = '"places" is missing; list each place in the protocol, as places: ["Inclusion, item 1", ...]'
        yield Complaint(Place(ruleset.file, 1, 1), "", message)
        return
    lacking = without_criterion(ruleset)
    for place in lacking:
        message = f'"{place}" has no criterion; write one with this source, or name it in a source after "; "'
        yield Complaint(ruleset.listed_at.get(place, Place(ruleset.file, 1, 1)), "places", message)
    for criterion, place in unlisted(ruleset):
        hint = did_you_mean(place, lacking)
        message = f'the source "{place}" is not among the places; list it there, or mend the source{hint}'
        yield Complaint(criterion.place, criterion.id, message)


def _uncovered(ruleset: Ruleset, covered: Iterable[CriterionCoverage]) -> Iterator[Complaint]:
    """Answers that no case sees, and conditions that no case shows to decide."""
    for criterion, found in zip(ruleset.criteria, covered, strict=True):
        for answer, count in (("true", found.true), ("false", found.false), ("unknown", found.unknown)):
            if not count:
                message = f"no case in which the criterion as a whole comes out {answer}; add one with holds: {answer}"
                yield Complaint(criterion.place, criterion.id, message)
        for condition in found.conditions:
            about = f"{criterion.id}.{condition.branch}" if condition.branch else criterion.id
            for truth, cases in (("true", condition.decided_true), ("false", condition.decided_false)):
                if not cases:
                    yield Complaint(condition.place, about, _undecided(condition, truth))


def _undecided(condition: ConditionCoverage, truth: str) -> str:
    of_conflict = " of the conflict" if condition.conflict else ""
    head = f'no case in which "{condition.text}"{of_conflict} is {truth} and the rest leaves it to decide'
    rest = f" and {condition.rest}" if condition.rest else ""
    return f"{head}; add one in which it is {truth}{rest}"
