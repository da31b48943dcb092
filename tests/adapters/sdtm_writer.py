"""Writes canonical records as SDTM datasets, so that the shipped mapping reads from them what the records say.

Facts go where a study would put them: results into LB, VS and RS, what was asked for into MH, CM, PR and FA with its
answer. SDTM holds results as they stand: what is preliminary, cancelled or replaced by a correction is left out.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ucmsc_rules import load_ruleset
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.facts.concepts import Concept, Kind, OpenEnd

DICTIONARY = load_ruleset("ucmsc-hbv-cirrhosis").dictionary
STUDY = "UCMSC-TEST"
NOT_HELD = frozenset({"preliminary", "cancelled", "entered-in-error"})
TESTS = {
    "hbv_dna": "HBVVLD", "fasting_glucose": "GLUC", "hba1c": "HBA1C", "creatinine": "CREAT", "bilirubin_total": "BILI",
    "serum_albumin": "ALB", "inr": "INR", "prothrombin_time": "PT", "serum_sodium": "SODIUM", "alt": "ALT",
    "ast": "AST", "platelets": "PLAT", "haemoglobin": "HGB", "alpha_fetoprotein": "AFP", "hiv_antibody": "HIV12AB",
    "hcv_antibody": "HCAB", "syphilis_antibody": "TPAB",
}  # fmt: skip
SPECIMENS = {
    "hba1c": "BLOOD",
    "platelets": "BLOOD",
    "haemoglobin": "BLOOD",
    "inr": "PLASMA",
    "prothrombin_time": "PLASMA",
}
SCALES = {
    "child_pugh_score": {"RSCAT": "CHILD-PUGH CLASSIFICATION", "RSTESTCD": "CPS01TOT", "RSTEST": "CPS01-Total Score"},
    "ascites": {"RSCAT": "CHILD-PUGH CLASSIFICATION", "RSTESTCD": "CPS0102", "RSTEST": "CPS01-Ascites"},
    "encephalopathy_grade": {"RSCAT": "WEST HAVEN CRITERIA", "RSTESTCD": "WHGRADE", "RSTEST": "West Haven Grade"},
    "nyha_class": {"RSCAT": "NYHA CLASSIFICATION", "RSTESTCD": "NYHACLS", "RSTEST": "NYHA Class"},
    "meld_score": {"RSCAT": "MELD", "RSTESTCD": "MELD", "RSTEST": "MELD Score"},
    "meld_na_score": {"RSCAT": "MELD-NA", "RSTESTCD": "MELDNA", "RSTEST": "MELD-Na Score"},
}
ASCITES = {"none": "Absent", "mild": "Slight", "moderate_severe": "Moderate"}
ANSWERS = {"yes": "Y", "no": "N", "none": "N", "male": "M", "female": "F"}
TREATMENTS = {
    "human_albumin": "CM",
    "conservative_treatment": "CM",
    "stem_cell_therapy": "PR",
    "liver_transplantation_planned": "PR",
}
STATES = {"pregnant": "PREGIND", "breastfeeding": "LACTIND"}
JUDGED = frozenset({
    "symptom_improvement", "quality_of_life_improvement", "other_serious_condition", "severe_bleeding_tendency",
    "unsuitable_bleeding", "investigator_unsuitable", "dialysis_twice_within_week",
})  # fmt: skip
NUMBERS = ("SEQ",)
Line = dict[str, str]
Domains = dict[str, list[Line]]


def to_sdtm(records: Iterable[Mapping[str, Any]], folder: Path, form: str = "dataset-json") -> Path:
    """Write the records into a folder: ``dataset-json``, ``ndjson``, ``xpt`` or ``csv``."""
    write: Mapping[str, Callable[[Path, str, list[str], list[Line]], None]]
    write = {"dataset-json": write_json, "ndjson": write_ndjson, "xpt": write_xpt, "csv": write_csv}
    for domain, lines in domains_of(records).items():
        columns = list(dict.fromkeys(column for line in lines for column in line))
        write[form](folder, domain, columns, lines)
    return folder


def domains_of(records: Iterable[Mapping[str, Any]]) -> Domains:
    """The lines of each domain, sorted by subject."""
    domains: Domains = {"DM": []}
    for record in sorted(records, key=lambda record: str(record["subject"])):
        subject = str(record["subject"])
        added: Domains = {"DM": [{}]}
        for fact in _held(record.get("facts", [])):
            _add(fact, added, record.get("anchors") or {})
        _anchors(record.get("anchors") or {}, added)
        for domain, lines in added.items():
            for number, line in enumerate(lines, start=1):
                head = {"STUDYID": STUDY, "DOMAIN": domain, "USUBJID": subject}
                sequence = {} if domain in {"DM", "SV"} or domain.startswith("SUPP") else {f"{domain}SEQ": str(number)}
                if domain.startswith("SUPP"):
                    head = {"STUDYID": STUDY, "RDOMAIN": domain[4:], "USUBJID": subject}
                domains.setdefault(domain, []).append(head | sequence | line)
    return domains


def _held(facts: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The facts that SDTM holds: no draft, and no result that a correction replaced."""
    final = [fact for fact in facts if str(fact.get("status", "")).casefold() not in NOT_HELD]
    corrected = {
        (fact["concept"], fact.get("when")) for fact in final if fact.get("status") in {"amended", "corrected"}
    }
    return [fact for fact in final if (fact["concept"], fact.get("when")) not in corrected or fact.get("status")]


