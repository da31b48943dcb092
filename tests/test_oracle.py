"""The oracle itself: examples worked by hand from the statement of the criteria, and its own consistency."""

from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from oracle import CRITERIA, possible, possible_branches
from oracle.days import read_days, worth_trying
from oracle.facts import BOTH, read_facts, yes_no
from subjects import focused, records, sharpenings

ANCHORS = {"screening": "2026-03-31", "enrolment": "2026-04-14", "first_infusion": "2026-04-21"}
HBV, ALBUMIN, GRADE = "hbv_dna", "human_albumin", "encephalopathy_grade"
BLEEDING, TRIAL, CONSENT = "gi_bleeding", "interventional_trial", "informed_consent"
TREATMENT, TRANSPLANT = "conservative_treatment", "liver_transplantation_planned"
Given = tuple[str, Any, str, dict[str, Any]]


def fact(concept: str, value: Any = ..., when: str = "", **others: Any) -> dict[str, Any]:
    """One fact, without the keys that are not given."""
    said = {} if value is ... else {"value": value}
    return {"concept": concept} | said | ({"when": when} if when else {}) | others


def answer(criterion: str, *facts: dict[str, Any], **anchors: str | None) -> str:
    """The oracle's answer for a criterion, as one letter: T, F, or ? for unknown."""
    told = {name: day for name, day in (ANCHORS | anchors).items() if day is not None}
    found = possible({"subject": "S", "anchors": told, "facts": list(facts)})[criterion]
    return "?" if len(found) == 2 else "T" if True in found else "F"


def none(*concepts: str) -> list[dict[str, Any]]:
    """That there was none of these kinds of event."""
    return [fact(concept, "none") for concept in concepts]


def no(*concepts: str) -> list[dict[str, Any]]:
    """The answer `no` for each of these."""
    return [fact(concept, "no") for concept in concepts]


@pytest.mark.parametrize(
    ("born", "expected"),
    [
        (["2008-03-31"], "T"),  # 18 today
        (["2008-04-01"], "F"),
        (["1950-04-01"], "T"),  # 76 tomorrow
        (["1950-03-31"], "F"),
        (["1950"], "?"),
        (["1951"], "T"),
        (["UN-MAR-2008"], "T"),
        (["UN-APR-2008"], "F"),
        (["2008-UN-15"], "?"),  # the year alone
        (["2008-UN-UN"], "?"),
        ([], "?"),
        (["1960-01-01", "1970-01-01"], "T"),
        (["1940-01-01", "1970-01-01"], "?"),
        (["2008-02-30"], "?"),
        (["1960-01-01", "last century"], "?"),
    ],
)
def test_age_at_screening_decides_i1(born: list[str], expected: str) -> None:
    """I1 counts completed years, both ends in, over the hull of all birth dates."""
    assert answer("I1", *(fact("birth_date", text) for text in born)) == expected


def test_born_on_29_february_is_older_on_28_february() -> None:
    """In a common year the birthday of 29 February is the 28th."""
    birth = fact("birth_date", "2008-02-29")
    assert answer("I1", birth, screening="2026-02-28") == "T"
    assert answer("I1", birth, screening="2026-02-27") == "F"


