"""Conditions, medication, procedures, allergies, families and consents: what each says of an event or an answer."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.fhir_making import (
    ATC,
    ICD10,
    ICD10CM,
    OURS,
    SNOMED,
    Json,
    bundle,
    concept,
    condition,
    fact,
    facts,
    mapped,
    of,
    one,
    patient,
    read,
    ruleset,
    said,
    without_none,
)
from ucmsc_rules import screen

BLEEDING, ISCHAEMIA, CARCINOMA = "74474003", "414545008", "25370001"
EVENT = {"concept": "gi_bleeding", "value": "yes", "complete": False}
ANSWER = {"concept": "cardiovascular_disease", "value": "yes"}


def clinical(status: str | None) -> dict[str, Any]:
    """A clinical status."""
    return {"clinicalStatus": None if status is None else concept(status, "s")}


@pytest.mark.parametrize(
    ("system", "code", "found"),
    [
        (ICD10, "I85.0", ["upper_gi_haemorrhage"]),  # of the WHO: varices with bleeding
        (ICD10CM, "I85.00", []),  # without bleeding
        (ICD10CM, "I85.01", ["upper_gi_haemorrhage"]),
        (ICD10CM, "I8501", ["upper_gi_haemorrhage"]),
        (ICD10CM, "I85.0", []),
        (ICD10, "I85.01", []),
        ("http://hl7.org/fhir/sid/icd-9-cm", "I85.0", []),
        ("", "I85.0", []),
        (SNOMED, "37372002", ["upper_gi_haemorrhage"]),
        ("urn:oid:2.16.840.1.113883.6.3", "C22.9", ["malignancy"]),
        (ICD10CM, "c22.9", ["malignancy"]),
        (ICD10, "C22", ["malignancy"]),
    ],
)
def test_code_systems_are_kept_apart(system: str, code: str, found: list[str]) -> None:
    """The same letters mean another thing in another system; a category stands for all that is below it."""
    received = one(condition(code, system, onsetDateTime="2026-01-05"))
    assert [each["concept"] for each in facts(received)] == found
    assert bool(received.unread) is not bool(found)


@pytest.mark.parametrize(
    ("more", "said_of_event"),
    [
        ({"onsetDateTime": "2026-01-05", "recordedDate": "2026-01-07"}, ("2026-01-05", "ongoing", "2026-01-07")),
        ({"onsetDateTime": "2026-01-05"}, ("2026-01-05", "ongoing", "2026-01-05")),
        (
            {"onsetDateTime": "2026-01-05", "abatementDateTime": "2026-01-09", **clinical("resolved")},
            ("2026-01-05", "2026-01-09", None),
        ),
        (
            {"onsetDateTime": "2026-01-05", "recordedDate": "2026-02-01", **clinical("resolved")},
            ("2026-01-05", "ongoing", "2026-01-05"),
        ),
        (
            {"onsetDateTime": "2026-01-05", "abatementString": "in spring", **clinical("inactive")},
            ("2026-01-05", "ongoing", "2026-01-05"),
        ),
        (
            {"onsetDateTime": "2026-01-05", "abatementDateTime": "2026-01-09", **clinical("active")},
            ("2026-01-05", "ongoing", "2026-01-05"),
        ),
        ({"onsetDateTime": "2026-01-05", **clinical(None)}, ("2026-01-05", "ongoing", "2026-01-05")),
        (
            {
                "onsetDateTime": "2026-01-05", "abatementPeriod": {"start": "2026-01-08", "end": "2026-01-09"},
                **clinical("remission"),
            },
            ("2026-01-05", "2026-01", None),
        ),
        ({"onsetPeriod": {"start": "2026-01-02", "end": "2026-01-05"}}, ("2026-01", "ongoing", "2026-01")),
        ({"onsetPeriod": {"start": "2026-01-02"}, "recordedDate": "2026-01-07"}, (None, "ongoing", "2026-01-07")),
        ({"onsetAge": {"value": 40, "code": "a"}, "recordedDate": "2026-01-07"}, (None, "ongoing", "2026-01-07")),
        ({"onsetString": "last year", "recordedDate": "2026-01-07", **clinical("resolved")}, (None, None, None)),
        ({"recordedDate": "2026-01-07", **clinical(None)}, (None, None, "2026-01-07")),
        ({}, (None, None, None)),
    ],
)  # fmt: skip
def test_when_an_event_was(more: dict[str, Any], said_of_event: tuple[str | None, ...]) -> None:
    """An end that nobody dated is unknown, and never the day of the start; a list of conditions is never complete."""
    found = fact(condition(BLEEDING, **more))
    assert (found.get("when"), found.get("until"), found.get("recorded")) == said_of_event
    assert (found["value"], found["complete"]) == ("yes", False)


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, {**ANSWER, "when": "2015-03"}),
        (clinical("relapse"), {**ANSWER, "when": "2015-03"}),
        (
            {"abatementDateTime": "2020", **clinical("resolved")}, {**ANSWER, "when": "2015-03", "until": "2020"},
        ),
        ({"abatementDateTime": "2020"}, {**ANSWER, "when": "2015-03", "until": "2020"}),
        (
            clinical("resolved"),
            {**ANSWER, "value": "no value: clinical status resolved, and no day of its end is told", "when": "2015-03"},
        ),
        (
            clinical(None),
            {**ANSWER, "value": "no value: clinical status left out, and no day of its end is told", "when": "2015-03"},
        ),
        (
            {"abatementString": "long ago"},
            {**ANSWER, "value": "no value: clinical status active, and no day of its end is told", "when": "2015-03"},
        ),
    ],
)  # fmt: skip
def test_how_long_an_answer_holds(more: dict[str, Any], wanted: Json) -> None:
    """A condition that goes on is a yes from its onset on; one that ended is none for the days after."""
    assert fact(condition(ISCHAEMIA, onsetDateTime="2015-03", **more)) == wanted


@pytest.mark.parametrize("status", ["unconfirmed", "provisional", "differential", "perhaps"])
def test_a_condition_that_is_not_confirmed_leaves_it_open(status: str) -> None:
    """A suspicion is neither a yes nor nothing."""
    unsure = {"verificationStatus": concept(status, "s"), "onsetDateTime": "2026-01-05"}
    assert fact(condition(BLEEDING, **unsure))["value"] == f"no value: verification status {status}"
    assert fact(condition(ISCHAEMIA, **unsure))["value"] == f"no value: verification status {status}"


@pytest.mark.parametrize(("status", "canonical"), [("refuted", "cancelled"), ("entered-in-error", "entered-in-error")])
def test_a_condition_that_was_ruled_out_does_not_count(status: str, canonical: str) -> None:
    """It is listed with a status that does not count."""
    found = fact(condition(BLEEDING, verificationStatus=concept(status, "s"), onsetDateTime="2026-01-05"))
    assert found["status"] == canonical


def test_a_condition_without_a_verification_status_counts() -> None:
    """A list that says nothing of certainty lists what it holds for true."""
    assert fact(condition(BLEEDING, verificationStatus=None))["value"] == "yes"


def holds(*resources: Json, criterion: str) -> str:
    """What a criterion comes to at a screening on 2026-03-01."""
    record = dict(one(*resources).record)  # type: ignore[arg-type]
    return screen(ruleset(), {**record, "anchors": {"screening": "2026-03-01"}})[criterion].holds.value


def test_an_end_that_is_not_told_decides_nothing() -> None:
    """A bleeding of last year that is over on an unknown day may have gone on into the window."""
    over = condition(BLEEDING, onsetDateTime="2025-06-01", **clinical("resolved"))
    assert holds(over, criterion="E5") == "unknown"
    assert holds({**over, "abatementDateTime": "2026-01-15"}, criterion="E5") == "true"
    assert holds({**over, "onsetDateTime": "2026-01-15"}, criterion="E5") == "true"


def test_a_condition_is_true_and_its_absence_is_nothing() -> None:
    """A malignancy decides; the same list without it leaves it unknown."""
    assert holds(condition(CARCINOMA, onsetDateTime="2010"), criterion="E3") == "true"
    assert holds(condition(BLEEDING), criterion="E3") == "unknown"


def administration(**more: object) -> Json:
    """Albumin, given on 2026-02-20."""
    usual = {
        "resourceType": "MedicationAdministration", "id": "m1", "status": "completed", "subject": of(),
        "medicationCodeableConcept": concept("B05AA01", ATC), "effectiveDateTime": "2026-02-20",
    }  # fmt: skip
    return without_none({**usual, **more})


ALBUMIN = {"concept": "human_albumin", "value": "yes", "when": "2026-02-20", "complete": False}


@pytest.mark.parametrize(
    ("status", "value"),
    [
        ("completed", "yes"), ("stopped", "yes"), ("on-hold", "no value: status on-hold"),
        ("unknown", "no value: status unknown"), (None, "no value: status left out"),
    ],
)  # fmt: skip
def test_each_status_of_an_administration(status: str | None, value: str) -> None:
    """What was stopped had begun; what is on hold may not have."""
    assert fact(administration(status=status)) == {**ALBUMIN, "value": value}


def test_what_was_not_given_is_nothing_and_an_error_does_not_count() -> None:
    """A dose that was not given gives no fact; one entered in error is listed as such."""
    assert facts(one(administration(status="not-done"))) == []
    assert fact(administration(status="entered-in-error"))["status"] == "entered-in-error"


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"effectivePeriod": {"start": "2026-02-20", "end": "2026-02-21"}}, ("2026-02-20", "2026-02-21", None)),
        ({"effectivePeriod": {"start": "2026-02-20"}}, ("2026-02-20", "ongoing", "2026-02-20")),
        ({"effectivePeriod": {"end": "2026-02-21"}}, (None, None, "2026-02-21")),
        (
            {"effectivePeriod": {"start": "2026-02-20"}, "status": "in-progress", "recorded": "2026-02-22"},
            ("2026-02-20", "ongoing", "2026-02-22"),
        ),
        ({"occurenceDateTime": "2026-02-20"}, ("2026-02-20", None, None)),
        ({"occurencePeriod": {"start": "2026-02-20", "end": "2026-02-20"}}, ("2026-02-20", "2026-02-20", None)),
        ({"occurenceTiming": {"event": []}}, (None, None, None)),
        ({}, (None, None, None)),
    ],
)  # fmt: skip
def test_when_medication_was_given(more: dict[str, Any], wanted: tuple[str | None, ...]) -> None:
    """A period without an end has an unknown one; R5's spelling is read as well."""
    found = fact(administration(**{"effectiveDateTime": None, **more}))
    assert (found.get("when"), found.get("until"), found.get("recorded")) == wanted


