"""The screening log: a line for each verdict, texts that stay texts, and the same bytes for the same lines."""

from __future__ import annotations

import csv
import sys
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import attrs
import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.kept_trails import RECORD, SAID, VERDICT, record_of, tampered, verdict_on
from ucmsc_rules.audit import AuditError, AuditTrail
from ucmsc_rules.audit.commands import log_of_trail, verify_trail
from ucmsc_rules.audit.log import COLUMNS, Line, as_plain_text, line_of, lines_of, to_csv
from ucmsc_rules.audit.sheet import MOST, cell_text, to_xlsx

SUGAR = {"concept": "fasting_glucose", "value": "12 mmol/L", "when": "2026-02-27"}
ODD = ("=1+1", "+1", "-1", "@A1", "\t=1", "'x", "＝1", "a\rb", "a\nb", "a\r\nb")
TEXTS = st.text(st.characters(codec="utf-8"), max_size=20) | st.sampled_from(ODD)
FIELDS = tuple(field.name for field in attrs.fields(Line))
LINES = st.lists(st.builds(Line, *[TEXTS] * len(COLUMNS)), max_size=4)


def a_line(**changed: str) -> Line:
    """A line of which only some texts matter."""
    return Line(**{**dict.fromkeys(FIELDS, "x"), **changed})


def rows_of(log: bytes) -> list[list[str]]:
    """The rows of a CSV as a reader has them."""
    return list(csv.reader(StringIO(log.decode("utf-8"), newline="")))


def cells_of(log: bytes) -> list[list[Any]]:
    """The cells of a workbook."""
    return [list(row) for row in openpyxl.load_workbook(BytesIO(log)).active.iter_rows()]


# lines


def test_a_line_says_who_was_screened_with_what_outcome_and_why() -> None:
    """Criteria not met with the branches that decided; undetermined ones with what they need."""
    record = record_of("S-007", "2000 IU/mL", SUGAR)
    line = line_of(verdict_on(record), who="investigator 3", when="2026-03-02", reason="first visit")
    assert (line.subject, line.date, line.status, line.who) == ("S-007", "2026-03-02", "ineligible", "investigator 3")
    assert line.not_met == "I4; E4 (c)"
    first = "I1 (birth_date); I2 (hbv_decompensated_cirrhosis); I3 (conservative_treatment, "
    assert line.undetermined.startswith(first)
    assert line.undetermined.endswith("; E17 (investigator_unsuitable)")
    assert (line.ruleset, line.version, line.anchors) == ("ucmsc-hbv-cirrhosis", "1.0.0", "screening 2026-03-01")
    assert line.reason == "first visit"


def test_anchors_stand_by_their_days() -> None:
    """A reader sees them in the order in which they come."""
    anchors = {"screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-15"}
    line = line_of(verdict_on({**RECORD, "anchors": anchors}), who="a", when="2026-03-02")
    assert line.anchors == "screening 2026-03-01, enrolment 2026-03-15, first_infusion 2026-03-15"


def test_a_refused_record_has_a_line() -> None:
    """It has no subject, and says that it was refused."""
    line = line_of(verdict_on(7), who="a", when="2026-03-02")
    assert (line.subject, line.status, line.not_met, line.undetermined) == (
        "", "undetermined", "", "the record was refused",
    )  # fmt: skip


def test_lines_from_a_trail_are_those_of_its_verdicts(trail: AuditTrail) -> None:
    """Nothing is lost on the way through the database."""
    expected = []
    for record in (RECORD, record_of("S-002", "2000 IU/mL", SUGAR), 7):
        trail.append(verdict_on(record), record, reason="a reason", **SAID)
        expected.append(line_of(verdict_on(record), reason="a reason", **SAID))
    assert list(lines_of(trail.entries())) == expected


