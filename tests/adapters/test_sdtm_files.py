"""Files of SDTM: every form, broken ones, ones that are no datasets, sorted and unsorted ones."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from adapters.sdtm_reading import MAPPING, broken, facts_of, messages, read_all, subjects
from adapters.sdtm_writer import DICTIONARY, Line, metadata, write_csv, write_json, write_ndjson, write_xpt
from ucmsc_rules import UcmscRulesError
from ucmsc_rules.adapters.sdtm import read_sdtm, xpt

COLUMNS = ["STUDYID", "DOMAIN", "USUBJID", "LBSEQ", "LBTESTCD", "LBSPEC", "LBORRES", "LBORRESU", "LBDTC"]
WRITE: dict[str, Callable[[Path, str, list[str], list[Line]], None]]
WRITE = {"json": write_json, "ndjson": write_ndjson, "csv": write_csv, "xpt": write_xpt}
FORMS = pytest.mark.parametrize("form", WRITE)


def laboratory(*names: str) -> list[Line]:
    """Two results of each subject."""
    head = {"STUDYID": "A", "DOMAIN": "LB", "LBTESTCD": "CREAT", "LBSPEC": "SERUM", "LBORRESU": "umol/L"}
    return [
        head | {"USUBJID": name, "LBSEQ": str(number), "LBORRES": f"{90 + number}", "LBDTC": f"2026-02-2{number}"}
        for name in names
        for number in (1, 2)
    ]


def write(folder: Path, form: str, *names: str) -> Path:
    """A file with the results of some subjects."""
    if form == "xpt":
        pytest.importorskip("pandas", reason="pyreadstat writes data frames")
    WRITE[form](folder, "LB", COLUMNS, laboratory(*names))
    return folder / f"lb.{form}"


@FORMS
def test_every_form_gives_the_same(tmp_path: Path, form: str) -> None:
    """The number of a row and the text of a cell do not depend on the form of the file."""
    write(tmp_path, form, "S-1", "S-2")
    received = read_all(tmp_path)
    assert subjects(received) == ["S-1", "S-2"]
    assert facts_of(received[1]) == [
        {
            "concept": "creatinine", "value": f"9{number}", "unit": "umol/L", "when": f"2026-02-2{number}",
            "source": f"LB[{number}].LBORRES",
        }
        for number in (1, 2)
    ]  # fmt: skip


@FORMS
def test_a_file_that_is_cut_off_anywhere_gives_only_whole_subjects(tmp_path: Path, form: str) -> None:
    """No error escapes, whoever is given has both results, and whatever is lacking is told."""
    path = write(tmp_path, form, "S-1", "S-2", "S-3")
    whole = path.read_bytes()
    end = len(whole.rstrip()) if form == "xpt" else len(whole) - 1  # blanks at the end hold nothing
    for length in range(0, end, 7):
        path.write_bytes(whole[:length])
        if form == "csv" and path.read_bytes().endswith((b"\n", b"\r")):  # CSV does not tell how many lines there are
            continue
        received = read_all(tmp_path)
        given = [each for each in received if not broken([each])]
        assert all(len(facts_of(each)) == 2 for each in given)
        assert len(given) == 3 or broken(received)


def lost(file: str, why: str, rows: int, subject: str) -> str:
    """What is told of a sorted file that breaks off."""
    rest = f'nothing is given of "{subject}" and the subjects after it, whose rows may be missing'
    return f"{file}: {why}, after {rows} rows; {rest}"


def test_what_is_told_of_a_file_that_breaks_off(tmp_path: Path) -> None:
    """The last subject and those after it may lack rows, in every domain."""
    path = write(tmp_path, "json", "S-1", "S-2", "S-3")
    write_json(tmp_path, "DM", ["USUBJID", "SEX"], [{"USUBJID": f"S-{n}", "SEX": "F"} for n in range(1, 6)])
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.index('"S-2"') + 60], encoding="utf-8")
    received = read_all(tmp_path)
    assert subjects(received) == ["S-1"]
    assert broken(received) == [lost("lb.json", "it breaks off before the end of its JSON", 3, "S-2")]


def test_rows_that_are_lacking_at_the_end_of_lines_are_noticed(tmp_path: Path) -> None:
    """A file of lines that ends after a whole line is told by the number of its records."""
    path = write(tmp_path, "ndjson", "S-1", "S-2")
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:-1]))
    assert broken(read_all(tmp_path)) == [lost("lb.ndjson", "it has 3 rows, while its metadata say 4", 3, "S-2")]


def test_a_transport_file_that_ends_after_a_record_of_80_bytes_is_noticed(tmp_path: Path) -> None:
    """The library that reads it would take it for a shorter file."""
    path = write(tmp_path, "xpt", "S-1", "S-2", "S-3")
    path.write_bytes(path.read_bytes()[:-160])
    received = read_all(tmp_path)
    assert subjects(received) == ["S-1"]
    assert broken(received)[0].startswith("lb.xpt: it breaks off in the middle of a record, after ")


def test_of_an_unsorted_file_that_breaks_off_nobody_is_given(tmp_path: Path) -> None:
    """Rows of any subject may be missing."""
    path = write(tmp_path, "json", "S-2", "S-1", "S-3")
    path.write_text(path.read_text()[:-100])
    received = read_all(tmp_path)
    assert subjects(received) == []
    assert broken(received)[0].endswith("nothing is given of any subject, since the rows of each may be missing")


@FORMS
def test_an_unsorted_file_gives_what_a_sorted_one_does(tmp_path: Path, form: str) -> None:
    """The rows of a subject are brought together, wherever they stand."""
    lines = laboratory("S-1", "S-2", "S-3")
    if form == "xpt":
        pytest.importorskip("pandas", reason="pyreadstat writes data frames")
    WRITE[form](tmp_path, "LB", COLUMNS, lines[1::2] + lines[::2])
    received = read_all(tmp_path)
    assert subjects(received) == ["S-1", "S-2", "S-3"]
    assert all(len(facts_of(each)) == 2 for each in received)


def test_rows_without_a_subject_are_told(tmp_path: Path) -> None:
    """Nobody knows of whom they are."""
    lines = laboratory("S-1") + [line | {"USUBJID": " "} for line in laboratory("x")]
    write_json(tmp_path, "LB", COLUMNS, lines)
    received = read_all(tmp_path)
    assert subjects(received) == ["S-1"]
    assert broken(received) == ["lb.json: 2 rows name no subject in USUBJID, so nobody knows of whom; not read"]


def test_a_domain_without_subjects_stops_everything(tmp_path: Path) -> None:
    """Nobody knows of whom it speaks; what a study says of itself is another matter."""
    write(tmp_path, "json", "S-1")
    write_json(tmp_path, "TI", ["STUDYID", "IETESTCD"], [{"STUDYID": "A", "IETESTCD": "I1"}])
    assert subjects(read_all(tmp_path)) == ["S-1"]
    write_json(tmp_path, "MH", ["STUDYID", "MHTERM"], [{"STUDYID": "A", "MHTERM": "x"}])
    assert broken(read_all(tmp_path)) == [
        "mh.json: it has no USUBJID, so nobody knows of whom it speaks; without it nothing is given of any subject"
    ]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("lb.json", b"{}", 'it has no "columns", so it is no Dataset-JSON'),
        ("lb.json", b"", "it breaks off before the end of its JSON"),
        ("lb.json", b"[1]", 'it is no JSON at character 1: "[1]"'),
        ("lb.json", b'{"columns": 3}', 'its "columns" are no list'),
        ("lb.json", b'{"columns": [{"label": "x"}]}', "column 1 has no name"),
        ("lb.json", b'{"columns": [{"name": "A"}, {"name": "a"}]}', 'the column "A" stands twice'),
        ("lb.json", b"\xff\xfe", "it is no UTF-8, as Dataset-JSON must be"),
        ("lb.json", b'{"x": ' + b"[" * 100_000, "it is nested too deeply at character 7"),
        ("lb.json", b'{"clinicalData": ' * 9, "it is nested too deeply to be Dataset-JSON"),
        ("lb.xpt", b"PK", "it is no SAS transport file of version 5"),
        (
            "lb.xpt",
            xpt._VERSION_8 + b"0" * 900,
            "it is a transport file of version 8; write version 5, or Dataset-JSON",
        ),
        ("lb.csv", b"", "it is empty; the first line must hold the names of the variables"),
        ("lb.csv", b"A,,B\n", "column 2 has no name"),
    ],
)
def test_what_is_no_dataset_is_told(tmp_path: Path, name: str, content: bytes, message: str) -> None:
    """Without one of its domains a study would be another one, so nobody is given."""
    write(tmp_path, "json" if name != "lb.json" else "csv", "S-1")
    (tmp_path / ("other" + Path(name).suffix)).write_bytes(content)
    expected = f"other{Path(name).suffix}: {message}; without it nothing is given of any subject"
    assert [each for each in broken(read_all(tmp_path)) if each.startswith("other")] == [expected]


def rows_of_json(*rows: Any, **changes: Any) -> str:
    """A dataset with some rows."""
    return json.dumps(metadata("LB", ["USUBJID", "LBTESTCD"], len(rows)) | changes | {"rows": rows})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (rows_of_json(["S-1", "A"], ["S-2"]), "row 2 has 1 values for 2 columns"),
        (rows_of_json(["S-1", "A"], {"USUBJID": "S-2"}), "row 2 is no list of values"),
        (rows_of_json(["S-1", "A"], ["S-2", ["B"]]), "row 2 has a list or an object where a value should be"),
        (rows_of_json(["S-1", "A"], records=2), "it has 1 rows, while its metadata say 2"),
        (rows_of_json(["S-1", "A"]) + "x", "something stands after the end of its JSON"),
        (rows_of_json(["S-1", "A"])[:-2] + ", nothing]}", "it is no JSON at character"),
    ],
)
def test_a_row_that_is_no_row_ends_the_reading(tmp_path: Path, text: str, message: str) -> None:
    """What stands after it cannot be trusted to be in its place."""
    (tmp_path / "lb.json").write_text(text, encoding="utf-8")
    received = read_all(tmp_path)
    assert message in broken(received)[0]
    assert "S-2" not in subjects(received)


def test_the_order_of_attributes_does_not_matter(tmp_path: Path) -> None:
    """JSON has no order: rows may stand before the columns that describe them."""
    path = write(tmp_path, "json", "S-1")
    dataset = json.loads(path.read_text())
    path.write_text(json.dumps({key: dataset[key] for key in reversed(dataset)}))
    assert len(facts_of(read_all(tmp_path)[0])) == 2


def test_the_older_version_of_dataset_json(tmp_path: Path) -> None:
    """Version 1.0 wraps its dataset, calls columns items, and numbers the rows."""
    names = ["ITEMGROUPDATASEQ", *COLUMNS]
    items = [{"OID": name, "name": name, "label": name, "type": "string"} for name in names]
    rows = [[place, *(line[name] for name in COLUMNS)] for place, line in enumerate(laboratory("S-1"), start=1)]
    group = {"records": 2, "name": "LB", "label": "Laboratory", "items": items, "itemData": rows}
    data = {"studyOID": "A", "metaDataVersionOID": "M", "itemGroupData": {"IG.LB": group}}
    path = tmp_path / "lb.json"
    path.write_text(json.dumps({"creationDateTime": "2023-01-01", "datasetJSONVersion": "1.0.0", "clinicalData": data}))
    assert len(facts_of(read_all(tmp_path)[0])) == 2
    data["itemGroupData"] = {"IG.LB": group, "IG.VS": group}
    path.write_text(json.dumps({"clinicalData": data}))
    assert "it holds more than one dataset; write each in a file of its own" in broken(read_all(tmp_path))[0]


def test_the_shape_between_the_versions(tmp_path: Path) -> None:
    """Examples from before 1.1 was final have other attributes, nulls in columns, and the number of each row."""
    names = ["ITEMGROUPDATASEQ", *COLUMNS]
    columns = [
        {"itemOID": name, "name": name, "label": name, "dataType": "string", "displayFormat": None} for name in names
    ]
    rows = [[place, *(line[name] for name in COLUMNS)] for place, line in enumerate(laboratory("S-1"), start=1)]
    dataset = {
        "asOfDateTime": "2023-05-31T00:00:00",
        "columns": columns,
        "sourceSystem": "x",
        "records": 2,
        "name": "LB",
    }
    (tmp_path / "lb.json").write_text(json.dumps(dataset | {"itemGroupOID": "IG.LB", "rows": rows}))
    (received,) = read_all(tmp_path)
    assert (len(facts_of(received)), received.unread) == (2, {})


def test_numbers_keep_their_digits(tmp_path: Path) -> None:
    """No number of a file becomes a binary float; NaN is a missing value."""
    rows = '["S-1", 12, "CREAT", "SERUM", 0.10, 1e2], ["S-1", 13, "CREAT", "SERUM", NaN, null]'
    columns = ["USUBJID", "LBSEQ", "LBTESTCD", "LBSPEC", "LBORRES", "LBORNRHI"]
    text = json.dumps(metadata("LB", columns, 2))
    (tmp_path / "lb.json").write_text(f'{text[:-1]}, "rows": [{rows}]}}')
    assert [fact["value"] for fact in facts_of(read_all(tmp_path)[0])] == ["0.10"]


def test_names_of_variables_in_small_letters(tmp_path: Path) -> None:
    """SAS makes no difference between them."""
    path = write(tmp_path, "csv", "S-1")
    head, rest = path.read_text().split("\n", 1)
    path.write_text(f"{head.lower()}\n{rest}")
    assert len(facts_of(read_all(tmp_path)[0])) == 2


def test_transport_files_of_another_encoding(tmp_path: Path) -> None:
    """It has to be told; where it is not, the file is not read as if it were UTF-8."""
    pytest.importorskip("pandas", reason="pyreadstat writes data frames")
    lines = [line | {"LBORRES": "\u00b5" * 3} for line in laboratory("S-1")]
    write_xpt(tmp_path, "LB", COLUMNS, lines)
    path = tmp_path / "lb.xpt"
    path.write_bytes(path.read_bytes().replace("\u00b5".encode() * 3, "\u00b5".encode("cp1252") * 3 + b"   "))
    assert "where it is no UTF-8, give its encoding" in broken(read_all(tmp_path))[0]
    (received,) = read_sdtm(tmp_path, MAPPING, DICTIONARY, encoding="cp1252")
    assert facts_of(received)[0]["value"] == "\u00b5" * 3


def test_a_transport_file_holds_one_dataset(tmp_path: Path) -> None:
    """A second one in it would be lost otherwise."""
    path = write(tmp_path, "xpt", "S-1")
    content = path.read_bytes()
    path.write_bytes(content + content[240:])
    assert "it holds more than one dataset; write each in a file of its own" in broken(read_all(tmp_path))[0]


def test_without_pyreadstat(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is missing, and how to get it."""
    write(tmp_path, "xpt", "S-1")
    monkeypatch.setitem(__import__("sys").modules, "pyreadstat", None)
    with pytest.raises(UcmscRulesError) as raised:
        read_all(tmp_path)
    assert str(raised.value) == "reading SAS transport files needs pyreadstat; install ucmsc-rules[sdtm]"