@pytest.mark.parametrize("how", ["contained", "referenced", "R5 concept", "R5 reference", "ingredient"])
def test_where_the_medication_stands(how: str) -> None:
    """A medication is found in place, contained, by reference, and by its ingredients."""
    drug = {"resourceType": "Medication", "id": "d", "code": concept("B05AA01", ATC)}
    whole = administration(medicationCodeableConcept=None)
    match how:
        case "contained":
            found = fact({**whole, "contained": [drug], "medicationReference": {"reference": "#d"}})
        case "referenced":
            found = fact({**whole, "medicationReference": {"reference": "Medication/d"}}, drug)
        case "R5 concept":
            found = fact({**whole, "medication": {"concept": concept("B05AA01", ATC)}})
        case "R5 reference":
            found = fact({**whole, "medication": {"reference": {"reference": "Medication/d"}}}, drug)
        case _:
            mixture = {
                **drug,
                "code": concept("x", "y"),
                "ingredient": [{"itemCodeableConcept": concept("B05AA01", ATC)}],
            }
            found = fact({**whole, "medicationReference": {"reference": "Medication/d"}}, mixture)
    assert found == ALBUMIN


def test_a_medication_that_is_not_there_is_listed() -> None:
    """What was given is not known, so it is counted by the words for it."""
    received = one(
        administration(
            medicationCodeableConcept=None, medicationReference={"reference": "Medication/x", "display": "ALB 20 %"}
        )
    )
    assert (facts(received), received.unread) == ([], {"MedicationAdministration name=ALB 20 %": 1})


