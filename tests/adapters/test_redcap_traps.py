"""What bites in REDCap's exports: each trap, and what is made of it."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from adapters.redcap_small import (
    FIELDS,
    a_field,
    a_line,
    a_repeat,
    as_csv,
    facts_of,
    only,
    problems_of,
    read,
    refusal,
)
from ucmsc_rules.adapters.row import NOT_DONE

BOXES = """
facts:
  - {concept: pregnant, value: {field: hx___preg, values: {1: yes}}}
  - {concept: alcohol_abuse, value: {field: hx___alc, values: {1: yes, 0: no}}}
"""
WRITERS = pytest.mark.parametrize("write", [lambda lines: json.dumps(lines).encode(), as_csv], ids=["json", "csv"])
Write = Callable[[list[dict[str, str]]], bytes]


# checkboxes


def test_a_checked_box_says_what_the_mapping_says() -> None:
    """A box that is checked is read by the mapping's values."""
    assert facts_of(only(read([a_line(hx___preg="1")], BOXES))) == [("pregnant", "yes")]


def test_an_unchecked_box_is_not_no() -> None:
    """Of two unchecked boxes the one says no whose field the mapping lets say so; the other says nothing."""
    assert facts_of(only(read([a_line(history_complete="2")], BOXES))) == [("alcohol_abuse", "no")]


@pytest.mark.parametrize("status", ["0", ""])
@pytest.mark.parametrize("entered", [{}, {"hx_date": "2026-02-27"}, {"hx____1": "1"}])
def test_the_boxes_of_an_incomplete_form_say_nothing(status: str, entered: dict[str, str]) -> None:
    """Unchecked boxes stand in every export, of forms too that nobody opened, or that somebody only began."""
    assert facts_of(only(read([a_line(history_complete=status, **entered)], BOXES))) == []


@pytest.mark.parametrize("status", ["1", "2"])
def test_the_boxes_of_a_form_that_was_saved_as_more_speak(status: str) -> None:
    """Unverified and complete forms were filled in, so that what is not checked was left unchecked."""
    assert facts_of(only(read([a_line(history_complete=status)], BOXES))) == [("alcohol_abuse", "no")]


def test_a_condition_on_an_unchecked_box() -> None:
    """On an incomplete form nobody knows whether the condition is met, so that the fact is unknown."""
    facts = "facts:\n  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, unless: {hx___alc: 0}}\n"
    found = {
        status: facts_of(only(read([a_line(hbv="20", hx_date="2026", history_complete=status)], facts)))
        for status in ("0", "2")
    }
    assert found == {"0": [("hbv_dna", "unreadable: 20", "IU/mL")], "2": []}
    assert facts_of(only(read([a_line(hbv="20", hx___alc="1")], facts))) == [("hbv_dna", "20", "IU/mL")]
    (received,) = read([a_line(hbv="20", history_complete="2")], facts, fields=None)
    assert facts_of(received) == [("hbv_dna", "unreadable: 20", "IU/mL")]


def test_a_survey_that_was_not_completed_shows_nothing() -> None:
    """The time stamp of a survey is no datum, so that a form with nothing else is no row."""
    received = only(read([{**a_line(), "history_timestamp": "[not completed]"}], BOXES))
    assert (facts_of(received), received.unread) == ([], {})


def test_without_the_data_dictionary_no_unchecked_box_says_anything() -> None:
    """Which form a box stands on is then not told, nor whether anybody opened it."""
    (received,) = read([a_line(hx___preg="1", history_complete="2")], BOXES, fields=None)
    assert facts_of(received) == [("pregnant", "yes")]


def test_what_stands_in_a_box_and_is_neither_0_nor_1_is_unreadable() -> None:
    """A box with another text is a fact that cannot be read, and a problem."""
    received = only(read([a_line(hx___alc="x")], BOXES))
    assert facts_of(received) == [("alcohol_abuse", "unreadable: x")]
    message = '"x" is none of the texts that the mapping knows here; it knows 1, 0'
    assert problems_of(received) == [("error", "history.hx___alc", message)]