@pytest.mark.parametrize(
    ("result", "expected"),
    [
        ({"value": "850 IU/mL"}, "T"),
        ({"value": "1000 IU/mL"}, "T"),
        ({"value": "1000.5 IU/mL"}, "F"),
        ({"value": "<20 IU/mL"}, "T"),
        ({"value": "<2000 IU/mL"}, "?"),
        ({"value": ">1000 IU/mL"}, "F"),
        ({"value": ">=1000 IU/mL"}, "?"),
        ({"value": ">1.7E8 IU/mL"}, "F"),
        ({"value": 1000, "unit": "[IU]/mL"}, "T"),
        ({"value": 1000}, "?"),
        ({"value": "850 IU/mL", "unit": "IU/L"}, "?"),
        ({"value": "1000400 IU/L"}, "F"),  # a power of ten is not rounded
        ({"value": "1000000 IU/L"}, "T"),
        ({"value": "3 log10 IU/mL"}, "T"),
        ({"value": "3.0002 log10 IU/mL"}, "T"),  # 1000.46, reported as 1000
        ({"value": "3.0003 log10 IU/mL"}, "F"),  # 1000.69, reported as 1001
        ({"value": ">3 log10 IU/mL"}, "?"),  # 1000.2 would round to 1000
        ({"value": "5822 copies/mL", "copies_per_iu": 5.82}, "T"),
        ({"value": "5822.91 copies/mL", "copies_per_iu": 5.82}, "F"),  # 1000.5 rounds up
        ({"value": "5822 copies/mL"}, "?"),
        ({"value": "5822 copies/mL", "copies_per_iu": "many"}, "?"),
        ({"value": "Target not detected", "lloq": "20 IU/mL"}, "T"),
        ({"value": "Target not detected", "lloq": "1001 IU/mL"}, "?"),
        ({"value": "Target not detected"}, "?"),
        ({"value": "850 IU/mL", "lloq": "low"}, "?"),
        ({"value": "haemolysed"}, "?"),
        ({"value": "1000.00000000000001 IU/mL"}, "?"),  # 18 digits: between 1000 and 1000.00000000001
        ({"value": "850 IU/mL", "status": "FINAL"}, "T"),
        ({"value": "850 IU/mL", "status": "rumoured"}, "?"),
        ({"value": "850 IU/mL", "status": "preliminary"}, "?"),
        ({"value": "850 IU/mL", "colour": "red"}, "?"),
    ],
)
def test_hbv_dna_decides_i4(result: dict[str, Any], expected: str) -> None:
    """I4 reads HBV DNA with its comparator, unit, factor, LLOQ and status."""
    assert answer("I4", fact(HBV, when="2026-03-30", **result)) == expected


LOW, HIGH, BAD = "850 IU/mL", "5000 IU/mL", "haemolysed"


@pytest.mark.parametrize(
    ("results", "expected"),
    [
        ([(LOW, "2026-03-03")], "T"),  # 28 days before
        ([(LOW, "2026-03-02")], "?"),
        ([(LOW, "2026-04-01")], "?"),
        ([(LOW, "2026-03")], "?"),  # the 1st and the 2nd are too old
        ([(LOW, "")], "?"),
        ([(LOW, "2026-03-10"), (HIGH, "2026-03-20")], "F"),
        ([(LOW, "2026-03-10"), (HIGH, "2026-03-10")], "?"),
        ([(LOW, "2026-03-10"), (LOW, "2026-03-10")], "T"),
        ([(LOW, "2026-03-10T08:10"), (HIGH, "2026-03-10T07:00")], "T"),
        ([(LOW, "2026-03-10T08:10"), (HIGH, "2026-03-10")], "?"),
        ([(LOW, "2026-03-30"), (HIGH, "2026-02")], "T"),
        ([(LOW, "2026-03-30"), (HIGH, "2026-03")], "?"),
        ([(LOW, "2026-03-31"), (HIGH, "2026-03")], "?"),
        ([(LOW, "2026-03-31"), (HIGH, "2026-04")], "T"),
        ([(LOW, "2026-03-10"), (BAD, "2026-03-20")], "?"),
        ([(LOW, "2026-03-20"), (BAD, "2026-03-10")], "T"),
        ([(LOW, "2026-03-20"), (HIGH, "2026-13")], "?"),
        ([(LOW, "2026-03-20"), (HIGH, "")], "?"),
    ],
)
def test_the_latest_result_in_28_days_counts(results: list[tuple[str, str]], expected: str) -> None:
    """Of several results, those count that could be the latest within 28 days up to screening."""
    assert answer("I4", *(fact(HBV, value, when) for value, when in results)) == expected


def test_an_amended_result_takes_the_place_of_the_one_of_the_same_date() -> None:
    """Amended and corrected results supersede at the same `when` and nowhere else."""
    first = fact(HBV, HIGH, "2026-03-10")
    assert answer("I4", first, fact(HBV, LOW, "2026-03-10", status="Amended")) == "T"
    assert answer("I4", first, fact(HBV, LOW, "10-MAR-2026", status="corrected")) == "T"
    assert answer("I4", first, fact(HBV, LOW, "2026-03-10T08:00", status="amended")) == "?"
    assert answer("I4", first, fact(HBV, LOW, "2026-03-09", status="amended")) == "F"


