"""ODM files that are broken, in another encoding, or meant to do harm: no traceback, no hang, no growth."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from io import BytesIO
from pathlib import Path
from time import perf_counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.odm_samples import (
    METADATA,
    broken_in,
    clinical,
    event,
    file_of,
    group,
    in_form,
    one,
    read,
    subject,
    subjects_of,
    texts_of,
)
from ucmsc_rules.adapters.odm import SubjectRows, pieces, rows_of
from ucmsc_rules.facts.json_text import Broken

SPACE = "http://www.cdisc.org/ns/odm/v1.3"
HAS_DTD = ["it declares a document type (<!DOCTYPE ...>), which ODM has no need of; save it without"]
TEN = "".join(f'<!ENTITY {chr(98 + level)} "{f"&{chr(97 + level)};" * 10}">' for level in range(9))
LAUGHS = f'<!DOCTYPE ODM [<!ENTITY a "lol">{TEN}]>'
LARGE = f'<!DOCTYPE ODM [<!ENTITY a "{"x" * 100_000}">]>'
OUTSIDE = '<!DOCTYPE ODM [<!ENTITY a SYSTEM "file:///{}">]>'
EXTERNAL = '<!DOCTYPE ODM SYSTEM "file:///{}">'
PARAMETER = '<!DOCTYPE ODM [<!ENTITY % p SYSTEM "file:///{}"> %p;]>'
THREE = file_of(METADATA, clinical(*(subject(f"S{number}", in_form(group(A=str(number)))) for number in (1, 2, 3))))
LONG = pytest.mark.long


def with_type(declaration: str, used: str = "&a;") -> str:
    """An ODM file that declares a document type and uses it."""
    item = f'<ItemDataString ItemOID="A">{used}</ItemDataString>'
    text = file_of(METADATA, clinical(subject("S1", in_form(group(item)))))
    return text.replace("<ODM", f"{declaration}\n<ODM", 1)


@pytest.mark.parametrize("declaration", [LAUGHS, LARGE, "<!DOCTYPE ODM>"])
def test_a_document_type_is_refused_before_it_is_used(declaration: str) -> None:
    """Entities that make others grow need one, in whatever way, and ODM has none."""
    start = perf_counter()
    assert broken_in(with_type(declaration, used="&a;" * 1000 if "ENTITY" in declaration else "x")) == HAS_DTD
    assert perf_counter() - start < 5


@pytest.mark.parametrize("declaration", [LAUGHS, LARGE])
def test_entities_in_the_very_first_tag_are_refused_too(declaration: str) -> None:
    """They are used before anybody can see the tag, so the parser's own bounds hold."""
    text = f'{declaration}<ODM xmlns="{SPACE}" FileOID="{("&j;" if declaration is LAUGHS else "&a;") * 1000}"/>'
    (message,) = broken_in(text)
    assert "Maximum entity amplification factor exceeded" in message


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes")
@pytest.mark.parametrize("declaration", [OUTSIDE, EXTERNAL, PARAMETER])
def test_nothing_outside_of_the_file_is_opened(declaration: str, tmp_path: Path) -> None:
    """A named pipe tells whether somebody opened it to read."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    found: list[list[str]] = []
    text = with_type(declaration.format(str(pipe).lstrip("/")), used="" if declaration != OUTSIDE else "&a;")
    reader = threading.Thread(target=lambda: found.append(broken_in(text)), daemon=True)
    reader.start()
    reader.join(20)
    assert found == [HAS_DTD]


def test_entities_that_are_not_declared_break_the_file() -> None:
    """Only the five of XML itself can be used."""
    text = one(A="&lt;20 &amp; &quot;x&quot;")
    assert texts_of(subjects_of(text)[0].rows) == [{"A": '<20 & "x"'}]
    (message,) = broken_in(one("<ItemDataString ItemOID='A'>&nbsp;</ItemDataString>"))
    assert "Entity 'nbsp' not defined" in message


def test_a_file_that_breaks_off_gives_the_subjects_before_the_break() -> None:
    """At any byte: what is given is what the whole file gives first, and the break is told last."""
    whole = read(THREE)
    for end in range(1, len(THREE)):
        found = read(THREE[:end])
        assert isinstance(found[-1], Broken)
        assert found[:-1] == whole[: THREE[:end].count("</SubjectData>")]


def test_how_a_break_is_told() -> None:
    """Where it is, and within whose data."""
    cut = THREE[: THREE.index('Value="2"') + 4]
    assert broken_in(cut) == ['the file breaks off at line 19, within the data of subject "S2"; ask for a whole one']
    mixed = THREE.replace("</FormData>", "</FormDatum>", 2).replace("</FormDatum>", "</FormData>", 1)
    (message,) = broken_in(mixed)
    assert message.startswith("this is no well-formed XML at line 19, column ")
    assert message.endswith(
        ', within the data of subject "S2": Opening and ending tag mismatch: FormData line 19 and FormDatum'
    )


def test_a_broken_file_of_transactions_gives_no_subject() -> None:
    """A transaction that is lost may have changed any of them, so each is told and none counts."""
    text = file_of(METADATA, clinical(*(subject(key, in_form(group(A="1")), transaction="Insert") for key in "XY")),
                   kind="Transactional")  # fmt: skip
    why = "a transaction that is lost with the rest of the broken file may change its data, so none counts"
    assert [each.subject for each in subjects_of(text)] == ["X", "Y"]
    assert broken_in(text[:-8]) == [
        f'subject "X": {why}', f'subject "Y": {why}', "the file breaks off at line 19; ask for a whole one",
    ]  # fmt: skip


def test_a_subject_of_which_a_part_is_lost_does_not_count() -> None:
    """Its other part stands behind the mistake, where nobody can read it."""
    parts = [subject("S1", in_form(group(A="1"))), subject("S2", in_form(group(A="1"))), "</oops>", subject("S1")]
    found = read(file_of(METADATA, clinical(*parts)))
    assert [each.subject if isinstance(each, SubjectRows) else each.message for each in found] == [
        "S2",
        'subject "S1": a part of its data is lost with the rest of the broken file, so none counts',
        (
            "this is no well-formed XML at line 19, column 479: "
            "Opening and ending tag mismatch: ClinicalData line 19 and oops"
        ),
    ]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "iso-8859-1", "windows-1252"]
)
def test_other_encodings(encoding: str) -> None:
    """What XML itself can tell apart is read, by its mark or by its declaration."""
    text = file_of(METADATA, clinical(subject("Sé", in_form(group(A="10 µg")))))
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    text = text.replace('version="1.0"', f'version="1.0" encoding="{declared}"')
    (only,) = subjects_of(text.encode(encoding))
    assert (only.subject, texts_of(only.rows)) == ("Sé", [{"A": "10 µg"}])


def test_bytes_that_are_not_of_the_declared_encoding_break_the_file() -> None:
    """They are not guessed at."""
    (message,) = broken_in(one(A="10 µg").encode("iso-8859-1"))
    assert message.startswith("this is no well-formed XML at line 19")


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"hello",
        b'{"subject": "S1"}',
        b"\x00\x01\x02\x03",
        b"<",
        b"<?xml version='1.0'?>",
        THREE.replace('version="1.0"', 'version="1.0" encoding="utf-32"', 1).encode("utf-32"),
        b"PK\x03\x04",
        b"\xff\xfe",
        bytes(5000),
    ],
)
def test_what_is_no_xml_is_told(data: bytes) -> None:
    """One sentence, whatever it is."""
    (only,) = read(data)
    assert isinstance(only, Broken)
    assert only.message


def test_other_roots_and_namespaces_are_told() -> None:
    """Which is read stands in the message."""
    known = f"{SPACE[:-1]}2, {SPACE} or http://www.cdisc.org/ns/odm/v2.0"
    assert broken_in("<ODM/>") == [f'"" is no namespace of ODM that is read here; they are {known}']
    assert broken_in('<ODM xmlns="http://www.cdisc.org/ns/odm/v9"/>') == [
        f'"http://www.cdisc.org/ns/odm/v9" is no namespace of ODM that is read here; they are {known}',
    ]
    assert broken_in(f'<Study xmlns="{SPACE}"/>') == [
        'the outermost element is "Study", not ODM; give the whole ODM file'
    ]


def test_depth_and_length_are_bounded() -> None:
    """The parser's own bounds hold: 256 levels, 10 MB for a text."""
    assert "Excessive depth in document" in broken_in(one("<ItemGroupData ItemGroupOID='G'>" * 300))[0]
    assert "Buffer size limit exceeded" in broken_in(one(A="x" * 11_000_000))[0]


