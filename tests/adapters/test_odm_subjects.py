"""Subjects of a file: in one part or in many, in one study or in several, with metadata or without."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path
from typing import BinaryIO, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.odm_samples import (
    METADATA,
    broken_in,
    clinical,
    event,
    file_of,
    form,
    group,
    in_form,
    items_of,
    one,
    problems_of,
    read,
    rows_in,
    stream,
    subject,
    subjects_of,
    texts_of,
)  # fmt: skip
from ucmsc_rules import UcmscRulesError
from ucmsc_rules.adapters.odm import SubjectRows, recurring, rows_of
from ucmsc_rules.adapters.row import Cell
from ucmsc_rules.facts.json_text import Broken

DATASET = 'xmlns:data="http://www.cdisc.org/ns/Dataset-XML/v1.0" data:DatasetXMLVersion="1.0.0"'


def keys_of(found: list[SubjectRows]) -> list[str]:
    """The subjects in the order in which they came."""
    return [each.subject for each in found]


def test_a_subject_without_data_is_there_too() -> None:
    """Nobody is lost because nothing was entered yet."""
    assert [(each.subject, each.rows) for each in subjects_of(file_of(METADATA, clinical(subject("S1"))))] == [
        ("S1", [])
    ]


def test_a_subject_in_several_places_comes_once_with_all_its_rows() -> None:
    """It comes where its last part stands, so that no answer is given before all is known."""
    parts = [clinical(subject("S1", in_form(group(A="1"))), subject("S2", in_form(group(A="2")))),
             clinical(subject("S3", in_form(group(A="3")))),
             clinical(subject("S1", in_form(group(A="4"))))]  # fmt: skip
    found = subjects_of(file_of(METADATA, *parts))
    assert keys_of(found) == ["S2", "S3", "S1"]
    assert texts_of(found[-1].rows) == [{"A": "1"}, {"A": "4"}]


def test_two_clinical_data_of_one_version_are_read_as_one() -> None:
    """A form in the one and a form in the other are the same subject's."""
    parts = [clinical(subject("S1", event(form(group(A="1"), oid=oid)))) for oid in ("F1", "F2")]
    (only,) = subjects_of(file_of(METADATA, *parts))
    assert [row.path for row in only.rows] == ["S1/SE/F1/IG", "S1/SE/F2/IG"]


def test_items_of_an_event_that_is_spread_over_the_file_are_joined() -> None:
    """The event is the same one, wherever its forms stand."""
    parts = [
        clinical(subject("S1", event(form(group(**items), oid=oid))))
        for oid, items in (("F1", {"D": "1"}), ("F2", {"A": "1"}))
    ]
    (only,) = subjects_of(file_of(METADATA, *parts), joined=["@event:D"])
    assert [row.cells["@event:D"] for row in only.rows] == [Cell("1"), Cell("1")]


def test_one_key_in_two_studies_is_two_people() -> None:
    """They are not put together, and both are told."""
    parts = [clinical(subject("S1", in_form(group(A=study))), study=study) for study in ("ST", "OTHER")]
    found = subjects_of(file_of(METADATA, *parts))
    assert [texts_of(each.rows) for each in found] == [[{"A": "ST"}], [{"A": "OTHER"}]]
    message = '"S1" stands in the studies "ST" and "OTHER"; give one study at a time'
    assert [[problem.message for problem in each.problems if problem.level == "error"] for each in found] == [
        [message]
    ] * 2


def test_metadata_after_the_data_are_no_use_to_them() -> None:
    """The codes and units are as written, and that is told."""
    text = file_of(clinical(subject("S1", in_form(group(SEX="F")))), METADATA)
    assert items_of(rows_in(text)[0]) == {"SEX": Cell("F")}
    assert problems_of(text) == [
        (
            'warning S1: MetaDataVersion "M" of study "ST" is not defined before the data, so units and decodes that'
            " stand in it are not known"
        ),
    ]


def test_metadata_of_another_version_are_not_taken() -> None:
    """What the data do not refer to is not theirs."""
    text = file_of(METADATA, clinical(subject("S1", in_form(group(SEX="F"))), version="M9"))
    assert items_of(rows_in(text)[0]) == {"SEX": Cell("F")}
    assert len(problems_of(text)) == 1


