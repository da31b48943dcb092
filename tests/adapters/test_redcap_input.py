"""Exports of any goodness: what is broken is told in its place, nothing of it is guessed at, and the rest is read."""

from __future__ import annotations

import json
from collections.abc import Sequence
from io import BytesIO, RawIOBase
from pathlib import Path

import pytest

from adapters.redcap_small import (
    DICTIONARY,
    FACTS,
    FIELDS,
    a_line,
    a_mapping,
    a_repeat,
    as_csv,
    facts_of,
    only,
    problems_of,
    read,
    refusal,
)
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.json_text import Broken

RAW = 'export the records again as raw data ("CSV / Microsoft Excel (raw data)", or rawOrLabel=raw in the API)'
BESIDE = "is not answered: a line next to it cannot be read, and may be one of its own"
HBV = [("hbv_dna", "20", "IU/mL")]


def outline(received: Sequence[Received]) -> list[str]:
    """The subjects, and the beginnings of what is said where there is none."""
    return [each.record.message if isinstance(each.record, Broken) else each.record["subject"] for each in received]


# encodings and delimiters


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_encoding_and_delimiter(encoding: str, delimiter: str) -> None:
    """Excel saves semicolons, tabs, byte order marks and UTF-16; what they hold is the same."""
    lines = as_csv([a_line("Ä1", hbv="20")]).decode().replace(",", delimiter)
    received = only(read(lines.encode(encoding)))
    assert (received.record["subject"], facts_of(received)) == ("Ä1", HBV)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_json_of_any_encoding(encoding: str) -> None:
    """JSON may have a byte order mark, or be saved as UTF-16."""
    received = only(read(json.dumps([a_line("Ä1", hbv="20")], ensure_ascii=False).encode(encoding)))
    assert (received.record["subject"], facts_of(received)) == ("Ä1", HBV)


def test_bytes_that_are_no_text_cost_their_line_alone() -> None:
    """A line in another encoding is refused by itself, with what to do."""
    data = as_csv([a_line("1", hbv="20"), a_line("X", hbv="20"), a_line("3", hbv="20")]).replace(b"\nX", b"\n\xe4")
    message = 'line 3 has bytes that are no text after ""; save the file as UTF-8'
    assert outline(read(data)) == ["1", message, "3"]


# broken files


@pytest.mark.parametrize("cut", [10, 60])
def test_json_that_breaks_off(cut: int) -> None:
    """The subjects before the break are read, and the break is told."""
    whole = json.dumps([a_line("1", hbv="20"), a_line("2", hbv="20")]).encode()
    first, broken = read(whole[:-cut])
    assert (facts_of(first), refusal(broken)[:26]) == (HBV, "element 2: this is no JSON")


def test_csv_that_breaks_off_within_a_line() -> None:
    """A line with too few cells is refused; shifted cells are never read."""
    whole = as_csv([a_line("1", hbv="20"), a_line("2", hbv="20")])
    first, broken = read(whole[:-8])
    assert facts_of(first) == HBV
    assert refusal(broken) == "line 3 has 12 cells where the header has 16; it is cut off or shifted"


def test_csv_that_breaks_off_in_quotation_marks() -> None:
    """A quotation mark that nothing closes ends the file, and what it swallowed is no subject."""
    whole = as_csv([a_line("1", hbv="20"), a_line("2", lab_note='a "note", or two'), a_line("3")])
    first, broken = read(whole[: whole.index(b"or two")])
    assert facts_of(first) == HBV
    assert refusal(broken) == "line 3 opens a quotation mark that nothing closes; nothing after it is read"


def test_csv_without_a_last_line_end_may_be_cut_off() -> None:
    """Whether the last cell is whole then cannot be told, which is a warning."""
    first, last = read(as_csv([a_line("1"), a_line("2", hbv="20")]).rstrip(b"\n"))
    message = "the file ends without a line end, so its last cell may be cut off; look whether it is whole"
    assert (problems_of(first), problems_of(last)) == ([], [("warning", "line 3", message)])


def test_a_lost_line_makes_its_neighbours_doubtful() -> None:
    """Where a record has several lines, a line that cannot be read may have been one of its own."""
    lines = [a_repeat("labs", 1, str(number), hbv="20") for number in (1, 2, 3, 4)]
    data = as_csv(lines).splitlines(keepends=True)
    data[3:3] = [b"2,labs\n"]
    found = outline(read(b"".join(data)))
    lost = "line 4 has 2 cells where the header has 18; it is cut off or shifted"
    assert found == ["1", f'record "2" {BESIDE}', lost, f'record "3" {BESIDE}', "4"]


def test_a_lost_line_in_a_file_without_order_may_be_anybodys() -> None:
    """Where lines of a record do not stand together either, no subject is answered."""
    lines = [a_repeat("labs", number, record, hbv="20") for number, record in enumerate("121", start=1)]
    data = as_csv(lines) + b"3,labs\n"
    messages = outline(read(data))
    why = "a line cannot be read, and the lines of a record do not stand together in this export"
    assert messages == [
        f'record "2" is not answered: {why}',
        "line 5 has 2 cells where the header has 18; it is cut off or shifted",
        f'record "1" is not answered: {why}',
    ]