def test_an_undated_result_recorded_long_ago_is_not_the_latest() -> None:
    """An undated result lies on some day up to its record date."""
    assert answer("I4", fact(HBV, LOW, "2026-03-10"), fact(HBV, HIGH, recorded="2026-03-09")) == "T"
    assert answer("I4", fact(HBV, LOW, "2026-03-10"), fact(HBV, HIGH, recorded="2026-03-10")) == "?"


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([], "?"),
        ([{"value": "yes"}], "T"),
        ([{"value": True}], "T"),
        ([{"value": False}], "F"),
        ([{"value": "yes", "when": "1999"}], "T"),
        ([{"value": "yes", "when": "2026-04-01"}], "?"),
        ([{"value": "no", "when": "2026-03-01"}, {"value": "yes", "when": "2026-04-01"}], "F"),
        ([{"value": "no", "when": "2026-03-01"}, {"value": "yes", "when": "2026-02"}], "F"),
        ([{"value": "no", "when": "2026-03-01"}, {"value": "yes", "when": "2026-03"}], "?"),
        ([{"value": "no", "when": "2026-03-01"}, {"value": "yes"}], "?"),
        ([{"value": "no", "when": "2026-03-01"}, {"value": "yes", "recorded": "2026-02-01"}], "F"),
        ([{"value": "yes", "recorded": "2026-04-01"}], "?"),  # perhaps after screening
        ([{"value": "no"}, {"value": "yes"}], "?"),
        ([{"value": "no"}, {"value": "yes", "status": "entered-in-error"}], "F"),
        ([{"value": "perhaps"}], "?"),
        ([{"value": "yes", "when": "last week"}], "?"),
    ],
)
def test_yes_no_answers_decide_e17(answers: list[dict[str, Any]], expected: str) -> None:
    """The latest answer on or before screening counts, however old it is."""
    assert answer("E17", *(fact("investigator_unsuitable", **told) for told in answers)) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([("yes", "2026-03-31")], "T"),
        ([("yes", "2026-04-01")], "F"),
        ([("yes", "2026")], "?"),
        ([("yes", "")], "?"),
        ([("no", "")], "F"),
        ([("yes", "2026-03-01"), ("no", "2026-04-05")], "F"),
        ([("yes", "2026-03-01"), ("no", "2026-03-01")], "?"),
        ([("yes", "2026-03-01"), ("no", "2026-02-01")], "T"),
        ([("yes", "2026-03-01"), ("no", "")], "?"),
        ([("yes", "2026-03-01"), ("no", "2026-03")], "?"),
        ([("yes", "2026-03-01T09:00"), ("no", "2026-03-01T10:00")], "F"),
        ([("yes", "2026-03-01T10:00"), ("no", "2026-03-01T09:00")], "T"),
        ([("yes", "2026-03-01"), ("no", "2026-03-05"), ("yes", "2026-03-10")], "T"),
        ([("yes", "2026-03-01"), ("no", "2026-03-05"), ("yes", "2026-04-10")], "?"),
        ([("yes", "2026-03-01"), ("torn", "2026-03-05")], "?"),
        ([("yes", "2026-03-05"), ("torn", "2026-03-01")], "T"),
    ],
)
def test_consent_decides_i5(facts: list[tuple[str, str]], expected: str) -> None:
    """A signature by screening holds unless a later refusal follows or may follow it."""
    assert answer("I5", *(fact(CONSENT, value, when) for value, when in facts)) == expected


def test_a_refusal_beside_an_undated_signature_is_unknown() -> None:
    """An undated signature may have been given before or after a refusal."""
    assert answer("I5", fact(CONSENT, "yes"), fact(CONSENT, "no", "2026-03-01")) == "?"


@pytest.mark.parametrize(
    ("albumin", "expected"),
    [
        ({"when": "2026-03-01"}, "T"),  # day 21 before
        ({"when": "2026-02-28"}, "F"),
        ({"when": "2026-03-22"}, "T"),
        ({"when": "2026-03-23"}, "F"),
        ({"when": "2026-03"}, "?"),
        ({"when": "2026-02"}, "F"),
        ({"value": "none"}, "F"),
        ({"value": "yes"}, "?"),
        ({"value": "yes", "recorded": "2026-02-28"}, "F"),
        ({"when": "2026-02-01", "until": "2026-03-01"}, "T"),
        ({"when": "2026-02-01", "until": "2026-02-28"}, "F"),
        ({"when": "2026-02-01", "until": "2026-03"}, "T"),
        ({"when": "2026-02-01", "until": "2026"}, "?"),
        ({"when": "2026-02-01", "until": "2026-01-31"}, "?"),  # ends before it starts: unreadable
        ({"when": "2026-02-01", "until": "ongoing"}, "T"),  # not ended at screening, 2026-03-01
        ({"when": "2026-02-01", "until": "ongoing", "recorded": "2026-02-20"}, "?"),
        ({"when": "2026-02-01", "complete": False}, "?"),
        ({"when": "2026-03-10", "complete": False}, "T"),
        ({"when": "2026-03-10", "status": "cancelled"}, "?"),
        ({"when": "spring"}, "?"),
    ],
)
def test_albumin_before_the_infusion_decides_e9(albumin: dict[str, Any], expected: str) -> None:
    """E9 asks whether any day of an event lies within 21 days before the first infusion, both ends in."""
    anchors = {"screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-22"}
    assert answer("E9", fact(ALBUMIN, **albumin), **anchors) == expected


