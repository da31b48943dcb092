"""What comes out: a finding for each criterion, with its evidence and needs, and the verdict over all of them."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import frozen

from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.values.truth import Truth


class Status(Enum):
    """Whether the subject may be enrolled, by what is known."""

    ELIGIBLE = "eligible"
    INELIGIBLE = "ineligible"
    UNDETERMINED = "undetermined"


@frozen
class Evidence:
    """One fact held against one comparison of a criterion.

    ``reported`` is what the site wrote, ``compared`` what was compared with ``bound``, ``outcome`` what that
    comparison came to over all of its facts. ``raw`` is a converted value before it was rounded; where the rounding
    decided, ``rounding_decided`` says so. ``age`` is how old a result was at its anchor.
    ``detected`` is what the laboratory said beside the value; it decides nothing. ``known`` is what several facts
    come to together, such as the sum of a score.
    """

    branch: str | None
    concept: str
    reported: str
    when: str | None
    compared: str
    bound: str
    path: str
    outcome: str
    raw: str | None = None
    unit: str | None = None
    rounding_decided: bool = False
    elapsed: str | None = None
    age: str | None = None
    limit: str | None = None
    source: str | None = None
    note: str | None = None
    until: str | None = None
    detected: bool | None = None
    known: str | None = None


@frozen
class Need:
    """What would help to decide: which concept, from when to when, in what form."""

    concept: str
    from_day: str | None
    to_day: str | None
    form: str
    message: str


@frozen
class Finding:
    """Whether one criterion holds, why, and what is still needed."""

    criterion: str
    category: str
    holds: Truth
    branches: Mapping[str, Truth]
    evidence: tuple[Evidence, ...]
    needs: tuple[Need, ...]


@frozen
class Verdict:
    """The answer for one subject; ``subject`` is None for a record that was refused."""

    subject: str | None
    ruleset: str
    version: str
    digest: str
    engine: str
    library: str
    anchors: Mapping[str, str]
    status: Status
    findings: tuple[Finding, ...]
    problems: tuple[Problem, ...]

    def __getitem__(self, criterion: str) -> Finding:
        for finding in self.findings:
            if finding.criterion == criterion:
                return finding
        raise KeyError(criterion)


def status_of(findings: tuple[Finding, ...]) -> Status:
    """Ineligible where an inclusion is false or an exclusion true; eligible where all are decided the other way."""
    if any(_rules_out(finding) for finding in findings):
        return Status.INELIGIBLE
    if findings and all(finding.holds is not Truth.UNKNOWN for finding in findings):
        return Status.ELIGIBLE
    return Status.UNDETERMINED


def _rules_out(finding: Finding) -> bool:
    return finding.holds is (Truth.FALSE if finding.category == "inclusion" else Truth.TRUE)
