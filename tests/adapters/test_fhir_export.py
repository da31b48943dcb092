"""Verdicts as FHIR: what a bundle says, that it is FHIR, and that it is never read back as facts."""

from __future__ import annotations

import json
from typing import Any

import pytest
from attrs import evolve

from adapters.fhir_making import facts, patient, read, ruleset
from ucmsc_rules import Truth, Verdict, load_ruleset, screen, screen_all
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.exports.fhir import to_fhir

AT = "2026-03-02T09:30:00+08:00"
GOOD = {
    "subject": "S-001",
    "anchors": {"screening": "2026-03-01"},
    "facts": [
        {"concept": "birth_date", "value": "1961-04-02"},
        {"concept": "hbv_dna", "value": "1001 IU/mL", "when": "2026-02-27"},
        {"concept": "nyha_class", "value": "II", "when": "2026-02-27"},
        {"concept": "hbv_dan", "value": "1 IU/mL"},
    ],
}


def verdict(**more: object) -> Verdict:
    """The verdict on a record."""
    return screen(ruleset(), {**GOOD, **more})


def resources(bundle: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """The bundle's resources of a type."""
    return [entry["resource"] for entry in bundle["entry"] if entry["resource"]["resourceType"] == kind]


def observed(bundle: dict[str, Any], criterion: str) -> dict[str, Any]:
    """The observation of a criterion."""
    (found,) = [each for each in resources(bundle, "Observation") if each["code"]["coding"][0]["code"] == criterion]
    return found


def test_the_status_of_the_subject() -> None:
    """Eligible and ineligible are so; undetermined is a candidate still."""
    answer = verdict()
    (subject,) = resources(to_fhir(answer, ruleset(), recorded=AT), "ResearchSubject")
    assert subject == {
        "resourceType": "ResearchSubject",
        "identifier": [{"value": "S-001"}],
        "status": "ineligible",
        "study": {"reference": "ResearchStudy/ucmsc-hbv-cirrhosis"},
        "individual": {"reference": "Patient/S-001"},
    }
    for status, code in (("eligible", "eligible"), ("undetermined", "candidate")):
        changed = evolve(answer, status=type(answer.status)(status))
        assert resources(to_fhir(changed, ruleset(), recorded=AT), "ResearchSubject")[0]["status"] == code


def test_each_criterion_is_an_observation() -> None:
    """True and false are values; unknown is an absence with its reason, and is preliminary."""
    bundle = to_fhir(verdict(), ruleset(), recorded=AT)
    assert len(resources(bundle, "Observation")) == len(ruleset().criteria)
    age, virus, other = (observed(bundle, criterion) for criterion in ("I1", "I4", "E3"))
    assert (age["valueBoolean"], virus["valueBoolean"], "valueBoolean" in other) == (True, False, False)
    assert other["dataAbsentReason"]["coding"][0]["code"] == "unknown"
    assert [each["status"] for each in (age, virus, other)] == ["final", "final", "preliminary"]
    assert (age["effectiveDateTime"], age["issued"]) == ("2026-03-01", AT)
    assert virus["note"][0]["text"].startswith('hbv_dna 1001 IU/mL on 2026-02-27: "<= 1000 [IU]/mL"')
    assert "Give" in other["note"][-1]["text"]


def test_branches_are_components() -> None:
    """Each letter of a criterion has its own answer."""
    criterion = observed(to_fhir(verdict(), ruleset(), recorded=AT), "E4")
    answers = {each["code"]["coding"][0]["code"]: each.get("valueBoolean") for each in criterion["component"]}
    assert answers == {"E4.a": True, "E4.b": None, "E4.c": None, "E4.d": None, "E4.e": None}


def test_what_answered_and_what_was_wrong() -> None:
    """The software with its versions, and the problems of the record, stand beside the answer."""
    answer = verdict()
    bundle = to_fhir(answer, ruleset(), recorded=AT)
    (device,) = resources(bundle, "Device")
    assert {each["type"]["text"]: each["value"] for each in device["version"]} == {
        "library": f"ucmsc-rules {answer.library}", "engine": answer.engine, "ruleset": "ucmsc-hbv-cirrhosis 1.0.0",
        "digest": answer.digest,
    }  # fmt: skip
    (outcome,) = resources(bundle, "OperationOutcome")
    assert [(each["severity"], each["diagnostics"]) for each in outcome["issue"]] == [
        ("error", 'facts[3].concept: "hbv_dan" is no concept of the dictionary; did you mean "hbv_dna"?')
    ]
    assert resources(to_fhir(verdict(facts=[]), ruleset(), recorded=AT), "OperationOutcome") == []


def test_references_and_times_are_arguments() -> None:
    """The same arguments give the same bundle; others another one. A subject that is no id is an identifier."""
    assert to_fhir(verdict(), ruleset(), recorded=AT) == to_fhir(verdict(), ruleset(), recorded=AT)
    bundle = to_fhir(verdict(subject="Nr. 7/a"), ruleset(), recorded=AT, study="ResearchStudy/x")
    (subject,) = resources(bundle, "ResearchSubject")
    assert subject["individual"] == {"type": "Patient", "identifier": {"value": "Nr. 7/a"}}
    assert subject["study"] == {"reference": "ResearchStudy/x"}
    named = to_fhir(verdict(), ruleset(), recorded=AT, patient="urn:uuid:1")
    assert observed(named, "I1")["subject"] == {"reference": "urn:uuid:1"}
    addresses = {entry["fullUrl"] for entry in bundle["entry"]}
    assert len(addresses) == len(bundle["entry"])
    assert not addresses & {entry["fullUrl"] for entry in to_fhir(verdict(), ruleset(), recorded=AT)["entry"]}


@pytest.mark.parametrize("recorded", ["", "2026-03-02", "2026-03-02T09:30:00", "2026-03-02T09:30+08:00", "now"])
def test_a_time_that_is_no_instant_is_refused(recorded: str) -> None:
    """An instant has seconds and a zone."""
    with pytest.raises(ValueTextError) as caught:
        to_fhir(verdict(), ruleset(), recorded=recorded)
    assert str(caught.value) == f'"{recorded}" is no instant; write it with seconds and zone, as 2026-03-01T12:00:00Z'


def test_verdicts_that_fhir_cannot_tell_of_are_refused() -> None:
    """A refused record has no subject, and a verdict of other rules has other criteria."""
    (refused,) = screen_all(ruleset(), [{"facts": []}])
    with pytest.raises(
        ValueTextError, match=r"^the verdict of a refused record has no subject, so FHIR cannot tell of it$"
    ):
        to_fhir(refused, ruleset(), recorded=AT)
    other = load_ruleset("hcc-tace-washout")
    message = "the verdict is of ucmsc-hbv-cirrhosis 1.0.0, and the ruleset is another one (hcc-tace-washout 1.0.0)"
    with pytest.raises(ValueTextError) as caught:
        to_fhir(verdict(), other, recorded=AT)
    assert str(caught.value) == f"{message}; give the ruleset that answered"


@pytest.mark.parametrize("subject", ["S-001", "Nr. 7/a", "\x01", "x" * 200])
@pytest.mark.parametrize("anchors", [GOOD["anchors"], {}])
def test_a_bundle_is_fhir(subject: str, anchors: dict[str, str]) -> None:
    """The classes of fhir.resources (R4B, which has these resources as R4 has them) take it, whatever the texts are."""
    bundles = pytest.importorskip("fhir.resources.R4B.bundle", reason="fhir.resources is not installed")
    odd = [{"concept": "hbv_dna", "value": "a\x00b\n" * 200, "when": "\x07"}]
    answer = verdict(subject=subject, anchors=anchors, facts=[*GOOD["facts"], *odd])
    bundle = to_fhir(answer, ruleset(), recorded=AT)
    assert bundles.Bundle.model_validate_json(json.dumps(bundle)).entry


def test_a_bundle_is_never_read_back_as_facts() -> None:
    """The answer of one day is no fact of the next."""
    bundle = to_fhir(verdict(subject="p1"), ruleset(), recorded=AT)
    (received,) = read(patient(), bundle)
    assert facts(received) == []
    assert (
        received.unread["Observation code=urn:ucmsc-rules:criteria:ucmsc-hbv-cirrhosis I1 name=" + name_of("I1")] == 1
    )


def name_of(criterion: str) -> str:
    """The criterion's text as it is counted."""
    return next(each.text for each in ruleset().criteria if each.id == criterion)[:80]


def test_findings_come_out_whatever_they_are() -> None:
    """Each of the three truths of each criterion is written as it stands."""
    answer = verdict()
    for truth in Truth:
        changed = evolve(answer, findings=tuple(evolve(each, holds=truth) for each in answer.findings))
        values = [
            each.get("valueBoolean") for each in resources(to_fhir(changed, ruleset(), recorded=AT), "Observation")
        ]
        assert set(values) == {{Truth.TRUE: True, Truth.FALSE: False}.get(truth)}