def test_an_infusion_that_is_not_given_lies_after_enrolment() -> None:
    """Without its date the first infusion is on any day from enrolment, else from screening, on."""
    assert answer("E9", fact(ALBUMIN, when="2026-03-24"), first_infusion=None) == "?"
    assert answer("E9", fact(ALBUMIN, when="2026-03-23"), first_infusion=None) == "F"
    assert answer("E9", fact(ALBUMIN, when="2026-03-23"), first_infusion=None, enrolment=None) == "?"
    assert answer("E9", fact(ALBUMIN, when="2026-03-09"), first_infusion="2026-05", enrolment=None) == "F"
    assert answer("E9", fact(ALBUMIN, "none"), first_infusion=None) == "F"


def test_an_enrolment_that_is_not_given_lies_before_the_infusion() -> None:
    """Without its date enrolment is between screening and first infusion; one out of order is not given."""
    others = none("severe_infection")
    peritonitis = fact("spontaneous_peritonitis", when="2026-03-31")
    assert answer("E7", peritonitis, *others, enrolment=None, first_infusion="2026-04-14") == "T"
    assert answer("E7", peritonitis, *others, enrolment=None, first_infusion="2026-04-15") == "?"
    assert answer("E7", peritonitis, *others, enrolment="2026-03-30", first_infusion="2026-04-14") == "T"


def test_two_infections_can_cover_every_day_of_enrolment() -> None:
    """E7 holds where each possible day of enrolment has some infection before it."""
    first, second = fact("spontaneous_peritonitis", when="2026-03-31"), fact("severe_infection", when="2026-04-14")
    assert answer("E7", first, second, enrolment=None, first_infusion="2026-04-20") == "T"


@pytest.mark.parametrize(
    ("bleeding", "expected"),
    [
        ([{"when": "2025-12-31"}], "T"),  # three months before 31 March
        ([{"when": "2025-12-30"}], "F"),
        ([{"when": "2025-12"}], "?"),
        ([{"value": "none"}, {"when": "2026-01-01"}], "T"),
        ([{"value": "none"}, {"when": "2020-01-01"}], "F"),
        ([{"value": "none", "when": "2026-03-03"}], "F"),
        ([{"value": "none", "when": "2026-03-02"}], "?"),  # more than 28 days before
        ([{"value": "none", "recorded": "2026-03"}], "?"),
        ([{"value": "none", "recorded": "2026-03-02"}, {"value": "none"}], "F"),
        ([{"when": "2020-01-01"}, {"value": "yes"}], "?"),
        ([{"value": "yes", "recorded": "2025-12-30"}], "F"),
        ([{"when": "2026-04-01"}], "F"),
        ([{"when": "2024", "until": "ongoing"}], "T"),
        ([], "?"),
    ],
)
def test_bleeding_within_three_months_decides_e5(bleeding: list[dict[str, Any]], expected: str) -> None:
    """E5a counts calendar months back from screening; `none` speaks as far as it is fresh."""
    others = [*no("severe_bleeding_tendency", "unsuitable_bleeding"), *none("upper_gi_haemorrhage")]
    assert answer("E5", *others, *(fact(BLEEDING, **told) for told in bleeding)) == expected