def test_a_line_without_its_record() -> None:
    """A line that does not say whose it is is refused; where records have one line each, the others are answered."""
    message = 'element 2 does not say whose record it is: "0, 0, 0, 0, 0, 0, 20, 0"'
    found = read([a_line("1", hbv="20"), a_line("", hbv="20"), a_line("3", hbv="20")])
    assert outline(found) == ["1", message, "3"]
    found = read([a_repeat("labs", 1, record, hbv="20") for record in ("1", "", "3", "4")])
    lost = 'element 2 does not say whose record it is: "20, labs, 1"'
    assert outline(found) == [f'record "1" {BESIDE}', lost, f'record "3" {BESIDE}', "4"]


def test_lines_without_any_text_are_nothing() -> None:
    """Spreadsheets leave lines of blanks, in which nothing is lost."""
    data = as_csv([a_repeat("labs", 1, "1", hbv="20"), a_repeat("labs", 2, "1", hbv="20")])
    assert facts_of(only(read(data + b"," * 17 + b"\n,,\n\n"))) == HBV
    assert facts_of(only(read([a_line("1", hbv="20"), {}, {"record_id": ""}]))) == HBV


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"[]", []),
        (b"record_id,dob\n", []),
        (b"", ["nothing stands here; export the records again"]),
        (b"\n \n", ["nothing stands here; export the records again"]),
    ],
)
def test_nothing_at_all(data: bytes, expected: list[str]) -> None:
    """An export without records gives none; a file without anything in it is no export."""
    assert outline(read(data)) == expected


@pytest.mark.parametrize(
    ("value", "said"),
    [(["a"], "no value: unknown"), ({"a": 1}, "no value: unknown"), (20, "20"), (1.5, "1.5"), (True, "true")],
)
def test_values_that_are_no_text(value: object, said: str) -> None:
    """Numbers are taken as they are written; what is neither text nor number hides an answer."""
    (received,) = read(json.dumps([{**a_line(), "hbv": value}]).encode())
    assert facts_of(received) == [("hbv_dna", said, "IU/mL")]


def test_null_is_blank_and_nan_is_not() -> None:
    """Data frames write null for a blank; NaN may stand for a text that the frame did not understand."""
    assert facts_of(only(read(json.dumps([{**a_line(), "hbv": None}]).encode()))) == []
    received = only(read(json.dumps([{**a_line(), "hbv": float("nan")}]).encode()))
    assert facts_of(received) == [("hbv_dna", "no value: unknown", "IU/mL")]


def test_a_column_that_stands_twice_is_unknown() -> None:
    """Which of two columns of one name is right nobody can tell."""
    text = json.dumps([a_line(hbv="20")]).replace('"hbv": "20"', '"hbv": "20", "hbv": "2000"')
    assert facts_of(only(read(text.encode()))) == [("hbv_dna", "no value: unknown", "IU/mL")]
    data = as_csv([a_line(hbv="20", lab_note="2000")]).replace(b"lab_note", b"hbv")
    assert facts_of(only(read(data))) == [("hbv_dna", "no value: unknown", "IU/mL")]


def test_a_huge_field() -> None:
    """A note of a megabyte is read as any other, in JSON and in CSV, and nothing of it is shown."""
    line = a_line(hbv="20", lab_note='x" \n' * 250_000)
    for data in (as_csv([line]), json.dumps([line]).encode()):
        received = only(read(data))
        assert (facts_of(received), received.unread) == (HBV, {"labs.lab_note": 1})
    received = only(read([a_line(dob="x" * 1_000_000)]))
    assert all(len(problem.message) < 400 for problem in received.problems)
    assert len(received.problems) == 1


@pytest.mark.parametrize("data", [b"<xml/>", b"\x00\x01\x02", b'{"error": "You have no rights"}', b"PK\x03\x04 zip"])
def test_what_is_no_export_is_told(data: bytes) -> None:
    """Whatever else comes is told by what was found, and never a traceback."""
    for each in read(data):
        assert refusal(each)


def test_an_error_of_the_api_is_shown() -> None:
    """The answer of the API to a wrong request is no export, and its keys are told."""
    (received,) = read(b'{"error": "You do not have permissions to use the API"}')
    assert refusal(received) == 'there is no column "record_id", which names the record; the columns are error'


# exports of other kinds


def test_labels_as_column_names_are_refused() -> None:
    """The usual export for people to read has labels; it is recognised and refused with what to do instead."""
    (received,) = read(b'"Record ID","Event Name",Sex,Complete?\n1,Screening,Female,Complete\n')
    assert refusal(received) == f"the columns are named by labels (Record ID, Event Name, Sex, Complete?); {RAW}"


