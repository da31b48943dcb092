"""Files of others: each is read without a crash, and what was and was not understood is listed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from ucmsc_rules import load_ruleset
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.odm import SubjectRows, read_odm, rows_of
from ucmsc_rules.adapters.row import Cell
from ucmsc_rules.facts.json_text import Broken

DATA = Path(__file__).parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="the files of others are not beside the repository")
DICTIONARY = load_ruleset("ucmsc-hbv-cirrhosis").dictionary
SDTM = """
mapping: sdtm-in-odm
version: 1.0.0
title: SDTM in Dataset-XML
reads: odm
subject: IT.USUBJID
facts:
  - {concept: birth_date, from: IG.DM, value: IT.DM.BRTHDTC}
  - {concept: sex, from: IG.DM, value: {field: IT.DM.SEX, values: {F: female, M: male}}}
"""


def counts(path: Path, subject: str = "") -> tuple[int, int, Counter[str], list[str]]:
    """The subjects and rows of a file, what no mapping can speak of, and every problem."""
    found = list(rows_of(path, subject=subject))
    subjects = [each for each in found if isinstance(each, SubjectRows)]
    unread = sum((Counter(each.unread) for each in subjects), Counter[str]())
    problems = [problem.message for each in subjects for problem in each.problems]
    problems += [each.message for each in found if isinstance(each, Broken)]
    return len(subjects), sum(len(each.rows) for each in subjects), unread, problems


@needs_data
def test_a_snapshot_of_an_edc_system() -> None:
    """All items are read; the file's symbols are no units ("International unit" for mg/dL), and stay as they are."""
    path = DATA / "odm" / "odmlib_odm-data-snapshot.xml"
    assert counts(path) == (2, 55, Counter(), [])
    first = next(each for each in rows_of(path) if isinstance(each, SubjectRows))
    assert first.rows[0].cells["IT.AGEU"] == Cell("YEARS", "Age Unit")
    assert first.rows[0].cells["IT.SEX"].text == "Male"


@needs_data
@pytest.mark.parametrize(("name", "found"), [
    ("odm2_RepeatingIG-UC-D-Example.xml", (1, 4, Counter(), [])), ("odm_CDASH_MH_example.xml", (1, 5, Counter(), [])),
    ("odm2_Inclusion_Exclusion_Simple_Workflow.xml",
     (0, 0, Counter(), ['the outermost element is "MetaDataVersion", not ODM; give the whole ODM file'])),
])  # fmt: skip
def test_examples_of_odm_2(name: str, found: object) -> None:
    """Nested groups, repeat keys and coded values; one of them holds metadata alone."""
    assert counts(DATA / "odm" / name) == found


@needs_data
def test_nested_groups_have_their_decodes() -> None:
    """The code list of the example has two languages."""
    (only,) = rows_of(DATA / "odm" / "odm2_RepeatingIG-UC-D-Example.xml")
    assert isinstance(only, SubjectRows)
    assert [row.path for row in only.rows] == [f"1/SE.MEDHIS/F.MEDHIST/IG.MEDHIST[{number}]" for number in range(1, 5)]
    assert only.rows[1].cells["I.MH.BODSYS"] == Cell("3", "", "", ("Heart", "Coeur"))
    assert only.rows[0].cells["I.MH.ACTIVE"] == Cell("")


@needs_data
@pytest.mark.parametrize(("name", "subjects", "rows"), [("odmlib_ae.xml", 4, 16), ("odmlib_dm.xml", 5, 5)])
def test_dataset_xml(name: str, subjects: int, rows: int) -> None:
    """Its metadata are another file, which is told for each subject."""
    found = counts(DATA / "odm" / name, "IT.USUBJID")
    assert found[:3] == (subjects, rows, Counter())
    assert set(found[3]) == {
        (
            'MetaDataVersion "MDV.CDISC01.SDTMIG.3.1.2.SDTM.1.2" of study "cdisc01" is not defined before the data, so'
            " units and decodes that stand in it are not known"
        ),
    }


@needs_data
def test_demography_of_dataset_xml_gives_facts() -> None:
    """By a mapping of its own."""
    found = list(read_odm(DATA / "odm" / "odmlib_dm.xml", parse_mapping(SDTM, DICTIONARY), DICTIONARY))
    record = found[0].record
    assert not isinstance(record, Broken)
    assert [(fact["concept"], fact["value"]) for fact in record["facts"]] == [
        ("birth_date", "1930-08-05"),
        ("sex", "male"),
    ]
    assert found[0].unread["IG.DM.IT.DM.AGE"] == 1


@needs_data
@pytest.mark.parametrize(("project", "subjects", "rows", "unread"), [
    ("checkboxes-1", 4, 15, {}), ("decimal-comma", 4, 8, {}), ("potentially-problematic-values", 2, 4, {}),
    ("repeating-instruments", 2, 12, {}),
    ("longitudinal", 3, 113, {"attribute redcap:DocName of items": 1, "attribute redcap:MimeType of items": 1}),
])  # fmt: skip
def test_projects_of_redcap(project: str, subjects: int, rows: int, unread: dict[str, int]) -> None:
    """Forms stand in the subject itself where the project has no events."""
    assert counts(DATA / "redcap" / project / "project.xml") == (subjects, rows, Counter(unread), [])
