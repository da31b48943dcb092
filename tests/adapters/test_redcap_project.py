"""The data dictionary of a project, and a mapping that is held against it."""

from __future__ import annotations

import csv
from io import BytesIO, StringIO

import pytest

from adapters.redcap_small import DICTIONARY, FACTS, FIELDS, HEAD, a_field, a_line, a_mapping, read
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.adapters.redcap.project import DataField, Project, choices_of
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.errors import RulesetError, UcmscRulesError

HEADER = {
    "field_name": "Variable / Field Name",
    "form_name": "Form Name",
    "section_header": "Section Header",
    "field_type": "Field Type",
    "field_label": "Field Label",
    "select_choices_or_calculations": "Choices, Calculations, OR Slider Labels",
    "field_note": "Field Note",
    "text_validation_type_or_show_slider_number": "Text Validation Type OR Show Slider Number",
}

LACKING = '"Variable / Field Name", "Form Name", "Field Type"'


def as_downloaded(fields: list[dict[str, str]], delimiter: str = ",") -> bytes:
    """The data dictionary as the CSV that REDCap offers for download."""
    text = StringIO()
    writer = csv.writer(text, delimiter=delimiter)
    writer.writerow(HEADER.values())
    writer.writerows([field[name] for name in HEADER] for field in fields)
    return text.getvalue().encode("utf-8-sig")


def project() -> Project:
    """The small project."""
    return read_project(FIELDS)


def complaints(facts: str, fields: list[dict[str, str]] | None = None) -> list[str]:
    """What is said of a mapping that does not fit its project."""
    with pytest.raises(RulesetError) as raised:
        read([], facts, fields or FIELDS)
    return str(raised.value).splitlines()


def test_the_downloaded_dictionary_and_the_metadata_of_the_api_are_the_same() -> None:
    """CSV with its long headers and objects with short ones say the same of each field."""
    for delimiter in (",", ";"):
        downloaded = read_project(BytesIO(as_downloaded(FIELDS, delimiter)))
        assert downloaded.fields == project().fields
    assert project().record_id == "record_id"
    assert project().forms == ("demographics", "visit", "history", "labs")
    assert project().fields["weight"] == DataField(
        "weight", "visit", "text", "weight", {}, "number_comma_decimal"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1, one|2, two", {"1": "one", "2": "two"}),
        ("0, Hispanic, or Latino | 1, NOT", {"0": "Hispanic, or Latino", "1": "NOT"}),
        (" -1 , none \n UNK, Unknown", {"-1": "none", "UNK": "Unknown"}),
        ("1 | 2", {"1": "", "2": ""}),
        ("", {}),
    ],
)
def test_choices(text: str, expected: dict[str, str]) -> None:
    """Choices are parted by bars or line ends, code and label by the first comma."""
    assert choices_of(text) == expected


def test_choices_that_the_field_type_implies() -> None:
    """Yes/no and true/false fields have the codes 1 and 0; a slider's labels and a calculation are no choices."""
    fields = [
        a_field("a", "f", "yesno"), a_field("b", "f", "truefalse"), a_field("c", "f", "slider", "low | high"),
        a_field("d", "f", "calc", "round([a], 1)"), a_field("e", "f", "Dropdown", "1, x"),
    ]  # fmt: skip
    held = {name: dict(field.choices) for name, field in read_project(fields).fields.items()}
    assert held == {
        "a": {"1": "Yes", "0": "No"}, "b": {"1": "True", "0": "False"}, "c": {}, "d": {}, "e": {"1": "x"},
    }  # fmt: skip


def test_the_columns_of_an_export() -> None:
    """A checkbox has a column for each choice, and each form one for its status."""
    columns = list(project().columns())
    assert [column for column in columns if "hx" in column] == ["hx___preg", "hx___alc", "hx____1", "hx_date"]
    assert {"visit_complete", "labs_complete", "labs_timestamp"} <= set(columns)
    assert [project().form_of(column) for column in ("hx____1", "labs_complete", "hx", "eyes")] == [
        "history", "labs", None, None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "the data dictionary cannot be read: nothing stands here; export the records again"),
        (b"[]", "the data dictionary has no fields; download it again"),
        (
            b"record_id,sex\n1,0\n",
            f"this is no data dictionary of REDCap: line 2 lacks one of {LACKING}",
        ),
        (
            b"field_name,form_name,field_type\na,f,text\na,f,text\n",
            'the data dictionary has the field "a" twice; keep one of them',
        ),
        (
            b"field_name,form_name,field_type\na,f\n",
            "the data dictionary cannot be read: line 2 has 2 cells where the header has 3; it is cut off or shifted",
        ),
    ],
)
def test_what_is_no_data_dictionary(data: bytes, message: str) -> None:
    """A file that is no data dictionary is refused before any record is read."""
    with pytest.raises(UcmscRulesError) as raised:
        read_redcap(BytesIO(b"[]"), a_mapping(), DICTIONARY, data_dictionary=BytesIO(data))
    assert str(raised.value) == message


