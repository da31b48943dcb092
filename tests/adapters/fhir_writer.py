"""Writes canonical records as FHIR R4 of an invented study, so that the example mapping reads from it what they say.

Results have LOINC codes, diagnoses and medication a code of the study and a standard one where there is one, answers of
forms a code of the study alone. What may be a part of a history (``complete: false``) has a standard code alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from ucmsc_rules import load_ruleset
from ucmsc_rules.facts.concepts import Concept, Kind, OpenEnd
from ucmsc_rules.values.dates import parse_date
from ucmsc_rules.values.vocabulary import FAMILIES

Json = dict[str, Any]
Record = Mapping[str, Any]
Coded = tuple[str, str]

STUDY = "urn:example:ucmsc"
LOINC, SNOMED, UCUM = "http://loinc.org", "http://snomed.info/sct", "http://unitsofmeasure.org"
ATC, ICD10CM = "http://www.whocc.no/atc", "http://hl7.org/fhir/sid/icd-10-cm"
TERMINOLOGY = "http://terminology.hl7.org/CodeSystem"
ZONE = "+08:00"
VISITS = ("screening", "enrolment", "first_infusion")
DRUGS = frozenset({"human_albumin", "conservative_treatment"})
TRANSPLANTED: Coded = (SNOMED, "234336002")
ANSWERS: Mapping[str, Coded] = {
    "positive": (SNOMED, "10828004"), "negative": (SNOMED, "260385009"), "indeterminate": (SNOMED, "82334004"),
    "target not detected": (SNOMED, "260415000"),
    "I": (SNOMED, "420300004"), "II": (SNOMED, "421704003"), "III": (SNOMED, "420913000"), "IV": (SNOMED, "422293003"),
    "none": (STUDY, "ascites-none"), "mild": (STUDY, "ascites-mild"),
    "moderate_severe": (STUDY, "ascites-moderate-severe"),
}  # fmt: skip
MOLAR = {  # codes of the same for amounts of substance; of HbA1c, for those of the IFCC
    "creatinine": "14682-9", "fasting_glucose": "14771-0", "bilirubin_total": "14631-6", "serum_albumin": "54347-0",
    "hba1c": "59261-8",
}  # fmt: skip
CODED = {"nyha_class": ("I", "II", "III", "IV"), "ascites": ("none", "mild", "moderate_severe")}
_AMOUNT = re.compile(r"(?P<comparator>[<>]=?)?(?P<number>[0-9.]+(?:E[0-9]+)?)(?: (?P<unit>(?!x 10)[^0-9\s].*))?\Z")


@cache
def dictionary() -> Mapping[str, Concept]:
    """The data dictionary of the trial."""
    return load_ruleset("ucmsc-hbv-cirrhosis").dictionary.concepts


def to_fhir_bundles(records: Iterable[Record]) -> list[bytes]:
    """A Bundle for each subject."""
    return [json.dumps(bundle_of(record), ensure_ascii=False).encode() for record in records]


def to_fhir_bulk(records: Iterable[Record], folder: Path) -> list[Path]:
    """The files of a bulk export: one for each type of resource, with a resource on each line."""
    by_type: dict[str, list[Json]] = {}
    for resource in (each for record in records for each in resources_of(record)):
        by_type.setdefault(resource["resourceType"], []).append(resource)
    for name, resources in by_type.items():
        lines = "".join(f"{json.dumps(resource, ensure_ascii=False)}\n" for resource in resources)
        (folder / f"{name}.ndjson").write_text(lines, encoding="utf-8")
    return sorted(folder.glob("*.ndjson"))


def bundle_of(record: Record) -> Json:
    """All resources of a subject in one collection."""
    base = "https://fhir.example/"
    entries = [
        {"fullUrl": f"{base}{each['resourceType']}/{each['id']}", "resource": each} for each in resources_of(record)
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


def resources_of(record: Record) -> list[Json]:
    """The resources of a subject: the patient, the visits, and one for each fact."""
    subject, anchors = record["subject"], record.get("anchors", {})
    patient: Json = {}
    written = [_visit(name, anchors[name]) for name in VISITS if name in anchors]
    for fact in record.get("facts", []):
        match fact["concept"]:
            case "birth_date":
                patient["birthDate"] = _date(fact["value"])
            case "sex":
                patient["gender"] = fact["value"]
            case _:
                written.append(_resource(fact, dictionary()[fact["concept"]], anchors.get("screening", "")))
    about = {"reference": f"Patient/{subject}"}
    return [
        {"resourceType": "Patient", "id": subject, **patient},
        *(_numbered(each, f"{subject}-{number}", about) for number, each in enumerate(written, start=1)),
    ]


def _numbered(resource: Json, name: str, about: Json) -> Json:
    """The resource with its name and the patient whose it is."""
    whose = "patient" if resource["resourceType"] == "Consent" else "subject"
    return {"resourceType": resource["resourceType"], "id": name, **resource, whose: about}


def _visit(name: str, day: str) -> Json:
    return {
        "resourceType": "Encounter",
        "status": "finished",
        "class": {"system": f"{TERMINOLOGY}/v3-ActCode", "code": "AMB"},
        "type": [_concept(study_code(name))],
        "period": {"start": day, "end": day},
    }


def study_code(name: str) -> Coded:
    """The study's own code of a concept."""
    return STUDY, name.replace("_", "-")


