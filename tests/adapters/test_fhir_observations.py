"""Observations: what a result says, when it was, and what makes it count, be unknown, or be nothing."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.fhir_making import (
    CREATININE,
    FASTING,
    GLUCOSE,
    HBV,
    SNOMED,
    UCUM,
    concept,
    fact,
    facts,
    mapped,
    observation,
    of,
    one,
    patient,
    quantity,
    said,
)

UNKNOWN = "no value: "
CREATININE_FACT = {"concept": "creatinine", "value": "1.1", "unit": "mg/dL", "when": "2026-02-27"}


def test_a_result_with_its_unit_and_day() -> None:
    """A final result gives its number as it was written, the unit and the day."""
    assert fact(observation()) == CREATININE_FACT
    assert fact(observation(valueQuantity=quantity(1.10))) == CREATININE_FACT


@pytest.mark.parametrize(
    ("status", "wanted"),
    [
        ("final", None), ("FINAL", None), ("amended", "amended"), ("corrected", "corrected"), ("appended", "amended"),
        ("preliminary", "preliminary"), ("registered", "preliminary"), ("specimen-in-process", "preliminary"),
        ("cancelled", "cancelled"), ("cannot-be-obtained", "cancelled"), ("entered-in-error", "entered-in-error"),
        ("unknown", "unknown"), ("new", "new"), (None, "no status"),
    ],
)  # fmt: skip
def test_each_status(status: str | None, wanted: str | None) -> None:
    """Every status becomes the canonical one; those that the record does not know make the fact unreadable there."""
    assert fact(observation(status=status)).get("status") == wanted


@pytest.mark.parametrize(
    ("value", "text", "unit"),
    [
        ({"valueQuantity": quantity(20, "[IU]/mL", comparator="<")}, "<20", "[IU]/mL"),
        ({"valueQuantity": quantity(20, "[IU]/mL", comparator=">=")}, ">=20", "[IU]/mL"),
        ({"valueQuantity": {"value": 850, "unit": "IU/mL"}}, "850", "IU/mL"),
        ({"valueQuantity": {"value": 850, "code": "[IU]/mL"}}, "850", "[IU]/mL"),
        ({"valueQuantity": {"value": 850, "unit": "IU/mL", "system": SNOMED, "code": "258997004"}}, "850", "IU/mL"),
        (
            {"valueQuantity": {"value": 850, "system": SNOMED, "code": "258997004"}}, "850",
            "http://snomed.info/sct 258997004",
        ),
        ({"valueQuantity": {"value": 850}}, "850", None),
        (
            {"valueQuantity": {"value": 850, "unit": "mmol/L", "system": UCUM, "code": "[IU]/mL"}}, "850",
            "mmol/L or [IU]/mL",
        ),
        (
            {"valueQuantity": {"value": 3.2, "unit": "log IU/mL", "system": UCUM, "code": "[IU]/mL"}}, "3.2",
            "log IU/mL or [IU]/mL",
        ),
        ({"valueString": "<20 IU/mL"}, "<20 IU/mL", None),
        ({"valueInteger": 850}, "850", None),
        ({"valueBoolean": True}, "true", None),
        ({"valueRange": {"low": quantity(10, "[IU]/mL")}}, ">=10", "[IU]/mL"),
        ({"valueRange": {"high": quantity(10, "[IU]/mL")}}, "<=10", "[IU]/mL"),
        ({"valueRange": {"low": quantity(10, "[IU]/mL"), "high": quantity(20, "[IU]/mL")}}, "10-20", "[IU]/mL"),
        (
            {"valueRange": {"low": quantity(10, "[IU]/mL"), "high": quantity(20, "k[IU]/L")}}, "10-20",
            "[IU]/mL or k[IU]/L",
        ),
        ({"valueRatio": {"numerator": {"value": 1}, "denominator": {"value": 8}}}, "1:8", None),
    ],
)  # fmt: skip
def test_each_kind_of_value(value: dict[str, Any], text: str, unit: str | None) -> None:
    """Every value is text as it was written; a unit is the UCUM code, else the words for it."""
    found = fact(observation(HBV, valueQuantity=None, **value)) if value.keys() != {"valueQuantity"} else fact(
        observation(HBV, **value)
    )  # fmt: skip
    assert (found["value"], found.get("unit")) == (text, unit)


def test_the_unit_of_an_enzyme_may_be_printed_as_iu() -> None:
    """IU/L beside the code U/L is how laboratories print it, and no contradiction."""
    found = fact(observation("1742-6", valueQuantity={"value": 40, "unit": "IU/L", "system": UCUM, "code": "U/L"}))
    assert found["unit"] == "U/L"


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"valueQuantity": quantity(20, comparator="ad")}, 'the comparator "ad" of 20 is none of a result'),
        ({"valueQuantity": {"unit": "mg/dL"}}, "a quantity without a number"),
        ({"valueQuantity": "20 mg/dL"}, "a quantity without a number"),
        (
            {"valueQuantity": {"_value": {"extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}}},
            "masked",
        ),
        ({"valueString": "a", "valueInteger": 3}, "valueString and valueInteger contradict each other"),
        (
            {"valueString": "a", "dataAbsentReason": concept("error", "s")},
            "valueString and dataAbsentReason contradict each other",
        ),
        ({"valueSampledData": {"data": "1 2"}}, "valueSampledData is not read"),
        ({"valueString": " "}, "the value is blank"),
        ({"valueBoolean": "yes"}, "the value is neither true nor false"),
        ({"valueCodeableConcept": {}}, "the value is blank"),
        ({"valueRange": {}}, "a range whose ends are not told"),
        ({"valueRatio": {"numerator": {"value": 1}}}, "a ratio whose parts are not told"),
        (
            {"_valueString": {"extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "error"}]}},
            "error",
        ),
        ({"_valueString": {"extension": [{"url": "http://other"}]}}, "unknown"),
        ({"dataAbsentReason": concept("masked", "s")}, "masked"),
        ({"dataAbsentReason": concept("125154007", SNOMED)}, "125154007"),
        ({"dataAbsentReason": {"text": "Haemolysed"}}, "haemolysed"),
        ({"dataAbsentReason": {}}, "unknown"),
        ({}, "none is given"),
    ],
)  # fmt: skip
def test_what_is_there_and_cannot_be_read_is_unknown(value: dict[str, Any], why: str) -> None:
    """A value that is not told is a fact that may say anything on its day, with the reason."""
    found = fact(observation(**{"valueQuantity": None, **value}))
    assert found == {"concept": "creatinine", "value": f"{UNKNOWN}{why}", "when": "2026-02-27"}


@pytest.mark.parametrize("reason", ["not-performed", "not-asked"])
def test_what_was_not_done_says_nothing(reason: str) -> None:
    """Only a test that was surely not done is no fact."""
    assert facts(one(observation(valueQuantity=None, dataAbsentReason=concept(reason, "s")))) == []


@pytest.mark.parametrize(
    ("times", "when"),
    [
        ({"effectiveDateTime": "2026-02-27T23:30:15.5+08:00"}, "2026-02-27T23:30"),
        ({"effectiveDateTime": "2026-02"}, "2026-02"),
        ({"effectiveDateTime": "2026"}, "2026"),
        ({"effectiveDateTime": "27.02.2026"}, "27.02.2026"),
        ({"effectiveInstant": "2026-02-27T08:10:00Z"}, "2026-02-27T08:10"),
        ({"effectiveTiming": {"event": ["2026-02-27"]}}, "2026-02-27"),
        ({"effectiveTiming": {"event": ["2026-02-27", "2026-02-28"]}}, None),
        ({"effectivePeriod": {"start": "2026-02-26", "end": "2026-02-27"}}, "2026-02"),
        ({"effectivePeriod": {"start": "2026-02-27T08:00:00Z", "end": "2026-02-27T09:00:00Z"}}, "2026-02-27"),
        ({"effectivePeriod": {"start": "2026-01-31", "end": "2026-02-01"}}, "2026"),
        ({"effectivePeriod": {"start": "2025-12-31", "end": "2026-01-01"}}, None),
        ({"effectivePeriod": {"start": "2026-02-27"}}, None),
        ({"effectivePeriod": {"start": "2026-02-27"}, "issued": "2026-02-28T08:00:00Z"}, "2026-02"),
        ({"effectivePeriod": {"end": "2026-02-27"}}, None),
        ({}, None),
    ],
)  # fmt: skip
def test_when_a_result_is_of(times: dict[str, Any], when: str | None) -> None:
    """A date is taken as written; a period is the partial date that holds it; anything else is undated."""
    assert fact(observation(**{"effectiveDateTime": None, **times})).get("when") == when


def test_a_birth_date_as_an_observation() -> None:
    """It stands beside that of the patient, so that birth dates that differ leave the age open."""
    born = observation("21112-8", valueQuantity=None, valueDateTime="1961-04-03T00:00:00Z", effectiveDateTime=None)
    found = facts(one(born), besides=["sex"])
    assert [(each["concept"], each["value"]) for each in found] == [
        ("birth_date", "1961-04-02"), ("birth_date", "1961-04-03T00:00"),
    ]  # fmt: skip
    blank = facts(one({**born, "valueDateTime": ""}), besides=["sex"])
    assert [each["value"] for each in blank] == ["1961-04-02", "no value: the value is blank"]


def test_an_undated_result_was_there_when_it_was_issued() -> None:
    """The day of issue bounds a result without a date, and never dates it."""
    found = fact(observation(effectiveDateTime=None, issued="2026-02-28T08:00:00Z"))
    assert found == {"concept": "creatinine", "value": "1.1", "unit": "mg/dL", "recorded": "2026-02-28T08:00"}


def test_a_date_that_no_calendar_has_is_told() -> None:
    """A broken date stays in the fact, which is unreadable then, and is a problem of its path."""
    received = one(observation(effectiveDateTime="27.02.2026"))
    assert said(received) == [
        (
            'error Bundle.entry[1] Observation/o1.when: "27.02.2026" is no date; write YYYY-MM-DD, or say in the '
            "mapping how dates are written (here ymd)"
        )
    ]


def test_components_are_results_of_their_own() -> None:
    """Each component has its own code and value, and shares the day and the status."""
    part = {"code": concept(CREATININE), "valueQuantity": quantity(1.1)}
    absent = {"code": concept(FASTING), "dataAbsentReason": concept("unknown", "s")}
    panel = observation("24323-8", valueQuantity=None, status="amended", component=[part, absent])
    received = one(panel)
    assert facts(received) == [
        {**CREATININE_FACT, "status": "amended"},
        {"concept": "fasting_glucose", "value": "no value: unknown", "when": "2026-02-27", "status": "amended"},
    ]
    assert received.record["facts"][2]["source"] == "Bundle.entry[1] Observation/o1.component[0].value"  # type: ignore[index]
    assert received.unread == {"Observation code=loinc 24323-8": 1}


def test_a_panel_alone_says_nothing() -> None:
    """An observation that only holds others together is no value that is missing."""
    member = observation(valueQuantity=None, hasMember=[{"reference": "Observation/o2"}])
    assert facts(one(member)) == []


def test_plain_glucose_is_no_fasting_glucose() -> None:
    """Only a code that says fasting gives fasting glucose; plain and urine glucose are listed."""
    plain = observation(GLUCOSE, id="a", valueQuantity=quantity(5.5, "mmol/L"))
    fasting = observation(FASTING, id="b", valueQuantity=quantity(5.1, "mmol/L"))
    urine = observation("5792-7", id="c", valueQuantity=quantity(5.1, "mmol/L"))
    received = one(plain, fasting, urine)
    assert [each["value"] for each in facts(received)] == ["5.1"]
    assert received.unread == {"Observation code=loinc 2345-7": 1, "Observation code=loinc 5792-7": 1}


@pytest.mark.parametrize(
    "specimen",
    [
        {"reference": "#s"}, {"reference": "Specimen/s"}, {"display": "Urine"},
        {"reference": "urn:uuid:0", "display": "urine"},
    ],
)  # fmt: skip
def test_a_specimen_of_urine_beside_a_code_of_serum_is_unknown(specimen: dict[str, str]) -> None:
    """One of the two is wrong, so the result may say anything, and no older one stands in for it."""
    resource = {"resourceType": "Specimen", "id": "s", "type": concept("122575003", SNOMED)}
    contained = [resource] if specimen.get("reference") == "#s" else []
    found = fact(observation(FASTING, specimen=specimen, contained=contained), resource)
    assert found["value"].startswith(UNKNOWN)


def test_a_specimen_of_serum_is_listed_nowhere() -> None:
    """A specimen that fits is no field that was overlooked."""
    resource = {"resourceType": "Specimen", "id": "s", "type": concept("119364003", SNOMED)}
    received = one(observation(specimen={"reference": "Specimen/s"}), resource)
    assert (facts(received), received.unread) == ([CREATININE_FACT], {"Specimen (of no patient)": 1})


def test_the_same_test_twice_at_one_minute() -> None:
    """Two results of one minute are two facts; a copy is one."""
    at = "2026-02-27T08:10:05Z"
    first = observation(id="a", effectiveDateTime=at)
    copy = observation(id="b", effectiveDateTime="2026-02-27T08:10:40Z")
    other = observation(id="c", effectiveDateTime=at, valueQuantity=quantity(8.2))
    assert [each["value"] for each in facts(one(first, copy, other))] == ["1.1", "8.2"]


@pytest.mark.parametrize(
    ("code", "value", "unit", "wanted"),
    [
        ("45161-7", 3.2, None, ("3.2", "log10 IU/mL")),
        ("45161-7", 3.2, "{Log_IU}/mL", ("3.2 {Log_IU}/mL", "log10 IU/mL")),
        ("45161-7", 3.2, "[IU]/mL", ("3.2 [IU]/mL", "log10 IU/mL")),
        ("48398-4", 3.2, None, ("3.2", None)),
        ("29615-2", 900, None, ("900", "copies/mL")),
        ("42595-9", 900, None, ("900", None)),
        ("42595-9", 3.2, "{Log_IU}/mL", ("3.2", "{Log_IU}/mL")),
    ],
)
def test_a_code_that_says_the_unit(code: str, value: float, unit: str | None, wanted: tuple[str, str | None]) -> None:
    """A unit that the code implies stands where the value has none; one that contradicts it stays beside it."""
    given = {"value": value} if unit is None else quantity(value, unit)
    found = fact(observation(code, valueQuantity=given))
    assert (found["value"], found.get("unit")) == wanted


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ({"valueCodeableConcept": concept("10828004", SNOMED)}, "positive"),
        ({"valueCodeableConcept": concept("260373001", SNOMED)}, "positive"),
        ({"valueCodeableConcept": concept("260385009", SNOMED, text="Negative")}, "negative"),
        ({"valueCodeableConcept": concept("260415000", SNOMED)}, "negative"),
        ({"valueCodeableConcept": {"text": "Non-Reactive"}}, "negative"),
        ({"valueString": "Reactive"}, "positive"),
        ({"valueString": "Equivocal"}, "indeterminate"),
        ({"valueCodeableConcept": concept("10828004", SNOMED, text="Negative")}, "unreadable: snomed 10828004"),
        ({"valueCodeableConcept": concept("10828004", "http://other")}, "unreadable: http://other 10828004"),
        ({"valueQuantity": quantity(0.1, "{s_co_ratio}")}, "unreadable: 0.1"),
    ],
)  # fmt: skip
def test_positive_and_negative(value: dict[str, Any], wanted: str) -> None:
    """An antibody is positive or negative by SNOMED CT or by words that agree; a number is neither."""
    assert fact(observation("16128-1", **{"valueQuantity": None, **value}))["value"] == wanted


def test_a_pregnancy_test() -> None:
    """A positive test is a yes of its day, and a negative one a no."""
    positive = observation("2106-3", valueQuantity=None, valueCodeableConcept=concept("10828004", SNOMED))
    assert fact(positive) == {"concept": "pregnant", "value": "yes", "when": "2026-02-27"}
    assert fact({**positive, "valueCodeableConcept": concept("260385009", SNOMED)})["value"] == "no"


def test_classes_of_heart_failure() -> None:
    """A class is read by SNOMED CT, by LOINC's answers, and as a range."""
    nyha = observation("88020-3", valueQuantity=None)
    assert fact({**nyha, "valueCodeableConcept": concept("421704003", SNOMED)})["value"] == "II"
    assert fact({**nyha, "valueCodeableConcept": concept("LA28406-9")})["value"] == "III"
    assert fact({**nyha, "valueString": "II-III"})["value"] == "II-III"