def test_nested_groups_up_to_the_bound_are_read() -> None:
    """The walk goes as deep as the parser lets it."""
    inside = "<ItemData ItemOID='A'><Value>1</Value></ItemData>"
    for number in range(240):
        inside = group(inside, oid=f"G{number}")
    (only,) = subjects_of(file_of(METADATA, clinical(subject("S1", event(inside))), version="2.0"))
    assert texts_of(only.rows) == [{"A": "1"}]


def test_a_subject_of_any_size_is_not_held(monkeypatch: pytest.MonkeyPatch) -> None:
    """What one subject, or what stands outside of any, may take has a bound; those before it are given."""
    monkeypatch.setattr(pieces, "LARGEST_PIECE", 1 << 20)
    large = subject("S2", in_form(*(group(A="1", repeat=str(number)) for number in range(30_000))))
    found = read(file_of(METADATA, clinical(subject("S1"), large, subject("S3"))))
    size = "takes more than 1 MB, which is more than is read of one file at a time"
    assert [each.subject if isinstance(each, SubjectRows) else each.message for each in found] == [
        "S1", f'the data of subject "S2" {size}',
    ]  # fmt: skip
    outside = f"<Study OID='ST'>{'<x/>' * 500_000}</Study>"
    assert broken_in(file_of(outside, clinical(subject("S1")))) == [f"what stands outside of any subject {size}"]


