"""The ODM export of a REDCap project: what it has that others have not, and what is broken in it."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from adapters.redcap_odm_writer import to_redcap_odm
from adapters.redcap_small import DICTIONARY, FACTS, FIELDS, a_line, a_mapping, a_repeat, facts_of, only, read, refusal
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap.odm import read_redcap_odm
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.errors import RulesetError

HBV = [("hbv_dna", "20", "IU/mL")]
TWO = [a_line("1", hbv="20"), a_line("2", hbv="20")]


def as_odm(lines: list[dict[str, str]], missing: str = "", **more: Any) -> bytes:
    """Lines of the small project as its ODM export."""
    return to_redcap_odm(lines, read_project(FIELDS, missing), **more)


def read_odm(data: bytes, facts: str = FACTS) -> list[Received]:
    """What is received of an ODM export."""
    return list(read_redcap_odm(BytesIO(data), a_mapping(facts), DICTIONARY))


def changed(old: str, new: str) -> list[Received]:
    """What is received of the export of two records after a change in its text."""
    data = as_odm(TWO).decode()
    assert old in data
    return read_odm(data.replace(old, new).encode())


@pytest.mark.parametrize(
    ("lines", "more"),
    [
        ([a_line("1", sex="1", dob="1961", weight="71,2", visit_date="2026-02-27")], {}),
        ([a_line("1", hx___preg="1"), a_line("2", history_complete="2"), a_line("3")], {}),
        ([a_repeat("labs", 1, hbv="20"), a_repeat("labs", 2, hbv="30")], {"repeating": ["labs"]}),
        (
            [
                {**a_line(hbv="2", visit_date="2026-02-01"), "redcap_event_name": name}
                for name in ("a_arm_1", "b_arm_1")
            ],
            {},
        ),
        (
            [
                {**a_line(hbv=str(number)), "redcap_event_name": "a_arm_1", "redcap_repeat_instance": str(number)}
                for number in (1, 2)
            ],
            {"repeating_events": ["a_arm_1"]},
        ),
        ([a_line(lab_note='<b> & "quotes", ümlaut')], {}),
    ],
    ids=["decimal comma", "boxes", "repeating form", "events", "repeating event", "markup"],
)
def test_the_same_as_from_other_exports(lines: list[dict[str, str]], more: dict[str, Any]) -> None:
    """Whatever an export of records gives, the ODM export of the same records gives as well."""
    assert read_odm(as_odm(lines, **more)) == read(lines)


def test_the_missing_data_codes_stand_in_the_file() -> None:
    """Nobody has to tell them."""
    line = a_line(sex="UNK", hx___unk="1", history_complete="2")
    facts = FACTS.replace("1: male}", "1: male, NASK: not_done}")
    codes = "UNK, Unknown | NASK, Not asked"
    expected = [("sex", "no value: UNK"), ("pregnant", "no value: unk"), ("alcohol_abuse", "no value: unk")]
    assert facts_of(only(read_odm(as_odm([line], codes), facts))) == expected
    assert read_odm(as_odm([line], codes), facts) == read([line], facts, missing_data_codes=codes)


def test_a_repeat_that_nobody_declared() -> None:
    """A second form of one event is a repeat, even where the file does not say that the form repeats."""
    received = only(read_odm(as_odm([a_repeat("labs", 1, hbv="20"), a_repeat("labs", 2, hbv="30")])))
    assert [fact["source"] for fact in received.record["facts"]] == ["labs.hbv", "labs[2].hbv"]


def test_a_file_upload_is_its_name() -> None:
    """The content of a file is no text of its field; its name is, as in other exports."""
    upload = (
        '<ItemDataBase64Binary ItemOID="lab_note" redcap:DocName="report.pdf"><![CDATA[/9j/]]></ItemDataBase64Binary>'
    )
    data = as_odm([a_line(hbv="20", lab_note="report.pdf")]).decode()
    odd = data.replace('<ItemData ItemOID="lab_note" Value="report.pdf"/>', upload)
    assert odd != data
    assert read_odm(odd.encode()) == read_odm(data.encode())


def test_an_item_that_is_null_hides_an_answer() -> None:
    """REDCap writes no IsNull; where somebody else did, the field is unknown and not blank."""
    received = changed('ItemOID="hbv" Value="20"', 'ItemOID="hbv" IsNull="Yes"')
    assert [facts_of(each) for each in received] == [[("hbv_dna", "no value: unknown", "IU/mL")]] * 2


def test_an_item_that_stands_twice_and_differs() -> None:
    """Which of two texts is right nobody can tell."""
    twice = '<ItemData ItemOID="hbv" Value="20"/><ItemData ItemOID="hbv" Value="2000"/>'
    received = changed('<ItemData ItemOID="hbv" Value="20"/>', twice)
    assert [facts_of(each) for each in received] == [[("hbv_dna", "no value: unknown", "IU/mL")]] * 2


def test_a_record_that_stands_twice() -> None:
    """Its parts are put together, so that none is answered without the other."""
    data = as_odm([a_line("1", hbv="20"), a_line("2", hbv="30"), a_line("1", sex="1")])
    second, first = read_odm(data)
    assert (second.record["subject"], first.record["subject"]) == ("2", "1")
    assert [fact[0] for fact in facts_of(first)] == ["hbv_dna", "sex"]


def test_a_record_without_data() -> None:
    """A record of which no form was opened is a subject all the same."""
    assert read_odm(as_odm([a_line("7")])) == read([a_line("7")])
    assert only(read_odm(as_odm([a_line("7")]))).record == {"subject": "7", "anchors": {}, "facts": []}


@pytest.mark.parametrize("event", ["", "a_arm_1"])
def test_a_file_that_breaks_off(event: str) -> None:
    """The records before the break are whole, in projects with events too, and the break is told."""
    lines = [{**line, **({"redcap_event_name": event} if event else {})} for line in TWO]
    first, broken = read_odm(as_odm(lines)[:-80])
    assert (facts_of(first), first.problems) == (HBV, ())
    assert refusal(broken).startswith("the file breaks off at line ")
    assert 'within the data of subject "2"' in refusal(broken)


def test_a_record_that_stands_twice_in_a_file_that_breaks_off() -> None:
    """What was to come of it nobody knows, so it is not answered."""
    data = as_odm([a_line("1", hbv="20"), a_line("2", hbv="30"), a_line("1", sex="1"), a_line("3")])[:-40]
    second, broken, first = read_odm(data)
    assert facts_of(second) == [("hbv_dna", "30", "IU/mL")]
    assert refusal(broken).startswith("the file breaks off")
    assert refusal(first).startswith('record "1" is not answered: a line cannot be read')


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            lambda text: text.replace(' redcap:RecordIdField="record_id"', ""),
            "this is no ODM export of a REDCap project",
        ),
        (lambda text: text.replace("Snapshot", "Transactional"), "this holds transactions"),
        (lambda text: text.replace("<ODM", '<!DOCTYPE a [<!ENTITY b "c">]><ODM'), "it declares a document type"),
        (lambda text: text.replace("odm/v1.3", "odm/v7"), '"http://www.cdisc.org/ns/odm/v7" is no namespace of ODM'),
        (lambda text: text[:200], "the file breaks off at line"),
        (lambda _: "", "the file is empty"),
        (lambda _: "record_id,dob\n", "this is no well-formed XML at line 1"),
    ],
)
def test_what_is_no_export_of_a_project(change: Callable[[str], str], message: str) -> None:
    """Whatever else comes is told, and no record is read."""
    (received,) = read_odm(change(as_odm(TWO).decode()).encode())
    assert refusal(received).startswith(message)


def test_a_mapping_that_does_not_fit() -> None:
    """The project in the file is what the mapping is held against."""
    with pytest.raises(RulesetError) as raised:
        read_redcap_odm(BytesIO(as_odm(TWO)), a_mapping(FACTS.replace("value: hbv", "value: hvb")), DICTIONARY)
    assert str(raised.value).endswith('(hbv_dna): the data dictionary has no field "hvb"; did you mean "hbv"?')