def test_not_detected_by_code() -> None:
    """A virus that was not detected is so by its code, too."""
    found = fact(observation(HBV, valueQuantity=None, valueCodeableConcept=concept("260415000", SNOMED)))
    assert found == {"concept": "hbv_dna", "value": "not detected", "when": "2026-02-27"}


@pytest.mark.parametrize(
    "focus", [[{"reference": "Patient/fetus"}], [{"display": "donor"}], [of(), {"reference": "Device/d"}]]
)
def test_a_result_of_something_else_than_the_subject_is_unknown(focus: list[dict[str, str]]) -> None:
    """A focus tells that the result may not be the subject's; a focus on the subject changes nothing."""
    assert fact(observation(focus=focus))["value"] == "no value: its focus is not the subject"
    assert fact(observation(focus=[of()])) == CREATININE_FACT


def test_a_modifier_that_is_not_understood() -> None:
    """An extension that may turn the meaning leaves it open, in the resource as in a component."""
    modifier = [{"url": "http://example.org/not", "valueBoolean": True}]
    received = one(observation(modifierExtension=modifier))
    why = "a modifierExtension (http://example.org/not) is not understood"
    assert facts(received) == [
        {"concept": "creatinine", "value": f"no value: {why}", "unit": "mg/dL", "when": "2026-02-27"}
    ]
    assert said(received) == [f"error Bundle.entry[1] Observation/o1: {why}, so what this says is unknown"]
    part = {"code": concept(CREATININE), "valueQuantity": quantity(1.1), "modifierExtension": modifier}
    assert fact(observation("24323-8", valueQuantity=None, component=[part]))["value"] == f"no value: {why}"
    assert fact(observation(implicitRules="http://x"))["value"] == "no value: implicitRules are not understood"


