"""Writes a verdict as FHIR R4: the research subject's status, and an observation for each criterion.

An Observation says what a finding says: a value, or that there is none and why (``dataAbsentReason``); servers and
registries can search it, and a branch is a component. See ``docs/fhir.md`` for why it is no other resource.
"""

from __future__ import annotations

import re
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from attrs import frozen

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.values.dates import shown
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Finding, Status, Verdict
from ucmsc_rules.verdicts.report import evidence_text

CRITERIA = "urn:ucmsc-rules:criteria:"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
STATUSES = {Status.ELIGIBLE: "eligible", Status.INELIGIBLE: "ineligible", Status.UNDETERMINED: "candidate"}
_ID = re.compile(r"[A-Za-z0-9.-]{1,64}\Z")
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?(Z|[+-][0-9]{2}:[0-9]{2})\Z")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


@frozen
class _Answer:
    """What all resources of a bundle share."""

    verdict: Verdict
    ruleset: Ruleset
    recorded: str
    subject: dict[str, Any]

    def address(self, name: str) -> str:
        """The address of one of the bundle's resources, the same for the same answer."""
        verdict = self.verdict
        return uuid5(NAMESPACE_URL, "|".join((verdict.digest, str(verdict.subject), self.recorded, name))).urn


def to_fhir(verdict: Verdict, ruleset: Ruleset, *, recorded: str, patient: str = "", study: str = "") -> dict[str, Any]:
    """The verdict as a Bundle (R4) of a ResearchSubject and an Observation for each criterion.

    ``recorded`` is when the answer was given, an instant with its zone; ``patient`` and ``study`` are references to
    resources, by default ``Patient/<subject>`` and ``ResearchStudy/<ruleset>``. Raises ValueTextError for a verdict
    without a subject, one of another ruleset, and a time that is no instant.
    """
    _refuse_unfit(verdict, ruleset, recorded)
    answer = _Answer(verdict, ruleset, recorded, _reference(patient, "Patient", str(verdict.subject)))
    entries = [
        _entry(answer, "subject", _research_subject(answer, study)),
        _entry(answer, "device", _device(answer)),
        *(_entry(answer, finding.criterion, _observation(answer, finding)) for finding in verdict.findings),
    ]
    if verdict.problems:
        entries.append(_entry(answer, "problems", _outcome(verdict)))
    return {"resourceType": "Bundle", "type": "collection", "timestamp": recorded, "entry": entries}


def _refuse_unfit(verdict: Verdict, ruleset: Ruleset, recorded: str) -> None:
    if verdict.subject is None:
        raise ValueTextError("the verdict of a refused record has no subject, so FHIR cannot tell of it")
    if verdict.digest != ruleset.digest:
        message = f"the verdict is of {verdict.ruleset} {verdict.version}, and the ruleset is another one"
        raise ValueTextError(f"{message} ({ruleset.name} {ruleset.version}); give the ruleset that answered")
    if not _INSTANT.match(recorded):
        message = f"{shown(recorded)} is no instant; write it with seconds and zone, as 2026-03-01T12:00:00Z"
        raise ValueTextError(message)


def _reference(given: str, kind: str, identifier: str) -> dict[str, Any]:
    """A reference to a resource; by identifier where that cannot be a resource's id."""
    if given or _ID.match(identifier):
        return {"reference": given or f"{kind}/{identifier}"}
    return {"type": kind, "identifier": {"value": _plain(identifier)}}


def _entry(answer: _Answer, name: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": answer.address(name), "resource": resource}


def _research_subject(answer: _Answer, study: str) -> dict[str, Any]:
    return {
        "resourceType": "ResearchSubject",
        "identifier": [{"value": _plain(str(answer.verdict.subject))}],
        "status": STATUSES[answer.verdict.status],
        "study": _reference(study, "ResearchStudy", answer.verdict.ruleset),
        "individual": answer.subject,
    }


def _device(answer: _Answer) -> dict[str, Any]:
    """The software that gave the answer, by which version and from which rules."""
    verdict = answer.verdict
    versions = {
        "library": f"ucmsc-rules {verdict.library}",
        "engine": verdict.engine,
        "ruleset": f"{verdict.ruleset} {verdict.version}",
        "digest": verdict.digest,
    }
    return {
        "resourceType": "Device",
        "deviceName": [{"name": "ucmsc-rules", "type": "model-name"}],
        "version": [{"type": {"text": name}, "value": value} for name, value in versions.items()],
    }


def _observation(answer: _Answer, finding: Finding) -> dict[str, Any]:
    criterion = next(each for each in answer.ruleset.criteria if each.id == finding.criterion)
    observation = {
        "resourceType": "Observation",
        "status": "preliminary" if finding.holds is Truth.UNKNOWN else "final",
        "category": [{"text": f"{finding.category} criterion"}],
        "code": _code(answer, criterion.id, criterion.text),
        "subject": answer.subject,
        "issued": answer.recorded,
        "device": {"reference": answer.address("device")},
        **_holds(finding.holds),
    }
    day = answer.verdict.anchors.get(answer.ruleset.settings.at)
    notes = [*(evidence_text(each) for each in finding.evidence), *(need.message for need in finding.needs)]
    components = [_component(answer, criterion, key, truth) for key, truth in finding.branches.items()]
    optional = {"effectiveDateTime": day, "note": [{"text": _plain(note)} for note in notes], "component": components}
    return observation | {key: value for key, value in optional.items() if value}


def _component(answer: _Answer, criterion: Criterion, key: str, truth: Truth) -> dict[str, Any]:
    text = next((branch.text for branch in criterion.branches if branch.key == key), "")
    return {"code": _code(answer, f"{criterion.id}.{key}", text), **_holds(truth)}


def _code(answer: _Answer, code: str, text: str) -> dict[str, Any]:
    coding = {"system": f"{CRITERIA}{answer.verdict.ruleset}", "version": answer.verdict.version, "code": code}
    return {"coding": [coding], "text": _plain(text or code)}


def _holds(truth: Truth) -> dict[str, Any]:
    if truth is Truth.UNKNOWN:
        return {"dataAbsentReason": {"coding": [{"system": ABSENT, "code": "unknown"}]}}
    return {"valueBoolean": truth is Truth.TRUE}


def _outcome(verdict: Verdict) -> dict[str, Any]:
    """The problems of the record, for whoever is to look at it."""
    return {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error" if problem.level == "error" else "warning",
                "code": "processing",
                "diagnostics": _plain(f"{problem.path}: {problem.message}"),
            }
            for problem in verdict.problems
        ],
    }


def _plain(text: str) -> str:
    """A text that FHIR's strings can hold: not blank, without control characters."""
    return _CONTROL.sub("\ufffd", text.strip()) or "-"
