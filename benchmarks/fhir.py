"""How fast FHIR is read, as ratios within one run. Usage: python benchmarks/fhir.py.

The Bundle is made here, with the resources and proportions of Synthea's: 8 visits with 13 observations each, of which
rules ask for about 3, and more bytes in claims than in all else. Each figure is the best of several rounds of process
time.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from typing import Any

from ucmsc_rules import load_ruleset
from ucmsc_rules.adapters.fhir import read_fhir
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.screening import make_screener, screen_one

ROUNDS = 15
HL7 = "http://terminology.hl7.org/CodeSystem/"
VISITS = 8
ADJUDICATED = 12
LABS = {  # code, unit, value
    "2160-0": ("mg/dL", 1.1), "1975-2": ("mg/dL", 1.2), "1751-7": ("g/dL", 3.9), "777-3": ("10*3/uL", 180),
    "718-7": ("g/dL", 13.1), "4548-4": ("%", 6.1), "2345-7": ("mg/dL", 99), "2093-3": ("mg/dL", 180),
    "2571-8": ("mg/dL", 120), "18262-6": ("mg/dL", 90), "6299-2": ("mg/dL", 14), "2947-0": ("mmol/L", 139),
}  # fmt: skip
OTHER_LABS = {code: LABS[code] for code in ("2345-7", "2093-3", "2571-8", "18262-6", "6299-2")}
VITALS = {"8302-2": ("cm", 170), "29463-7": ("kg", 70), "39156-5": ("kg/m2", 24), "8867-4": ("/min", 71)}
Json = dict[str, Any]


def main() -> None:
    """Prints each figure with what it is held against."""
    ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    mapping = load_mapping("fhir-r4", ruleset.dictionary)
    screener = make_screener(ruleset)

    def reading(data: bytes) -> list[Any]:
        return list(read_fhir(BytesIO(data), mapping, ruleset.dictionary))

    print(f"Python {sys.version.split()[0]}, engine {screener.engine}")
    for name, data in {"Bundle": bundled(1), "Bundle of 20 patients": bundled(20), "bulk lines": lines(20)}.items():
        records = [received.record for received in reading(data)]
        parsing = best(lambda data=data: [json.loads(line) for line in data.splitlines()])
        screening = best(lambda records=records: [screen_one(screener, each, 0, {}, ()) for each in records])
        took = best(lambda data=data: reading(data))
        facts = sum(len(record["facts"]) for record in records)
        print(f"{name}: {len(data) / 2**20:.1f} MiB, {len(records)} subjects, {facts} facts")
        print(f"  {'json.loads of the same bytes':44}{parsing * 1000:8.1f} ms")
        print(f"  {'screening of the same records':44}{screening * 1000:8.1f} ms")
        print(f"  {'read_fhir':44}{took * 1000:8.1f} ms")
        print(f"  {'read_fhir / (json.loads + screening)':44}{took / (parsing + screening):8.2f} x   (aim 2)")


def best(work: Callable[[], object]) -> float:
    """Seconds of process time: the best of several rounds."""
    times = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def bundled(patients: int) -> bytes:
    """A Bundle with addresses, on one line."""
    resources = [each for number in range(patients) for each in life(f"p{number}", f"urn:uuid:p{number}")]
    entries = [
        {"fullUrl": f"urn:uuid:{each['id']}", "resource": each, "request": {"method": "POST", "url": "x"}}
        for each in resources
    ]
    return json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries}).encode()


def lines(patients: int) -> bytes:
    """The same as a bulk export: type by type."""
    resources = [each for number in range(patients) for each in life(f"p{number}", f"Patient/p{number}")]
    ordered = sorted(resources, key=lambda each: each["resourceType"])
    return b"\n".join(json.dumps(each).encode() for each in ordered)


def life(name: str, reference: str) -> Iterator[Json]:
    """A patient's resources."""
    subject = {"reference": reference}
    yield {
        "resourceType": "Patient", "id": name, "gender": "female", "birthDate": "1961-04-02",
        "text": {"status": "generated", "div": f'<div xmlns="http://www.w3.org/1999/xhtml">{"a" * 300}</div>'},
        "name": [{"use": "official", "family": "Shaw", "given": ["Amy"]}],
        "address": [{"city": "Boston", "country": "US"}],
    }  # fmt: skip
    for visit in range(VISITS):
        day = (date(2026, 2, 28) - timedelta(days=60 * visit)).isoformat()
        yield from visited(f"{name}-{visit}", f"{day}T08:10:00+00:00", subject, visit)


def visited(name: str, at: str, subject: Json, number: int) -> Iterator[Json]:
    """The resources of one visit."""
    visit = {"reference": f"urn:uuid:{name}-e"}
    yield {
        "resourceType": "Encounter", "id": f"{name}-e", "status": "finished", "subject": subject,
        "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "AMB"},
        "type": [concept("http://snomed.info/sct", "185349003", "Encounter for check up (procedure)")],
        "period": {"start": at, "end": at},
    }  # fmt: skip
    for place, (code, (unit, value)) in enumerate({**VITALS, **(LABS if number % 2 == 0 else OTHER_LABS)}.items()):
        yield {
            "resourceType": "Observation", "id": f"{name}-o{place}", "status": "final", "subject": subject,
            "category": [concept(f"{HL7}observation-category", "laboratory", "laboratory")], "encounter": visit,
            "code": concept("http://loinc.org", code, f"Test {code} in Serum or Plasma"),
            "effectiveDateTime": at, "issued": at,
            "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
        }  # fmt: skip
    if number % 8 == 0:
        yield {
            "resourceType": "Condition", "id": f"{name}-c", "subject": subject, "encounter": visit,
            "code": concept("http://snomed.info/sct", "195662009", "Acute viral pharyngitis (disorder)"),
            "onsetDateTime": at, "recordedDate": at,
            "clinicalStatus": concept(f"{HL7}condition-clinical", "resolved", ""),
            "verificationStatus": concept(f"{HL7}condition-ver-status", "confirmed", ""),
        }  # fmt: skip
    for kind in ("Claim", "ExplanationOfBenefit"):
        money = costs(at, visit, ADJUDICATED if kind == "ExplanationOfBenefit" else 0)
        yield {"resourceType": kind, "id": f"{name}-{kind}", "status": "active", "patient": subject, **money}


def costs(at: str, visit: Json, parts: int) -> Json:
    """What Synthea says of money, in short."""
    amount = {
        "category": concept("https://bluebutton.cms.gov/resources/codesystem/adjudication", "line_amt", "An amount"),
        "amount": {"value": 129.16, "currency": "USD"},
    }
    item = {
        "sequence": 1, "encounter": [visit], "servicedPeriod": {"start": at, "end": at},
        "productOrService": concept("http://snomed.info/sct", "185349003", "Encounter for check up"),
        "adjudication": [amount] * parts,
    }  # fmt: skip
    total = {"value": 129.16, "currency": "USD"}
    return {"billablePeriod": {"start": at, "end": at}, "created": at, "item": [item], "total": total}


def concept(system: str, code: str, words: str) -> Json:
    """A CodeableConcept."""
    return {"coding": [{"system": system, "code": code, "display": words}], "text": words}


if __name__ == "__main__":
    main()