def high(value: float, **more: object) -> dict[str, object]:
    """A reference range with an upper end."""
    return {"high": quantity(value), **more}


DIFFERENT = (
    "reference ranges that may be this subject's have different upper limits (1.2 mg/dL and 1.4 mg/dL), "
    "so there is none"
)
FEMALE, MALE = concept("248152002", SNOMED), concept("male", "http://hl7.org/fhir/administrative-gender")


@pytest.mark.parametrize(
    ("ranges", "uln"),
    [
        ([high(1.2)], "1.2 mg/dL"),
        ([{"high": {"value": 106, "unit": "umol/L"}}], "106 umol/L"),
        ([{"high": {"value": 1.2}}], "1.2 mg/dL"),
        ([{"low": quantity(0.5)}], None),
        ([{"text": "up to 1.2"}], None),
        ([high(1.2, type=concept("normal", "s")), high(9, type=concept("therapeutic", "s"))], "1.2 mg/dL"),
        ([high(9, type=concept("treatment", "s"))], None),
        ([high(1.2), high(1.2)], "1.2 mg/dL"),
        ([high(1.2, appliesTo=[FEMALE]), high(1.4, appliesTo=[MALE])], "1.2 mg/dL"),
        ([high(1.2, age={"low": quantity(18, "a")}), high(0.7, age={"high": quantity(17, "a")})], "1.2 mg/dL"),
        ([high(1.2, age={"high": quantity(64, "a")})], "1.2 mg/dL"),
        ([high(1.2, age={"low": quantity(64, "a"), "high": quantity(64, "years")})], "1.2 mg/dL"),
    ],
)  # fmt: skip
def test_the_upper_limit_of_normal(ranges: list[dict[str, Any]], uln: str | None) -> None:
    """The upper end of the normal range for the subject's sex and age, with its own unit."""
    received = one(observation(referenceRange=ranges))
    assert (facts(received)[0].get("uln"), said(received)) == (uln, [])


