"""Writes verdicts: as JSON, exactly in the form of the contract, and as rows for a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from typing import Any

from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.verdicts.finding import Evidence, Finding, Need, Verdict

COLUMNS = (
    "subject", "ruleset", "version", "status", "criterion", "category", "holds", "branches", "evidence", "needs",
)  # fmt: skip
_OPTIONAL = ("until", "known", "raw", "unit", "elapsed", "age", "limit", "detected", "source", "note")


def to_json(verdict: Verdict) -> dict[str, Any]:
    """The verdict as plain data in the form of the answer's JSON Schema."""
    return {
        "subject": verdict.subject,
        "ruleset": verdict.ruleset,
        "version": verdict.version,
        "digest": verdict.digest,
        "engine": verdict.engine,
        "library": verdict.library,
        "anchors": dict(verdict.anchors),
        "status": verdict.status.value,
        "findings": [_finding(finding) for finding in verdict.findings],
        "problems": [_problem(problem) for problem in verdict.problems],
    }


def dumps(verdict: Verdict, indent: int | None = None) -> str:
    """The verdict as JSON text; on one line where ``indent`` is None."""
    return json.dumps(to_json(verdict), ensure_ascii=False, allow_nan=False, indent=indent)


def to_rows(verdict: Verdict) -> Iterator[tuple[str, ...]]:
    """A row for each finding, in the order of ``COLUMNS``; for a refused record one row with its problem."""
    head = (verdict.subject or "", verdict.ruleset, verdict.version, verdict.status.value)
    if not verdict.findings:
        yield (*head, "", "", "", "", "; ".join(f"{each.path}: {each.message}" for each in verdict.problems), "")
    for finding in verdict.findings:
        yield (
            *head,
            finding.criterion,
            finding.category,
            finding.holds.value,
            " ".join(f"{key}={truth.value}" for key, truth in finding.branches.items()),
            "; ".join(evidence_text(evidence) for evidence in finding.evidence),
            "; ".join(need.message for need in finding.needs),
        )


def evidence_text(evidence: Evidence) -> str:
    """A piece of evidence as a phrase.

    >>> evidence_text(Evidence(None, "hbv_dna", "<20 IU/mL", "2026-02-27", "[0, 20)", "<= 1000 [IU]/mL", "facts[2]",
    ...                        "true"))
    'hbv_dna <20 IU/mL on 2026-02-27, known as [0, 20): "<= 1000 [IU]/mL" is true'
    """
    day = f" on {evidence.when}" if evidence.when and not evidence.reported.startswith(evidence.when) else ""
    limit = f", upper limit {evidence.limit}" if evidence.limit else ""
    together = f", together {evidence.known}" if evidence.known else ""
    decided = ", the rounding decided" if evidence.rounding_decided else ""
    note = f" ({evidence.note})" if evidence.note else ""
    head = f"{evidence.concept} {evidence.reported}{day}{limit}{_as_known(evidence)}{together}"
    return f'{head}: "{evidence.bound}" is {evidence.outcome}{decided}{note}'


def _as_known(evidence: Evidence) -> str:
    """What was made of the reported value; nothing where it was taken as it stands."""
    if evidence.elapsed:
        return f", {evidence.elapsed}"
    value = _short(evidence.compared)
    if evidence.unit == "points":
        return f", {value} point{'' if value == '1' else 's'}"
    if evidence.raw:
        return f", known as {value} {evidence.unit or ''} (from {evidence.raw})".replace("  ", " ")
    if value in {evidence.reported.casefold(), evidence.reported.split(" ")[0]}:
        return ""
    return f", {value} {evidence.unit}" if evidence.unit in {"x ULN", "years"} else f", known as {value}"


def _short(interval: str) -> str:
    """An interval as a reader wants it: one number where it holds one, or none that fewer digits would part.

    >>> _short("[5.6, 5.6]"), _short("(0.946094545454545, 0.946094545454546)"), _short("[0, 20)")
    ('5.6', 'about 0.9461', '[0, 20)')
    """
    low, _, high = interval.strip("[]()").partition(", ")
    if low == high or not high:  # one number, or words
        return low
    if interval.startswith("(") and math.isclose(float(low), float(high), rel_tol=1e-9):
        return f"about {float(low):.4g}"
    return interval


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "criterion": finding.criterion,
        "category": finding.category,
        "holds": finding.holds.value,
        "branches": {key: truth.value for key, truth in finding.branches.items()},
        "evidence": [_evidence(evidence) for evidence in finding.evidence],
        "needs": [_need(need) for need in finding.needs],
    }


def _evidence(evidence: Evidence) -> dict[str, Any]:
    written: dict[str, Any] = {
        "branch": evidence.branch,
        "concept": evidence.concept,
        "reported": evidence.reported,
        "when": evidence.when,
        "compared": evidence.compared,
        "bound": evidence.bound,
        "path": evidence.path,
        "outcome": evidence.outcome,
    }
    written |= {key: value for key in _OPTIONAL if (value := getattr(evidence, key)) is not None}
    if evidence.rounding_decided:
        written["rounding_decided"] = True
    return written


def _need(need: Need) -> dict[str, Any]:
    return {
        "concept": need.concept, "from": need.from_day, "to": need.to_day, "form": need.form, "message": need.message,
    }  # fmt: skip


def _problem(problem: Problem) -> dict[str, Any]:
    return {"level": problem.level, "path": problem.path, "message": problem.message}