def test_a_code_with_a_sign_has_its_column() -> None:
    """REDCap writes the code -1 as _1 in the column's name."""
    facts = "facts:\n  - {concept: alcohol_abuse, value: {field: hx____1, values: {1: no}}}\n"
    assert facts_of(only(read([a_line(hx____1="1")], facts))) == [("alcohol_abuse", "no")]


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("UNK, Unknown", [("pregnant", "no value: unk"), ("alcohol_abuse", "no value: unk")]),
        ("NASK, Not asked", []),
    ],
)
def test_a_missing_data_code_makes_all_boxes_of_its_field_missing(codes: str, expected: list[tuple[str, str]]) -> None:
    """Such a code has a box of its own, and the others are then 0 or blank; neither is an answer."""
    suffix = codes[: codes.index(",")].lower()
    for box in ("0", ""):
        line = a_line(hx___preg=box, hx___alc=box, history_complete="2", **{f"hx___{suffix}": "1"})
        received = only(read([line], f"missing: {{NASK: {NOT_DONE}}}\n{BOXES}", missing_data_codes=codes))
        assert facts_of(received) == expected


def test_a_box_of_a_missing_data_code_that_is_not_checked_changes_nothing() -> None:
    """The boxes of missing-data codes are 0 where there is an answer."""
    line = a_line(hx___alc="1", hx___unk="0", history_complete="2")
    assert facts_of(only(read([line], BOXES, missing_data_codes="UNK, Unknown"))) == [("alcohol_abuse", "yes")]


# codes for what is missing


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("-999", [("hbv_dna", "no value: -999", "IU/mL")]),
        ("UNK", [("hbv_dna", "no value: UNK", "IU/mL")]),
        ("NASK", []),
    ],
)
def test_missing_data_codes_are_no_values(text: str, expected: list[tuple[str, ...]]) -> None:
    """A code that hides an answer makes it unknown; one that says that nobody asked gives nothing."""
    facts = (
        'missing: {"-999": unknown, NASK: not_done}\nfacts:\n  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}}\n'
    )
    received = only(read([a_line(hbv=text)], facts, missing_data_codes="UNK, Unknown"))
    assert facts_of(received) == expected


def test_the_mapping_says_what_the_codes_of_the_project_mean() -> None:
    """The project's codes are unknown unless the mapping says otherwise."""
    facts = "facts:\n  - {concept: sex, value: {field: sex, values: {0: female, 1: male}}}\n"
    line, codes = a_line(sex="NASK"), "NASK, Not asked"
    assert facts_of(only(read([line], facts, missing_data_codes=codes))) == [("sex", "no value: NASK")]
    assert facts_of(only(read([line], f"missing: {{NASK: not_done}}\n{facts}", missing_data_codes=codes))) == []


def test_a_code_that_nobody_declared_is_a_value() -> None:
    """-999 is a number where neither the mapping nor the project says that it stands for nothing."""
    facts = "facts:\n  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}}\n"
    assert facts_of(only(read([a_line(hbv="-999")], facts))) == [("hbv_dna", "-999", "IU/mL")]


@pytest.mark.parametrize("blank", ["", "  "])
def test_blank_says_nothing(blank: str) -> None:
    """A blank field gives no fact and is not listed."""
    received = only(read([a_line(hbv=blank, lab_date=blank, sex=blank)]))
    assert (facts_of(received), received.problems, received.unread) == ([], (), {})


# numbers and dates


def test_the_decimal_comma_of_a_field_is_known_from_its_validation() -> None:
    """A field that is validated with a decimal comma is read so; another one keeps its comma, which no number has."""
    received = only(read([a_line(weight="71,2", visit_date="2026-02-27", hbv="1,5")]))
    assert facts_of(received) == [("body_weight", "71.2", "kg", "2026-02-27"), ("hbv_dna", "1,5", "IU/mL")]


def test_a_point_in_a_field_with_a_decimal_comma_is_unreadable() -> None:
    """1.234 may be a thousand there; whoever exports with points says so in the mapping."""
    facts = "facts:\n  - {concept: body_weight, value: weight, unit: {is: kg}}\n"
    line = [a_line(weight="71.2")]
    received = only(read(line, facts))
    assert facts_of(received) == [("body_weight", "unreadable: 71.2", "kg")]
    pointed = facts.replace("value: weight", "value: {field: weight, decimals: point}")
    assert facts_of(only(read(line, pointed))) == [("body_weight", "71.2", "kg")]


