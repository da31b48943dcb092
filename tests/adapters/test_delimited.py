"""Delimited text of any goodness becomes lines of cells."""

from __future__ import annotations

import csv
import time
from io import BytesIO, StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucmsc_rules.adapters.delimited import Line, delimiter_of, encoding_of, read_delimited
from ucmsc_rules.facts.json_text import Broken

ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be")
TEXT = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\r\x00\ufffd"), max_size=12)


def lines(data: bytes) -> list[tuple[str, ...] | str]:
    """The cells of each line, or why there are none."""
    return [each.message if isinstance(each, Broken) else each.cells for each in read_delimited(BytesIO(data))]


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4), min_size=1, max_size=4), st.sampled_from(",;\t"))
def test_what_the_csv_module_writes_is_read_back(table: list[list[str]], delimiter: str) -> None:
    """Whatever text stands in cells comes back as it was; lines of blanks alone are left out."""
    text = StringIO()
    header = delimiter.join("abcd")
    writer = csv.writer(text, delimiter=delimiter, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer.writerows(table)
    found = lines(f"{header}\n{text.getvalue()}".encode())
    assert found == [tuple("abcd"), *map(tuple, table)]


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_encodings_and_line_ends(encoding: str, end: str) -> None:
    """All usual encodings and line ends give the same lines with the same numbers."""
    data = end.join(["id,name", '1,"é,', 'ü"', "", "2,x", ""]).encode(encoding)
    assert list(read_delimited(BytesIO(data))) == [
        Line(1, ("id", "name")), Line(2, ("1", "é,\nü")), Line(5, ("2", "x")),
    ]  # fmt: skip


def test_the_last_line_says_whether_it_ended() -> None:
    """A last line without its end may be cut off."""
    assert [line.ended for line in read_delimited(BytesIO(b"a\n1")) if isinstance(line, Line)] == [True, False]
    assert [line.ended for line in read_delimited(BytesIO(b"a\n1\n")) if isinstance(line, Line)] == [True, True]


@pytest.mark.parametrize(
    ("header", "expected"),
    [("a,b;c", ","), ("a;b;c,d", ";"), ("a\tb", "\t"), ('"a,b";c', ";"), ("a", ","), ("", ",")],
)
def test_delimiters(header: str, expected: str) -> None:
    """The delimiter is the one that stands most often in the first line, outside of quotation marks."""
    assert delimiter_of(header) == expected


@pytest.mark.parametrize(
    "line", ['1,a"b', '1,"a"b', '1,"a" ', '1, "a"', '1,"a""', '5" tall,6" wide'],
)  # fmt: skip
def test_a_quotation_mark_inside_of_a_cell(line: str) -> None:
    """A mark that is not doubled could part cells anywhere: the line is refused, or all that follows an open one."""
    first, message, *rest = lines(f"a,b\n{line}\n2,x\n".encode())
    if line.count('"') % 2:
        assert (message, rest) == ("line 2 opens a quotation mark that nothing closes; nothing after it is read", [])
    else:
        assert message == 'line 2 has a quotation mark inside of a cell; write it twice, as "a ""b"""'
        assert rest == [("2", "x")]
    assert first == ("a", "b")


def test_bytes_that_are_no_text() -> None:
    """They refuse their line alone, in every encoding."""
    assert lines(b"a,b\n1,x\xff\n2,y\n") == [
        ("a", "b"), 'line 2 has bytes that are no text after "1,x"; save the file as UTF-8', ("2", "y"),
    ]  # fmt: skip
    odd = "a,b\n1,x\n".encode("utf-16") + b"\x00\xd8" + "\n2,y\n".encode("utf-16-le")
    assert lines(odd) == [
        ("a", "b"), ("1", "x"), 'line 3 has bytes that are no text after ""; save the file as UTF-8', ("2", "y"),
    ]  # fmt: skip
    cut = "a,b\n1,x\n".encode("utf-16")[:-1]
    assert lines(cut) == [("a", "b"), 'line 2 has bytes that are no text after "1,x"; save the file as UTF-8']
    assert lines(b"a,b\n1,\x00\n")[1] == 'line 2 has bytes that are no text after "1,"; save the file as UTF-8'


def test_the_stream_stays_open() -> None:
    """Whoever opened a stream closes it, be all of it read or not."""
    stream = BytesIO(b"a\n1\n2\n")
    reading = read_delimited(stream)
    next(reading)
    reading.close()  # type: ignore[attr-defined]
    assert not stream.closed


def test_encodings_by_their_first_bytes() -> None:
    """A byte order mark is read over; without one, zeros tell UTF-16."""
    for encoding in ENCODINGS:
        stream = BytesIO("id".encode(encoding))
        name = encoding_of(stream)
        assert stream.read().decode(name) == "id"


def test_long_cells_and_many_cells_take_time_in_proportion() -> None:
    """A cell of megabytes and a line of a million cells are read as fast as anything else."""
    for data in (b'a,b\n1,"' + b'x""\n' * 1_000_000 + b'"\n', b"a\n" + b'"",' * 1_000_000 + b"\n"):
        start = time.process_time()
        assert [type(line) for line in read_delimited(BytesIO(data))] == [Line, Line]
        assert time.process_time() - start < 5


def test_a_line_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line beyond the bound ends the reading, so that it is never held."""
    monkeypatch.setattr("ucmsc_rules.adapters.delimited.LONGEST_LINE", 20)
    assert lines(b"a,b\n" + b"x" * 21) == [("a", "b"), "line 2 is longer than 20 characters; nothing after it is read"]
    assert lines(b'a,b\n"' + b"x\n" * 12) == [
        ("a", "b"), "line 2 is longer than 20 characters; nothing after it is read",
    ]  # fmt: skip