def _resource(fact: Record, concept: Concept, screening: str) -> Json:
    if concept.name == "informed_consent":
        return _consent(fact)
    if concept.kind is not Kind.EVENT:
        return _observation(fact, concept)
    if fact.get("value") in {None, "yes"} and ("when" in fact or concept.name in DRUGS):
        return _event(fact, concept, screening)
    return _asked(fact)


def _consent(fact: Record) -> Json:
    """A consent; what ends it is a consent that denies."""
    return {
        "resourceType": "Consent",
        "status": "active",
        "scope": _concept((f"{TERMINOLOGY}/consentscope", "research")),
        "category": [_concept(study_code("consent"))],
        "policyRule": _concept(study_code("protocol")),
        "provision": {"type": "permit" if fact["value"] == "yes" else "deny"},
        **_dated("dateTime", fact.get("when", "")),
    }


# what is observed, measured or answered


def _observation(fact: Record, concept: Concept) -> Json:
    """A result, grade or answer on its day."""
    value = _value(fact, concept)
    return {
        "resourceType": "Observation",
        "status": fact.get("status", "final"),
        "code": _concept(_code(fact, concept)),
        **value,
        **_times(fact),
        **({"referenceRange": [{"high": _amount(fact["uln"], concept)}]} if "uln" in fact else {}),
    }


def _code(fact: Record, concept: Concept) -> Coded:
    """LOINC where it says the concept; it says in what that is measured, too."""
    written = f"{fact['value']} {fact.get('unit', '')}"
    if concept.name == "hbv_dna":
        return LOINC, "45161-7" if "log10" in written else "29615-2" if "copies" in written else "42595-9"
    if "mol" in written and concept.name in MOLAR:
        return LOINC, MOLAR[concept.name]
    loinc = concept.codes.get("loinc", ()) if concept.kind is not Kind.YES_NO else ()
    return (LOINC, loinc[0]) if loinc else study_code(concept.name)


def _value(fact: Record, concept: Concept) -> Json:
    """The value of a fact as FHIR types it; what has no type is told in words.

    "Not detected" beside its lower limit of quantification is a result below that limit, since FHIR has no place for
    the limit itself.
    """
    value = fact["value"]
    text = {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)
    if concept.kind is Kind.YES_NO and text in {"yes", "no"}:
        return {"valueBoolean": text == "yes"}
    if text == "target not detected" and "lloq" in fact:
        return {"valueQuantity": {**_amount(fact["lloq"], concept), "comparator": "<"}}
    if text in CODED.get(concept.name, ANSWERS if concept.kind in {Kind.TEST, Kind.QUANTITY} else ()):
        return {"valueCodeableConcept": _concept(ANSWERS[text])}
    if concept.kind is Kind.QUANTITY and _AMOUNT.match(text):
        return {"valueQuantity": _amount(text, concept, fact.get("unit", ""))}
    return {"valueInteger": int(text)} if text.isdecimal() else {"valueString": text}


def _amount(text: str, concept: Concept, unit: str = "") -> Json:
    """A Quantity, with the unit's code where it is one of UCUM."""
    match = _AMOUNT.match(text)
    if match is None:
        raise ValueError(f"{concept.name}: {text} is no amount")
    words = unit or match["unit"] or "1"
    known = FAMILIES[concept.unit_family].get(words)
    comparator = {"comparator": match["comparator"]} if match["comparator"] else {}
    code = {"system": UCUM, "code": known.code} if known else {}
    number = match["number"]
    value = int(number) if number.isdecimal() else float(number)
    return {"value": value, **comparator, "unit": words, **code}