def _add(fact: Mapping[str, Any], added: Domains, anchors: Mapping[str, str]) -> None:
    name = fact["concept"]
    concept = DICTIONARY[name]
    value = _text(fact.get("value", "yes" if concept.kind is Kind.EVENT else ""))
    when = fact.get("when", "")
    if name == "birth_date":
        _person(added, "BRTHDTC", value)
    elif name == "sex":
        _person(added, "SEX", ANSWERS.get(value, value))
    elif name == "informed_consent":
        term = "INFORMED CONSENT OBTAINED" if value == "yes" else "WITHDRAWAL BY SUBJECT"
        added.setdefault("DS", []).append({"DSTERM": term, "DSDECOD": term, "DSSTDTC": when})
    elif name in TESTS:
        _laboratory(concept, fact, value, added)
    elif name == "body_weight":
        number, unit = _parted(value, fact)
        line = {"VSTESTCD": "WEIGHT", "VSTEST": "Weight", "VSORRES": number, "VSORRESU": unit, "VSDTC": when}
        added.setdefault("VS", []).append(line)
    elif name in SCALES:
        result = ASCITES.get(value, value) if name == "ascites" else value
        added.setdefault("RS", []).append(SCALES[name] | {"RSORRES": result, "RSDTC": when})
    elif name in STATES:
        added.setdefault("RP", []).append(
            {"RPTESTCD": STATES[name], "RPORRES": ANSWERS.get(value, value), "RPDTC": when}
        )
    elif name in JUDGED:
        line = {"FATESTCD": "OCCUR", "FAOBJ": question(name), "FAORRES": ANSWERS.get(value, value), "FADTC": when}
        added.setdefault("FA", []).append(line)
    else:
        _asked(concept, fact, value, added, anchors)


def question(concept: str) -> str:
    """The words in which the study asks for a concept."""
    return concept.upper().replace("_", " ")


def _person(added: Domains, variable: str, value: str) -> None:
    """Another birth date or sex is another line of demographics."""
    line = next((line for line in added["DM"] if variable not in line), None)
    if line is None:
        line = {}
        added["DM"].append(line)
    line[variable] = value


def _laboratory(concept: Concept, fact: Mapping[str, Any], value: str, added: Domains) -> None:
    number, unit = _parted(value, fact) if concept.kind is Kind.QUANTITY else (value.upper(), "")
    line = {
        "LBTESTCD": TESTS[concept.name], "LBTEST": concept.name, "LBSPEC": SPECIMENS.get(concept.name, "SERUM"),
        "LBFAST": "Y" if concept.name == "fasting_glucose" else "", "LBORRES": number, "LBORRESU": unit,
        "LBDTC": fact.get("when", ""), "LBORNRHI": _limit(fact.get("uln"), unit), "LBLLOQ": str(fact.get("lloq", "")),
    }  # fmt: skip
    lines = added.setdefault("LB", [])
    lines.append(line)
    if "copies_per_iu" in fact:
        supplement = {
            "IDVAR": "LBSEQ",
            "IDVARVAL": str(len(lines)),
            "QNAM": "COPIESIU",
            "QVAL": str(fact["copies_per_iu"]),
        }
        added.setdefault("SUPPLB", []).append(supplement)


def _parted(value: str, fact: Mapping[str, Any]) -> tuple[str, str]:
    """A value's text without its unit, and the unit."""
    if "unit" in fact:
        return value, str(fact["unit"])
    head, blank, tail = value.partition(" ")
    return (head, tail) if blank and head[-1:].isdigit() and not tail.startswith("x 10") else (value, "")


def _limit(limit: object, unit: str) -> str:
    """A limit in the unit of the result is a bare number, as in SDTM; one in another unit keeps it."""
    text = "" if limit is None else str(limit)
    return text.removesuffix(f" {unit}") if unit else text