def test_months_are_clipped_to_the_end_of_the_month() -> None:
    """Three months before 31 May 2024 is 29 February."""
    anchors = {"screening": "2024-05-31", "enrolment": None, "first_infusion": None}
    others = none("hepatorenal_syndrome")
    assert answer("E6", fact("hepatic_encephalopathy", when="2024-02-29"), *others, **anchors) == "T"
    assert answer("E6", fact("hepatic_encephalopathy", when="2024-02-28"), *others, **anchors) == "F"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([fact(GRADE, 1, "2025-12-31")], "T"),
        ([fact(GRADE, 1, "2026-01-10"), fact(GRADE, 0, "2026-03-10")], "T"),
        ([fact(GRADE, 1, "2025-12-30")], "?"),
        ([fact(GRADE, 0, "2026-03-10")], "?"),
        ([fact(GRADE, 0, "2026-03-10"), *none("hepatic_encephalopathy")], "F"),
        ([fact(GRADE, "drowsy", "2026-03-10"), *none("hepatic_encephalopathy")], "?"),
        ([fact(GRADE, "drowsy", "2026-03-10"), fact(GRADE, 2, "2026-03-10")], "T"),
        ([fact(GRADE, "0-1", "2026-03-10"), *none("hepatic_encephalopathy")], "?"),
        ([fact(GRADE, 2, "2026-03-10"), *none("hepatic_encephalopathy")], "T"),
        ([fact(GRADE, 2, "2020-03-10"), fact("hepatic_encephalopathy", when="2020-03-10")], "F"),
        ([fact(GRADE, 2, "2026-03-10", status="cancelled"), *none("hepatic_encephalopathy")], "F"),
        (none("hepatic_encephalopathy"), "F"),
    ],
)
def test_grades_count_as_encephalopathy_in_e6(facts: list[dict[str, Any]], expected: str) -> None:
    """A grade of 1 or more is an event on its day; no grade makes the history complete."""
    assert answer("E6", *facts, *none("hepatorenal_syndrome")) == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"when": "2025-12-30"}, "T"),
        ({"when": "2025-12-31"}, "F"),  # three months, not more
        ({"when": "2025-12"}, "?"),
        ({"when": "2025-01-01", "until": "2025-04-01"}, "F"),
        ({"when": "2025-01-01", "until": "2025-04-02"}, "T"),
        ({"when": "2026-04-01"}, "F"),
        ({"value": "yes"}, "?"),
        ({"value": "yes", "recorded": "2025-12-30"}, "T"),
        ({"value": "none"}, "F"),
        ({"when": "2026-03-01", "complete": False}, "?"),
        ({"when": "2025-11-01", "until": "ongoing", "recorded": "2026-01-15"}, "?"),
    ],
)
def test_treatment_longer_than_three_months_is_asked_in_i3(facts: dict[str, Any], expected: str) -> None:
    """I3 needs more than three calendar months of one treatment; without an end it still goes on."""
    assert answer("I3", fact(TREATMENT, **facts), *no("symptom_improvement")) == expected


def test_either_symptoms_or_quality_of_life_suffice_in_i3() -> None:
    """I3 fails only where both improved."""
    treated = fact(TREATMENT, when="2025-01-01")
    better, happier = (fact(f"{what}_improvement", "yes") for what in ("symptom", "quality_of_life"))
    assert answer("I3", treated, better) == "?"
    assert answer("I3", treated, better, *no("quality_of_life_improvement")) == "T"
    assert answer("I3", treated, better, happier) == "F"


@pytest.mark.parametrize(
    ("trial", "expected"),
    [
        ({"when": "2025-06", "until": "2025-11-30"}, "F"),
        ({"when": "2025-06", "until": "2025-12-31"}, "T"),
        ({"when": "2025-06"}, "?"),
        ({"when": "2026-01-01"}, "T"),
        ({"when": "2025-06", "until": "ongoing"}, "T"),
        ({"when": "2026-04-01"}, "F"),
        ({"value": "none"}, "F"),
    ],
)
def test_another_trial_decides_e15(trial: dict[str, Any], expected: str) -> None:
    """A trial without `until` may have ended on any day since it began."""
    assert answer("E15", fact(TRIAL, **trial), *none("stem_cell_therapy")) == expected


