"""Verdicts as import rows of REDCap, and the form that takes them."""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from functools import cache
from io import StringIO
from typing import Any

import pytest
from attrs import evolve

from adapters.redcap_small import DICTIONARY, HEAD, a_field
from ucmsc_rules import Ruleset, Status, Truth, Verdict, load_ruleset, screen, screen_all
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.exports.redcap import VerdictForm, redcap_data_dictionary, to_redcap_csv, to_redcap_rows

BOXES = VerdictForm(shape="checkbox")
RECORD = {
    "subject": "S-001",
    "anchors": {"screening": "2026-03-01"},
    "facts": [
        {"concept": "birth_date", "value": "1961-04-02"},
        {"concept": "hbv_dna", "value": "2000 IU/mL", "when": "2026-02-27"},
        {"concept": "malignancy", "when": "2020"},
        {"concept": "hbv_dan", "value": "no concept"},
    ],
}


@cache
def ruleset() -> Ruleset:
    """The trial's ruleset."""
    return load_ruleset("ucmsc-hbv-cirrhosis")


@cache
def verdict() -> Verdict:
    """A verdict with a finding of each kind and a problem."""
    return screen(ruleset(), RECORD, engine="reference")


def row(form: VerdictForm | None = None) -> dict[str, str]:
    """The row of the verdict."""
    (one,) = to_redcap_rows([verdict()], form or VerdictForm())
    return one


def table(text: str) -> list[dict[str, str]]:
    """CSV text as the objects that a client has of it."""
    return list(csv.DictReader(StringIO(text)))


def test_a_row_has_the_codes_of_all_findings() -> None:
    """Each criterion has a field: 1 where it holds, 0 where it does not, 9 where that is unknown."""
    cells = row()
    codes = {"true": "1", "false": "0", "unknown": "9"}
    assert cells["record_id"] == "S-001"
    assert cells["el_status"] == "0"
    assert {name: cells[f"el_{name.lower()}"] for name in ("I1", "I4", "E3", "E1")} == {
        "I1": "1", "I4": "0", "E3": "1", "E1": "9",
    }  # fmt: skip
    assert all(cells[f"el_{each.criterion.lower()}"] == codes[each.holds.value] for each in verdict().findings)
    assert cells["eligibility_complete"] == "1"


def test_nothing_is_left_blank() -> None:
    """An import leaves what stands in a field where the new text is blank, so that old needs would stay for ever."""
    bare = evolve(verdict(), findings=(), problems=())
    for form in (VerdictForm(), BOXES):
        for each in to_redcap_rows([verdict(), bare], form):
            assert all(text.strip() for text in each.values())
    (cells,) = to_redcap_rows([bare])
    assert (cells["el_needs"], cells["el_problems"]) == ("nothing", "nothing")


def test_needs_problems_and_provenance() -> None:
    """What is needed, what could not be read, and which ruleset said so, stand in the row."""
    cells = row()
    assert "\nE1: " in cells["el_needs"]
    message = '"hbv_dan" is no concept of the dictionary; did you mean "hbv_dna"?'
    assert cells["el_problems"].splitlines()[0] == f"error facts[3].concept: {message}"
    assert cells["el_ruleset"] == f"ucmsc-hbv-cirrhosis {ruleset().version} {ruleset().digest}"
    assert cells["el_engine"] == f"reference, ucmsc-rules {verdict().library}"


def test_checkboxes_tell_against_and_open() -> None:
    """A criterion is checked as against the subject, as open, or in neither list."""
    cells = row(BOXES)
    found = {
        name: (cells[f"el_against___{name}"], cells[f"el_open___{name}"]) for name in ("i1", "i4", "e3", "e1", "e2")
    }
    assert found == {"i1": ("0", "0"), "i4": ("1", "0"), "e3": ("1", "0"), "e1": ("0", "1"), "e2": ("0", "1")}
    assert "el_i1" not in cells


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        (VerdictForm(), {}),
        (VerdictForm(event="screening_arm_1"), {"redcap_event_name": "screening_arm_1"}),
        (
            VerdictForm(instance="2"),
            {"redcap_repeat_instrument": "eligibility", "redcap_repeat_instance": "2"},
        ),
        (
            VerdictForm(event="a_arm_1", instance="3", repeats="event"),
            {"redcap_event_name": "a_arm_1", "redcap_repeat_instrument": "", "redcap_repeat_instance": "3"},
        ),
    ],
)
def test_where_a_row_goes(form: VerdictForm, expected: dict[str, str]) -> None:
    """Event, form and repeat are named where the project has them."""
    assert {name: text for name, text in row(form).items() if name.startswith("redcap_")} == expected


