"""Real projects, exported as CSV and as ODM: both roads lead to the same rows and facts, and what is left is listed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from adapters.redcap_small import DICTIONARY, HEAD, facts_of
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.fit import Fitted
from ucmsc_rules.adapters.redcap.lines import read_lines
from ucmsc_rules.adapters.redcap.odm import odm_lines, odm_project, read_redcap_odm
from ucmsc_rules.adapters.redcap.odm_project import OdmProject
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.adapters.redcap.rows import rows_of
from ucmsc_rules.adapters.redcap.source import opening
from ucmsc_rules.facts.json_text import Broken

PROJECTS = Path(__file__).parents[3] / "shared" / "data" / "redcap"
DEMOGRAPHICS = """
anchors: {screening: {take: date_enrolled}}
facts:
  - {concept: birth_date, value: dob}
  - {concept: sex, value: {field: sex, values: {0: female, 1: male}}}
"""
LONGITUDINAL = """
  - concept: body_weight
    where: {demographics_complete: [2]}
    value: weight
    unit: {is: kg}
    when: date_enrolled
  - {concept: body_weight, value: weight2, unit: {is: kg}, when: date_enrolled}
  - {concept: creatinine, value: creat_b, unit: {is: mg/dL}, when: date_enrolled}
  - concept: creatinine
    where: {redcap_event_name: [visit_1_arm_1, first_visit_arm_2]}
    value: vld2
    unit: {is: mg/dL}
  - {concept: creatinine, value: vbw2, unit: {is: mg/dL}, from: visit_blood_workup}
  - {concept: drug_addiction, value: {field: meds___2, values: {1: yes, 0: no}}}
"""
MAPPINGS = {
    "checkboxes-1": """
facts:
  - {concept: drug_addiction, value: {field: check_one___1, values: {1: yes}}}
  - {concept: alcohol_abuse, value: {field: check_two___b, values: {1: yes, 0: no}}, where: {form_2_complete: [2]}}
  - {concept: pregnant, value: {field: check_two___c, values: {1: yes, 0: no}}}
""",
    "decimal-comma": """
facts:
  - {concept: body_weight, value: weight, unit: {is: kg}}
""",
    "longitudinal": DEMOGRAPHICS + LONGITUDINAL,
    "potentially-problematic-values": """
facts:
  - {concept: birth_date, value: date_before_validation}
  - {concept: nyha_class, value: integer_before_validation, when: time_1}
""",
    "repeating-instruments": f"""{DEMOGRAPHICS}
  - {{concept: body_weight, from: bp, value: bp_systolic, unit: {{is: kg}}, when: date_bp}}