@pytest.mark.parametrize(
    ("event", "infusion", "expected"),
    [
        ({"when": "1980"}, "2026-04-21", "T"),
        ({"when": "2026-04-21"}, "2026-04-21", "T"),
        ({"when": "2026-04-22"}, "2026-04-21", "F"),
        ({"when": "2026-04"}, "2026-04-21", "?"),
        ({"when": "2027-04"}, None, "T"),
        ({"value": "yes"}, "2026-04-21", "T"),
        ({"value": "none"}, None, "F"),
        ({"value": "none", "when": "2026-01-01"}, None, "?"),
    ],
)
def test_ever_counts_any_day_up_to_a_given_infusion(event: dict[str, Any], infusion: str | None, expected: str) -> None:
    """Ever takes any recorded day, though none after a first infusion whose date is given."""
    assert answer("E13", fact("severe_allergy", **event), first_infusion=infusion) == expected


@pytest.mark.parametrize(
    ("plan", "expected"),
    [
        ({"when": "2026-03-31"}, "T"),
        ({"when": "2026-06-30"}, "T"),  # three months after 31 March, clipped
        ({"when": "2026-07-01"}, "F"),
        ({"when": "2026-06"}, "T"),
        ({"when": "2026-03-30"}, "?"),  # as if nobody had reported it
        ({"when": "2026-03"}, "?"),
        ({"value": "yes"}, "?"),
        ({"value": "yes", "recorded": "2026-07-01"}, "F"),
        ({"value": "none"}, "F"),
    ],
)
def test_a_planned_transplantation_decides_e16(plan: dict[str, Any], expected: str) -> None:
    """E16 looks three months ahead from screening."""
    assert answer("E16", fact(TRANSPLANT, **plan)) == expected


def test_sex_and_answers_decide_e12() -> None:
    """E12 is for women; a man recorded as pregnant, on whatever day, is a conflict."""
    female, male = fact("sex", "female"), fact("sex", "male")
    pregnant, nothing = fact("pregnant", "yes"), no("pregnant", "breastfeeding")
    assert answer("E12", male) == "F"
    assert answer("E12", male, pregnant) == "?"
    assert answer("E12", male, fact("pregnant", "yes", "2027-01-01")) == "?"
    assert answer("E12", male, fact("pregnant", "hardly")) == "?"
    assert answer("E12", female, pregnant) == "T"
    assert answer("E12", female, *nothing) == "F"
    assert answer("E12", female) == "?"
    assert answer("E12", *nothing) == "F"
    assert answer("E12", pregnant) == "?"
    assert answer("E12", male, female) == "?"
    assert answer("E12", fact("sex", "unclear")) == "?"


THREE = [
    fact("bilirubin_total", "5.1 mg/dL", "2026-03-20"),
    fact("serum_albumin", "2.0 g/dL", "2026-03-20"),
    fact("inr", 2.4, "2026-03-20"),
]
MILD, GRADE_1 = fact("ascites", "mild", "2026-03-20"), fact(GRADE, 1, "2026-03-20")
MUCH = fact("ascites", "moderate_severe", "2026-03-20")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([fact("child_pugh_score", 12, "2026-03-20")], "F"),
        ([fact("child_pugh_score", "13", "2026-03-20")], "T"),
        ([fact("child_pugh_score", 16, "2026-03-20")], "?"),
        ([*THREE, MILD], "?"),  # 11 and encephalopathy: 12 to 14
        ([*THREE, MILD, GRADE_1], "T"),
        ([*THREE, MUCH], "T"),
        ([*THREE, MUCH, fact("child_pugh_score", 12, "2026-03-20")], "?"),  # they contradict
        ([*THREE, MILD, fact("child_pugh_score", 12, "2026-03-20")], "F"),
        ([*THREE, MILD, fact("child_pugh_score", 12, "2026-03-19")], "?"),  # the parts are newer
        ([*THREE, MILD, fact("child_pugh_score", 14, "2026-03-21")], "T"),
        ([fact("child_pugh_score", 13, "2026-03-20"), fact(GRADE, 0, "2026-03")], "?"),
        ([fact("child_pugh_score", 13, "2026-03-20"), fact(GRADE, 0, "2026-04")], "T"),
    ],
)
def test_child_pugh_above_12_decides_e2(facts: list[dict[str, Any]], expected: str) -> None:
    """The score comes from its parts and a reported score that is not older than they are."""
    assert answer("E2", *facts) == expected


WORST = {told["concept"]: told for told in (*THREE, MUCH, fact(GRADE, 3, "2026-03-20"))}
MIDDLE_VALUES = {"bilirubin_total": "2 mg/dL", "serum_albumin": "3 g/dL", "inr": 2, "ascites": "mild", GRADE: 1}
MIDDLE = {name: fact(name, value, "2026-03-20") for name, value in MIDDLE_VALUES.items()}