def test_a_mapping_that_fits() -> None:
    """Fields, boxes, statuses, events and blank texts can all be named."""
    facts = FACTS + (
        "  - {concept: inr, value: hbv, where: {labs_complete: [1, 2], hx____1: 1, sex: ['', 0], lab_note: x*,\n"
        "     redcap_event_name: a_arm_1, redcap_repeat_instance: 1, redcap_data_access_group: b}}\n"
    )
    assert read([], facts) == []


@pytest.mark.parametrize(
    ("entry", "message"),
    [
        ("value: hvb, unit: {is: IU/mL}", 'the data dictionary has no field "hvb"; did you mean "hbv"?'),
        ("value: hbv, unit: {is: IU/mL}, when: zzzzz", 'the data dictionary has no field "zzzzz"'),
        ("value: hbv, unit: {is: IU/mL}, where: {lab_complete: 2}",
         'the data dictionary has no field "lab_complete"; did you mean "labs_complete"?'),
        ("value: hbv, unit: {is: IU/mL}, where: {labs_complete: Complete}",
         '"Complete" is no choice of labs_complete; it has 0 (Incomplete), 1 (Unverified) or 2 (Complete)'),
        ("value: hbv, unit: {is: IU/mL}, unless: {hx___preg: yes}",
         '"yes" is no choice of hx___preg; it has 1 (checked) or 0 (unchecked)'),
        ("value: hbv, unit: {is: IU/mL}, from: lab", 'the data dictionary has no form "lab"; did you mean "labs"?'),
    ],
)  # fmt: skip
def test_a_mapping_that_does_not_fit(entry: str, message: str) -> None:
    """What the project does not have is a mistake in the mapping, told at its place before any record is read."""
    assert complaints(f"facts:\n  - {{concept: hbv_dna, {entry}}}\n") == [f"mapping.yaml:6:5 (hbv_dna): {message}"]


def test_values_that_are_no_choices() -> None:
    """A value map that names a code which the field does not have was written for another field."""
    facts = "facts:\n  - {concept: sex, value: {field: sex, values: {1: male, 2: female}}}\n"
    message = '"2" is no choice of sex; it has 0 (Female) or 1 (Male)'
    assert complaints(facts) == [f"mapping.yaml:6:5 (sex): {message}"]


def test_missing_data_codes_are_choices_of_every_field() -> None:
    """A value map may say what a missing-data code of the project stands for."""
    facts = "facts:\n  - {concept: sex, value: {field: sex, values: {0: female, UNK: unknown}}}\n"
    assert read([], facts, missing_data_codes="UNK, Unknown") == []
    assert complaints(facts) == ['mapping.yaml:6:5 (sex): "UNK" is no choice of sex; it has 0 (Female) or 1 (Male)']


def test_a_checkbox_has_no_column_of_its_own() -> None:
    """The columns of its choices are what an export has."""
    facts = "facts:\n  - {concept: pregnant, value: {field: hx, values: {preg: yes}}}\n"
    message = (
        '"hx" is a checkbox, which has a column for each of its choices; write "hx___preg", "hx___alc" or "hx____1"'
    )
    assert complaints(facts) == [f"mapping.yaml:6:5 (pregnant): {message}"]


def test_an_anchor_that_does_not_fit() -> None:
    """Anchors are held against the project as facts are."""
    facts = FACTS.replace("take: visit_date", "take: visit_day")
    assert complaints(facts) == [
        'mapping.yaml:7:3 (screening): the data dictionary has no field "visit_day"; did you mean "visit_date"?'
    ]


def test_a_mapping_of_another_system_is_refused() -> None:
    """A mapping says what it reads."""
    mapping = parse_mapping(HEAD.replace("redcap", "odm") + FACTS, DICTIONARY)
    with pytest.raises(UcmscRulesError) as raised:
        read_redcap([a_line()], mapping, DICTIONARY, data_dictionary=FIELDS)
    assert str(raised.value) == 'the mapping "small" reads odm; REDCap needs one with "reads: redcap"'
