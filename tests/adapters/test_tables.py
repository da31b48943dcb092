"""Tables: CSV, Parquet and frames, wide and long; of whom a row may be lost is told, and not answered."""

from __future__ import annotations

import codecs
import sys
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from io import BytesIO, StringIO
from pathlib import Path
from time import process_time
from typing import Any

import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping_samples import dictionary, mapping, problems, row
from adapters.table_samples import WIDE, broken, read, read_frame, shown, subjects
from ucmsc_rules import UcmscRulesError
from ucmsc_rules.adapters.tables import frames, read_table
from ucmsc_rules.adapters.tables.text import text_of
from ucmsc_rules.facts.json_text import Broken

HEAD = "id,hbv,day,sex,screened\n"
FACT = {"concept": "hbv_dna", "value": "850", "unit": "IU/mL", "when": "2026-02-27"}
LONG = """\
subject: id
rows: {table: {named_by: [test]}}
facts:
  - {concept: hbv_dna, where: {test: HBV}, value: result, unit: unit, when: day}
  - {concept: inr, where: {test: INR}, value: result, when: day}
"""
LONG_HEAD = "id,test,result,unit,day\n"


def test_wide() -> None:
    """A wide table gives a record for each row, with its anchors and where each fact stands."""
    (got,) = read(HEAD + "A,850,2026-02-27,1,2026-03-01\n")
    assert got.record == {
        "subject": "A",
        "anchors": {"screening": "2026-03-01"},
        "facts": [{**FACT, "source": "line 2.hbv"}, {"concept": "sex", "value": "female", "source": "line 2.sex"}],
    }
    assert (got.problems, got.unread) == ((), {})


def test_long() -> None:
    """A long table gives a record for each subject, in the order of their first rows, wherever the others stand."""
    got = read(LONG_HEAD + "B,INR,1.1,,\nA,HBV,850,IU/mL,2026-02-27\nB,HBV,7,IU/mL,\nA,AFP,1,,\n", LONG)
    assert shown(got) == [
        ("B", [{"concept": "inr", "value": "1.1"}, {"concept": "hbv_dna", "value": "7", "unit": "IU/mL"}]),
        ("A", [FACT]),
    ]
    assert got[1].unread == {"table test=AFP": 1}


@pytest.mark.parametrize(
    "data",
    [
        HEAD.encode() + b"\xc3\x85,850,2026-02-27,,\n",
        codecs.BOM_UTF8 + HEAD.encode() + b"\xc3\x85,850,2026-02-27,,\r\n",
        (HEAD + "Å,850,2026-02-27,,\n").encode("utf-16"),
        codecs.BOM_UTF16_BE + (HEAD + "Å,850,2026-02-27,,\n").encode("utf-16-be"),
        (HEAD + "Å,850,2026-02-27,,\n").replace(",", ";").encode(),
        (HEAD + "Å,850,2026-02-27,,\n").replace(",", "\t").encode(),
        (HEAD + '"Å","850","2026-02-27","",""').encode(),
        (" id , hbv,day ,sex,screened\n" + " Å , 850 , 2026-02-27 ,,\n").encode(),
        ("\n" + HEAD + "\n,,,,\nÅ,850,2026-02-27,,\n\n").encode(),
        (HEAD + "Å,850,2026-02-27,,,,\n").encode(),
    ],
)
def test_forms_of_text(data: bytes) -> None:
    """Encodings, separators, quotation marks, blank lines and outer blanks change nothing."""
    assert shown(read(data)) == [("Å", [FACT])]


def test_line_end_in_a_cell() -> None:
    """A cell in quotation marks may hold separators and line ends; places are those of the file."""
    (got,) = read(
        LONG_HEAD.replace("unit", "note") + 'A,AFP,"a\nb, c",,\nA,INR,1.1,,\n', LONG.replace("unit: unit, ", "")
    )
    assert got.record["facts"][0]["source"] == "line 4.result"  # type: ignore[index]