@pytest.mark.parametrize(
    ("concept", "value", "points"),
    [
        ("bilirubin_total", "1.99 mg/dL", 1),
        ("bilirubin_total", "2 mg/dL", 2),
        ("bilirubin_total", "3 mg/dL", 2),
        ("bilirubin_total", "3.01 mg/dL", 3),
        ("bilirubin_total", "<34 umol/L", 1),
        ("bilirubin_total", "51 µmol/L", 2),
        ("bilirubin_total", "51.1 umol/L", 3),
        ("bilirubin_total", "0.052 mmol/L", 2),  # 3.04 mg/dL, rounded to 3.0
        ("bilirubin_total", "19.5 mg/L", 2),  # 1.95 mg/dL, rounded to 2.0
        ("serum_albumin", "3.51 g/dL", 1),
        ("serum_albumin", "35 g/L", 2),
        ("serum_albumin", "2.8 g/dL", 2),
        ("serum_albumin", "<28 g/L", 3),
        ("inr", 1.69, 1),
        ("inr", "2.3", 2),
        ("inr", ">2.3", 3),
        ("ascites", "none", 1),
        ("ascites", "mild", 2),
        (GRADE, 0, 1),
        (GRADE, "1-2", 2),
        (GRADE, 4, 3),
    ],
)
def test_points_of_the_parts(concept: str, value: Any, points: int) -> None:
    """Each part scores by the table of its own unit; the other four come to 9, 10, 11 and 12 points in turn."""
    part = fact(concept, value, "2026-03-20")
    others = [name for name in MIDDLE if name != concept]
    for fewer in range(4):
        rest = [(MIDDLE if n < fewer else WORST)[name] for n, name in enumerate(others)]
        total = points + 12 - fewer
        assert answer("E2", part, *rest) == ("T" if total > 12 else "F")


@pytest.mark.parametrize(
    ("facts", "branch", "expected"),
    [
        ([fact("nyha_class", "II", "2026-03-20")], "a", {True}),
        ([fact("nyha_class", "I-II", "2026-03-20")], "a", {True, False}),
        ([fact("nyha_class", "II-III", "2026-03-20")], "a", {True}),
        ([fact("nyha_class", "none", "2026-03-20")], "a", {False}),
        ([fact("fasting_glucose", "180 mg/dL", "2026-03-20")], "c", {True}),  # 9.991, reported as 10.0
        ([fact("hba1c", "64 mmol/mol", "2026-03-20")], "c", {True}),  # 8.0067, reported as 8.0
        ([fact("creatinine", "208 umol/L", "2026-03-20", uln="104 umol/L")], "d", {False}),
        ([fact("creatinine", "208.1 umol/L", "2026-03-20", uln="104 umol/L")], "d", {True}),
        ([fact("creatinine", "194.4 umol/L", "2026-03-20", uln="1.1 mg/dL")], "d", {False}),
        ([fact("creatinine", "194.5 umol/L", "2026-03-20", uln="1.1 mg/dL")], "d", {True}),  # twice 97.242
        ([fact("creatinine", "900 umol/L", "2026-03-20")], "d", {True, False}),
        ([fact("creatinine", "900 umol/L", "2026-03-20", uln="high")], "d", {True, False}),
    ],
)
def test_thresholds_of_the_branches_of_e4(facts: list[dict[str, Any]], branch: str, expected: set[bool]) -> None:
    """Each lettered branch of E4 has its own threshold."""
    record = {"subject": "S", "anchors": ANCHORS, "facts": facts}
    assert possible_branches(record)["E4"][branch] == expected


@pytest.mark.parametrize(
    ("glucose", "hba1c", "expected"),
    [
        ("9.9 mmol/L", "7.9 %", {False}),
        ("<10 mmol/L", "<8 %", {False}),
        ("<180 mg/dL", "7.9 %", {True, False}),  # 179.9 is reported as 10.0
        ("179 mg/dL", "63 mmol/mol", {False}),
        ("9.9 mmol/L", "<64 mmol/mol", {True, False}),
        ("9.95 mmol/L", "7.95 %", {False}),  # as reported: no rounding
        (">9.9 mmol/L", "7.9 %", {True, False}),
    ],
)
def test_diabetes_needs_both_results_to_be_excluded(glucose: str, hba1c: str, expected: set[bool]) -> None:
    """E4c is false only where fasting glucose and HbA1c are both surely below."""
    facts = [fact("fasting_glucose", glucose, "2026-03-20"), fact("hba1c", hba1c, "2026-03-20")]
    assert possible_branches({"subject": "S", "anchors": ANCHORS, "facts": facts})["E4"]["c"] == expected