def test_a_file_that_does_not_say_what_it_is_is_read_as_a_snapshot() -> None:
    """That is told once, with the first subject."""
    text = file_of(METADATA, clinical(subject("S1"), subject("S2")), kind="Other")
    warning = "it does not say Snapshot or Transactional, so the file is read as a snapshot; correct it at its source"
    problems = [[(each.level, each.path, each.message) for each in found.problems] for found in subjects_of(text)]
    assert problems == [[("warning", "ODM.FileType", warning)], []]
    assert subjects_of(file_of(METADATA, clinical(subject("S1")), kind=" snapshot"))[0].problems == ()


def test_prefixes_do_not_matter() -> None:
    """Names go by their namespace."""
    text = one(A="1").replace("xmlns=", "xmlns:o=").replace("<", "<o:").replace("<o:/", "</o:").replace("<o:?", "<?")
    assert "<o:ItemData ItemOID" in text
    assert texts_of(rows_in(text)) == [{"A": "1"}]


def test_a_file_without_data_is_told() -> None:
    """An export of the metadata alone has no subjects; one of a study without subjects is as it should be."""
    assert broken_in(file_of(METADATA)) == [
        "there is no ClinicalData in the file, so no subject; ask for an export with data"
    ]
    assert read(file_of(METADATA, clinical())) == []


def test_a_subject_without_a_key_is_told() -> None:
    """Its data are nobody's; the others go on."""
    found = read(file_of(METADATA, clinical("<SubjectData/>", subject("S1"))))
    assert found[0] == Broken("the SubjectData at line 19 has no SubjectKey, so nobody knows whose it is")
    assert [each.subject for each in found[1:] if isinstance(each, SubjectRows)] == ["S1"]


def test_subject_data_of_another_namespace_or_in_another_place_are_told() -> None:
    """They are not read as this file's, and not passed over without a word."""
    other = '<x:SubjectData xmlns:x="http://www.cdisc.org/ns/odm/v2.0" SubjectKey="S9"/>'
    assert broken_in(file_of(METADATA, clinical(other, subject("S1")), '<SubjectData SubjectKey="S8"/>')) == [
        (
            "2 SubjectData of another namespace, or outside of ClinicalData, could not be read;"
            " correct the file at its source"
        ),
    ]


def test_dataset_xml_is_read_where_the_mapping_names_the_subject() -> None:
    """Item groups stand in ClinicalData itself, and an item of each says whose it is."""
    groups = [group(USUBJID=key, A=value, oid="IG.AE") for key, value in (("S1", "1"), ("S2", "2"), ("S1", "3"))]
    groups[0] = groups[0].replace("<ItemGroupData", '<ItemGroupData data:ItemGroupDataSeq="7"', 1)
    text = file_of(clinical(*groups), more=DATASET)
    first, second = subjects_of(text, subject="USUBJID")
    assert [(each.subject, texts_of(each.rows)) for each in (first, second)] == [
        ("S1", [{"USUBJID": "S1", "A": "1"}, {"USUBJID": "S1", "A": "3"}]), ("S2", [{"USUBJID": "S2", "A": "2"}]),
    ]  # fmt: skip
    assert first.rows[0].cells["@ItemGroupDataSeq"].text == "7"


def test_dataset_xml_of_more_groups_than_are_held_at_once() -> None:
    """They are put down and taken up again in their order."""
    groups = [group(USUBJID="S1", A=str(number)) for number in range(1203)]
    (only,) = subjects_of(file_of(clinical(*groups), more=DATASET), subject="USUBJID")
    assert [row.cells["A"].text for row in only.rows] == [str(number) for number in range(1203)]


@pytest.mark.parametrize("more", [DATASET, ""])
def test_dataset_xml_without_a_subject_in_the_mapping_is_told(more: str) -> None:
    """With its mark or without it."""
    assert broken_in(file_of(clinical(group(USUBJID="S1"), group(USUBJID="S2")), more=more)) == [
        (
            "2 item groups stand outside of any subject, as in Dataset-XML; name the item that holds the subject in the"
            ' mapping, as "subject: IT.USUBJID"'
        ),
    ]


