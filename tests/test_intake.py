"""Records from a stream: every form, every breakage, and no record lost beside a broken one."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Iterator
from decimal import Decimal
from io import BufferedReader, BytesIO, RawIOBase
from math import isinf, isnan
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucmsc_rules.facts import intake
from ucmsc_rules.facts.intake import Broken, Form, RepeatedKeys, form_of, parse_piece, read_pieces, read_records
from ucmsc_rules.facts.json_text import MAX_DEPTH, NESTED

MISSING = "a record is missing here; leave out one of the commas"
BREAKS_OFF = "the file breaks off before the end of its list; the records before this are answered"


def read(text: str | bytes, form: Form = "auto") -> list[Any]:
    """The records in a text."""
    return list(read_records(BytesIO(text.encode() if isinstance(text, str) else text), form))


def broken(records: list[Any]) -> list[int]:
    """The places of the records that are none."""
    return [place for place, record in enumerate(records) if isinstance(record, Broken)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"a": 1}', [{"a": 1}]),
        ('{\n  "a": 1\n}\n', [{"a": 1}]),
        ('[{"a": 1}, {"b": 2}]', [{"a": 1}, {"b": 2}]),
        ("[]", []),
        (" [ ] ", []),
        ('{"a": 1}\n{"b": 2}\n', [{"a": 1}, {"b": 2}]),
        ('\n\n{"a": 1}\r\n   \n{"b": 2}', [{"a": 1}, {"b": 2}]),
        ("\ufeff[1]", [1]),
        ('\ufeff{"a": 1}\n{"b": 2}', [{"a": 1}, {"b": 2}]),
    ],
)
def test_forms_are_told_by_their_content(text: str, expected: list[Any]) -> None:
    """One object, a list and lines are told apart, with a byte order mark and blank lines too."""
    assert read(text) == expected


def test_form_by_name() -> None:
    """The names of files of lines are known; others are told by their content."""
    assert [form_of(name) for name in ("a.ndjson", "A.JSONL", "a.json", "-")] == ["ndjson", "ndjson", "auto", "auto"]


def test_nothing_at_all() -> None:
    """An empty file of lines has no records; where JSON is expected, it is none."""
    assert read("", "ndjson") == []
    assert read(" \n ") == [Broken("nothing stands here; write a record, or a list of them")]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[{"a": 1}, {"b": no}, {"c": 3}]', [{"a": 1}, Broken('this is no JSON at character 7: "no}"'), {"c": 3}]),
        ('[{"a": 1}, {"b": "["x}, {"c": 3}]', [{"a": 1}, Broken('this is no JSON at character 10: "x}"'), {"c": 3}]),
        ("[1,, 2]", [1, Broken(MISSING), 2]),
        ("[1, 2,]", [1, 2, Broken(MISSING)]),
        ('["a\n, {"c": 3}]', [Broken("this is no JSON: it breaks off after character 2"), {"c": 3}]),
    ],
)
def test_one_broken_element_is_refused_alone(text: str, expected: list[Any]) -> None:
    """Where the brackets match, the elements before and after a broken one are read."""
    assert read(text) == expected


def test_missing_comma() -> None:
    """What stands between a record and the next comma is refused, in a place of its own."""
    records = read('[{"a": 1} {"b": 2}, {"c": 3}]')
    assert (records[0], broken(records), records[2]) == ({"a": 1}, [1], {"c": 3})


@pytest.mark.parametrize("end", ['{"c"', '{"c": [1, {"d": "e', "", ", ", '{"c": "\\', "12.", "tru"])
def test_truncated_list(end: str) -> None:
    """All complete records are read, and what breaks off is one refusal."""
    records = read('[{"a": 1}, {"b": 2}' + (f", {end}" if end.strip(" ,") else end))
    assert records[:2] == [{"a": 1}, {"b": 2}]
    assert isinstance(records[-1], Broken)
    assert len([record for record in records if isinstance(record, Broken)]) <= 1 + (end == "12.")


def test_what_follows_the_end() -> None:
    """Anything after a record or a list is refused."""
    message = "something stands after the end of the JSON; a file holds a record, a list, or one on each line"
    assert read("[1] 2") == [1, Broken(message)]
    assert read('{\n"a": 1}\n{"b": 2}') == [{"a": 1}, Broken(message)]


def test_bad_line_refuses_itself() -> None:
    """A line that is no JSON, or no UTF-8, leaves the others alone."""
    records = read(b'{"a": 1}\nnot JSON\n{"b": "\xff"}\n[\n{"c": 3} {}\n{"d": 4}', "ndjson")
    assert broken(records) == [1, 2, 3, 4]
    assert (records[0], records[5]) == ({"a": 1}, {"d": 4})
    assert records[2] == Broken("byte 8 of the record is no UTF-8; save the file as UTF-8")


def test_bad_bytes_refuse_their_element() -> None:
    """Bytes that are no UTF-8 refuse the element of a list in which they stand."""
    message = "character 8 of the record is no UTF-8; save the file as UTF-8"
    assert read(b'[{"a": "\xff"}, {"b": "\xc3\xa9"}]') == [Broken(message), {"b": "é"}]


@pytest.mark.parametrize("encoding", ["utf-16", "utf-32"])
def test_other_encodings_are_refused(encoding: str) -> None:
    """UTF-16 and UTF-32 are refused, in whatever pieces."""
    records = read('{"a": 1}'.encode(encoding))
    assert records
    assert broken(records) == list(range(len(records)))


def test_numbers_keep_their_digits() -> None:
    """Fractions and long integers come as Decimals, digit by digit; none is too long."""
    (numbers,) = read(f'{{"a": 1.50, "b": 1e999999, "c": 7, "d": {"9" * 5000}}}')
    assert (str(numbers["a"]), numbers["b"], numbers["c"]) == ("1.50", Decimal("1e999999"), 7)
    assert type(numbers["c"]) is int
    assert str(numbers["d"]) == "9" * 5000


def test_what_is_no_number() -> None:
    """NaN, Infinity and numbers beyond all bounds come as floats that no reader takes for a value."""
    (numbers,) = read(f'{{"a": NaN, "b": Infinity, "c": -Infinity, "d": 1e{"9" * 30}}}')
    assert isnan(numbers["a"])
    assert all(isinf(numbers[name]) for name in "bcd")


def test_repeated_keys_are_told() -> None:
    """An object with a key twice says which, and keeps the last value."""
    (record,) = read('{"a": 1, "b": 2, "a": 3, "a": 4}')
    assert isinstance(record, RepeatedKeys)
    assert (record, record.keys_twice) == ({"a": 4, "b": 2}, ("a",))


@pytest.mark.parametrize("levels", [MAX_DEPTH, 1000, 100_000])
@pytest.mark.parametrize("inside", ["", "no", '"'])
def test_deep_nesting_refuses_its_record(levels: int, inside: str) -> None:
    """Deep nesting refuses its record with the same words on every version of Python, well formed or not."""
    deep = '{"a": ' + "[" * levels + inside + "]" * levels + "}"
    assert read(f'{{"b": 1}}\n{deep}\n{{"c": 2}}') == [{"b": 1}, NESTED, {"c": 2}]
    if inside != '"':
        assert read(f'[{{"b": 1}}, {deep}, {{"c": 2}}]') == [{"b": 1}, NESTED, {"c": 2}]


def test_nesting_that_is_not_deep() -> None:
    """The deepest record that is taken has 32 levels."""
    levels = MAX_DEPTH - 1
    (record,) = read('{"a": ' + "[" * levels + "]" * levels + "}")
    assert isinstance(record, dict)


def test_long_line_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line over the bound is refused, and the lines around it are read."""
    monkeypatch.setattr(intake, "LONGEST_RECORD", 100)
    long = json.dumps({"a": "x" * 500})
    records = read(f'{{"b": 1}}\n{long}\n{{"c": 2}}\n{long}', "ndjson")
    assert broken(records) == [1, 3]
    assert records[2] == {"c": 2}