# what is wrong with a table


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "the table is empty; write a line with the names of the columns, and a line for each row"),
        ("\n \n", "the table is empty; write a line with the names of the columns, and a line for each row"),
        (HEAD, "the table has no rows"),
        ("ID,hbv\nA,\n", '"id" is no column of the table, so nothing of it is read; the columns are ID, hbv'),
        ("ids,hbv\nA,\n", '"id" is no column of the table, so nothing of it is read; did you mean "ids"?'),
        ("id,id\nA,\n", 'two columns are called "id", so nothing of the table is read; name each column once'),
    ],
)  # fmt: skip
def test_tables_that_cannot_be_read(text: str, said: str) -> None:
    """A table without rows, or without the subject's column, is told as such."""
    assert shown(read(text)) == [said]


def test_missing_columns() -> None:
    """A column that the mapping names and the table lacks is told with its place in the mapping; the rest is read."""
    got = read("id,hvb,day,sex\nA,850,2026-02-27,1\n")
    assert broken(got) == [
        'm.yaml:8:5 (hbv_dna): "hbv" is no column of the table; did you mean "hvb"?',
        'm.yaml:6:11 (screening): "screened" is no column of the table',
    ]
    assert shown(got)[2:] == [("A", [{"concept": "sex", "value": "female"}])]
    assert got[2].unread == {"table.hvb": 1}


def test_columns_that_may_be_blank() -> None:
    """A column of a condition that a blank meets may be left out."""
    body = 'subject: id\nfacts:\n  - {concept: inr, where: {stat: [done, ""]}, value: inr}\n'
    assert shown(read("id,inr\nA,1.1\n", body)) == [("A", [{"concept": "inr", "value": "1.1"}])]


@pytest.mark.parametrize("entry", ["where: {stat: done}", "unless: {stat: not done}", "status: stat", "when: stat"])
def test_columns_that_decide(entry: str) -> None:
    """Where a column is missing that could change what a fact says, the fact is unreadable."""
    got = read("id,inr\nA,1.1\n", f"subject: id\nfacts:\n  - {{concept: inr, value: inr, {entry}}}\n")
    assert broken(got) == ['m.yaml:7:5 (inr): "stat" is no column of the table']
    (fact,) = shown(got)[1][1]
    assert "unreadable: 1.1" in fact.values() or "no value: unknown" in fact.values()


def test_columns_of_one_name() -> None:
    """What stands in two columns of one name is not known, so it is no value."""
    got = read("id,inr,inr\nA,1.1,1.1\n", "subject: id\nfacts:\n  - {concept: inr, value: inr}\n")
    assert shown(got) == [
        'two columns are called "inr", so what stands in them is not known; name each column once',
        ("A", [{"concept": "inr", "value": "no value: unknown"}]),
    ]


def test_columns_that_the_mapping_does_not_name() -> None:
    """A column that the mapping does not name is counted where it has data, be it one without a name."""
    (got,) = read(HEAD.replace("\n", ",alt,ast,\n") + "A,850,,,,30,,x\n")
    assert got.unread == {"table.alt": 1, "table.column 8": 1}


# rows that are lost


RAGGED = "line 3 has 2 cells where the header has 5; put texts with separators in quotation marks"


def test_ragged_rows() -> None:
    """A row with more or fewer cells than the header makes its subject unanswered; all others are read."""
    got = read(HEAD + "A,1,,,\nB,1\nC,1,,,,7\nD,1,,,\n")
    assert subjects(got) == ["A", "D"]
    assert broken(got) == [
        f"B: {RAGGED}; nothing of this subject is read",
        f"C: {RAGGED.replace('3 has 2', '4 has 6')}; nothing of this subject is read",
    ]


def test_ragged_row_of_a_long_table() -> None:
    """One ragged row of a subject is enough, since it may hold what would have decided."""
    got = read(LONG_HEAD + "A,INR,1.1,,\nA,HBV\nB,INR,1.1,,\n", LONG)
    assert (subjects(got), broken(got)) == (["B"], [f"A: {RAGGED}; nothing of this subject is read"])


def test_ragged_row_of_an_unknown_subject() -> None:
    """Where the subject's column is not the first, whose a ragged row is cannot be told; the neighbours may own it."""
    rows = ["INR,A,1.1,,", "HBV,B,1,IU/mL,", "INR,B", "INR,C,1,,", "HBV,C,1,IU/mL,", "INR,D,1,,"]
    got = read("\n".join([LONG_HEAD.strip().replace("id,test", "test,id"), *rows]), LONG)
    wrong = RAGGED.replace("line 3", "line 4")
    owner = f"{wrong}, and it may be a row of this subject; nothing of this subject is read"
    assert subjects(got) == ["A", "D"]
    assert broken(got) == [f"B: {owner}", f"C: {owner}", wrong]


