"""The example mapping for FHIR: the study's own codes, and how they stand beside those of standards."""

from __future__ import annotations

import json
from io import BytesIO
from typing import Any

import pytest

from adapters.edc_subjects import ruleset
from adapters.fhir_writer import LOINC, SNOMED, STUDY
from ucmsc_rules.adapters.fhir import read_fhir
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.adapters.mapping import FieldMapping

Json = dict[str, Any]
BLED = (STUDY, "gi-bleeding"), (SNOMED, "74474003")


def mapping() -> FieldMapping:
    """The example mapping."""
    return load_mapping("example-fhir", ruleset().dictionary)


def coded(*codes: tuple[str, str]) -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code} for system, code in codes]}


def read(kind: str, *, unread: tuple[str, ...] = (), **elements: Any) -> list[Json]:
    """The facts that one resource gives, without their sources; ``unread`` is what is listed beside them."""
    resource = {"resourceType": kind, "id": "1", "status": "final", "subject": {"reference": "Patient/p"}, **elements}
    patient = {"resourceType": "Patient", "id": "p"}
    bundle = {"resourceType": "Bundle", "type": "collection", "entry": [{"resource": patient}, {"resource": resource}]}
    (received,) = read_fhir(BytesIO(json.dumps(bundle).encode()), mapping(), ruleset().dictionary)
    assert (received.problems, tuple(received.unread)) == ((), unread)
    return [{key: fact[key] for key in fact if key != "source"} for fact in received.record["facts"]]


def test_every_concept_can_be_sent() -> None:
    """Each has an entry."""
    assert {rule.concept for rule in mapping().facts} == set(ruleset().dictionary.concepts)


@pytest.mark.parametrize(("value", "word"), [(True, "yes"), (False, "none")])
def test_the_day_of_an_answer_is_not_that_of_the_event(value: bool, word: str) -> None:
    """What was asked on a day happened on some day up to it, or had not."""
    answer = read("Observation", code=coded(BLED[0]), valueBoolean=value, effectiveDateTime="2026-02-24")
    assert answer == [{"concept": "gi_bleeding", "value": word, "recorded": "2026-02-24"}]


def test_forms_are_whole_and_lists_are_not() -> None:
    """A diagnosis with a code of the study is from a form, whatever other codes it has; one without is from a list."""
    dated = {"onsetDateTime": "2025-11-02", "abatementDateTime": "2025-11-04"}
    fact = {"concept": "gi_bleeding", "value": "yes", "when": "2025-11-02", "until": "2025-11-04"}
    assert read("Condition", code=coded(BLED[0]), **dated) == [fact]
    assert read("Condition", code=coded(*BLED), **dated) == [fact]
    assert read("Condition", code=coded(BLED[1]), **dated) == [{**fact, "complete": False}]


@pytest.mark.parametrize(
    ("provision", "facts"),
    [
        ({"type": "permit"}, [{"value": "yes", "when": "2026-02-20"}]),
        ({"type": "deny"}, [{"value": "no", "when": "2026-02-20"}]),
        ({"type": "permit", "period": {"end": "2026-12-31"}}, [{"value": "no value: yes", "when": "2026-02-20"}]),
    ],
)
def test_consents(provision: Json, facts: list[Json]) -> None:
    """A second consent that denies is a withdrawal; one that ends is unknown."""
    got = read("Consent", status="active", category=[coded((STUDY, "consent"))], dateTime="2026-02-20",
               provision=provision, patient={"reference": "Patient/p"})  # fmt: skip
    assert got == [{"concept": "informed_consent", **each} for each in facts]


def test_a_plan_is_dated_by_its_value() -> None:
    """The day for which a transplantation is planned is what the observation says, not when it was made."""
    code = coded((STUDY, "liver-transplantation-planned-for"))
    got = read("Observation", code=code, valueDateTime="2026-05-01", effectiveDateTime="2026-02-24")
    assert got == [{"concept": "liver_transplantation_planned", "when": "2026-05-01"}]


def test_urine_beside_a_code_of_serum() -> None:
    """One of them is wrong, so the value is unknown, and listed as left aside."""
    quantity = {"value": 9, "unit": "mg/dL"}
    got = read("Observation", unread=("Observation.value",), code=coded((LOINC, "2160-0")), valueQuantity=quantity,
               specimen={"display": "urine"}, effectiveDateTime="2026-02-24")  # fmt: skip
    assert got == [{"concept": "creatinine", "value": "no value: urine", "when": "2026-02-24"}]
