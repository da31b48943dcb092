"""Verdicts as ODM: valid by the schemas, read by others, and nothing left out."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from lxml import etree
from odmlib.loader import ODMLoader
from odmlib.odm_loader import XMLODMLoader
from odmlib.schema_manager import get_schema_path

from ucmsc_rules import UcmscRulesError, Verdict, load_ruleset, screen
from ucmsc_rules.adapters.odm import SubjectRows, rows_of
from ucmsc_rules.exports.odm import OdmForm, to_odm, to_odm_group
from ucmsc_rules.verdicts.finding import Status

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
CREATED = "2026-03-30T12:00:00"
SPACES = {"1.3.2": "http://www.cdisc.org/ns/odm/v1.3", "2.0": "http://www.cdisc.org/ns/odm/v2.0"}
FORMS = [OdmForm(version=version, transaction=kind) for version in ("1.3.2", "2.0") for kind in ("", "Upsert")]  # type: ignore[arg-type]


@cache
def verdicts() -> tuple[Verdict, ...]:
    """Three of each status, from the examples."""
    text = (Path(__file__).parents[2] / "examples" / "subjects.ndjson").read_text()
    found = [screen(RULESET, json.loads(line), engine="reference") for line in text.splitlines()]
    return tuple(each for status in Status for each in [one for one in found if one.status is status][:3])


def document(form: OdmForm, *some: Verdict) -> bytes:
    """The document of some verdicts."""
    return to_odm(some or verdicts(), RULESET, file_oid="F.1", created=CREATED, form=form)


def read(data: bytes) -> dict[str, dict[str, str]]:
    """The items of each subject, by the reader of this package."""
    found = [each for each in rows_of(BytesIO(data), around=()) if isinstance(each, SubjectRows)]
    return {each.subject: {name: cell.text for row in each.rows for name, cell in row.cells.items()} for each in found}


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_documents_are_as_the_schema_asks(form: OdmForm) -> None:
    """Of both versions, as a snapshot and as a transaction."""
    schema = etree.XMLSchema(etree.parse(get_schema_path("odm", form.version)))
    assert schema.validate(etree.fromstring(document(form))), schema.error_log


@pytest.mark.parametrize("form", FORMS, ids=str)
def test_every_criterion_and_the_status_have_an_item(form: OdmForm) -> None:
    """And by which rules they were answered; what is not known is told as such."""
    found = read(document(form))
    assert list(found) == [verdict.subject for verdict in verdicts()]
    for verdict in verdicts():
        codes = {"true": "Y", "false": "N", "unknown": "U"}
        assert found[str(verdict.subject)] == {
            "IT.ELIG.STATUS": verdict.status.value,
            **{f"IT.ELIG.{each.criterion}": codes[each.holds.value] for each in verdict.findings},
            "IT.ELIG.RULESET": f"ucmsc-hbv-cirrhosis 1.0.0 {RULESET.digest}",
            "IT.ELIG.ENGINE": f"{verdict.engine}, ucmsc-rules {verdict.library}",
        }
    assert {status for items in found.values() for status in [items["IT.ELIG.STATUS"]]} == {
        each.value for each in Status
    }


def test_items_have_their_questions_and_codes_with_them() -> None:
    """So that whoever gets the file can read it."""
    root = etree.fromstring(document(OdmForm()))
    space = {"o": SPACES["1.3.2"]}
    (question,) = root.xpath("//o:ItemDef[@OID='IT.ELIG.I4']/o:Question/o:TranslatedText/text()", namespaces=space)
    assert question == "Hepatitis B virus DNA is at most 1000 IU/mL at screening."
    decodes = root.xpath("//o:CodeList[@OID='CL.IT.ELIG.ANSWER']//o:TranslatedText/text()", namespaces=space)
    assert decodes == ["It holds", "It does not hold", "Not known"]


def test_a_library_of_others_reads_it() -> None:
    """The form of 1.3.2, by odmlib."""
    loader = ODMLoader(XMLODMLoader())
    loader.load_odm_string(document(OdmForm()).decode())
    root = loader.root()
    subject = root.ClinicalData[0].SubjectData[0]
    items = subject.StudyEventData[0].FormData[0].ItemGroupData[0].ItemData
    assert subject.SubjectKey == verdicts()[0].subject
    assert [item.ItemOID for item in items][:3] == ["IT.ELIG.STATUS", "IT.ELIG.I1", "IT.ELIG.I2"]


def test_names_and_codes_are_those_of_the_study() -> None:
    """All of them can be given."""
    form = OdmForm(
        study="S", metadata="M", event="E", form="FO", group="G", repeat_key="2", items="I_{}",
        answers={"true": "1", "false": "0", "unknown": "9"},
        statuses={"eligible": "A", "ineligible": "B", "undetermined": "C"}, transaction="Update",
    )  # fmt: skip
    data = document(form)
    first = next(each for each in rows_of(BytesIO(data)) if isinstance(each, SubjectRows))
    (row,) = first.rows
    around = {name: cell.text for name, cell in row.cells.items() if name.startswith("@")}
    assert around == {
        "@StudyOID": "S", "@MetaDataVersionOID": "M", "@SubjectKey": verdicts()[0].subject, "@StudyEventOID": "E",
        "@FormOID": "FO", "@ItemGroupOID": "G", "@ItemGroupRepeatKey": "2",
    }  # fmt: skip
    assert (row.cells["I_STATUS"].text, row.cells["I_I1"].text) == ("A", "1")
    assert b'FileType="Transactional"' in data
    assert b'TransactionType="Update"' in data


@pytest.mark.parametrize("version", ["1.3.2", "2.0"])
def test_a_group_to_embed(version: Any) -> None:
    """It is an element by itself, in its namespace."""
    group = etree.fromstring(to_odm_group(verdicts()[0], OdmForm(version=version)))
    assert group.tag == f"{{{SPACES[version]}}}ItemGroupData"
    assert len(group) == 3 + len(RULESET.criteria)
    value = group[0].get("Value") if version == "1.3.2" else group[0][0].text
    assert value == verdicts()[0].status.value


def test_a_verdict_without_a_subject_is_refused() -> None:
    """There is no place for it, and it is not left out without a word."""
    refused = screen(RULESET, {"facts": []})
    with pytest.raises(UcmscRulesError) as error:
        to_odm_group(refused)
    assert str(error.value).startswith("a verdict without a subject has no place in ODM, so leave it out (")
    with pytest.raises(UcmscRulesError):
        document(OdmForm(), refused)


def test_characters_that_xml_cannot_hold() -> None:
    """A subject with them cannot be named; in other texts they are replaced."""
    with pytest.raises(UcmscRulesError) as error:
        to_odm_group(evolve(verdicts()[0], subject="S\x00"))
    assert str(error.value) == 'the subject "S\x00" has characters that XML cannot hold; rename it'
    assert 'IT.ELIG.ENGINE" Value="a\ufffdb, ucmsc-rules' in to_odm_group(evolve(verdicts()[0], engine="a\x01b"))


def test_markup_in_a_subject_stays_text() -> None:
    """It is escaped."""
    verdict = evolve(verdicts()[0], subject='<S a="1">&')
    for form in FORMS:
        assert list(read(document(form, verdict))) == ['<S a="1">&']


def test_items_that_would_fall_together_are_refused() -> None:
    """Where the pattern has no place for the criterion."""
    with pytest.raises(UcmscRulesError) as error:
        to_odm_group(verdicts()[0], OdmForm(items="IT"))
    assert str(error.value) == 'two texts would both be in the item "IT"; rename the criterion'


def test_other_versions_are_refused() -> None:
    """With those that are written."""
    with pytest.raises(UcmscRulesError) as error:
        to_odm_group(verdicts()[0], OdmForm(version="1.2"))  # type: ignore[arg-type]
    assert str(error.value) == "ODM 1.2 is not written; write 1.3.2 or 2.0"