def refusal(sources: Any, encoding: str | None = None) -> str:
    """Why some sources cannot be used."""
    with pytest.raises(UcmscRulesError) as raised:
        read_sdtm(sources, MAPPING, DICTIONARY, encoding=encoding)
    return str(raised.value)


def test_sources_that_cannot_be_used(tmp_path: Path) -> None:
    """Each is told with what to do."""
    assert refusal(tmp_path) == f"{tmp_path} has no dataset; a folder of SDTM has files as dm.xpt or dm.json"
    assert refusal(tmp_path / "lb.xpt") == f"{tmp_path / 'lb.xpt'} is no file and no folder"
    write(tmp_path, "json", "S-1")
    assert refusal(tmp_path, "latin-15x") == '"latin-15x" is no encoding; write one as utf-8 or gb18030'
    (tmp_path / "define.xml").write_text("<ODM/>")
    assert refusal([tmp_path / "define.xml"]) == (
        f"{tmp_path / 'define.xml'} is of a form that is not read; its name must end in .xpt, .json, .ndjson or .csv"
    )
    assert subjects(read_all(tmp_path)) == ["S-1"]  # in a folder, what is no dataset is left alone
    write(tmp_path, "csv", "S-1")
    assert refusal(tmp_path) == "lb.csv and lb.json both hold LB; name the files to be read"
    (tmp_path / "mh.sas7bdat").write_bytes(b"")
    assert refusal(tmp_path) == (
        f"{tmp_path / 'mh.sas7bdat'} is of a form that is not read; "
        "write it as XPT or Dataset-JSON, or name the files to be read"
    )
    assert subjects(list(read_sdtm([tmp_path / "lb.csv"], MAPPING, DICTIONARY))) == ["S-1"]