def test_without_the_data_dictionary_the_mapping_tells_of_the_comma() -> None:
    """``decimals: comma`` of the mapping serves all of its numbers."""
    facts = "decimals: comma\nfacts:\n  - {concept: body_weight, value: weight, unit: {is: kg}}\n"
    assert facts_of(only(read([a_line(weight="71,2")], facts, fields=None))) == [("body_weight", "71.2", "kg")]


@pytest.mark.parametrize(
    ("text", "order", "expected"),
    [
        ("1961-04-02", "ymd", "1961-04-02"),
        ("1961-04-02", "dmy", "1961-04-02"),
        ("02/04/1961", "dmy", "1961-04-02"),
        ("02/04/1961", "mdy", "1961-02-04"),
        ("02-04-1961", "dmy", "1961-04-02"),
        ("02/04/1961", "ymd", "02/04/1961"),
    ],
)
def test_both_orders_of_dates(text: str, order: str, expected: str) -> None:
    """ISO dates are what REDCap exports; others are read in the order that the mapping tells, and never by a guess.

    That the form shows day, month and year (``date_dmy``) says nothing of the export.
    """
    received = only(read([a_line(dob=text)], f"dates: {order}\nfacts:\n  - {{concept: birth_date, value: dob}}\n"))
    assert facts_of(received) == [("birth_date", expected)]
    assert bool(received.problems) is (expected == text and not text.startswith("1961"))


@pytest.mark.parametrize("text", ["2026-02-27 08:10", "2026-02-27 08:10:33", "2026-02-27T08:10"])
def test_times_of_day(text: str) -> None:
    """REDCap parts day and time with a blank, with seconds or without."""
    facts = "facts:\n  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, when: lab_date}\n"
    assert facts_of(only(read([a_line(hbv="20", lab_date=text)], facts))) == [
        ("hbv_dna", "20", "IU/mL", "2026-02-27T08:10")
    ]


# forms, events, repeats


def test_a_mapping_can_ask_for_the_status_of_a_form() -> None:
    """With ``where`` only forms count that somebody has called complete; a blank status is 0."""
    facts = "facts:\n  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, where: {labs_complete: [2]}}\n"
    counts = {
        status: facts_of(only(read([a_line(hbv="20", labs_complete=status)], facts))) for status in ("2", "1", "0", "")
    }
    assert counts == {"2": [("hbv_dna", "20", "IU/mL")], "1": [], "0": [], "": []}
    assert only(read([a_line(hbv="20", labs_complete="1")], facts)).unread == {"labs": 1}


def test_rows_of_a_repeating_form() -> None:
    """Each repeat is a row, with its number in the path of its facts."""
    lines = [
        {**a_line(dob="1961"), "redcap_repeat_instrument": "", "redcap_repeat_instance": ""},
        a_repeat("labs", 1, hbv="20", lab_date="2026-02-01 08:00"),
        a_repeat("labs", 2, hbv="30", lab_date="2026-02-27 08:00"),
    ]
    received = only(read(lines))
    assert facts_of(received) == [
        ("birth_date", "1961"),
        ("hbv_dna", "20", "IU/mL", "2026-02-01T08:00"), ("hbv_dna", "30", "IU/mL", "2026-02-27T08:00"),
    ]  # fmt: skip
    assert [fact["source"] for fact in received.record["facts"]] == ["demographics.dob", "labs[1].hbv", "labs[2].hbv"]


def test_events_are_told_apart_by_their_names() -> None:
    """A mapping can take a field from one event only; the same field of another event is listed."""
    facts = """
facts:
  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, where: {redcap_event_name: [screening_arm_1, screening_arm_2]}}
"""
    events = ("screening_arm_1", "visit_1_arm_1")
    lines = [{**a_line(hbv=str(number)), "redcap_event_name": event} for number, event in enumerate(events, start=20)]
    received = only(read(lines, facts))
    assert facts_of(received) == [("hbv_dna", "20", "IU/mL")]
    assert received.record["facts"][0]["source"] == "screening_arm_1 labs.hbv"
    assert received.unread == {"labs": 1}