def test_row_without_a_subject() -> None:
    """A row that names no subject is told; where each subject has one row, the others are read."""
    got = read(HEAD + "A,1,,,\n,1,,,\nB,1,,,\n ,2,,,\n")
    assert subjects(got) == ["A", "B"]
    assert broken(got) == ['line 3, line 5 name no subject in "id", so nothing of it is read']


def test_row_without_a_subject_in_a_long_table() -> None:
    """Where subjects have several rows, one without a subject may be of the one before it, as merged cells are."""
    got = read(LONG_HEAD + "A,INR,1.1,,\nA,HBV,7,IU/mL,\n,HBV,9999,IU/mL,\nB,INR,1,,\nA,INR,1,,\n", LONG)
    assert subjects(got) == ["B"]
    assert broken(got) == [
        'A: line 4 names no subject in "id", and it may be a row of this subject; nothing of this subject is read',
        'line 4 names no subject in "id", so nothing of it is read',
    ]


def test_many_rows_without_a_subject() -> None:
    """Ten of many rows are listed."""
    (said,) = broken(read(HEAD + "A,1,,,\nB,1,,,\n" + ",1,,,\n" * 30))
    assert said.startswith("line 4, line 5, ")
    assert said.endswith('line 13 and 20 more name no subject in "id", so nothing of it is read')


NO_TEXT = 'line 3 has bytes that are no text after "B,"; save the file as UTF-8'


def test_line_that_is_no_text() -> None:
    """A line of another encoding is told; where each subject has one row, it was nobody else's."""
    got = read((HEAD + "A,1,,,\n").encode() + b"B,\xe9,,,\nC,1,,,\nD,1,,,\n")
    assert (subjects(got), broken(got)) == (["A", "C", "D"], [NO_TEXT])


def test_line_that_is_no_text_of_a_long_table() -> None:
    """Where the rows of each subject stand together, the one before and the one after may own the line."""
    got = read(
        (LONG_HEAD + "Z,INR,1,,\nA,INR,1,,\nA,HBV,1,IU/mL,\n").encode() + b"B,\xe9,,,\nC,INR,1,,\nD,INR,1,,\n", LONG
    )
    wrong = NO_TEXT.replace("line 3", "line 5")
    owner = f"{wrong}, and it may be a row of this subject; nothing of this subject is read"
    assert (subjects(got), broken(got)) == (["Z", "D"], [f"A: {owner}", f"C: {owner}", wrong])


def test_line_that_is_no_text_of_a_mixed_table() -> None:
    """Where the rows of a subject stand apart, the line may be anyone's."""
    got = read((LONG_HEAD + "A,INR,1,,\nB,INR,1,,\nA,HBV,1,IU/mL,\n").encode() + b"B,\xe9,,,\nC,INR,1,,\n", LONG)
    assert subjects(got) == []
    assert [said.partition(":")[0] for said in broken(got)[:3]] == ["A", "B", "C"]


def test_quotation_mark_that_nothing_closes() -> None:
    """Nothing after it is read, and of a long table the subject before it is not answered."""
    got = read(LONG_HEAD + 'A,INR,1,,\nA,HBV,1,IU/mL,\nB,INR,1,,\nB,HBV,"1,IU/mL,\nC,INR,1,,\n', LONG)
    assert subjects(got) == ["A"]
    assert broken(got)[-1] == "line 5 opens a quotation mark that nothing closes; nothing after it is read"


def test_file_that_is_cut_off() -> None:
    """Of a long table that is cut off in a row, all but the last subject are read."""
    whole = LONG_HEAD + "A,INR,1,,\nB,INR,1,,\nB,HBV,1,IU/mL,\n"
    got = read(whole[:-9], LONG)
    assert subjects(got) == ["A"]
    assert broken(got) == [f"B: {RAGGED.replace('3 has 2', '4 has 3')}; nothing of this subject is read"]


# where a table comes from


