"""Makes small FHIR resources, and reads them by the shipped mapping."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from ucmsc_rules import load_ruleset
from ucmsc_rules.adapters.fhir import read_fhir
from ucmsc_rules.adapters.load_mapping import load_mapping, parse_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.rules.model import Ruleset

FILES = Path(__file__).parents[3] / "shared" / "data" / "fhir"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
ICD10, ICD10CM = "http://hl7.org/fhir/sid/icd-10", "http://hl7.org/fhir/sid/icd-10-cm"
ATC, OURS = "http://www.whocc.no/atc", "urn:ucmsc-rules:concept"
UCUM = "http://unitsofmeasure.org"
CREATININE, GLUCOSE, FASTING, HBV = "2160-0", "2345-7", "14771-0", "42595-9"
Json = dict[str, Any]


@cache
def ruleset() -> Ruleset:
    """The first ruleset."""
    return load_ruleset("ucmsc-hbv-cirrhosis")


@cache
def mapping() -> FieldMapping:
    """The shipped mapping."""
    return load_mapping("fhir-r4", ruleset().dictionary)


def mapped(text: str) -> FieldMapping:
    """A mapping in short: the facts and what else is said."""
    head = 'mapping: m\nversion: 1.0.0\ntitle: M\nreads: fhir\nsystems: {"http://loinc.org": loinc}\n'
    return parse_mapping(head + text, ruleset().dictionary)


def patient(name: str = "p1", **more: object) -> Json:
    """A Patient."""
    return {"resourceType": "Patient", "id": name, "gender": "female", "birthDate": "1961-04-02", **more}


def concept(code: str, system: str = LOINC, **more: object) -> Json:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}], **more}


def quantity(value: float, unit: str = "mg/dL", **more: object) -> Json:
    """A Quantity with a UCUM unit."""
    return {"value": value, "unit": unit, "system": UCUM, "code": unit, **more}


def of(name: str = "p1") -> Json:
    """A reference to a patient."""
    return {"reference": f"Patient/{name}"}


def observation(code: str | Json = CREATININE, **more: object) -> Json:
    """A final Observation of 1.1 mg/dL on 2026-02-27, or with what else is said; None leaves an element out."""
    coded = concept(code) if isinstance(code, str) else code
    usual = {
        "resourceType": "Observation", "id": "o1", "status": "final", "code": coded, "subject": of(),
        "effectiveDateTime": "2026-02-27", "valueQuantity": quantity(1.1),
    }  # fmt: skip
    return without_none({**usual, **more})


def condition(code: str, system: str = SNOMED, **more: object) -> Json:
    """A confirmed active Condition."""
    usual = {
        "resourceType": "Condition", "id": "c1", "code": concept(code, system), "subject": of(),
        "clinicalStatus": concept("active", "s"), "verificationStatus": concept("confirmed", "s"),
    }  # fmt: skip
    return without_none({**usual, **more})


def without_none(resource: Mapping[str, object]) -> Json:
    """The elements that are there."""
    return {key: value for key, value in resource.items() if value is not None}


def bundle(*resources: Json, **more: object) -> Json:
    """A Bundle of a patient and resources; without the patient where one is among them."""
    alone = any(each["resourceType"] == "Patient" for each in resources)
    entries = [{"resource": each} for each in (resources if alone else (patient(), *resources))]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries, **more}


def data(*values: object) -> BytesIO:
    """JSON values as a stream, one on each line."""
    return BytesIO("\n".join(json.dumps(value) for value in values).encode())


def read(*values: object, by: FieldMapping | None = None) -> list[Received]:
    """What one stream of JSON values gives."""
    return list(read_fhir(data(*values), by or mapping(), ruleset().dictionary))


def one(*resources: Json, by: FieldMapping | None = None) -> Received:
    """What a Bundle of resources about one patient gives."""
    (received,) = read(bundle(*resources), by=by)
    return received


def facts(received: Received, *, besides: Iterable[str] = ("birth_date", "sex")) -> list[Json]:
    """The facts without their source, and without those that every patient has."""
    assert not isinstance(received.record, Broken), received.record
    skip = {*besides}
    return [
        {key: value for key, value in fact.items() if key != "source"}
        for fact in received.record["facts"]
        if fact["concept"] not in skip
    ]


def fact(*resources: Json, by: FieldMapping | None = None) -> Json:
    """The only fact that resources give."""
    (found,) = facts(one(*resources, by=by))
    return found


def said(received: Received) -> list[str]:
    """The problems, each with its path."""
    return [f"{problem.level} {problem.path}: {problem.message}" for problem in received.problems]