@pytest.mark.thorough
@pytest.mark.parametrize("form", ["json", "ndjson", "csv", "xpt"])
def test_memory_does_not_grow_with_a_sorted_file(tmp_path: Path, form: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ten times the subjects take no more than a little more."""
    monkeypatch.setattr(xpt, "CELLS_AT_ONCE", 2000)
    peaks = []
    for count in (300, 3000):
        write(tmp_path, form, *(f"S-{number:05}" for number in range(count)))
        assert sum(1 for _ in read_sdtm(tmp_path, MAPPING, DICTIONARY)) == count
        tracemalloc.start()
        for _ in read_sdtm(tmp_path, MAPPING, DICTIONARY):
            pass
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 3 * peaks[0]


def test_reading_is_deterministic(tmp_path: Path) -> None:
    """The same files give the same, in whatever order they are named."""
    lab, people = write(tmp_path, "json", "S-1", "S-2"), tmp_path / "dm.json"
    write_json(tmp_path, "DM", ["USUBJID", "SEX"], [{"USUBJID": "S-2", "SEX": "F"}])
    assert list(read_sdtm([lab, people], MAPPING, DICTIONARY)) == list(read_sdtm([people, lab], MAPPING, DICTIONARY))


def test_a_subject_may_come_with_problems_of_its_own(tmp_path: Path) -> None:
    """Each subject's problems are its own."""
    lines = laboratory("S-1", "S-2")
    lines[3] |= {"LBSEQ": "1"}
    write_json(tmp_path, "LB", COLUMNS, lines)
    assert [len(messages(each)) for each in read_all(tmp_path)] == [0, 1]