def test_paths(tmp_path: Path) -> None:
    """A table is read from a path as text or otherwise, and the file is closed."""
    file = tmp_path / "table.csv"
    file.write_text(HEAD + "A,850,2026-02-27,,\n", encoding="utf-8")
    assert shown(read_frame(file)) == shown(read_frame(str(file))) == [("A", [FACT])]
    with pytest.raises(UcmscRulesError, match=r"none\.csv cannot be read: No such file or directory"):
        read_frame(tmp_path / "none.csv")


def test_streams() -> None:
    """A stream is read from where it stands, one that cannot seek too; a text stream is refused."""

    class Pipe(BytesIO):
        def seekable(self) -> bool:
            return False

    text = (HEAD + "A,850,2026-02-27,,\n").encode()
    later = BytesIO(b"first\n" + text)
    later.readline()
    assert shown(read_frame(Pipe(text))) == shown(read_frame(later)) == [("A", [FACT])]
    with pytest.raises(UcmscRulesError, match="a table is read from bytes; open the file as binary"):
        read_frame(StringIO(HEAD))


@pytest.mark.parametrize("thing", [3, [1], {"id": 1}, None, pl.Series([1])])
def test_what_is_no_table(thing: object) -> None:
    """Anything else is refused by name."""
    with pytest.raises(
        UcmscRulesError, match=r"is no table; give a path, a binary stream, an Arrow table or a data frame"
    ):
        read_frame(thing)


def test_mapping_of_another_format() -> None:
    """A mapping that reads another format is refused."""
    with pytest.raises(UcmscRulesError, match='the mapping "example" reads odm; a table needs one with "reads: table"'):
        list(read_table(BytesIO(b""), mapping("facts: []\n"), dictionary()))


moment = datetime.fromisoformat
COLUMNS: dict[str, Any] = {
    "id": ["A", "B"],
    "hbv": [850.0, 0.1],
    "day": [date(2026, 2, 27), None],
    "sex": [1, None],
    "screened": [moment(text) for text in ("2026-03-01", "2026-03-02T08:10:59")],
}
SAID = [
    ("A", [FACT, {"concept": "sex", "value": "female"}]),
    ("B", [{"concept": "hbv_dna", "value": "0.1", "unit": "IU/mL"}]),
]


def parquet(table: pa.Table) -> BytesIO:
    """A table as a Parquet file."""
    stream = BytesIO()
    pq.write_table(table, stream)
    stream.seek(0)
    return stream


FRAMES = {
    "pandas": lambda: pd.DataFrame(COLUMNS),
    "pandas with Arrow": lambda: pd.DataFrame(COLUMNS).convert_dtypes(dtype_backend="pyarrow"),
    "pandas nullable": lambda: pd.DataFrame(COLUMNS).convert_dtypes(),
    "polars": lambda: pl.DataFrame(COLUMNS),
    "polars lazy": lambda: pl.LazyFrame(COLUMNS),
    "arrow": lambda: pa.table(COLUMNS),
    "parquet": lambda: parquet(pa.table(COLUMNS)),
    "parquet of pandas": lambda: parquet(pa.Table.from_pandas(pd.DataFrame(COLUMNS))),
}


@pytest.mark.parametrize("make", FRAMES.values(), ids=FRAMES)
def test_frames(make: Any) -> None:
    """A frame of any make gives the same facts as the text that a person would write."""
    got = read_frame(make())
    assert shown(got) == SAID
    assert [each.record["anchors"] for each in got] == [{"screening": "2026-03-01"}, {"screening": "2026-03-02"}]  # type: ignore[index]


def test_frames_of_numbers_as_subjects() -> None:
    """Numbers may name subjects; rows without one are told by their number."""
    got = read_frame(pd.DataFrame({"id": [1.0, None, 2.0], "sex": [1, 1, 2]}))
    assert subjects(got) == ["1", "2"]
    assert broken(got)[-1] == 'row 2 names no subject in "id", so nothing of it is read'


def test_frames_of_odd_columns() -> None:
    """Column names that are numbers, or methods of frames, are names like any other."""
    frame = pd.DataFrame({"id": ["A"], 5: ["850"], "read": ["1"], "collect": ["x"]})
    body = "subject: id\nfacts:\n  - {concept: hbv_dna, value: 5}\n  - {concept: nyha_class, value: read}\n"
    assert shown(read_frame(frame, body)) == [
        ("A", [{"concept": "hbv_dna", "value": "850"}, {"concept": "nyha_class", "value": "1"}])
    ]