def test_a_head_without_an_element_is_given_up() -> None:
    """A megabyte of blanks or comments is no ODM."""
    text = "<?xml version='1.0'?>" + "<!-- -->" * 200_000 + f"<ODM xmlns='{SPACE}'/>"
    assert broken_in(text) == ["no element begins in the first 1048576 bytes; this is no ODM file"]


@given(st.binary(max_size=200), st.integers(0, len(THREE)), st.integers(0, 30))
def test_noise_in_a_file_is_never_an_error(noise: bytes, place: int, cut: int) -> None:
    """Whatever bytes stand in the place of others, an answer comes."""
    text = THREE.encode()
    for each in rows_of(BytesIO(text[:place] + noise + text[place + cut :])):
        assert isinstance(each, SubjectRows | Broken)


def test_a_missing_lxml_is_told() -> None:
    """The extra that brings it is named."""
    program = (
        "import sys; sys.modules['lxml'] = None\n"
        "from ucmsc_rules import UcmscRulesError\n"
        "try:\n    import ucmsc_rules.adapters.odm\nexcept UcmscRulesError as error:\n    print(error)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "reading ODM needs lxml; install ucmsc-rules[odm]\n"


PROGRAM = """
import resource, sys
from ucmsc_rules.adapters.odm import rows_of
count = sum(len(each.rows) for each in rows_of(sys.argv[1]))
print(count, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""


def peak_of(path: Path) -> tuple[int, float]:
    """How many rows a process of its own reads from a file, and the most memory it takes, in MB."""
    done = subprocess.run([sys.executable, "-c", PROGRAM, str(path)], capture_output=True, text=True, check=True)
    rows, kilobytes = done.stdout.split()
    return int(rows), int(kilobytes) / 1024


def write_large(path: Path, size: int, kind: str = "Snapshot", rounds: int = 1) -> int:
    """A file of about a size with 100 rows a subject, each in as many parts as there are rounds; gives the rows."""
    rows = [group(LBTESTCD="CREAT", LBORRES="92", LBORRESU="umol/L", LBDTC="2026-02-27", oid="LB", repeat=str(number))
            for number in range(100 // rounds)]  # fmt: skip
    part = in_form(*rows) + "\n"
    subjects = size // (rounds * len(part))
    start, end = file_of(METADATA, "|", kind=kind).split("|")
    with path.open("w", encoding="utf-8") as file:
        file.write(start)
        for _ in range(rounds):
            file.write('<ClinicalData StudyOID="ST" MetaDataVersionOID="M">')
            file.writelines(subject(f"S-{number:07}", part, transaction="Upsert") for number in range(subjects))
            file.write("</ClinicalData>")
        file.write(end)
    return subjects * len(rows)


resource = pytest.mark.skipif(sys.platform == "win32", reason="needs the resource module")


@pytest.mark.thorough
@resource
@pytest.mark.parametrize(("kind", "rounds"), [("Snapshot", 1), ("Snapshot", 4), ("Transactional", 2)])
def test_memory_does_not_grow_with_the_file(kind: str, rounds: int, tmp_path: Path) -> None:
    """Between 4 and 16 MB the peak grows by less than 3 MB, also where every subject has to wait for its last part."""
    peaks = []
    for size in (4 << 20, 16 << 20):
        path = tmp_path / f"{size}.xml"
        rows = write_large(path, size, kind, rounds)
        read_rows, peak = peak_of(path)
        assert read_rows == rows * (rounds if kind == "Snapshot" else 1)
        peaks.append(peak)
    assert peaks[1] - peaks[0] < 3, peaks


@LONG
@resource
def test_a_gigabyte_is_read_in_bounded_memory(tmp_path: Path) -> None:
    """1 GB takes little more than 4 MB do."""
    small, large = tmp_path / "small.xml", tmp_path / "large.xml"
    write_large(small, 4 << 20)
    rows = write_large(large, 1 << 30)
    assert large.stat().st_size > 1_000_000_000
    found, peak = peak_of(large)
    assert found == rows
    assert peak - peak_of(small)[1] < 20
