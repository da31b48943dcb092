"""What a site may write for each concept of the trial: good, bad and odd values, round the thresholds."""

from typing import Any

Values = tuple[dict[str, Any], ...]

OF_CRITERION: dict[str, tuple[str, ...]] = {
    "I1": ("birth_date",),
    "I2": ("hbv_decompensated_cirrhosis",),
    "I3": ("conservative_treatment", "symptom_improvement", "quality_of_life_improvement"),
    "I4": ("hbv_dna",),
    "I5": ("informed_consent",),
    "E1": (
        *("alcoholic_hepatitis", "hepatitis_c", "autoimmune_hepatitis", "metabolic_fatty_liver_disease"),
        "other_cirrhosis_cause",
    ),
    "E2": ("child_pugh_score", "bilirubin_total", "serum_albumin", "inr", "ascites", "encephalopathy_grade"),
    "E3": ("malignancy", "family_liver_malignancy"),
    "E4": (
        *("nyha_class", "cardiovascular_disease", "fasting_glucose", "hba1c", "creatinine"),
        "other_serious_condition",
    ),
    "E5": ("severe_bleeding_tendency", "gi_bleeding", "upper_gi_haemorrhage", "unsuitable_bleeding"),
    "E6": ("hepatic_encephalopathy", "hepatorenal_syndrome", "encephalopathy_grade"),
    "E7": ("spontaneous_peritonitis", "severe_infection"),
    "E8": ("hiv_antibody", "hcv_antibody", "syphilis_antibody", "active_tuberculosis"),
    "E9": ("human_albumin",),
    "E10": ("venous_thrombosis", "pulmonary_embolism"),
    "E11": ("drug_addiction", "alcohol_abuse"),
    "E12": ("sex", "pregnant", "breastfeeding"),
    "E13": ("severe_allergy",),
    "E14": ("serious_mental_disorder",),
    "E15": ("interventional_trial", "stem_cell_therapy"),
    "E16": ("liver_transplantation_planned",),
    "E17": ("investigator_unsuitable",),
}
CONCEPTS = tuple(dict.fromkeys(concept for concepts in OF_CRITERION.values() for concept in concepts))

EVENTS: dict[str, tuple[str, int, int]] = {  # the anchor of the window, its months, its days
    "conservative_treatment": ("screening", 3, 0),
    "malignancy": ("first_infusion", 0, 0),
    "gi_bleeding": ("screening", 3, 0),
    "upper_gi_haemorrhage": ("screening", 0, 28),
    "hepatic_encephalopathy": ("screening", 3, 0),
    "hepatorenal_syndrome": ("screening", 3, 0),
    "spontaneous_peritonitis": ("enrolment", 0, 14),
    "severe_infection": ("enrolment", 0, 14),
    "human_albumin": ("first_infusion", 0, 21),
    "venous_thrombosis": ("first_infusion", 0, 0),
    "pulmonary_embolism": ("first_infusion", 0, 0),
    "severe_allergy": ("first_infusion", 0, 0),
    "serious_mental_disorder": ("screening", 24, 0),
    "interventional_trial": ("screening", 3, 0),
    "stem_cell_therapy": ("first_infusion", 0, 0),
    "liver_transplantation_planned": ("screening", -3, 0),
}


def written(*texts: Any, **others: Any) -> Values:
    """Facts with these values, and the same other keys."""
    return tuple({"value": text, **others} for text in texts)