def test_a_medication_with_a_modifier_is_unknown() -> None:
    """What modifies the medication may mean that it is another one."""
    drug = {
        "resourceType": "Medication",
        "id": "d",
        "code": concept("B05AA01", ATC),
        "modifierExtension": [{"url": "u"}],
    }
    found = fact(
        administration(medicationCodeableConcept=None, contained=[drug], medicationReference={"reference": "#d"})
    )
    assert found["value"] == "no value: the Medication has a modifierExtension, which is not understood"


@pytest.mark.parametrize(
    ("more", "value"),
    [
        ({"status": "active"}, "yes"),
        ({"status": "completed"}, "yes"),
        ({"status": "stopped"}, "yes"),
        ({"status": "intended"}, "no value: status intended"),
        ({"status": "not-taken"}, None),
        ({"status": "recorded"}, "no value: adherence left out"),
        ({"status": "recorded", "adherence": {"code": concept("taking", "s")}}, "yes"),
        ({"status": "recorded", "adherence": {"code": concept("not-taking", "s")}}, None),
        ({"status": "recorded", "adherence": {"code": concept("unknown", "s")}}, "no value: adherence unknown"),
    ],
)
@pytest.mark.parametrize("kind", ["MedicationStatement", "MedicationUsage"])
def test_what_a_subject_takes(more: dict[str, Any], value: str | None, kind: str) -> None:
    """A statement tells whether it was taken, in R4 by its status and in R5 by the adherence."""
    found = facts(one(administration(resourceType=kind, effectiveDateTime="2026-02", **more)))
    assert [each["value"] for each in found] == ([value] if value else [])