def test_an_event_that_repeats_has_its_number_in_the_path() -> None:
    """The number is the event's where no form is named, be it a number in the JSON as some clients have it."""
    line = {**a_line(hbv="20"), "redcap_event_name": "visit_arm_1", "redcap_repeat_instrument": ""}
    received = only(read(json.dumps([{**line, "redcap_repeat_instance": 2}]).encode()))
    assert received.record["facts"][0]["source"] == "visit_arm_1[2] labs.hbv"


def test_a_rule_may_take_from_two_forms_of_one_event() -> None:
    """The date of the visit stands on another form than the result; each event has its own."""
    facts = "facts:\n  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, when: visit_date}\n"
    lines = [
        {**a_line(hbv="20", visit_date="2026-02-01"), "redcap_event_name": "one_arm_1"},
        {**a_line(hbv="30", visit_date="2026-02-27"), "redcap_event_name": "two_arm_1"},
    ]
    received = only(read(lines, facts))
    assert facts_of(received) == [("hbv_dna", "20", "IU/mL", "2026-02-01"), ("hbv_dna", "30", "IU/mL", "2026-02-27")]
    assert [fact["source"] for fact in received.record["facts"]] == ["one_arm_1 labs.hbv", "two_arm_1 labs.hbv"]


def test_forms_can_be_asked_for_by_name() -> None:
    """``from`` names forms; without the data dictionary that is an error, told with what to do."""
    facts = "facts:\n  - {concept: hbv_dna, from: labs, value: hbv, unit: {is: IU/mL}}\n"
    assert facts_of(only(read([a_line(hbv="20")], facts))) == [("hbv_dna", "20", "IU/mL")]
    (received,) = read([a_line(hbv="20")], facts, fields=None)
    message = 'the mapping takes it "from: labs", a form that only the data dictionary tells; give it'
    assert problems_of(received) == [("error", "record.hbv", message)]


# what is not understood


def test_what_the_mapping_does_not_name_is_listed() -> None:
    """Fields are listed by form; whose a line is and how it was entered is no data."""
    line = {
        **a_line(sex="0", hbv="20", lab_note="haemolysed", demographics_complete="2"),
        "redcap_data_access_group": "a",
    }
    assert only(read([line])).unread == {"labs.lab_note": 1}
    assert only(read([{**line, "eye_colour": "blue"}])).unread == {
        "labs.lab_note": 1, "eye_colour, which is not in the data dictionary": 1,
    }  # fmt: skip


def test_a_subject_may_have_a_name_of_its_own() -> None:
    """The mapping's subject names a field of the record; where it differs or is missing, the record is not answered."""
    fields = [*FIELDS, a_field("number", "demographics")]
    facts = "subject: number\nfacts:\n  - {concept: birth_date, value: dob}\n"
    lines = [
        {**a_line("1", dob="1961", number="S-1"), "redcap_event_name": "one_arm_1"},
        {**a_line("1", number=""), "redcap_event_name": "two_arm_1"},
        {**a_line("2", dob="1962", number=""), "redcap_event_name": "one_arm_1"},
        {**a_line("3", number="S-3"), "redcap_event_name": "one_arm_1"},
        {**a_line("3", number="S-4"), "redcap_event_name": "two_arm_1"},
    ]
    first, second, third = read(lines, facts, fields)
    assert (first.record["subject"], facts_of(first)) == ("S-1", [("birth_date", "1961")])
    assert refusal(second) == 'record "2" does not name one subject: it has no number'
    assert refusal(third) == 'record "3" does not name one subject: number says "S-3" or "S-4"'


def test_without_the_data_dictionary_the_fields_are_one_row() -> None:
    """Everything that does not repeat is a row of the kind "record"."""
    received = only(read([a_line(dob="1961", lab_note="x")], fields=None))
    assert received.record["facts"][0]["source"] == "record.dob"
    assert received.unread["record.lab_note"] == 1