def test_long_element_ends_the_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    """An element over the bound is refused, and with it the rest of the list."""
    monkeypatch.setattr(intake, "LONGEST_RECORD", 200_000)
    records = read(f'[{{"b": 1}}, {json.dumps({"a": "x" * 1_000_000})}, {{"c": 2}}]')
    assert records[0] == {"b": 1}
    assert broken(records) == [1]
    assert "Write one record on each line" in records[1].message


class Endless(RawIOBase):
    """A stream that makes its bytes as they are read."""

    def __init__(self, parts: Iterator[bytes]) -> None:
        self.parts, self.held = parts, b""

    def readable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Some more bytes."""
        self.held = self.held or next(self.parts, b"")
        count = min(len(buffer), len(self.held))
        buffer[:count], self.held = self.held[:count], self.held[count:]
        return count


def peak(parts: Iterator[bytes]) -> int:
    """The greatest memory while records are read and forgotten."""
    tracemalloc.start()
    for _ in read_records(BufferedReader(Endless(parts))):
        pass
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


RECORD = json.dumps({"subject": "S", "facts": [{"concept": "hbv_dna", "value": "x" * 50}] * 10}).encode()


@pytest.mark.parametrize(
    ("start", "each", "end"),
    [(b"", RECORD + b"\n", b""), (b"[" + RECORD, b"," + RECORD, b"]"), (b"[1", b',{"a": no}', b"]")],
)
def test_memory_does_not_grow_with_the_input(start: bytes, each: bytes, end: bytes) -> None:
    """Ten times as many records, in lines or in a list on one line, broken or not, take no more memory."""
    few, many = (peak(iter([start, *[each] * count, end])) for count in (300, 3000))
    assert many < few + 500_000


@given(st.lists(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5)), st.data())
def test_any_cut_loses_only_its_end(values: list[Any], data: st.DataObject) -> None:
    """Of a list that is cut anywhere, the elements that stand whole before the cut are read, and nothing crashes."""
    text = json.dumps(values, ensure_ascii=False).encode("utf-8", "surrogatepass")
    cut = data.draw(st.integers(0, len(text)))
    records = read(text[:cut], "json")
    assert records[: max(0, len(records) - 2)] == values[: max(0, len(records) - 2)]
    if cut < len(text):
        assert broken(records)


@given(st.binary(max_size=200))
def test_no_bytes_crash(data: bytes) -> None:
    """Whatever the bytes, there are records or refusals."""
    forms: tuple[Form, ...] = ("auto", "json", "ndjson")
    for form in forms:
        read(data, form)


@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers()), min_size=1))
def test_small_chunks_change_nothing(records: list[dict[str, Any]]) -> None:
    """Elements are read whole, wherever the pieces end in which the stream is read."""
    text = json.dumps(records)
    before = intake.CHUNK
    try:
        intake.CHUNK = 3
        assert read(text) == records
    finally:
        intake.CHUNK = before


def test_pieces_of_lines_stay_bytes() -> None:
    """Lines are handed on unparsed, so that processes can share the parsing."""
    pieces = list(read_pieces(BytesIO(b'{"a": 1}\n\n{"b": 2}\n')))
    assert pieces == [b'{"a": 1}\n', b'{"b": 2}\n']
    assert [parse_piece(piece) for piece in pieces] == [{"a": 1}, {"b": 2}]
