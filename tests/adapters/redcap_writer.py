"""Writes canonical records as an export of the example project (examples/redcap-dictionary.csv) has them.

Facts go where a site would enter them: causes of cirrhosis and what ever happened into checkboxes where one day and one
answer tell all of them, everything else into repeating forms. A value that its field has no code for is written as it
is, so that it cannot be read there either.
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from pathlib import Path
from typing import Any

from ucmsc_rules import load_ruleset
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.redcap.project import BOX, CHECKBOX, Project
from ucmsc_rules.adapters.redcap.read_project import read_project

ROOT = Path(__file__).parents[2]
DATA_DICTIONARY = ROOT / "examples" / "redcap-dictionary.csv"
EXAMPLE = ROOT / "rulesets" / "mappings" / "example-redcap.yaml"
REPEATING = ("consent", "answers", "events", "found_elsewhere", "labs", "vitals", "assessments")
ANCHORS = {"screening": "screening_date", "enrolment": "enrolment_date", "first_infusion": "infusion_date"}
CAUSES = {
    "alcoholic_hepatitis": "alc", "hepatitis_c": "hcv", "autoimmune_hepatitis": "aih",
    "metabolic_fatty_liver_disease": "mafld", "other_cirrhosis_cause": "other",
}  # fmt: skip
PAST = {
    "malignancy": "malig", "venous_thrombosis": "vte", "pulmonary_embolism": "pe", "severe_allergy": "allergy",
    "stem_cell_therapy": "cells",
}  # fmt: skip
STATUSES = {
    "final": "1",
    "amended": "2",
    "corrected": "3",
    "preliminary": "4",
    "cancelled": "5",
    "entered-in-error": "6",
}
ASSESSED = {
    "ascites": "as_ascites", "encephalopathy_grade": "as_enceph", "nyha_class": "as_nyha",
    "child_pugh_score": "as_child_pugh", "meld_score": "as_meld", "meld_na_score": "as_meld_na",
}  # fmt: skip
_DATED = frozenset({"value", "when", "recorded", "status"})
HELD = {
    "consent": _DATED, "answers": _DATED | {"until"}, "events": _DATED | {"until"}, "assessments": _DATED,
    "found_elsewhere": {"value", "when", "until", "recorded", "complete"}, "vitals": _DATED | {"unit"},
    "labs": _DATED | {"unit", "uln", "lloq", "copies_per_iu", "detected"},
}  # fmt: skip
_WEIGHT = re.compile(r"(?P<number>[<>=]*[0-9.]+) (?P<unit>kg|lb)\Z")
Fact = Mapping[str, Any]
Line = dict[str, str]


def to_redcap_json(records: Iterable[Fact]) -> bytes:
    """The records as the API exports them: a list of flat objects in which every value is a text."""
    return json.dumps(list(export_lines(records)), ensure_ascii=False).encode()


def to_redcap_csv(records: Iterable[Fact]) -> bytes:
    """The records as the raw CSV export has them."""
    lines = list(export_lines(records))
    text = StringIO()
    writer = csv.DictWriter(text, lines[0].keys() if lines else ["record_id"], lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def export_lines(records: Iterable[Fact]) -> Iterator[Line]:
    """The lines of the export, each with all columns."""
    project, places = read_project(DATA_DICTIONARY), _places()
    columns = [column for column in project.columns() if not column.endswith(("_timestamp", "_return_code"))]
    heading = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    for record in records:
        for form, number, cells in _forms(record, places):
            line = dict.fromkeys(dict.fromkeys((*heading, *columns)), "")
            line |= {"record_id": record["subject"], "redcap_repeat_instrument": form if number else "", **cells}
            line["redcap_repeat_instance"] = str(number) if number else ""
            yield _with_boxes_and_status(line, form if number else "", project)


def _with_boxes_and_status(line: Line, form: str, project: Project) -> Line:
    """The line with 0 in unchecked boxes of its forms; a form with data is complete, any other has the status 0."""
    for each in [form] if form else [name for name in project.forms if name not in REPEATING]:
        entered = any(line[column] for column in line if project.form_of(column) == each and column != "record_id")
        line[f"{each}_complete"] = "2" if entered else "0"
        for field in project.fields.values():
            if field.form == each and field.kind == CHECKBOX:
                for code in field.choices:
                    line[f"{field.name}{BOX}{code}"] = line[f"{field.name}{BOX}{code}"] or "0"
    return line


def _places() -> dict[tuple[str, str], str]:
    """The code of each concept in the dropdowns of the repeating forms, as the example mapping has them."""
    rules = example_mapping().facts
    return {
        (condition.field, rule.concept): condition.texts[0]
        for rule in rules
        for condition in rule.where
        if condition.field in {"question", "event_kind", "found_kind", "lab_test"}
    }


def example_mapping() -> FieldMapping:
    """The example mapping over the data dictionary of concepts."""
    return load_mapping(EXAMPLE, load_ruleset("ucmsc-hbv-cirrhosis").dictionary)


def _forms(record: Fact, places: Mapping[tuple[str, str], str]) -> Iterator[tuple[str, int, Line]]:
    once = {ANCHORS[name]: day for name, day in record.get("anchors", {}).items()}
    facts = [dict(fact) for fact in record.get("facts", [])]
    once |= _checked(facts, CAUSES, "cause", ("no", "yes"), "when")
    once |= _checked(facts, PAST, "past", ("none", "yes"), "recorded")
    for name in ("birth_date", "sex"):
        for fact in [fact for fact in facts if fact["concept"] == name and name not in once]:
            once[name] = {"female": "0", "male": "1"}.get(fact["value"], fact["value"])
            facts.remove(fact)
    yield "", 0, once
    numbers: dict[str, int] = {}
    for fact in facts:
        form, cells = _repeat(fact, places)
        if strange := fact.keys() - {"concept", "source"} - HELD[form]:
            message = f"the example project has no place for {sorted(strange)} of {fact['concept']}"
            raise ValueError(message)
        numbers[form] = numbers.get(form, 0) + 1
        yield form, numbers[form], {column: _text(value) for column, value in cells.items() if value is not None}


def _checked(facts: list[Fact], codes: Mapping[str, str], field: str, words: tuple[str, str], day: str) -> Line:
    """The cells of a checkbox and its radio, where one day and plain answers tell all; its facts are then taken out.

    Where something is checked, what is not checked says nothing, so that those answers stay for another form.
    """
    mine = [fact for fact in facts if fact["concept"] in codes]
    plain = all(fact.keys() <= {"concept", "value", "source", day} and fact.get("value") in words for fact in mine)
    days = {fact.get(day, "") for fact in mine}
    if not plain or len(days) > 1 or {fact["concept"] for fact in mine} != codes.keys() or len(mine) > len(codes):
        return {}
    checked = [fact for fact in mine if fact["value"] == words[1]]
    for fact in checked or mine:
        facts.remove(fact)
    boxes = {f"{field}{BOX}{codes[fact['concept']]}": "1" for fact in checked}
    return {f"{field}_any": "1" if checked else "0", f"{field}_date": days.pop(), **boxes}


def _repeat(fact: Fact, places: Mapping[tuple[str, str], str]) -> tuple[str, dict[str, Any]]:
    """The repeating form on which a fact is entered, and its cells."""
    name, value, when = fact["concept"], fact.get("value"), fact.get("when")
    status = STATUSES.get(fact.get("status", ""), fact.get("status"))
    dates = (when, fact.get("until"), fact.get("recorded"))
    answer = {"yes": "1", "no": "0", "none": "0", "true": "1", "false": "0"}.get(_text(value), value)
    if name == "informed_consent":
        return "consent", {"ic_given": answer, "ic_date": when, "ic_recorded": dates[2], "ic_status": status}
    if code := places.get(("question", name)):
        cells = {"question": code, "answer": answer, "answer_status": status}
        return "answers", {**cells, **_dated("answer", dates, ("date", "until"))}
    if fact.get("complete") is False and value in {None, "yes"}:
        return "found_elsewhere", {"found_kind": places["found_kind", name], **_dated("found", dates, ("start", "end"))}
    if code := places.get(("event_kind", name)):
        cells = {"event_kind": code, "event_happened": "1" if value is None else answer, "event_status": status}
        return "events", {**cells, **_dated("event", dates, ("start", "end"))}
    if name == "ascites":
        value = {"none": "0", "mild": "1", "moderate_severe": "2"}.get(_text(value), value)
    if name in ASSESSED:
        return "assessments", {"as_date": when, "as_recorded": dates[2], "as_status": status, ASSESSED[name]: value}
    return _measured(fact, places, status)


def _dated(form: str, dates: tuple[Any, Any, Any], names: tuple[str, str]) -> dict[str, Any]:
    return {f"{form}_{names[0]}": dates[0], f"{form}_{names[1]}": dates[1], f"{form}_recorded": dates[2]}


def _measured(fact: Fact, places: Mapping[tuple[str, str], str], status: str | None) -> tuple[str, dict[str, Any]]:
    value, unit = fact.get("value"), fact.get("unit")
    if fact["concept"] == "body_weight":
        match = _WEIGHT.match(f"{_text(value)} {unit}" if unit else _text(value))
        number = match["number"].replace(".", ",") if match else value
        code = {"kg": "1", "lb": "2"}[match["unit"]] if match else ""
        dated = {"vs_date": fact.get("when"), "vs_recorded": fact.get("recorded"), "vs_status": status}
        return "vitals", {**dated, "vs_weight": number, "vs_unit": code}
    return "labs", {
        "lab_test": places["lab_test", fact["concept"]], "lab_result": value, "lab_unit": unit,
        "lab_date": fact.get("when"), "lab_uln": fact.get("uln"), "lab_lloq": fact.get("lloq"),
        "lab_factor": fact.get("copies_per_iu"), "lab_status": status, "lab_recorded": fact.get("recorded"),
        "lab_detected": {True: "1", False: "0", None: None}[fact.get("detected")],
    }  # fmt: skip


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)