def test_frames_with_columns_of_one_name() -> None:
    """A frame whose columns have the same name is told as such."""
    (said,) = broken(read_frame(pd.DataFrame([[1, 2]], columns=["id", "id"])))
    assert said.startswith("this table cannot be read: Expected unique column names")


def test_frames_and_decimal_commas() -> None:
    """Numbers of a frame have no commas, whatever the mapping says of texts; the texts beside them have."""
    body = "subject: id\ndecimals: comma\nfacts:\n  - {concept: creatinine, value: a}\n  - {concept: inr, value: b}\n"
    frame = pd.DataFrame({"id": ["A", "B"], "a": ["1,5 mg/dL", "1.5 mg/dL"], "b": [1.25, 1000.0]})
    got = read_frame(frame, body)
    assert [[fact["value"] for fact in facts] for _, facts in shown(got)] == [
        ["1.5 mg/dL", "1.25"],
        ["unreadable: 1.5 mg/dL", "1000"],
    ]


def test_frames_without_rows() -> None:
    """A frame without rows is told as such."""
    assert shown(read_frame(pd.DataFrame(COLUMNS).iloc[:0])) == ["the table has no rows"]


@pytest.mark.parametrize("keep", [4, 8, 100, -1])
def test_parquet_that_is_cut_off(keep: int) -> None:
    """A Parquet file that is cut off is told as such."""
    (said,) = broken(read_frame(BytesIO(parquet(pa.table(COLUMNS)).getvalue()[:keep])))
    assert said.startswith("this is no Parquet file that can be read, or it is cut off: ")


def test_parquet_that_is_damaged() -> None:
    """Bytes that were changed anywhere in a Parquet file never raise."""
    data = parquet(pa.table(COLUMNS)).getvalue()
    for place in range(4, len(data), 7):
        damaged = data[:place] + bytes([data[place] ^ 0xFF]) + data[place + 1 :]
        assert all(isinstance(each, str | tuple) for each in shown(read_frame(BytesIO(damaged))))


def test_day_that_no_calendar_has() -> None:
    """A column with a moment beyond every calendar cannot be read, and is named."""
    table = pa.table({"id": ["A"], "day": pa.array([2**62], pa.timestamp("s"))})
    (said,) = broken(read_frame(table))
    assert said.startswith('the column "day" cannot be read, so nothing of the table is: ')


def test_parquet_that_is_too_large(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of few bytes may hold very many rows; beyond a bound it is refused before it is read."""
    monkeypatch.setattr(frames, "MOST_CELLS", 9)
    assert broken(read_frame(parquet(pa.table(COLUMNS)))) == [
        "the table has 10 cells, and at most 9 are read; part it by subjects"
    ]


@pytest.mark.parametrize(
    ("package", "make"), [("narwhals", "pandas"), ("pyarrow.parquet", "parquet"), ("pyarrow", "parquet")]
)
def test_packages_that_are_missing(package: str, make: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that is not installed is named, with what to install."""
    frame = FRAMES[make]()
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(UcmscRulesError, match=rf"needs {package.partition('.')[0]}; install ucmsc-rules\[tables\]"):
        read_frame(frame)


def test_text_needs_no_packages(monkeypatch: pytest.MonkeyPatch) -> None:
    """CSV is read without any of them."""
    for package in ("narwhals", "pyarrow", "pandas", "polars"):
        monkeypatch.setitem(sys.modules, package, None)
    assert shown(read(HEAD + "A,850,2026-02-27,,\n")) == [("A", [FACT])]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1, "1"), (-7, "-7"), (10**22, "10000000000000000000000"), (1000.0, "1000"), (0.1, "0.1"), (1.7e8, "170000000"),
        (1e-05, "1e-05"), (1e22, "1e+22"), (float("nan"), ""), (float("inf"), "inf"), (None, ""), (pd.NA, ""),
        (pd.NaT, ""), (True, "yes"), (False, "no"), ("", ""), (" x ", " x "), (Decimal("850.00"), "850.00"),
        (Decimal("NaN"), ""), (date(2026, 3, 1), "2026-03-01"), (moment("2026-03-01"), "2026-03-01"),
        (moment("2026-03-01T08:10:59"), "2026-03-01T08:10"), (moment("2026-03-01T00:00:01"), "2026-03-01T00:00"),
        (datetime(2026, 3, 1, 8, 10, tzinfo=UTC), "2026-03-01T08:10+00:00"),
        (datetime(2026, 3, 1, 8, 10, tzinfo=timezone(timedelta(hours=8))), "2026-03-01T08:10+08:00"),
        (time(8, 10), "08:10:00"), (b"x", "(bytes)"), ([1], "(list)"), ({"a": 1}, "(dict)"),
        (timedelta(1), "(timedelta)"),
        (pd.Timestamp("2026-03-01"), "2026-03-01"), (pd.Timestamp("2026-03-01T08:10"), "2026-03-01T08:10"),
        (pl.Series([1.5])[0], "1.5"), (pd.Series([2], dtype="int8")[0], "2"), (pd.Series([True])[0], "yes"),
        (10**1001, "(a number of more than 1000 digits)"),
    ],
)  # fmt: skip
def test_texts_of_values(value: object, text: str) -> None:
    """A value becomes its shortest exact text; what is missing is blank, and what is no value is told by its kind."""
    assert text_of(value) == text