ODD = written("haemolysed", "", 1.5, "1.5", "12 furlongs", None, True)  # none of them is a value with its unit
RESULTS: dict[str, Values] = {
    "hbv_dna": (
        *written("850 IU/mL", "1000 IU/mL", "1001 IU/mL", "1000.5 IU/mL", "999 [IU]/mL", "2E3 IU/mL"),
        *written("<20 IU/mL", "<1000 IU/mL", "<1001 IU/mL", "<2000 IU/mL", "<=1000 IU/mL"),
        *written(">1000 IU/mL", ">=1000 IU/mL", ">999 IU/mL", ">1.7E8 IU/mL"),
        *written("1000000 IU/L", "1000400 IU/L", "999999 IU/L", "<1000001 IU/L"),
        *written("3 log10 IU/mL", "3.0002 log10 IU/mL", "3.0003 log10 IU/mL", "<1.3 log10 IU/mL", "<3 log10 IU/mL"),
        *written(">3 log10 IU/mL", ">3.1 log10 IU/mL", "2.93 log10 IU/mL"),
        *written(850, 1000, 1000.4, 1000.5, unit="IU/mL"),
        *written("5820 copies/mL", "5822 copies/mL", "5822.91 copies/mL", "5823 copies/mL", copies_per_iu=5.82),
        *written("<5820 copies/mL", ">5820 copies/mL", ">5830 copies/mL", "17 copies/mL", copies_per_iu=5.82),
        *written("5600 copies/mL", "5602.8 copies/mL", "5602.7 copies/mL", copies_per_iu=5.6),
        *written("100 copies/mL", "1e9 copies/mL"),
        *written("Target not detected", "<20 IU/mL", "850 IU/mL", lloq="20 IU/mL"),
        *written("Target not detected", lloq="1001 IU/mL"),
        *written("Target not detected", lloq="2000 IU/mL"),
        *written("Target not detected", detected=False),
        *written("Target not detected", "850 IU/mL", lloq="low"),
        *written("<20 IU/mL", detected=True),
        *written("850 mmol/L", "850 copies", "1000.00000000000001 IU/mL", "999.99999999999999 IU/mL"),
        *written("850 IU/mL", unit="IU/L"),
        *written("850 IU/mL", unit="IU/mL"),
        *ODD,
    ),
    "fasting_glucose": (
        *written("5.4 mmol/L", "9.9 mmol/L", "10 mmol/L", "10.0 mmol/L", "9.99 mmol/L", "10.1 mmol/L"),
        *written("<10 mmol/L", "<=10 mmol/L", "<10.1 mmol/L", ">10 mmol/L", ">=10 mmol/L", ">9.9 mmol/L"),
        *written("180 mg/dL", "179 mg/dL", "179.2 mg/dL", "179.3 mg/dL", "181 mg/dL", "<180 mg/dL", "<179 mg/dL"),
        *written(">180 mg/dL", ">179 mg/dL", "1.8 g/L", "1.79 g/L", "10000 umol/L", "9999 µmol/L"),
        *written(5.4, 10, 9.95, unit="mmol/L"),
        *written(180, 100, unit="mg/dL"),
        *ODD,
    ),
    "hba1c": (
        *written("5.6 %", "8 %", "8.0 %", "7.9 %", "7.95 %", "<8 %", "<=8 %", ">8 %", ">7.9 %"),
        *written("64 mmol/mol", "63 mmol/mol", "63.3 mmol/mol", "63.4 mmol/mol", "38 mmol/mol"),
        *written("<64 mmol/mol", "<63 mmol/mol", ">64 mmol/mol", ">63 mmol/mol", "64 mmol/L"),
        *written(5.6, 8, unit="%"),
        *written(64, 38, unit="mmol/mol"),
        *ODD,
    ),
    "creatinine": (
        *written("92 umol/L", "208 umol/L", "208.1 umol/L", "<208 umol/L", ">208 umol/L", uln="104 umol/L"),
        *written(">=208 umol/L", "<=208 umol/L", ">200 umol/L", "<209 umol/L", "0.208 mmol/L", uln="104 umol/L"),
        *written("2.4 mg/dL", "2.2 mg/dL", "2.21 mg/dL", "1.0 mg/dL", "<2.2 mg/dL", ">2.2 mg/dL", uln="1.1 mg/dL"),
        *written("194 umol/L", "194.5 umol/L", "194.4 umol/L", "195 umol/L", "<194 umol/L", uln="1.1 mg/dL"),
        *written("2.35 mg/dL", "2.353 mg/dL", "2.36 mg/dL", ">2.36 mg/dL", uln="104 µmol/L"),
        *written("92 umol/L", "500 umol/L"),
        *written("92 umol/L", "500 umol/L", uln="about 100"),
        *written("92 umol/L", "500 umol/L", uln="104 U/L"),
        *written(92, 209, unit="umol/L", uln="104 umol/L"),
        *written("haemolysed", "92 U/L", uln="104 umol/L"),
    ),
    "bilirubin_total": (
        *written("1.1 mg/dL", "1.99 mg/dL", "2 mg/dL", "3 mg/dL", "3.01 mg/dL", "3.1 mg/dL", "6 mg/dL"),
        *written("<2 mg/dL", "<2.1 mg/dL", ">3 mg/dL", ">2 mg/dL", "<=3 mg/dL", ">=3 mg/dL"),
        *written("33.9 umol/L", "34 umol/L", "51 umol/L", "51.1 µmol/L", "<34 umol/L", ">51 umol/L", "90 umol/L"),
        *written("0.034 mmol/L", "0.033 mmol/L", "0.052 mmol/L", "19.4 mg/L", "19.5 mg/L", "30.4 mg/L", "30.5 mg/L"),
        *ODD,
    ),
    "serum_albumin": (
        *written("4.0 g/dL", "3.5 g/dL", "3.51 g/dL", "2.8 g/dL", "2.79 g/dL", "2.0 g/dL", "<2.8 g/dL", ">3.5 g/dL"),
        *written("40 g/L", "35 g/L", "35.1 g/L", "28 g/L", "27.9 g/L", "20 g/L", "<28 g/L", "<35 g/L", ">28 g/L"),
        *written("2750 mg/dL", "2740 mg/dL", "3550 mg/dL", "3540 mg/dL"),
        *ODD,
    ),
    "inr": (
        *written(1.0, 1.69, 1.7, 2.3, 2.31, 3, "1.0", "1.7", "2.3", "2.4", "<1.7", "<=1.7", ">2.3", ">=2.3", ">1.7"),
        *written("clotted", "1.7 mmol/L", None, True),
    ),
    "ascites": written("none", "mild", "moderate_severe", "none", "mild", "moderate_severe", "much", 7, None),
    "encephalopathy_grade": written(0, 1, 2, 3, 4, "0", "1", "3", "0-1", "1-2", "2-3", "3-4", 5, "drowsy", None),
    "child_pugh_score": written(*range(5, 16), "9", "12", "13", 12, 13, 12, 13, 4, 16, "many", 9.5, None),
    "nyha_class": written("none", "I", "II", "III", "IV", 1, 2, "1", "2", "I-II", "II-III", "1-2", 5, "V", "mild"),
    "hiv_antibody": written("negative", "positive", "indeterminate", "borderline", "no blood", None),
}
RESULTS["hcv_antibody"] = RESULTS["syphilis_antibody"] = RESULTS["hiv_antibody"]
ANSWERS = written("no", "yes", False, True, "no", "yes", "no", "yes", "perhaps", None)
SEXES = written("female", "male", "female", "male", "female", "male", "unclear", None)