def test_a_statement_of_what_goes_on() -> None:
    """What is taken since a day had not ended when that was asserted."""
    found = fact(
        administration(
            resourceType="MedicationStatement",
            status="active",
            dateAsserted="2026-02-25",
            effectivePeriod={"start": "2026-02"},
            effectiveDateTime=None,
        )
    )
    assert (found["when"], found["until"], found["recorded"]) == ("2026-02", "ongoing", "2026-02-25")


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({"performedDateTime": "2011-05"}, ("yes", "2011-05")),
        ({"occurrenceDateTime": "2011-05"}, ("yes", "2011-05")),
        ({"performedString": "years ago"}, ("yes", None)),
        ({"performedAge": {"value": 40}}, ("yes", None)),
        ({"status": "preparation"}, ("no value: status preparation", None)),
        ({"status": "stopped"}, ("yes", None)),
    ],
)
def test_a_transplantation_of_stem_cells(more: dict[str, Any], wanted: tuple[str, str | None]) -> None:
    """A procedure is an event of its day, or of some day."""
    procedure = {
        "resourceType": "Procedure",
        "id": "x",
        "status": "completed",
        "subject": of(),
        "code": concept("234336002", SNOMED),
    }
    found = fact({**procedure, **more})
    assert (found["concept"], found["complete"], found["value"], found.get("when")) == (
        "stem_cell_therapy",
        False,
        *wanted,
    )


def allergy(**more: object) -> Json:
    """A confirmed allergy to penicillin."""
    usual = {
        "resourceType": "AllergyIntolerance", "id": "a", "patient": of(), "code": concept("764146007", SNOMED),
        "verificationStatus": concept("confirmed", "s"), "clinicalStatus": concept("active", "s"),
        "recordedDate": "2026-02-20",
    }  # fmt: skip
    return without_none({**usual, **more})


@pytest.mark.parametrize(
    ("more", "values"),
    [
        ({"reaction": [{"severity": "mild"}, {"severity": "severe"}]}, ["yes"]),
        ({"reaction": [{"severity": "moderate"}]}, []),
        ({"reaction": [{"manifestation": [concept("39579001", SNOMED)]}]}, ["yes"]),
        ({"reaction": [{"severity": "severe", "manifestation": [{"concept": concept("39579001", SNOMED)}]}]}, ["yes"]),
        ({}, ["no value: the severity is not stated"]),
        ({"criticality": "high"}, ["no value: the severity is not stated"]),
        ({"criticality": "low"}, []),
        (
            {"reaction": [{"severity": "severe"}], "verificationStatus": concept("unconfirmed", "s")},
            ["no value: verification status unconfirmed"],
        ),
        ({"reaction": [{"severity": "severe", "modifierExtension": [{"url": "u"}]}]},
         ["no value: a reaction has a modifierExtension, which is not understood"]),
        ({"code": concept("716186003", SNOMED)}, ["none"]),
        ({"code": concept("716186003", SNOMED), "recordedDate": None}, []),
        ({"code": concept("716186003", SNOMED), "verificationStatus": concept("unconfirmed", "s")}, []),
    ],
)  # fmt: skip
def test_severe_allergies(more: dict[str, Any], values: list[str]) -> None:
    """An allergy is severe where a reaction is said to be; without a severity it may be."""
    assert [each["value"] for each in facts(one(allergy(**more)))] == values


def family(code: Json, relationship: Json | None, **more: object) -> Json:
    """A relative's condition."""
    usual = {
        "resourceType": "FamilyMemberHistory", "id": "f", "status": "completed", "patient": of(), "date": "2026-02-01",
        "relationship": relationship, "condition": [{"code": code}],
    }  # fmt: skip
    return without_none({**usual, **more})


ROLE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
LIVER = concept("93870000", SNOMED)