@pytest.mark.parametrize("number", [0.1, 1.1, 123456.78, 3.4e38, 1e-10, 16777216.0])
def test_texts_of_short_floats(number: float) -> None:
    """Of a float of 32 bits, the text has no digits that its source had not."""
    (stored,) = pa.array([number], pa.float32()).to_pylist()
    assert float(text_of(stored, single=True)) == pytest.approx(number, rel=1e-7)
    assert len(text_of(stored, single=True)) <= len(repr(number))


def test_dates_of_frames_in_any_order() -> None:
    """Dates of a frame are ISO 8601, whatever order the mapping gives for texts."""
    frame = pd.DataFrame({"id": ["A"], "day": [date(2026, 1, 2)]})
    body = "subject: id\ndates: dmy\nfacts:\n  - {concept: human_albumin, when: day}\n"
    assert shown(read_frame(frame, body)) == [("A", [{"concept": "human_albumin", "when": "2026-01-02"}])]


def test_wide_mapping_of_rows() -> None:
    """The rows of a table are rows like any other."""
    assert problems(WIDE, row("table", "line 2", sex="3")) == [
        'error line 2.sex: "3" is none of the texts that the mapping knows here; it knows 1, 2'
    ]


# any table


@given(st.text('ABid,;\t"\n\r 1é', max_size=60), st.sampled_from(["utf-8", "utf-16", "latin-1"]))
def test_any_text(text: str, encoding: str) -> None:
    """Whatever a file holds, it is read or told of, and every line with data is somebody's or is told of."""
    got = read(f"id,hbv\n{text}".encode(encoding))
    assert subjects(got) or broken(got)
    if not broken(got):
        assert sum(len(facts) for _, facts in shown(got)) <= len(text.splitlines())


@given(st.lists(st.tuples(st.sampled_from(["A", "B", "C", ""]), st.sampled_from(["1", "2,x", ""])), max_size=8))
def test_whose_rows_are_lost(lines: list[tuple[str, str]]) -> None:
    """A subject is answered with all of its rows or not at all, and each that is named is answered or told of."""
    got = read("id,result\n" + "".join(f"{subject},{cells}\n" for subject, cells in lines), "subject: id\nfacts: []\n")
    named = {subject for subject, _ in lines if subject}
    ragged = {subject for subject, cells in lines if subject and "," in cells}
    answered = set(subjects(got))
    assert answered <= named - ragged
    assert {
        subject for subject in named - answered if any(said.startswith(f"{subject}: ") for said in broken(got))
    } == (named - answered)
    for each in got:
        if not isinstance(each.record, Broken):
            rows = [cells for subject, cells in lines if subject == each.record["subject"]]
            assert sum(each.unread.values()) == sum(cells != "" for cells in rows)


@pytest.mark.thorough
def test_time_of_a_large_table() -> None:
    """A table of twenty thousand subjects takes seconds."""
    text = HEAD + "".join(f"S{number},850,2026-02-27,1,2026-03-01\n" for number in range(20_000))
    start = process_time()
    assert len(subjects(read(text))) == 20_000
    assert process_time() - start < 10