@pytest.mark.parametrize(
    ("ranges", "why"),
    [
        (
            [high(1.2), high(1.4)],
            DIFFERENT,
        ),
        (
            [high(1.2), {"high": {"value": 1.2, "comparator": "ad"}}],
            "reference ranges that may be this subject's have no upper limit that can be read, so there is none",
        ),
        ([high(1.4, appliesTo=[MALE])], "no reference range is one for this subject, so there is no upper limit"),
        (
            [high(1.2, age={"high": quantity(63, "a")})],
            "no reference range is one for this subject, so there is no upper limit",
        ),
        (
            [high(1.2, appliesTo=[concept("77386006", SNOMED)])],
            "whether the reference range is one for this subject is not known, so there is no upper limit",
        ),
        (
            [high(1.2, age={"low": {"value": "many", "unit": "years"}})],
            "whether the reference range is one for this subject is not known, so there is no upper limit",
        ),
        (
            [high(1.2, modifierExtension=[{"url": "u"}])],
            "whether the reference range is one for this subject is not known, so there is no upper limit",
        ),
        (
            [high(1.2, age={"high": quantity(900, "mo")})],
            "whether the reference range is one for this subject is not known, so there is no upper limit",
        ),
        (
            [high(1.2), high(1.4, appliesTo=[concept("413773004", SNOMED)])],
            DIFFERENT,
        ),
    ],
)  # fmt: skip
def test_ranges_that_may_or_may_not_be_the_subjects_give_no_limit(ranges: list[dict[str, Any]], why: str) -> None:
    """Where the ranges that may apply differ, or none surely does, there is no limit, and a problem."""
    received = one(observation(referenceRange=ranges))
    assert "uln" not in facts(received)[0]
    assert said(received) == [f"error Bundle.entry[1] Observation/o1.referenceRange: {why}"]