def test_the_latest_lines_are_one_for_each_subject(trail: AuditTrail) -> None:
    """In the order in which they were given; refused records, which may be of anybody, are all kept."""
    for subject, dna in (("S-001", "20 IU/mL"), ("S-002", "20 IU/mL"), ("S-001", "2000 IU/mL")):
        record = record_of(subject, dna)
        trail.append(verdict_on(record), record, **SAID)
    for _ in range(2):
        trail.append(verdict_on(7), 7, **SAID)
    latest = lines_of(trail.entries(), latest=True)
    assert [(line.subject, line.not_met) for line in latest] == [("S-002", ""), ("S-001", "I4"), ("", ""), ("", "")]
    assert len(lines_of(trail.entries())) == 5


# CSV


def test_the_csv_is_as_expected() -> None:
    """Byte by byte."""
    lines = [a_line(subject="S-001", not_met="I4; E4 (c)", reason='he said "no", twice')]
    assert to_csv(lines) == (
        b"subject,date,status,criteria not met,undetermined,anchors,ruleset,version,who,reason\r\n"
        b'S-001,x,x,I4; E4 (c),x,x,x,x,x,"he said ""no"", twice"\r\n'
    )


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "'", "＝", "＋", "－", "＠"])
def test_no_text_of_the_csv_is_a_formula(sign: str) -> None:
    """An apostrophe stands before what a spreadsheet program would reckon; behind a letter nothing is changed."""
    assert as_plain_text(f"{sign}1+1") == f"'{sign}1+1"
    assert as_plain_text(f"a{sign}1") == f"a{sign}1"
    row = rows_of(to_csv([a_line(subject=f"{sign}1+1", who=f"{sign}cmd|' /C calc'!A0")]))[1]
    assert (row[0], row[8]) == (f"'{sign}1+1", f"'{sign}cmd|' /C calc'!A0")


def test_an_empty_text_stays_empty() -> None:
    """There is nothing to mark."""
    assert as_plain_text("") == ""


@given(LINES)
@settings(deadline=None)
def test_every_text_comes_back_from_the_csv(lines: list[Line]) -> None:
    """To take one apostrophe away where there is one gives the text."""
    plain = [[cell.removeprefix("'") for cell in row] for row in rows_of(to_csv(lines))]
    assert plain == [list(COLUMNS), *(list(attrs.astuple(line)) for line in lines)]


def test_a_lone_surrogate_is_written_as_an_escape() -> None:
    """UTF-8 has none, and JSON can bring one."""
    assert b"S-\\ud800," in to_csv([a_line(subject="S-\ud800")])


# XLSX


def test_the_workbook_has_the_lines_as_texts() -> None:
    """No cell is a formula, whatever it begins with, and none becomes one when it is edited."""
    lines = [a_line(subject="=1+1", date="2026-03-02", who="@SUM(A1)", reason="-1"), a_line(subject="007")]
    cells = cells_of(to_xlsx(lines))
    assert [cell.value for cell in cells[0]] == list(COLUMNS)
    assert [cells[1][place].value for place in (0, 1, 8, 9)] == ["=1+1", "2026-03-02", "@SUM(A1)", "-1"]
    assert cells[2][0].value == "007"
    kinds = {(cell.data_type, cell.number_format, cell.quotePrefix) for row in cells for cell in row}
    assert kinds == {("s", "@", True)}


@given(LINES)
@settings(max_examples=30, deadline=None)
def test_every_text_comes_back_from_the_workbook(lines: list[Line]) -> None:
    """Or as what is written in its place, where no cell can hold it."""
    values = [[cell.value or "" for cell in row] for row in cells_of(to_xlsx(lines))[1:]]
    assert values == [[cell_text(text) for text in attrs.astuple(line)] for line in lines]


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a\x00b\x07", "a\\x00b\\x07"), ("\ud800", "\\ud800"), ("\uffff", "\\uffff"), ("a\r\nb\tc", "a\nb\tc"),
        ("_x0041_", "_x005F_x0041_"), ("_x41_", "_x41_"), ("Zoë 名", "Zoë 名"), ("a" * MOST, "a" * MOST),
        ("a" * (MOST + 1), "a" * (MOST - 10) + " ... (cut)"),
    ],
    ids=repr,
)  # fmt: skip
def test_a_cell_holds_what_xml_and_spreadsheets_can(text: str, written: str) -> None:
    """What they cannot is told and not dropped."""
    assert cell_text(text) == written