@pytest.mark.parametrize(
    ("history", "values"),
    [
        (family(LIVER, concept("FTH", ROLE)), ["yes"]),
        (family(concept("C22.0", ICD10), concept("MGRMTH", ROLE)), ["yes"]),
        (family(LIVER, concept("GGRFTH", ROLE)), ["no value: yes"]),
        (family(LIVER, {"text": "uncle"}), ["no value: yes"]),
        (family(LIVER, None), ["no value: yes"]),
        (family(concept("254837009", SNOMED), concept("MTH", ROLE)), []),
        (family(LIVER, concept("FTH", ROLE), status="health-unknown"), ["no value: status health-unknown"]),
        (family(LIVER, concept("FTH", ROLE), condition=[]), []),
    ],
)
def test_liver_malignancy_in_the_family(history: Json, values: list[str]) -> None:
    """A code tells the generation; what it does not tell is unknown, and an absence is never a no."""
    found = facts(one(history))
    assert [each["value"] for each in found] == values
    assert all(each["recorded"] == "2026-02-01" for each in found)


def test_an_error_in_the_familys_history_does_not_count() -> None:
    """It is listed with its status."""
    assert fact(family(LIVER, concept("FTH", ROLE), status="entered-in-error"))["status"] == "entered-in-error"


def consent(**more: object) -> Json:
    """A signed consent to this trial."""
    usual = {
        "resourceType": "Consent", "id": "k", "status": "active", "patient": of(), "dateTime": "2026-02-10T09:00:00Z",
        "scope": concept("research", "http://terminology.hl7.org/CodeSystem/consentscope"),
        "category": [concept("informed_consent", OURS)],
    }  # fmt: skip
    return without_none({**usual, **more})


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, ("yes", "2026-02-10T09:00")),
        ({"provision": {"type": "permit"}}, ("yes", "2026-02-10T09:00")),
        ({"provision": {"type": "deny"}}, ("no", "2026-02-10T09:00")),
        ({"decision": "deny"}, ("no", "2026-02-10T09:00")),
        (
            {"decision": "permit", "provision": [{"type": "deny"}]},
            ("no value: status active with permit and deny", "2026-02-10T09:00"),
        ),
        ({"status": "rejected"}, ("no", "2026-02-10T09:00")),
        ({"status": "inactive"}, ("no", None)),
        ({"status": "proposed"}, ("no value: status proposed", "2026-02-10T09:00")),
        ({"status": None}, ("no value: status left out", "2026-02-10T09:00")),
        ({"dateTime": None, "date": "2026-02-10"}, ("yes", "2026-02-10")),
        ({"provision": {"period": {"end": "2026-02-20"}}}, ("no value: yes", "2026-02-10T09:00")),
    ],
)  # fmt: skip
def test_consent_to_this_trial(more: dict[str, Any], wanted: tuple[str, str | None]) -> None:
    """An active consent is a yes of its day; one that was taken back is a no on a day that nobody told."""
    found = fact(consent(**more))
    assert (found["concept"], found["value"], found.get("when")) == ("informed_consent", *wanted)


def test_another_research_consent_is_listed() -> None:
    """That somebody agreed to some research says nothing of this trial, until a mapping says which study it is."""
    other = consent(category=[concept("59284-0")])
    linked = {"resourceType": "ResearchSubject", "id": "r", "status": "on-study", "individual": of(),
              "study": {"reference": "ResearchStudy/ours"}, "consent": {"reference": "Consent/k"}}  # fmt: skip
    received = one(other, linked)
    assert facts(received) == []
    assert received.unread == {"Consent code=loinc 59284-0": 1, "ResearchSubject": 1}
    by = mapped(
        "facts:\n"
        "  - {concept: informed_consent, from: Consent, where: {study: ResearchStudy/ours}, value: value, when: when}\n"
    )
    assert fact(other, linked, by=by) == {"concept": "informed_consent", "value": "yes", "when": "2026-02-10T09:00"}