def test_names_and_codes_of_ones_own() -> None:
    """A project has its own names and codes."""
    form = VerdictForm(
        record_id="study_id", instrument="elig", prefix="v_", complete="2",
        answers={"true": "Y", "false": "N", "unknown": "U"},
        statuses={"eligible": "E", "ineligible": "I", "undetermined": "U"},
    )  # fmt: skip
    cells = row(form)
    assert (cells["study_id"], cells["v_status"], cells["v_i4"], cells["elig_complete"]) == ("S-001", "I", "N", "2")


@pytest.mark.parametrize(
    "codes",
    [
        {"true": "1", "false": "0"},
        {"true": "1", "false": "0", "unknown": "0"},
        {"true": "1", "false": "0", "unknown": "9", "maybe": "8"},
    ],
)
def test_codes_that_would_confuse_answers(codes: Mapping[str, str]) -> None:
    """Every answer has a code of its own: unknown is never written as no."""
    with pytest.raises(UcmscRulesError) as raised:
        VerdictForm(answers=codes)
    assert str(raised.value) == "write one code for each of true, false or unknown, and no code twice"


def test_a_verdict_without_a_subject() -> None:
    """A record that was refused has no record in the project, and is not passed over without a word."""
    refused = next(screen_all(ruleset(), [{"facts": []}], engine="reference"))
    with pytest.raises(UcmscRulesError) as raised:
        to_redcap_rows([verdict(), refused])
    assert str(raised.value) == (
        "a verdict without a subject has no record to go to, so leave it out "
        '(a record needs a "subject": a text of 1 to 200 characters)'
    )


def test_two_criteria_with_one_field() -> None:
    """Ids that differ in signs alone would overwrite each other."""
    first = verdict().findings[0]
    twice = evolve(verdict(), findings=(evolve(first, criterion="E.1"), evolve(first, criterion="E-1")))
    for form, name in ((VerdictForm(), "el_e_1"), (BOXES, "el_against___e_1")):
        with pytest.raises(UcmscRulesError) as raised:
            to_redcap_rows([twice], form)
        assert str(raised.value) == f'two texts would both be in the field "{name}"; rename the criterion'
    needs = evolve(verdict(), findings=(evolve(first, criterion="needs"),))
    with pytest.raises(UcmscRulesError, match='in the field "el_needs"; rename the criterion'):
        to_redcap_rows([needs])


@pytest.mark.parametrize("form", [VerdictForm(), BOXES], ids=["radio", "checkbox"])
def test_the_data_dictionary_has_every_field(form: VerdictForm) -> None:
    """A project that takes the data dictionary takes every column of the rows, and every code in them."""
    project = read_project(table(redcap_data_dictionary(ruleset(), form)))
    cells = row(form)
    assert project.record_id == "record_id"
    assert project.forms == ("eligibility",)
    assert set(cells) <= set(project.columns())
    for column, text in cells.items():
        field = project.field_of(column)
        if field is not None and field.choices and field.kind == "radio":
            assert text in field.choices
    for status in Status:
        assert form.statuses[status.value] in project.fields["el_status"].choices


def test_the_data_dictionary_shows_the_criteria() -> None:
    """A label has the criterion's id and text, and choices are never cut by a bar or a line end."""
    lines = {line["Variable / Field Name"]: line for line in table(redcap_data_dictionary(ruleset()))}
    text = next(each.text for each in ruleset().criteria if each.id == "I4")
    assert lines["el_i4"]["Field Label"] == f"I4 (inclusion): {text}"
    assert lines["el_i4"]["Choices, Calculations, OR Slider Labels"] == "1, Holds | 0, Does not hold | 9, Unknown"
    changed = evolve(ruleset(), criteria=(evolve(ruleset().criteria[0], text="one | two\nthree"),))
    (against,) = [
        line["Choices, Calculations, OR Slider Labels"]
        for line in table(redcap_data_dictionary(changed, BOXES))
        if line["Variable / Field Name"] == "el_against"
    ]
    assert against == "i1, I1: one / two three"