def _asked(concept: Concept, fact: Mapping[str, Any], value: str, added: Domains, anchors: Mapping[str, str]) -> None:
    """A diagnosis, event or treatment: asked for, with its answer; or told unasked, as a part of the history."""
    domain = TREATMENTS.get(concept.name, "MH")
    topic = {"MH": "TERM"}.get(domain, "TRT")
    line = {
        f"{domain}{topic}": question(concept.name),
        f"{domain}PRESP": "Y",
        f"{domain}OCCUR": ANSWERS.get(value, value),
    }
    if fact.get("complete") is False:
        line = {f"{domain}{topic}": "as told", f"{domain}DECOD": _coded(concept.name)}
    if value in {"no", "none"}:
        line[f"{domain}DTC"] = fact.get("recorded", fact.get("when", ""))
    else:
        line |= {f"{domain}STDTC": fact.get("when", ""), f"{domain}DTC": fact.get("recorded", "")}
        line |= {f"{domain}{name}": text for name, text in _end(concept, fact, anchors).items()}
    added.setdefault(domain, []).append(line)


@lru_cache
def _coded(concept: str) -> str:
    """The first coded name that the shipped mapping knows of an event."""
    rules = [rule for rule in load_mapping("sdtm", DICTIONARY).facts if rule.concept == concept and not rule.complete]
    return next(each.texts[0] for rule in rules for each in rule.where if each.field.endswith("DECOD"))


def _end(concept: Concept, fact: Mapping[str, Any], anchors: Mapping[str, str]) -> Line:
    """An event without an end is one day, unless its concept goes on; SDTM has to be told so."""
    until = str(fact.get("until", ""))
    if until.casefold() == "ongoing" or (not until and concept.open_end is OpenEnd.ONGOING):
        return {"ENRTPT": "ONGOING", "ENTPT": fact.get("recorded", anchors.get("screening", ""))}
    if until or concept.kind is not Kind.EVENT or concept.open_end is OpenEnd.UNKNOWN:
        return {"ENDTC": until}
    if "when" not in fact and "recorded" in fact:
        return {"ENRTPT": "BEFORE", "ENTPT": fact["recorded"]}
    return {"ENDTC": fact.get("when", "")}


def _anchors(anchors: Mapping[str, str], added: Domains) -> None:
    if "screening" in anchors:
        added["SV"] = [{"VISIT": "SCREENING", "VISITNUM": "1", "SVENDTC": anchors["screening"]}]
    if "enrolment" in anchors:
        line = {"DSTERM": "ENTERED INTO TRIAL", "DSDECOD": "ENTERED INTO TRIAL", "DSSTDTC": anchors["enrolment"]}
        added.setdefault("DS", []).append(line)
    if "first_infusion" in anchors:
        day = anchors["first_infusion"]
        added["EX"] = [{"EXTRT": "UC-MSC", "EXSTDTC": day, "EXENDTC": day}]


def _text(value: object) -> str:
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


def metadata(domain: str, columns: list[str], count: int) -> dict[str, Any]:
    """What Dataset-JSON 1.1 says of a dataset."""
    return {
        "datasetJSONCreationDateTime": "2026-03-01T12:00:00", "datasetJSONVersion": "1.1.0",
        "itemGroupOID": f"IG.{domain}", "records": count, "name": domain, "label": domain,
        "columns": [
            {"itemOID": f"IT.{domain}.{name}", "name": name, "label": name, "dataType": _type(name)} for name in columns
        ],
    }  # fmt: skip


def _type(column: str) -> str:
    return "integer" if column.endswith(NUMBERS) else "string"


def _values(columns: list[str], line: Line) -> list[str | int | None]:
    values = [line.get(column) for column in columns]
    return [
        int(value) if value and _type(column) == "integer" else value
        for column, value in zip(columns, values, strict=True)
    ]


def write_json(folder: Path, domain: str, columns: list[str], lines: list[Line]) -> None:
    """One dataset as Dataset-JSON 1.1."""
    dataset = metadata(domain, columns, len(lines)) | {"rows": [_values(columns, line) for line in lines]}
    (folder / f"{domain.lower()}.json").write_text(json.dumps(dataset), encoding="utf-8")


def write_ndjson(folder: Path, domain: str, columns: list[str], lines: list[Line]) -> None:
    """One dataset as lines of Dataset-JSON 1.1."""
    parts = [metadata(domain, columns, len(lines)), *(_values(columns, line) for line in lines)]
    text = "".join(f"{json.dumps(part)}\n" for part in parts)
    (folder / f"{domain.lower()}.ndjson").write_text(text, encoding="utf-8")


def write_csv(folder: Path, domain: str, columns: list[str], lines: list[Line]) -> None:
    """One dataset as CSV."""
    with (folder / f"{domain.lower()}.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="")
        writer.writeheader()
        writer.writerows(lines)


def write_xpt(folder: Path, domain: str, columns: list[str], lines: list[Line]) -> None:
    """One dataset as a SAS transport file of version 5."""
    import pandas as pd
    import pyreadstat

    frame = pd.DataFrame(
        {
            column: [float(line[column]) if column.endswith(NUMBERS) else line.get(column, "") for line in lines]
            for column in columns
        }
    )
    path = folder / f"{domain.lower()}.xpt"
    pyreadstat.write_xport(frame, str(path), table_name=domain, file_format_version=5)