""",
}
EACH = pytest.mark.parametrize("name", MAPPINGS)
pytestmark = pytest.mark.skipif(not PROJECTS.is_dir(), reason="the real projects (shared/data) are not there")


def mapping(name: str) -> FieldMapping:
    """The mapping of a project."""
    return parse_mapping(HEAD + MAPPINGS[name], DICTIONARY)


def data_dictionary(name: str) -> Path:
    """The data dictionary of a project; one file is misspelt."""
    return next((PROJECTS / name).glob("diction*.csv"))


def from_csv(name: str) -> list[Received]:
    """What is received of the records as CSV."""
    source = PROJECTS / name / "data.csv"
    return list(read_redcap(source, mapping(name), DICTIONARY, data_dictionary=data_dictionary(name)))


def from_odm(name: str) -> list[Received]:
    """What is received of the project as ODM."""
    return list(read_redcap_odm(PROJECTS / name / "project.xml", mapping(name), DICTIONARY))


def texts_of(entries: Iterable[Entry | Broken], fitted: Fitted) -> Iterator[tuple[str, str, dict[str, str]]]:
    """The record, path and texts of each row; CSV has a blank for each line end of a note."""
    for entry in entries:
        assert isinstance(entry, Entry)
        for row in rows_of([entry], fitted):
            texts = {column: " ".join(cell.text.split()) for column, cell in row.cells.items()}
            yield entry.texts[fitted.record_id], row.path, texts


@EACH
def test_both_exports_give_the_same_facts(name: str) -> None:
    """Facts, anchors, problems, and what is not understood are the same, in all their words."""
    received = from_csv(name)
    assert received == from_odm(name)
    assert sum(len(facts_of(each)) for each in received) >= 4


@EACH
def test_both_exports_give_the_same_rows(name: str) -> None:
    """Every text of every field is the same, those of boxes that are not checked included."""
    again = opening(PROJECTS / name / "project.xml")
    project = odm_project(again)
    assert isinstance(project, OdmProject)
    boxes = frozenset(project.project.columns())
    with again() as stream:
        rows = list(texts_of(odm_lines(stream, project), Fitted(mapping(name), project.project, boxes)))
    with (PROJECTS / name / "data.csv").open("rb") as stream:
        fitted = Fitted(mapping(name), read_project(data_dictionary(name)), boxes)
        assert sorted(texts_of(read_lines(stream), fitted), key=repr) == sorted(rows, key=repr)
    assert len(rows) > 1


@EACH
def test_both_exports_describe_the_same_project(name: str) -> None:
    """Fields, forms and choices are the same; what the exports call field types and validations differs."""
    project = odm_project(opening(PROJECTS / name / "project.xml"))
    assert isinstance(project, OdmProject)
    described, downloaded = project.project, read_project(data_dictionary(name))
    assert described.record_id == downloaded.record_id
    assert described.forms == downloaded.forms
    assert list(described.columns()) == list(downloaded.columns())
    for field, other in zip(described.fields.values(), downloaded.fields.values(), strict=True):
        assert (field.form, dict(field.choices), field.decimal_comma) == (
            other.form,
            dict(other.choices),
            other.decimal_comma,
        )


@EACH
def test_without_the_data_dictionary_nothing_is_said_otherwise(name: str) -> None:
    """What is read without it is read with it too."""
    text = HEAD + MAPPINGS[name].replace(", from: visit_blood_workup", "")
    record_id = data_dictionary(name).read_text(encoding="utf-8").splitlines()[1].partition(",")[0]
    alone = read_redcap(
        PROJECTS / name / "data.csv", parse_mapping(f"{text}subject: {record_id}\n", DICTIONARY), DICTIONARY
    )
    for without, whole in zip(alone, from_csv(name), strict=True):
        if name != "decimal-comma":  # whose mapping would have to tell of the commas
            assert set(facts_of(without)) <= set(facts_of(whole))


def test_checkboxes() -> None:
    """An unchecked box of an incomplete form, or of one that nobody opened, says nothing."""
    facts = [facts_of(each) for each in from_csv("checkboxes-1")]
    assert facts == [
        [("drug_addiction", "yes"), ("alcohol_abuse", "no"), ("pregnant", "yes")],
        [],
        [("drug_addiction", "yes"), ("alcohol_abuse", "no"), ("pregnant", "no")],
        [],
    ]


def test_decimal_commas() -> None:
    """The weights have commas, which the data dictionary tells."""
    assert [facts_of(each) for each in from_csv("decimal-comma")] == [
        [("body_weight", weight, "kg")] for weight in ("52.3", "92.3", "123.4", "45.9")
    ]
    assert {label for each in from_csv("decimal-comma") for label in each.unread} == {
        "demographics.name", "demographics.height", "demographics.bmi",
    }  # fmt: skip


def test_values_from_before_a_validation() -> None:
    """What was entered before a field was validated stays unreadable, and is told."""
    received = from_csv("potentially-problematic-values")
    assert [[fact[:2] for fact in facts_of(each)] for each in received] == [
        [("birth_date", "before validation 1"), ("nyha_class", "before validation 1")],
        [("birth_date", "before validation 2"), ("nyha_class", "before validation 1")],
    ]
    assert [[problem.path for problem in each.problems] for each in received] == [
        ["form_1.date_before_validation"], ["form_1.date_before_validation", "form_1.time_1"],
    ]  # fmt: skip


def test_repeats() -> None:
    """Each repeat of the blood pressure is a row of its own."""
    sources = [[fact["source"] for fact in each.record["facts"]] for each in from_csv("repeating-instruments")]
    assert sources == [
        ["demographics.dob", "demographics.sex", "bp[1].bp_systolic", "bp[2].bp_systolic", "bp[3].bp_systolic"],
        ["demographics.dob", "demographics.sex", "bp[1].bp_systolic"],
    ]
