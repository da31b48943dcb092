"""Marginals of decompensated hepatitis B cirrhosis, rounded, and what each was guided by.

None is fitted to a data set: they are for demonstrations and benchmarks, and say nothing of any registry. Where
nothing is named, the figure is an assumption of ours, chosen so that every criterion rules somebody out.
"""

from __future__ import annotations

# ruff: noqa: E501 - a line for each concept, with what guided it
from collections.abc import Mapping
from types import MappingProxyType

from ucmsc_rules.cohort.synth.marginals import (
    Amount,
    Antibody,
    Birth,
    Grade,
    Happening,
    Marginal,
    Reported,
    Unit,
    Virus,
    Words,
    YesNo,
)
from ucmsc_rules.facts.concepts import Concept, Kind

TABLE = (
    "Can J Gastroenterol Hepatol 2020:8871024, table 1: 129 subjects with decompensated hepatitis B cirrhosis under "
    "long-term antiviral therapy"
)
TREATED = "J Hepatol 2022, doi 10.1016/j.jhep.2022.07.037: 92 % below 20 IU/mL after 120 weeks of entecavir; fewer here"
OURS = "an assumption of ours"

_AMOUNTS: Mapping[str, Marginal] = MappingProxyType(
    {
        "hbv_dna": Virus(0.75, 0.75, 4.0, 1.6, 20, "5.82", f"{TREATED}; {TABLE}: 4.0 ± 1.6 log10 IU/mL before"),
        "fasting_glucose": Amount(5.4, 0.25, 0.1, (Unit("mmol/L", 1, 1, 8), Unit("mg/dL", 18, 0, 2)), OURS, repeats=0.1),
        "hba1c": Amount(5.6, 0.16, 0.0, (Unit("%", 1, 1, 7), Unit("mmol/mol", 6.8, 0, 3)), OURS, 0.06, 0.05),
        "creatinine": Amount(
            74, 0.28, 0.25, (Unit("umol/L", 1, 0, 8), Unit("mg/dL", 0.0113, 2, 2)), f"{TABLE}: 76 ± 19 umol/L",
            uln=(104, 84),
        ),
        "bilirubin_total": Amount(
            30, 0.7, 0.75, (Unit("umol/L", 1, 0, 8), Unit("mg/dL", 0.0585, 1, 2)), f"{TABLE}: 35 ± 26 umol/L", below=3
        ),
        "serum_albumin": Amount(
            31, 0.17, -0.65, (Unit("g/L", 1, 0, 8), Unit("g/dL", 0.1, 1, 2)), "decompensated cirrhosis: about 30 g/L, ours"
        ),
        "inr": Amount(1.28, 0.2, 0.7, (Unit("", 1, 2),), f"{TABLE}: 1.31 ± 0.30"),
        "prothrombin_time": Amount(15, 0.2, 0.7, (Unit("s", 1, 1),), OURS),
        "serum_sodium": Amount(139, 0.025, -0.35, (Unit("mmol/L", 1, 0, 9), Unit("mEq/L", 1, 0, 1)), f"{TABLE}: 140 ± 3"),
        "alt": Amount(40, 0.6, 0.1, (Unit("U/L", 1, 0),), f"{TABLE}: 54 ± 50 U/L", uln=(50, 40)),
        "ast": Amount(52, 0.55, 0.2, (Unit("U/L", 1, 0),), OURS, uln=(40, 35)),
        "platelets": Amount(70, 0.55, -0.35, (Unit("10*9/L", 1, 0),), f"{TABLE}: 79 ± 62"),
        "haemoglobin": Amount(112, 0.18, -0.3, (Unit("g/L", 1, 0, 7), Unit("g/dL", 0.1, 1, 3)), OURS),
        "alpha_fetoprotein": Amount(4.5, 1.0, 0.1, (Unit("ng/mL", 1, 1),), f"{TABLE}: median 3 to 5", below=0.9, above=1210),
        "body_weight": Amount(64, 0.17, 0.0, (Unit("kg", 1, 1),), OURS, 0.04, 0.3),
    }
)  # fmt: skip