@pytest.mark.parametrize(
    ("form", "name"),
    [
        (VerdictForm(prefix="EL_"), "EL_against"),
        (VerdictForm(prefix="1_"), "1_against"),
        (VerdictForm(instrument="my form"), "my form"),
        (VerdictForm(record_id="Record ID"), "Record ID"),
        (VerdictForm(prefix="el__"), "el__against"),
    ],
)
def test_names_that_redcap_does_not_take(form: VerdictForm, name: str) -> None:
    """Names have small letters, digits and single underscores, and begin with a letter."""
    with pytest.raises(UcmscRulesError) as raised:
        redcap_data_dictionary(ruleset(), form)
    assert str(raised.value) == (
        f'"{name}" cannot be a name in REDCap; it takes small letters, digits and single underscores, after a letter'
    )


def test_a_criterion_that_is_called_as_another_field() -> None:
    """The data dictionary is refused too where two fields would have one name."""
    changed = evolve(ruleset(), criteria=(evolve(ruleset().criteria[0], id="Needs"),))
    with pytest.raises(UcmscRulesError) as raised:
        redcap_data_dictionary(changed)
    assert str(raised.value) == 'Needs would be the field "el_needs", which is another one; rename the criterion'


@pytest.mark.parametrize("form", [VerdictForm(event="a_arm_1", instance="1"), BOXES], ids=["radio", "checkbox"])
def test_csv_and_rows_are_the_same(form: VerdictForm) -> None:
    """CSV holds the same texts, line ends and quotation marks included."""
    verdicts = [verdict(), evolve(verdict(), subject='S "2", too')]
    assert table(to_redcap_csv(verdicts, form)) == to_redcap_rows(verdicts, form)
    assert to_redcap_csv([]) == "\n"


def test_what_was_imported_is_read_back() -> None:
    """A mapping reads the rows of the project again: yes, no, and an unknown that stays unknown."""
    facts = """
facts:
  - {concept: investigator_unsuitable, value: {field: el_e3, values: {1: yes, 0: no, 9: unknown}}}
  - {concept: other_serious_condition, value: {field: el_i4, values: {1: yes, 0: no, 9: unknown}}}
  - {concept: unsuitable_bleeding, value: {field: el_e1, values: {1: yes, 0: no, 9: unknown}}}
"""
    dictionary = table(redcap_data_dictionary(ruleset()))
    (received,) = read_redcap([row()], parse_mapping(HEAD + facts, DICTIONARY), DICTIONARY, data_dictionary=dictionary)
    assert [(fact["concept"], fact["value"]) for fact in received.record["facts"]] == [
        ("investigator_unsuitable", "yes"), ("other_serious_condition", "no"), ("unsuitable_bleeding", "no value: 9"),
    ]  # fmt: skip
    assert received.problems == ()


def test_pycap_takes_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rows go through PyCap's import as they are, and through its export and reading back."""
    redcap = pytest.importorskip("redcap", reason="PyCap is not installed")
    sent: list[dict[str, Any]] = []

    def call(_: object, payload: dict[str, Any], *__: object, **___: object) -> object:
        sent.append(payload)
        return {"count": 1} if "data" in payload else {"metadata": metadata, "record": rows}[payload["content"]]

    rows = to_redcap_rows([verdict()])
    metadata = [
        a_field(
            field.name, field.form, field.kind, " | ".join(f"{code}, {label}" for code, label in field.choices.items())
        )
        for field in read_project(table(redcap_data_dictionary(ruleset()))).fields.values()
    ]
    monkeypatch.setattr(redcap.Project, "_call_api", call)
    project = redcap.Project("https://redcap.example/api/", "0" * 32)
    assert project.import_records(rows) == {"count": 1}
    assert json.loads(sent[-1]["data"]) == rows
    assert project.import_records(to_redcap_csv([verdict()]), import_format="csv") == {"count": 1}
    mapping = parse_mapping(
        f"{HEAD}facts:\n  - {{concept: sex, value: {{field: el_status, values: {{0: male}}}}}}\n", DICTIONARY
    )
    (received,) = read_redcap(project.export_records(), mapping, DICTIONARY, data_dictionary=project.export_metadata())
    assert received.record["facts"] == [{"concept": "sex", "value": "male", "source": "eligibility.el_status"}]


def test_every_truth_has_a_code() -> None:
    """The usual codes are those of a project with 1 for yes and 0 for no."""
    assert VerdictForm().answers == {Truth.TRUE.value: "1", Truth.FALSE.value: "0", Truth.UNKNOWN.value: "9"}