def test_anchors_of_a_research_subject_and_of_visits() -> None:
    """A mapping may take anchors from the study's own period, from milestones, and from visits."""
    by = mapped(
        "anchors:\n"
        "  enrolment: {from: ResearchSubject, where: {study: ResearchStudy/ours}, take: when}\n"
        "  screening: {from: Encounter, where: {code: screening}, take: until}\n"
        "  first_infusion: {from: ResearchSubject, where: {milestone: infusion}, take: day}\n"
        "facts:\n"
        "  - {concept: interventional_trial, from: ResearchSubject, unless: {study: ResearchStudy/ours},"
        " where: {value: yes}, value: value, when: when, until: until, recorded: as_of, complete: false}\n"
    )
    ours = {"resourceType": "ResearchSubject", "id": "r", "status": "on-study", "individual": of(),
            "study": {"reference": "ResearchStudy/ours"}, "period": {"start": "2026-03-15"},
            "progress": [{"milestone": concept("x", "y", text="Infusion"), "startDate": "2026-03-22"}]}  # fmt: skip
    other = {**ours, "id": "q", "study": {"reference": "ResearchStudy/other"}, "status": "off-study",
             "period": {"start": "2024-01-01", "end": "2024-06-30"}, "progress": []}  # fmt: skip
    visit = {"resourceType": "Encounter", "id": "v", "subject": of(), "type": [{"text": "Screening"}],
             "period": {"start": "2026-02-20", "end": "2026-03-01T12:00:00Z"}}  # fmt: skip
    received = one(ours, other, visit, by=by)
    assert received.record["anchors"] == {  # type: ignore[index]
        "screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-22",
    }  # fmt: skip
    assert facts(received) == [
        {
            "concept": "interventional_trial",
            "value": "yes",
            "when": "2024-01-01",
            "until": "2024-06-30",
            "complete": False,
        }
    ]


@pytest.mark.parametrize(
    ("more", "wanted"),
    [
        ({}, ["1961-04-02", "female"]),
        ({"birthDate": "1961-04"}, ["1961-04", "female"]),
        ({"birthDate": "1961", "gender": "MALE"}, ["1961", "male"]),
        ({"gender": "other"}, ["1961-04-02", "no value: gender other"]),
        ({"gender": "unknown"}, ["1961-04-02", "no value: gender unknown"]),
        ({"gender": None}, ["1961-04-02"]),
        ({"gender": None, "birthDate": None}, []),
        (
            {"gender": None, "_gender": {"extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "masked"}]}},
            ["1961-04-02", "no value: masked"],
        ),
        (
            {"birthDate": None, "_birthDate": {"extension": [
                {"url": "http://hl7.org/fhir/StructureDefinition/data-absent-reason", "valueCode": "asked-declined"}]}},
            ["no value: asked-declined", "female"],
        ),
        ({"birthDate": None, "_birthDate": {}}, ["no value: unknown", "female"]),
        ({"modifierExtension": [{"url": "u"}]}, ["no value: a modifierExtension (u) is not understood"] * 2),
    ],
)  # fmt: skip
def test_the_patient(more: dict[str, Any], wanted: list[str]) -> None:
    """Birth date and sex, each as far as it is told."""
    received = one(without_none({**patient(), **more}))
    assert [each["value"] for each in facts(received, besides=())] == wanted


@pytest.mark.parametrize(
    ("url", "value", "sexes"),
    [
        ("us-core-birthsex", {"valueCode": "F"}, ["female"]),
        ("us-core-birthsex", {"valueCode": "M"}, ["female", "male"]),
        ("us-core-birthsex", {"valueCode": "UNK"}, ["female", "no value: birth sex unk"]),
        ("us-core-individual-sex", {"valueCoding": {"system": SNOMED, "code": "248153007"}}, ["female", "male"]),
        ("us-core-sex", {"valueCode": "248152002"}, ["female"]),
    ],
)
def test_a_sex_that_differs_from_the_gender(url: str, value: dict[str, Any], sexes: list[str]) -> None:
    """Both are facts, so that the sex is unknown where they differ."""
    extension = [{"url": f"http://hl7.org/fhir/us/core/StructureDefinition/{url}", **value}]
    received = one(patient(extension=extension))
    assert [each["value"] for each in facts(received, besides=["birth_date"])] == sexes


def test_other_identifiers_can_name_the_subject() -> None:
    """A mapping may ask for the identifier of a system; a patient who has none is told of, and not named otherwise."""
    by = mapped("subject: identifier.loinc\nfacts:\n  - {concept: sex, from: Patient, value: sex}\n")
    named = patient(identifier=[{"system": "http://loinc.org", "value": "S-007"}, {"system": "x", "value": "1"}])
    assert one(named, by=by).record["subject"] == "S-007"  # type: ignore[index]
    (refused,) = read(bundle(patient()), by=by)
    message = "Bundle.entry[0] Patient/p1 has no identifier.loinc, so nobody can say which subject this is"
    assert getattr(refused.record, "message", None) == message
    assert said(refused) == []
