"""The page of FHIR names every cell, and the shipped mapping knows what to do with each."""

from __future__ import annotations

from pathlib import Path

import pytest

from adapters.fhir_making import OURS, Json, concept, mapping, of, quantity
from ucmsc_rules.adapters.fhir.codes import Codes
from ucmsc_rules.adapters.fhir.person import About, Person
from ucmsc_rules.adapters.fhir.rows import READERS

PAGE = (Path(__file__).parents[2] / "docs" / "fhir.md").read_text(encoding="utf-8")
CODE, DAY, SPAN = concept("1", "s", text="words"), "2026-02-27", {"start": "2026-02-26", "end": "2026-02-27"}
FULL: dict[str, Json] = {
    "Patient": {
        "gender": "male", "birthDate": DAY, "deceasedBoolean": True, "identifier": [{"system": "s", "value": "1"}],
        "extension": [{"url": "us-core-birthsex", "valueCode": "M"}],
    },
    "Observation": {
        "code": CODE, "status": "amended", "valueQuantity": quantity(1),
        "effectivePeriod": {"start": "2026", "end": "2027"},
        "issued": DAY, "category": [CODE], "method": CODE, "bodySite": CODE, "specimen": {"display": "serum"},
        "interpretation": [CODE], "referenceRange": [{"high": quantity(2)}],
    },
    "Condition": {
        "code": CODE, "category": [CODE], "severity": CODE, "bodySite": [CODE],
        "clinicalStatus": concept("resolved", "s"),
        "verificationStatus": concept("refuted", "s"), "onsetDateTime": DAY, "abatementDateTime": DAY,
        "recordedDate": DAY,
    },
    "MedicationAdministration": {
        "medicationCodeableConcept": CODE, "status": "in-progress", "effectivePeriod": SPAN, "category": CODE,
        "recorded": DAY,
    },
    "Procedure": {
        "code": CODE, "status": "in-progress", "performedPeriod": SPAN, "category": CODE, "bodySite": [CODE],
        "outcome": CODE,
        "recorded": DAY,
    },
    "AllergyIntolerance": {
        "code": CODE, "type": "allergy", "category": ["food"], "criticality": "low",
        "clinicalStatus": concept("active", "s"),
        "verificationStatus": concept("refuted", "s"), "onsetDateTime": DAY, "recordedDate": DAY,
        "reaction": [{"manifestation": [CODE]}],
    },
    "FamilyMemberHistory": {
        "relationship": CODE, "sex": CODE, "status": "entered-in-error", "date": DAY, "condition": [{"code": CODE}],
    },
    "Consent": {
        "id": "k", "category": [concept("informed_consent", OURS, text="words")], "scope": CODE,
        "status": "entered-in-error",
        "dateTime": DAY, "provision": {"period": SPAN},
    },
    "ResearchSubject": {
        "study": {"reference": "ResearchStudy/x"}, "status": "on-study", "period": SPAN, "actualArm": "a",
        "progress": [{"milestone": CODE, "startDate": DAY}],
    },
    "Encounter": {"type": [CODE], "class": CODE, "status": "finished", "period": SPAN},
}  # fmt: skip


def cells_of(kind: str) -> set[str]:
    """The names of the cells of a resource that has everything, and of one that is going on."""
    about = About(Person(), Codes({"s": "system"}), studies={"k": ("ResearchStudy/x",)})
    resource = {"resourceType": kind, "subject": of(), **FULL[kind]}
    lasting = {**resource, "clinicalStatus": concept("active", "s"), "reaction": [{"severity": "mild"}]}
    lasting.pop("abatementDateTime", None)
    return {name for each in (resource, lasting) for found in READERS[kind](each, about) for name in found.cells}


@pytest.mark.parametrize("kind", FULL)
def test_the_page_names_every_cell(kind: str) -> None:
    """Each cell that a resource can have stands on the page."""
    named = {name.replace(".system", ".<system>") for name in cells_of(kind)}
    assert [name for name in sorted(named) if f"`{name}`" not in PAGE] == []


@pytest.mark.parametrize("kind", [kind for kind in FULL if kind not in {"ResearchSubject", "Encounter"}])
def test_the_shipped_mapping_knows_every_cell(kind: str) -> None:
    """Each cell is read by a rule, or named as one that is no data; else it would be listed as overlooked."""
    rules = [rule for rule in mapping().facts if kind in rule.kinds]
    read = {take.field for rule in rules for take in rule.takes.values()}
    read |= {condition.field for rule in rules for condition in (*rule.where, *rule.unless)}
    rows = mapping().rows[kind]
    known = {*read, *rows.ignore, *rows.named_by, "identifier.system"}
    assert sorted(cells_of(kind) - known) == []