def test_antibodies_decide_e8() -> None:
    """A positive antibody suffices; an indeterminate one is unknown."""
    rest = [*(fact(f"{name}_antibody", "negative", "2026-03-20") for name in ("hcv", "syphilis"))]
    rest += no("active_tuberculosis")
    assert answer("E8", *rest, fact("hiv_antibody", "negative", "2026-03-20")) == "F"
    assert answer("E8", *rest, fact("hiv_antibody", "indeterminate", "2026-03-20")) == "?"
    assert answer("E8", *rest, fact("hiv_antibody", "negative", "2026-01-20")) == "?"
    assert answer("E8", fact("hcv_antibody", "positive", "2026-03-20")) == "T"


@pytest.mark.parametrize("screening", [None, "2026-03", "2026-02-30", "soon"])
def test_without_screening_everything_is_unknown(screening: str | None) -> None:
    """A screening day that is missing, partial or impossible leaves every criterion open."""
    record = {"subject": "S", "anchors": {"screening": screening}, "facts": [fact("severe_allergy", when="2020")]}
    assert set(possible(record).values()) == {frozenset({True, False})}


@settings(deadline=None)
@given(records())
def test_every_criterion_has_an_answer(record: dict[str, Any]) -> None:
    """No record leaves a criterion without any possible answer."""
    assert all(possible(record).values())
    assert set(possible(record)) == set(CRITERIA)


@settings(deadline=None)
@given(records(), st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(record: dict[str, Any], random: Any) -> None:
    """The same facts in another order, or told twice, give the same answers.

    But for a consent that cannot be read: one cannot be a signature and a refusal, as two of a day can.
    """
    told_again = [each for each in record["facts"] if not is_open_consent(each)]
    for facts in (record["facts"], record["facts"] + told_again):
        shuffled = list(facts)
        random.shuffle(shuffled)
        assert possible(record | {"facts": shuffled}) == possible(record)


def is_open_consent(entry: dict[str, Any]) -> bool:
    """Whether an entry is a consent that may be a yes or a no."""
    consents = read_facts({"facts": [entry]}).get("informed_consent", [])
    return any(yes_no(each) == BOTH for each in consents)


def test_two_consents_that_cannot_be_read_may_be_a_signature_and_a_refusal() -> None:
    """One of a day after screening is neither in time."""
    unread = fact("informed_consent", value="perhaps", when="2026-04-02")
    assert answer("I5", unread) == "F"
    assert answer("I5", unread, unread) == "?"


@settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data(), st.sampled_from(sorted(CRITERIA)))
def test_saying_it_more_narrowly_adds_no_answer(data: st.DataObject, criterion: str) -> None:
    """A completed date or a closer value only ever takes answers away, but for contradictory Child-Pugh scores."""
    record = data.draw(focused(criterion))
    sharper = data.draw(sharpenings(record))
    concepts = {told["concept"] for told in record["facts"]}
    if criterion == "E2" and "child_pugh_score" in concepts and len(concepts) > 1:
        return
    assert possible(sharper)[criterion] <= possible(record)[criterion]


WHENS = ["2026-02", "2026-03", "2026-04", "2026-03-02", "2026-03-03", "2026-03-20", "2026-03-31", "2026-04-01"]


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from([LOW, HIGH]), st.sampled_from(WHENS)), min_size=1, max_size=2))
def test_the_latest_is_what_it_is_in_every_single_world(results: list[tuple[str, str]]) -> None:
    """Trying each fact on its own gives what trying every combination of days gives."""
    dated = [(value == LOW, days) for value, when in results if (days := read_days(when))]
    found: set[bool] = set()
    for world in product(*([(low, day) for day in worth_trying(days, every=400)] for low, days in dated)):
        inside = [(day, low) for low, day in world if date(2026, 3, 3) <= day <= date(2026, 3, 31)]
        found |= {low for day, low in inside if day == max(inside)[0]} or {True, False}
    assert (
        possible({"subject": "S", "anchors": ANCHORS, "facts": [fact(HBV, *told) for told in results]})["I4"] == found
    )