PLAIN: dict[str, dict[str, Any]] = {  # what an eligible subject has; "no" or "none" for the rest
    "hbv_decompensated_cirrhosis": {"value": "yes"},
    "sex": {"value": "female"},
    "hbv_dna": {"value": "<20 IU/mL"},
    "fasting_glucose": {"value": "5.4 mmol/L"},
    "hba1c": {"value": "5.6 %"},
    "creatinine": {"value": "92 umol/L", "uln": "104 umol/L"},
    "bilirubin_total": {"value": "1.1 mg/dL"},
    "serum_albumin": {"value": "36 g/L"},
    "inr": {"value": 1.2},
    "ascites": {"value": "mild"},
    "encephalopathy_grade": {"value": 0},
    "child_pugh_score": {"value": 7},
    "nyha_class": {"value": "I"},
    "hiv_antibody": {"value": "negative"},
    "hcv_antibody": {"value": "negative"},
    "syphilis_antibody": {"value": "negative"},
}
GRAVE: dict[str, dict[str, Any]] = {  # a Child-Pugh score of 13, part by part
    "child_pugh_score": {"value": 13},
    "bilirubin_total": {"value": "5.1 mg/dL"},
    "serum_albumin": {"value": "24 g/L"},
    "inr": {"value": 2.0},
    "ascites": {"value": "moderate_severe"},
    "encephalopathy_grade": {"value": 2},
}