def test_the_same_lines_give_the_same_workbook(monkeypatch: pytest.MonkeyPatch) -> None:
    """At another time and in another time zone too: nothing in it tells when it was written."""
    first = to_xlsx([a_line()])
    monkeypatch.setattr("time.time", lambda: 2_000_000_000.0)
    assert to_xlsx([a_line()]) == first
    with ZipFile(BytesIO(first)) as book:
        assert {entry.date_time[0] for entry in book.infolist()} == {1980}
        assert b"dcterms:" not in book.read("docProps/core.xml").split(b">", 1)[1].replace(b"xmlns:dcterms", b"")


def test_a_workbook_without_openpyxl_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """The CSV does without."""
    monkeypatch.setitem(sys.modules, "openpyxl", None)
    assert to_csv([a_line()])
    with pytest.raises(AuditError) as refusal:
        to_xlsx([a_line()])
    assert str(refusal.value) == "a log as XLSX needs openpyxl; install ucmsc-rules[audit]"


# what the command line does


def test_the_log_of_a_trail_is_written_in_both_forms(place: str) -> None:
    """By the trail's place; with the last verdicts alone where that is asked for."""
    with AuditTrail(place) as trail:
        for _ in range(2):
            trail.append(VERDICT, RECORD, **SAID)
        lines = lines_of(trail.entries())
    assert log_of_trail(place, "csv") == to_csv(lines)
    assert log_of_trail(place, "xlsx") == to_xlsx(lines)
    assert log_of_trail(place, "csv", latest=True) == to_csv(lines[1:])


def test_no_log_is_written_of_a_tampered_trail(place: str) -> None:
    """It would look like any other."""
    with AuditTrail(place) as trail:
        trail.append(VERDICT, RECORD, **SAID)
    tampered(place, "UPDATE ucmsc_rules_audit SET hash = '' WHERE sequence = 1")
    with pytest.raises(AuditError) as refusal:
        log_of_trail(place, "csv")
    why = "entry 1: it was edited: its hash is not that of its content"
    assert str(refusal.value) == f"no log is written of a trail that is not sound ({why}); verify it"


def test_verifying_tells_the_head_to_keep(place: str) -> None:
    """And holds the trail against it the next time."""
    with AuditTrail(place) as trail:
        trail.append(VERDICT, RECORD, **SAID)
        trail.append(VERDICT, RECORD, **SAID)
        head = str(trail.head())
    caution = "whether the last entries are missing cannot be told without a head that was kept before"
    assert verify_trail(place) == (f"2 entries, unbroken\n{caution}\nhead {head}", 0)
    assert verify_trail(place, head) == (
        f"2 entries, unbroken, and all that were there when the head was kept\nhead {head}", 0,
    )  # fmt: skip
    tampered(place, "DELETE FROM ucmsc_rules_audit WHERE sequence = 2")
    text, status = verify_trail(place, head)
    assert text.splitlines()[:2] == [
        "entry 2: it was there when the head was kept; the trail now ends with entry 1",
        "1 entry; the trail was tampered with, or its database was damaged",
    ]
    assert status == 1


def test_verifying_what_is_not_there_is_an_error(tmp_path: Path) -> None:
    """And makes no file."""
    with pytest.raises(AuditError) as refusal:
        verify_trail(str(tmp_path / "trial.db"))
    assert str(refusal.value) == f"there is no file {tmp_path / 'trial.db'}"
    assert not (tmp_path / "trial.db").exists()