def test_groups_between_subjects_are_told() -> None:
    """They are nobody's, wherever they stand."""
    text = file_of(METADATA, clinical(group(A="1"), subject("S1"), group(A="2"), subject("S2"), group(A="3")))
    assert [each.subject for each in read(text) if isinstance(each, SubjectRows)] == ["S1", "S2"]
    assert broken_in(text)[0].startswith("3 item groups stand outside of any subject, as in Dataset-XML;")


def test_rows_of_dataset_xml_without_a_subject_are_told() -> None:
    """Nobody knows whose they are."""
    text = file_of(clinical(group(USUBJID="S1"), group(A="1"), group(USUBJID=" ")), more=DATASET)
    assert broken_in(text, subject="USUBJID") == ['2 item groups have no "USUBJID", so nobody knows whose they are']


def test_a_mapping_that_names_a_subject_reads_other_files_as_well() -> None:
    """SubjectData say themselves whose they are."""
    parts = [subject(key, in_form(group(USUBJID="X", A="1"))) for key in ("S1", "S2", "S1")]
    found = subjects_of(file_of(METADATA, clinical(*parts)), subject="USUBJID")
    assert [(each.subject, len(each.rows)) for each in found] == [("S1", 2), ("S2", 1)]


class PassesOnce(BytesIO):
    """A stream that cannot be sought, as a pipe."""

    def seekable(self) -> bool:
        """Never."""
        return False

    def seek(self, *_: int) -> int:
        """Refuses."""
        raise OSError("it passes once")


def test_a_path_a_stream_and_a_pipe_are_read_alike(tmp_path: Path) -> None:
    """And so is a stream that does not begin with the file."""
    text = one(A="1").encode()
    path = tmp_path / "a.xml"
    path.write_bytes(text)
    late = BytesIO(b"before" + text)
    late.seek(6)
    for source in (path, str(path), BytesIO(text), PassesOnce(text), late):
        assert [each.subject for each in rows_of(source) if isinstance(each, SubjectRows)] == ["S1"]


def test_a_stream_of_texts_is_refused(tmp_path: Path) -> None:
    """XML says itself how it is encoded, so it has to be read as bytes."""
    path = tmp_path / "a.xml"
    path.write_text(one(A="1"))
    with (
        path.open() as file,
        pytest.raises(UcmscRulesError, match="an ODM file is read as bytes; open it in binary mode"),
    ):
        list(rows_of(cast("BinaryIO", file)))


PARTS = st.lists(st.tuples(st.sampled_from(["S1", "S2", "S3", "S&amp;4"]), st.sampled_from("AB")), max_size=8)


@given(PARTS, st.sampled_from(["utf-8", "utf-16", "iso-8859-1"]))
def test_however_a_file_is_cut_into_parts_each_subject_has_all_its_rows(
    parts: list[tuple[str, str]], encoding: str
) -> None:
    """Every subject comes once, with its rows in the order of the file, whatever stands between them."""
    text = file_of(METADATA, clinical(*(subject(key, in_form(group(**{item: "1"}))) for key, item in parts)))
    text = text.replace('version="1.0"', f'version="1.0" encoding="{encoding}"')
    found = subjects_of(text.encode(encoding))
    expected: dict[str, list[dict[str, str]]] = {}
    for key, item in parts:
        expected.setdefault(key.replace("&amp;", "&"), []).append({item: "1"})
    assert {each.subject: texts_of(each.rows) for each in found} == expected
    assert len(found) == len(expected)


@pytest.mark.parametrize("chunk", range(1, 40))
def test_keys_are_counted_wherever_the_bytes_are_parted(chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that lies across two pieces of the file counts once."""
    monkeypatch.setattr(recurring, "_CHUNK", chunk)
    text = file_of(clinical(subject("S1"), subject("S2"), "<SubjectData SubjectKey\n = 'S1'/>", subject("S3")))
    found = recurring.count_occurrences(stream(text))
    assert [found.is_single(key) for key in ("S1", "S2", "S3")] == [False, True, True]
    assert [found.left_after("S1"), found.left_after("S1"), found.left_after("S9")] == [1, 0, None]


def test_a_key_in_a_comment_makes_its_subject_wait_and_nothing_else() -> None:
    """It comes at the end of the file."""
    comment = '<!-- <SubjectData SubjectKey="S1"> was here -->'
    assert keys_of(subjects_of(file_of(METADATA, clinical(comment, subject("S1"), subject("S2"))))) == ["S2", "S1"]