def _times(fact: Record) -> Json:
    """The day of an observation, or the days that an answer speaks of; of one without, when it was issued."""
    if "until" in fact:
        return {"effectivePeriod": {"start": _date(fact["when"]), "end": _date(fact["until"])}}
    if "when" in fact:
        return _dated("effectiveDateTime", fact["when"])
    return {"issued": f"{fact['recorded']}T12:00:00{ZONE}"} if "recorded" in fact else {}


# history


def _asked(fact: Record) -> Json:
    """The answer to whether something ever happened, on the day that it was asked."""
    return {
        "resourceType": "Observation",
        "status": fact.get("status", "final"),
        "code": _concept(study_code(fact["concept"])),
        "valueBoolean": fact.get("value") == "yes",
        **_dated("effectiveDateTime", fact.get("recorded", fact.get("when", ""))),
    }


def _event(fact: Record, concept: Concept, screening: str) -> Json:
    """What happened on a day, by what it was."""
    if concept.planned:
        code = _concept(study_code(f"{concept.name}_for"))
        return {"resourceType": "Observation", "status": "final", "code": code, **_dated("valueDateTime", fact["when"])}
    if concept.name == "stem_cell_therapy":
        code = _concept(TRANSPLANTED if fact.get("complete") is False else study_code(concept.name))
        done = _dated("performedDateTime", fact["when"])
        return {"resourceType": "Procedure", "status": "completed", "code": code, **done}
    if concept.name in DRUGS:
        return _medication(fact, concept, screening)
    return _condition(fact, concept, screening)


def _codes(fact: Record, concept: Concept) -> Json:
    """The study's code and a standard one; of what may be a part of the history the standard one alone."""
    systems = (("snomed", SNOMED), ("icd10cm", ICD10CM), ("atc", ATC))
    standard = [(uri, code) for name, uri in systems for code in concept.codes.get(name, ())][:1]
    part = fact.get("complete") is False
    if part and not standard:
        raise ValueError(f"no standard code says {concept.name}")
    return _concept(*([] if part else [study_code(concept.name)]), *standard)


def _condition(fact: Record, concept: Concept, screening: str) -> Json:
    """A condition: over on its own day unless it has another end, goes on, or nobody knows."""
    until, when = fact.get("until", ""), fact["when"]
    ongoing, error = until == "ongoing", fact.get("status") == "entered-in-error"
    end = "" if ongoing else until or (when if concept.open_end is OpenEnd.ONE_DAY else "")
    clinical = "" if error else "active" if ongoing else "resolved" if end else ""
    return {
        "resourceType": "Condition",
        **({"clinicalStatus": _concept((f"{TERMINOLOGY}/condition-clinical", clinical))} if clinical else {}),
        "verificationStatus": _concept(
            (f"{TERMINOLOGY}/condition-ver-status", "entered-in-error" if error else "confirmed")
        ),
        "code": _codes(fact, concept),
        "onsetDateTime": _date(when),
        **_dated("abatementDateTime", end),
        **_dated("recordedDate", fact.get("recorded") or (screening if ongoing else "")),
    }


def _medication(fact: Record, concept: Concept, screening: str) -> Json:
    """What was given on a day; or what was taken from a day on, until when, or as far as is known."""
    until, when = fact.get("until", ""), fact.get("when", "")
    drug = {"medicationCodeableConcept": _codes(fact, concept)}
    if when and not until and concept.open_end is OpenEnd.ONE_DAY:
        kind = {"resourceType": "MedicationAdministration", "status": "completed"}
        return {**kind, **drug, "effectiveDateTime": _date(when)}
    ongoing = bool(when) and until in {"", "ongoing"}
    period = {**_dated("start", when), **_dated("end", "" if ongoing else until)}
    return {
        "resourceType": "MedicationStatement",
        "status": "active" if ongoing else "completed",
        **drug,
        **({"effectivePeriod": period} if period else {}),
        **_dated("dateAsserted", fact.get("recorded") or (screening if ongoing else "")),
    }


def _concept(*codes: Coded) -> Json:
    return {"coding": [{"system": system, "code": code} for system, code in codes]}


def _dated(element: str, day: str) -> Json:
    return {element: _date(day)} if day else {}


def _date(text: str) -> str:
    """A canonical date as FHIR writes it: what is unknown of it is left out, and a time of day has a zone."""
    day, _, time = text.partition("T") if text[:1].isdigit() else (text, "", "")
    span = parse_date(text)
    first, last = date.fromordinal(span.first), date.fromordinal(span.last)
    if time and span.minute is not None:
        return f"{day}T{time}:00{ZONE}"
    parts = first.isoformat().split("-")
    known = 3 if first == last else 2 if first.month == last.month else 1
    return "-".join(parts[:known])
