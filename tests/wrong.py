"""Mistakes that people make when they write the trial's criteria down: what stands in the file, and what they wrote."""

# ruff: noqa: E501 - a line for each mistake

from __future__ import annotations

from typing import NamedTuple


class Mistake(NamedTuple):
    """A text of a file that becomes another, and the criteria that are then wrong; ``file`` is below rulesets/."""

    name: str
    before: str
    after: str
    criteria: tuple[str, ...]
    file: str = "ucmsc-hbv-cirrhosis/ruleset.yaml"


SCORES, EVENTS, LABORATORY = "concepts/scores.yaml", "concepts/events.yaml", "concepts/laboratory.yaml"

MISTAKES = (
    Mistake("above 18 for at least 18", "age at screening >= 18 years", "age at screening > 18 years", ("I1",)),
    Mistake("below 75 for at most 75", "age at screening <= 75 years", "age at screening < 75 years", ("I1",)),
    Mistake("75 reached by the year of birth, so 76 counts", "screening <= 75 years", "screening <= 76 years", ("I1",)),
    Mistake("either bound of an age", "18 years and age", "18 years or age", ("I1",)),
    Mistake("age at the first infusion", "and age at screening <=", "and age at first_infusion <=", ("I1",)),
    Mistake("a leap birthday in March", "birthday_of_29_february: 28 February", "birthday_of_29_february: 1 March", ("I1",)),
    Mistake("no diagnosis for a diagnosis", "hbv_decompensated_cirrhosis is yes", "hbv_decompensated_cirrhosis is no", ("I2",)),
    Mistake("two months of treatment", "lasted more than 3 months", "lasted more than 2 months", ("I3",)),
    Mistake("thirteen weeks of treatment", "lasted more than 3 months", "lasted more than 13 weeks", ("I3",)),
    Mistake("and for or", "symptom_improvement is no or quality", "symptom_improvement is no and quality", ("I3",)),
    Mistake("less than 1000 for at most 1000", "rule: hbv_dna <= 1000", "rule: hbv_dna < 1000", ("I4",)),
    Mistake("a zero too many", "rule: hbv_dna <= 1000", "rule: hbv_dna <= 10000", ("I4",)),
    Mistake("consent by enrolment", "informed_consent given by screening", "informed_consent given by enrolment", ("I5",)),
    Mistake("a cause forgotten", "or autoimmune_hepatitis is yes\n", "\n", ("E1",)),
    Mistake("the antibody for the disease", "or hepatitis_c is yes", "or hcv_antibody is positive", ("E1",)),
    Mistake("Child-Pugh from 12 on", "rule: child_pugh_score > 12", "rule: child_pugh_score >= 12", ("E2",)),
    Mistake("malignancy in two years", "malignancy ever or", "malignancy within 24 months before screening or", ("E3",)),
    Mistake("NYHA above II", "rule: nyha_class >= 2", "rule: nyha_class > 2", ("E4",)),
    Mistake("glucose in the other unit", "fasting_glucose >= 10 mmol/L", "fasting_glucose >= 10 mg/dL", ("E4",)),
    Mistake("HbA1c in the other unit", "hba1c >= 8 %", "hba1c >= 8 mmol/mol", ("E4",)),
    Mistake("above for at least", "hba1c >= 8 %", "hba1c > 8 %", ("E4",)),
    Mistake("both signs of diabetes", "mmol/L or hba1c", "mmol/L and hba1c", ("E4",)),
    Mistake("the limit of normal dropped", "creatinine > 2 x ULN", "creatinine > 2 mg/dL", ("E4",)),
    Mistake("three times the limit", "creatinine > 2 x ULN", "creatinine > 3 x ULN", ("E4",)),
    Mistake("twelve weeks for three months", "gi_bleeding within 3 months", "gi_bleeding within 12 weeks", ("E5",)),
    Mistake("a month for four weeks", "haemorrhage within 4 weeks", "haemorrhage within 1 month", ("E5",)),
    Mistake("90 days for three months", "hepatorenal_syndrome within 3 months", "hepatorenal_syndrome within 90 days", ("E6",)),
    Mistake("grade 2 for grade 1", "encephalopathy_grade >= 1", "encephalopathy_grade >= 2", ("E6",)),
    Mistake("the wrong anchor", "severe_infection within 2 weeks before enrolment", "severe_infection within 2 weeks before screening", ("E7",)),
    Mistake("active tuberculosis forgotten", " or active_tuberculosis is yes", "", ("E8",)),
    Mistake("albumin before enrolment", "3 weeks before first_infusion", "3 weeks before enrolment", ("E9",)),
    Mistake("21 days left open", "3 weeks before first_infusion", "20 days before first_infusion", ("E9",)),
    Mistake("one thrombosis for two", "venous_thrombosis ever or pulmonary_embolism ever", "venous_thrombosis ever", ("E10",)),
    Mistake("addicted and abusing", "drug_addiction is yes or alcohol", "drug_addiction is yes and alcohol", ("E11",)),
    Mistake("the other sex", "rule: sex is female and", "rule: sex is male and", ("E12",)),
    Mistake("730 days for 24 months", "within 24 months before", "within 730 days before", ("E14",)),
    Mistake("after for before", "serious_mental_disorder within 24 months before", "serious_mental_disorder within 24 months after", ("E14",)),
    Mistake("before for after", "within 3 months after screening", "within 3 months before screening", ("E16",)),
    Mistake("an exclusion written as an inclusion", 'category: exclusion\n    text: "Another condition', 'category: inclusion\n    text: "Another condition', ("E17",)),
    Mistake("an exclusion turned round", "investigator_unsuitable is yes", "investigator_unsuitable is no", ("E17",)),
    Mistake("results of 30 days", "results_not_older_than: 28 days", "results_not_older_than: 30 days", ("I4", "E2", "E4", "E8")),
    Mistake("any denial counts", "none_not_older_than: 28 days", "none_not_older_than: 365 days", ("E3", "E9", "E10", "E13", "E14")),
    Mistake("ever, up to screening", "ever_until: first_infusion", "ever_until: screening", ("E3", "E10", "E13", "E15")),
    Mistake("bilirubin up to 50", '2: "34 to 51", 3: "> 51"', '2: "34 to 50", 3: "> 50"', ("E2",), SCORES),
    Mistake("the end of a trial taken for its start", "without_until: unknown", "without_until: one_day", ("E15",), EVENTS),
    Mistake("albumin of 2.8 among the low", '2: "2.8 to 3.5", 3: "< 2.8"', '2: "2.9 to 3.5", 3: "< 2.9"', ("E2",), SCORES),
    Mistake("INR up to 2.2", '2: "1.7 to 2.3", 3: "> 2.3"', '2: "1.7 to 2.2", 3: "> 2.2"', ("E2",), SCORES),
    Mistake("grade 2 among the grave", '2: "1 to 2", 3: "3 to 4"', '2: "1", 3: "2 to 4"', ("E2",), SCORES),
    Mistake("ascites turned round", "{1: none, 2: mild, 3: moderate_severe}", "{1: moderate_severe, 2: mild, 3: none}", ("E2",), SCORES),
    Mistake("a molar mass mistyped", "180.156 g/mol", "108.156 g/mol", ("E4",), LABORATORY),
)  # fmt: skip