def test_a_limit_by_age_needs_the_age() -> None:
    """A subject of 64 or 65 on the day may have either limit; with the day it is one."""
    ranges = [high(1.2, age={"high": quantity(64, "a")}), high(1.4, age={"low": quantity(65, "a")})]
    result = observation(referenceRange=ranges)
    assert "uln" not in facts(one(patient(birthDate="1961"), result))[0]
    assert facts(one(patient(birthDate="1961-02-27"), result))[0]["uln"] == "1.4 mg/dL"
    assert facts(one(patient(birthDate="1961-02-28"), result))[0]["uln"] == "1.2 mg/dL"


def test_times_of_several_zones() -> None:
    """Times of one zone stay; of several the day stays, or is unknown where it is out of order."""
    morning = observation(id="a", effectiveDateTime="2026-02-27T08:00:00+08:00")
    later = observation(id="b", effectiveDateTime="2026-02-27T01:00:00Z", valueQuantity=quantity(2))
    assert [each["when"] for each in facts(one(morning, later))] == ["2026-02-27", "2026-02-27"]
    noon = {**later, "effectiveDateTime": "2026-02-27T12:00:00+08:00"}
    assert [each["when"] for each in facts(one(morning, noon))] == ["2026-02-27T08:00", "2026-02-27T12:00"]
    early = {**morning, "effectiveDateTime": "2026-02-28T05:00:00+08:00"}
    turned = one(early, {**later, "effectiveDateTime": "2026-02-27T23:30:00Z"})
    assert [each["when"] for each in facts(turned)] == [
        "2026-02-28 in another time zone", "2026-02-27 in another time zone",
    ]  # fmt: skip
    assert [text.partition(": ")[0] for text in said(turned)] == [
        "error Bundle.entry[1] Observation/a.value", "error Bundle.entry[2] Observation/b.value",
    ]  # fmt: skip


def test_any_concept_can_be_answered_by_its_name() -> None:
    """Our own system of codes carries what no standard code says."""
    yes = observation(
        valueQuantity=None, code=concept("hbv_decompensated_cirrhosis", "urn:ucmsc-rules:concept"), valueBoolean=True
    )
    assert fact(yes) == {"concept": "hbv_decompensated_cirrhosis", "value": "yes", "when": "2026-02-27"}
    none = {**yes, "code": concept("gi_bleeding", "urn:ucmsc-rules:concept"), "valueBoolean": False}
    assert fact(none) == {"concept": "gi_bleeding", "value": "none", "when": "2026-02-27"}


def test_a_mapping_of_a_study_may_use_any_cell() -> None:
    """Codes without a system, categories and methods are cells like any other."""
    by = mapped(
        "facts:\n"
        "  - {concept: creatinine, from: Observation, where: {code: KREA, category: laboratory}, value: value,"
        " unit: unit}\n"
    )
    local = observation(code={"coding": [{"code": "KREA"}]}, category=[{"text": "Laboratory"}])
    assert fact(local, by=by) == {"concept": "creatinine", "value": "1.1", "unit": "mg/dL"}
    assert facts(one({**local, "category": [{"text": "Survey"}]}, by=by)) == []
