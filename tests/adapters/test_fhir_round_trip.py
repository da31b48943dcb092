"""Canonical records written as FHIR give the same findings: each fact as an observation, or by its standard code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from adapters.fhir_making import LOINC, OURS, Json, concept, mapping, of, read, ruleset
from ucmsc_rules import screen
from ucmsc_rules.facts.concepts import Kind

EXAMPLES = Path(__file__).parents[2] / "examples" / "subjects.ndjson"
CARRIED = {"concept", "value", "unit", "when", "until", "recorded", "status", "uln", "source", "detected"}
AMOUNT = re.compile(r"(?P<comparator><=|>=|<|>)?\s*(?P<number>[0-9.]+(?:[eE][0-9]+)?)\s*(?P<unit>[^0-9\s].*)?\Z")
ISO = re.compile(r"[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?(?P<time>T[0-9]{2}:[0-9]{2})?\Z")
RECORDS = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines()]
CODES = {  # one standard code for a concept
    name: each.codes["loinc"][0]
    for name, each in ruleset().dictionary.concepts.items()
    if "loinc" in each.codes and each.kind in {Kind.QUANTITY, Kind.TEST}
}


def fits(record: Json) -> bool:
    """Whether FHIR can say all that a record says: it has no words for a fact that is wrong in form."""
    return all(
        isinstance(fact, dict)
        and fact.keys() <= CARRIED
        and fact.get("concept") in mapping_concepts()
        and all(
            ISO.match(str(fact[key])) or fact[key] == "ongoing" for key in ("when", "until", "recorded") if key in fact
        )
        for fact in record["facts"]
    )


def mapping_concepts() -> set[str]:
    """The concepts that an observation may be of, and those of the patient."""
    return {rule.concept for rule in mapping().facts}


def at(day: str) -> str:
    """A date as FHIR writes it: with a time it needs a zone."""
    return f"{day}:00+08:00" if "T" in day else day


def value_of(fact: Json) -> Json:
    """The value in the type that FHIR has for it."""
    value = fact.get("value", True)
    if isinstance(value, bool):
        return {"valueBoolean": value}
    amount = AMOUNT.match(str(value))
    if amount is None or (amount["unit"] is None and "unit" not in fact):
        return {"valueString": str(value)}
    quantity: dict[str, Any] = {"value": json.loads(amount["number"]), "unit": fact.get("unit") or amount["unit"]}
    return {"valueQuantity": quantity | ({"comparator": amount["comparator"]} if amount["comparator"] else {})}


def time_of(fact: Json) -> Json:
    """The time: a day, or a period."""
    if "until" in fact:
        ends = {"start": fact.get("when"), "end": None if fact["until"] == "ongoing" else fact["until"]}
        return {"effectivePeriod": {key: at(day) for key, day in ends.items() if day}}
    return {"effectiveDateTime": at(fact["when"])} if "when" in fact else {}


def observed(fact: Json, screening: str, *, by_standard_code: bool) -> Json:
    """A fact as an observation; what goes on had not ended when it was issued, so that has to be said."""
    name = fact["concept"]
    code = concept(CODES[name], LOINC) if by_standard_code and name in CODES else concept(name, OURS)
    written = {"resourceType": "Observation", "status": fact.get("status", "final"), "subject": of("s"), "code": code}
    if "recorded" in fact or fact.get("until") == "ongoing":
        written["issued"] = at(fact.get("recorded", screening))
    if "uln" in fact:
        number, _, unit = str(fact["uln"]).partition(" ")
        written["referenceRange"] = [{"high": {"value": json.loads(number), "unit": unit}}]
    return {**written, **value_of(fact), **time_of(fact)}


def as_fhir(record: Json, *, by_standard_code: bool) -> list[Json]:
    """The resources that say what a record says."""
    patient = {"resourceType": "Patient", "id": "s"}
    for fact in record["facts"]:
        if fact["concept"] in {"birth_date", "sex"}:
            patient["birthDate" if fact["concept"] == "birth_date" else "gender"] = fact["value"]
    others = [fact for fact in record["facts"] if fact["concept"] not in {"birth_date", "sex"}]
    screening = record.get("anchors", {}).get("screening", "")
    return [patient, *(observed(fact, screening, by_standard_code=by_standard_code) for fact in others)]


def findings(record: Json) -> dict[str, str]:
    """What each criterion comes to."""
    return {finding.criterion: finding.holds.value for finding in screen(ruleset(), record).findings}


FITTING = [record for record in RECORDS if fits(record)]


def test_most_examples_can_be_written() -> None:
    """The comparison below is over most of the examples, or it would show little."""
    assert len(FITTING) >= 40


@pytest.mark.parametrize("by_standard_code", [False, True])
@pytest.mark.parametrize("record", FITTING, ids=lambda record: record["subject"])
def test_the_findings_are_the_same(record: Json, by_standard_code: bool) -> None:
    """A record and the FHIR that says the same come to the same, by our own codes as by standard ones."""
    (received,) = read(*as_fhir(record, by_standard_code=by_standard_code))
    assert received.unread == {}
    again = {**dict(received.record), "anchors": record.get("anchors", {})}  # type: ignore[arg-type]
    assert findings(again) == findings(record)


def test_every_concept_can_be_answered() -> None:
    """The mapping has an entry in our own system for each concept of the dictionary, but birth date and sex."""
    named = {
        text.removeprefix("concept ")
        for rule in mapping().facts
        for condition in rule.where
        for text in condition.texts
        if text.startswith("concept ")
    }
    assert set(ruleset().dictionary.concepts) - named == {"birth_date", "sex"}