_OTHERS: Mapping[str, Marginal] = MappingProxyType(
    {
        "birth_date": Birth(53, 11, f"{TABLE}: median 51 to 61 years"),
        "sex": Words((0.35, 0.65), f"{TABLE}: 60 % men; more elsewhere"),
        "ascites": Grade((0.46, 0.34, 0.2), 0.6, f"{TABLE}: 51 % with ascites"),
        "encephalopathy_grade": Grade(
            (0.9, 0.055, 0.03, 0.012, 0.003), 0.6, f"{TABLE}: 11 % with encephalopathy", 0.04
        ),
        "nyha_class": Grade((0.86, 0.1, 0.03, 0.008, 0.002), 0.1, OURS, 0.03, 0.03),
        "ecog_performance_status": Grade((0.35, 0.4, 0.18, 0.06, 0.01), 0.4, OURS, 0.03),
        "child_pugh_score": Reported("reckoned from the parts that were drawn"),
        "hbv_decompensated_cirrhosis": YesNo(0.96, "who is in such a registry", 0.02),
        "symptom_improvement": YesNo(0.35, OURS),
        "quality_of_life_improvement": YesNo(0.4, OURS, 0.03),
        "informed_consent": YesNo(0.97, OURS, 0.02, consent=True),
        "alcoholic_hepatitis": YesNo(0.03, OURS),
        "hepatitis_c": YesNo(0.015, OURS),
        "autoimmune_hepatitis": YesNo(0.007, OURS),
        "metabolic_fatty_liver_disease": YesNo(0.08, OURS),
        "other_cirrhosis_cause": YesNo(0.01, OURS),
        "family_liver_malignancy": YesNo(0.07, OURS, 0.03),
        "cardiovascular_disease": YesNo(0.06, OURS),
        "severe_bleeding_tendency": YesNo(0.04, OURS),
        "active_tuberculosis": YesNo(0.006, OURS),
        "drug_addiction": YesNo(0.004, OURS),
        "alcohol_abuse": YesNo(0.03, OURS),
        "pregnant": YesNo(0.012, OURS, 0.03, women=True),
        "breastfeeding": YesNo(0.012, OURS, 0.04, women=True),
        "hepatocellular_carcinoma": YesNo(0.3, f"{TABLE}: 41 of 129 in the years after"),
        "dialysis_twice_within_week": YesNo(0.01, OURS, 0.3),
        "hiv_antibody": Antibody(0.003, OURS),
        "hcv_antibody": Antibody(0.02, OURS),
        "syphilis_antibody": Antibody(0.012, OURS),
        "conservative_treatment": Happening(0.94, 0.046, 400, OURS, lasts=200, ends=0.15, ongoing=0.2),
        "malignancy": Happening(0.06, 0.919, 900, OURS),
        "gi_bleeding": Happening(0.12, 0.859, 200, f"{TABLE}: 7 % bled", again=0.3),
        "upper_gi_haemorrhage": Happening(0.09, 0.889, 200, f"{TABLE}: 7 % bled"),
        "hepatic_encephalopathy": Happening(0.12, 0.859, 150, f"{TABLE}: 11 % with encephalopathy", lasts=6, ends=0.5),
        "hepatorenal_syndrome": Happening(0.02, 0.959, 120, OURS, lasts=12, ends=0.5),
        "spontaneous_peritonitis": Happening(0.08, 0.899, 90, OURS, lasts=10, ends=0.6),
        "severe_infection": Happening(0.06, 0.919, 90, OURS, lasts=10, ends=0.6, ongoing=0.05),
        "human_albumin": Happening(
            0.35, 0.622, 60, "albumin is given for ascites and peritonitis; the share is ours", again=0.5
        ),
        "venous_thrombosis": Happening(0.06, 0.919, 500, OURS),
        "pulmonary_embolism": Happening(0.006, 0.972, 900, OURS),
        "severe_allergy": Happening(0.025, 0.952, 2500, OURS),
        "serious_mental_disorder": Happening(0.02, 0.959, 900, OURS, lasts=200, ends=0.3, ongoing=0.3),
        "interventional_trial": Happening(0.05, 0.926, 400, OURS, lasts=180, ends=0.6, ongoing=0.15),
        "stem_cell_therapy": Happening(0.01, 0.969, 700, OURS),
        "liver_transplantation_planned": Happening(0.06, 0.919, 110, OURS, ahead=True),
        "chemoembolisation": Happening(0.5, 0.483, 90, OURS, again=0.5),
        "systemic_anticancer_therapy": Happening(0.2, 0.779, 60, OURS, lasts=60, ends=0.6, ongoing=0.1),
    }
)

KNOWN: Mapping[str, Marginal] = MappingProxyType({**_AMOUNTS, **_OTHERS})
_BY_KIND: Mapping[Kind, Marginal] = MappingProxyType(
    {
        Kind.YES_NO: YesNo(0.03, OURS),
        Kind.TEST: Antibody(0.02, OURS),
        Kind.EVENT: Happening(0.05, 0.926, 365, OURS),
        Kind.BIRTH_DATE: KNOWN["birth_date"],
    }
)


def marginal_of(concept: Concept) -> Marginal | None:
    """What is known of a concept, or what stands in for its kind; None for an amount that nothing is known of.

    >>> from ucmsc_rules.facts.concepts import Concept, Kind
    >>> marginal_of(Concept("serum_rhubarb", Kind.QUANTITY, "rhubarb in serum")) is None
    True
    """
    known = KNOWN.get(concept.name) or _BY_KIND.get(concept.kind)
    if concept.planned and known is _BY_KIND[Kind.EVENT]:
        return Happening(0.05, 0.926, 120, OURS, ahead=True)
    return known