@pytest.mark.parametrize(
    ("column", "label", "code"),
    [
        ("sex", "Female", "0"),
        ("hx___preg", "Checked", "1"),
        ("hx___alc", "Alcohol abuse", "alc"),
        ("labs_complete", "Complete", "2"),
    ],
)
def test_labels_as_values_are_refused(column: str, label: str, code: str) -> None:
    """One label shows that all texts are labels, and a label may look like another choice's code."""
    (received,) = read([a_line("1"), a_line("2", **{column: label})])
    assert refusal(received) == f'element 2 has the label "{label}" in {column}, not its code {code}; {RAW}'


def test_the_status_of_a_form_shows_labels_without_the_data_dictionary() -> None:
    """Form statuses have the same labels in every project."""
    (received,) = read([a_line(labs_complete="Incomplete")], fields=None)
    assert refusal(received) == f'element 1 has the label "Incomplete" in labs_complete, not its code 0; {RAW}'


def values(*triples: tuple[str, str, str], **more: str) -> list[dict[str, str]]:
    """An export with a line for each value."""
    return [{"record": record, "field_name": name, "value": value, **more} for record, name, value in triples]


EAV = values(
    ("1", "record_id", "1"), ("1", "hbv", "20"), ("1", "hx", "preg"), ("1", "hx", "-1"), ("2", "sex", "1"),
)  # fmt: skip


def test_an_export_with_a_line_for_each_value() -> None:
    """EAV exports name the checked choices only; the rest of a form with data is unchecked, as in flat exports."""
    flat = [a_line("1", hbv="20", hx___preg="1", hx____1="1"), a_line("2", sex="1")]
    assert read(EAV) == read(flat)
    assert read(as_csv(EAV)) == read(flat)


def test_an_export_with_a_line_for_each_value_needs_the_data_dictionary() -> None:
    """Without it a box cannot be told from a choice."""
    (received,) = read(EAV, fields=None)
    message = "an export with one line for each value is read by the data dictionary alone; give it"
    assert refusal(received) == message


def test_values_of_one_field_that_differ() -> None:
    """A field that is no checkbox has one value; where two lines differ it is unknown."""
    received = only(read(values(("1", "hbv", "20"), ("1", "hbv", "2000"))))
    assert facts_of(received) == [("hbv_dna", "no value: unknown", "IU/mL")]


def test_values_of_events_and_repeats() -> None:
    """A line for each value carries its event and repeat."""
    more = {"redcap_event_name": "one_arm_1", "redcap_repeat_instrument": "labs", "redcap_repeat_instance": "2"}
    received = only(read(values(("1", "hbv", "20"), **more)))
    assert received.record["facts"][0]["source"] == "one_arm_1 labs[2].hbv"


def test_labels_among_values_are_refused() -> None:
    """A line for each value can hold labels too."""
    (received,) = read(values(("1", "sex", "Male")))
    assert refusal(received) == f'element 1 has the label "Male" in sex, not its code 1; {RAW}'


# sources


class Pipe(RawIOBase):
    """A stream that cannot go back."""

    def __init__(self, data: bytes) -> None:
        self.data = BytesIO(data)

    def readable(self) -> bool:
        """It can be read."""
        return True

    def read(self, size: int = -1) -> bytes:
        """Its next bytes."""
        return self.data.read(size)


def test_all_sources_are_the_same(tmp_path: Path) -> None:
    """A path, a stream, a pipe and the objects of a client give the same subjects."""
    lines = [a_line("1", hbv="20"), a_line("2", hbv="30")]
    file = tmp_path / "records.json"
    file.write_text(json.dumps(lines))
    expected = read(lines)
    data = file.read_bytes()
    for source in (file, str(file), data, BytesIO(data), Pipe(data), lines):
        found = read_redcap(source, a_mapping(), DICTIONARY, data_dictionary=FIELDS)  # type: ignore[arg-type]
        assert list(found) == expected


def test_what_is_no_source() -> None:
    """Anything else is refused by its name."""
    with pytest.raises(UcmscRulesError) as raised:
        read_redcap(object(), a_mapping(), DICTIONARY, data_dictionary=FIELDS)  # type: ignore[arg-type]
    assert str(raised.value) == "give a path, bytes, a binary stream, or a list of objects, not object"


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    """What cannot be opened is an error of the library, with the path."""
    with pytest.raises(UcmscRulesError, match=r"none\.json: the file cannot be read: No such file or directory"):
        list(read_redcap(tmp_path / "none.json", a_mapping(), DICTIONARY, data_dictionary=FIELDS))


def test_without_a_data_dictionary_the_mapping_names_the_record() -> None:
    """Which column names the record is never guessed at."""
    with pytest.raises(UcmscRulesError) as raised:
        read_redcap(BytesIO(b"[]"), a_mapping(FACTS), DICTIONARY)
    assert str(raised.value) == (
        "which column names the record is not told; give the data dictionary, or write "
        '"subject: record_id" in the mapping small'
    )


def test_subjects_come_one_by_one() -> None:
    """Each subject is there before the lines of the next but one are turned into facts."""
    stream = read_redcap([a_line(str(number)) for number in range(5)], a_mapping(), DICTIONARY, data_dictionary=FIELDS)
    assert [next(stream).record["subject"], next(stream).record["subject"]] == ["0", "1"]  # type: ignore[index]