@WRITERS
def test_lines_of_a_record_that_do_not_stand_together(write: Write) -> None:
    """A table that was sorted by another column gives each subject once, with all of its lines."""
    lines = [
        a_repeat("labs", 1, "1", hbv="20"), a_repeat("labs", 1, "2", hbv="30"), a_repeat("labs", 2, "1", hbv="40"),
        a_repeat("labs", 1, "3", hbv="50"),
    ]  # fmt: skip
    found = {each.record["subject"]: facts_of(each) for each in read(write(lines))}
    assert list(found) == ["2", "3", "1"]
    assert found["1"] == [("hbv_dna", "20", "IU/mL"), ("hbv_dna", "40", "IU/mL")]


@WRITERS
def test_duplicate_lines(write: Write) -> None:
    """A copy counts once; a second line that differs is read too, and told."""
    same = [a_line(hbv="20"), a_line(hbv="20")]
    received = only(read(write(same)))
    assert (facts_of(received), received.problems) == ([("hbv_dna", "20", "IU/mL")], ())
    received = only(read(write([a_line(hbv="20"), a_line(hbv="2000")])))
    assert facts_of(received) == [("hbv_dna", "20", "IU/mL"), ("hbv_dna", "2000", "IU/mL")]
    ((level, path, message),) = problems_of(received)
    assert (level, path) in {("error", "element 2"), ("error", "line 3")}
    assert message.endswith("says something else of this event and repeat; both are read, correct one")


def test_an_anchor_of_two_lines_that_differ() -> None:
    """Where two lines give different days for an anchor, it counts as not given, and both problems are told."""
    received = only(read([a_line(visit_date="2026-02-01"), a_line(visit_date="2026-03-01")]))
    assert received.record["anchors"] == {}
    assert [problem.path for problem in received.problems] == ["element 2", "visit.visit_date"]


# exports of some fields only

LABS = """
facts:
  - concept: hbv_dna
    where: {labs_complete: [2]}
    value: hbv
    unit: {is: IU/mL}
    when: lab_date
  - {concept: birth_date, value: dob}
"""


def without(line: dict[str, str], *columns: str) -> dict[str, str]:
    """A line of an export that leaves out some columns."""
    return {column: text for column, text in line.items() if column not in columns}


@WRITERS
@pytest.mark.parametrize("column", ["labs_complete", "lab_date"])
def test_a_column_that_decides_and_was_not_exported(write: Write, column: str) -> None:
    """What a status or a date would have said is unknown, and so is the fact; that it is missing is told first."""
    line = a_line("1", hbv="20", lab_date="2026-02-27 08:10", labs_complete="2", dob="1961")
    notice, received = read(write([without(line, column)]), LABS)
    assert refusal(notice) == f"the export has no column {column}; what they would say is unknown, so export them too"
    birth, *others = sorted(facts_of(received))
    assert birth == ("birth_date", "1961")
    assert ("hbv_dna", "20", "IU/mL", "2026-02-27T08:10") not in others


def test_a_form_that_was_not_exported() -> None:
    """Its facts are unknown, as are those of a form that is blank; the columns are told once, not more than twelve."""
    columns = [name for name in a_line() if name.startswith(("lab", "hbv"))]
    notice, one, two = read([without(a_line(number, dob="1961"), *columns) for number in "12"], LABS)
    assert refusal(notice) == (
        "the export has no column hbv, lab_date, labs_complete; what they would say is unknown, so export them too"
    )
    assert facts_of(one) == facts_of(two) == [("birth_date", "1961")]
    many = "facts:\n" + "".join(f"  - {{concept: inr, value: inr_{number}}}\n" for number in range(14))
    fields = [*FIELDS, *(a_field(f"inr_{number}", "labs") for number in range(14))]
    assert " inr_11 and 2 more; what" in refusal(read([a_line()], many, fields)[0])


def test_a_status_that_was_not_exported_is_not_0() -> None:
    """Whether somebody called the form complete is then unknown."""
    facts = LABS.replace("[2]", "[0, 1]")
    _, received = read([without(a_line(hbv="20"), "labs_complete")], facts)
    assert [fact[1] for fact in facts_of(received)] == ["unreadable: 20"]
