"""From ODM to a canonical record by a mapping: what becomes a fact, what a problem, and what is counted as unread."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.odm_samples import METADATA, clinical, event, file_of, form, group, in_form, stream, subject
from ucmsc_rules import load_ruleset, screen
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.odm import read_odm
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.values.truth import Truth

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
HEAD = "mapping: m\nversion: 1.0.0\ntitle: A mapping\nreads: odm\n"
LAB = """
facts:
  - {concept: fasting_glucose, from: LB, where: {TEST: GLUC}, value: GLUC, when: D}
  - {concept: hbv_dna, from: LB, where: {TEST: HBVDNA}, value: RES, unit: U, when: D}
  - {concept: gi_bleeding, from: MH, value: {field: BLEED, values: {Y: yes, N: none}}, when: D}
  - {concept: sex, from: DM, value: {field: SEX, values: {Female: female, Male: male}}}
"""


def read(mapping: str, text: str) -> list[Received]:
    """What a mapping makes of a file."""
    return list(read_odm(stream(text), parse_mapping(HEAD + mapping, RULESET.dictionary), RULESET.dictionary))


def one(mapping: str, *groups: str) -> Received:
    """What a mapping makes of the only subject, with some groups in its one form."""
    (only,) = read(mapping, file_of(METADATA, clinical(subject("S1", in_form(*groups)))))
    return only


def facts(found: Received) -> list[dict[str, Any]]:
    """The facts without the places where they stand."""
    assert not isinstance(found.record, Broken)
    return [{key: value for key, value in fact.items() if key != "source"} for fact in found.record["facts"]]


def test_the_unit_of_an_item_serves_where_the_mapping_names_none() -> None:
    """It is the definition's here."""
    assert facts(one(LAB, group(TEST="GLUC", GLUC="5.5", D="2026-02-27", oid="LB"))) == [
        {"concept": "fasting_glucose", "value": "5.5", "unit": "mmol/L", "when": "2026-02-27"}
    ]


def test_a_decode_serves_as_well_as_a_code() -> None:
    """The mapping says Female, the file says F."""
    assert facts(one(LAB, group(SEX="F", oid="DM"))) == [{"concept": "sex", "value": "female"}]


@pytest.mark.parametrize(("written", "canonical"), [
    ("2024---15", "2024-UN-15"), ("UN-MAR-2026", "UN-MAR-2026"), ("2026-02", "2026-02"), ("2026", "2026"),
    ("2026-02--", "2026-02"), ("2026-02-27T08:10:00+08:00", "2026-02-27T08:10"),
    ("2026-02-27T08:10:33", "2026-02-27T08:10"),
])  # fmt: skip
def test_partial_and_incomplete_dates(written: str, canonical: str) -> None:
    """What is missing stays missing."""
    (fact,) = facts(one(LAB, group(TEST="GLUC", GLUC="5.5", D=written, oid="LB")))
    assert fact["when"] == canonical


def test_an_incomplete_date_without_its_month_is_the_year() -> None:
    """2024---15 may be any day of 2024."""
    found = one(LAB + "  - {concept: birth_date, from: DM, value: D}\n", group(D="1951---15", oid="DM"))
    assert not isinstance(found.record, Broken)
    record = {**found.record, "anchors": {"screening": "2026-03-01"}}
    assert screen(RULESET, record)["I1"].evidence[0].compared == "[74, 75]"


def test_a_null_value_leaves_its_result_unknown() -> None:
    """An older one does not stand in for it."""
    older = group(TEST="HBVDNA", RES="20", U="IU/mL", D="2026-02-20", oid="LB", repeat="1")
    null = group('<ItemData ItemOID="RES" IsNull="Yes"/>', TEST="HBVDNA", D="2026-02-27", oid="LB", repeat="2")
    found = one(LAB, older, null)
    assert facts(found)[1] == {"concept": "hbv_dna", "value": "no value: unknown", "when": "2026-02-27"}
    assert not isinstance(found.record, Broken)
    assert screen(RULESET, {**found.record, "anchors": {"screening": "2026-03-01"}})["I4"].holds is Truth.UNKNOWN


def test_a_study_in_which_null_means_not_done() -> None:
    """The mapping says so, and then the older result counts."""
    older = group(TEST="HBVDNA", RES="20", U="IU/mL", D="2026-02-20", oid="LB", repeat="1")
    null = group('<ItemData ItemOID="RES" IsNull="Yes"/>', TEST="HBVDNA", D="2026-02-27", oid="LB", repeat="2")
    found = one('missing: {"@IsNull": not_done}' + LAB, older, null)
    assert [fact["value"] for fact in facts(found)] == ["20"]
    assert not isinstance(found.record, Broken)
    assert screen(RULESET, {**found.record, "anchors": {"screening": "2026-03-01"}})["I4"].holds is Truth.TRUE


def test_a_value_that_was_inserted_twice_is_no_value() -> None:
    """Neither of the two counts, and the history of the event is not known to be whole."""
    parts = [
        clinical(subject("S1", in_form(group(BLEED=value, D="2026-02-27", oid="MH")), transaction="Insert"))
        for value in "YN"
    ]
    (found,) = read(LAB, file_of(METADATA, *parts, kind="Transactional"))
    assert facts(found) == [{"concept": "gi_bleeding", "value": "no value: unknown", "when": "2026-02-27"}]
    assert [problem.path for problem in found.problems] == ["S1/SE/F/MH.BLEED"]
    assert not isinstance(found.record, Broken)
    record = {**found.record, "anchors": {"screening": "2026-03-01"}}
    assert screen(RULESET, record)["E5"].branches["a"] is Truth.UNKNOWN


def test_what_the_mapping_does_not_name_is_counted() -> None:
    """Rows by what names them, and items of rows that were read."""
    found = one(
        "rows: {LB: {named_by: [TEST]}}" + LAB,
        group(TEST="AFP", RES="5", oid="LB", repeat="1"),
        group(TEST="HBVDNA", RES="20", U="IU/mL", LOT="7", oid="LB", repeat="2"),
        group(SEX="M", AGE="70", oid="DM"),
        group(X="1", oid="ZZ"),
    )
    assert found.unread == {"LB TEST=AFP": 1, "LB.LOT": 1, "DM.AGE": 1, "ZZ": 1}


def test_a_mapping_may_say_where_a_row_has_to_stand() -> None:
    """Only the screening visit counts here; the cells that say so are no data that could be unread."""
    where = LAB.replace("where: {TEST: GLUC}", 'where: {TEST: GLUC, "@StudyEventOID": SE.SCR}')
    rows = group(TEST="GLUC", GLUC="5.5", D="2026-02-27", oid="LB")
    inside = [event(form(rows), oid=oid) for oid in ("SE.SCR", "SE.V2")]
    (found,) = read(where, file_of(METADATA, clinical(subject("S1", *inside))))
    assert len(facts(found)) == 1
    assert found.unread == {"LB": 1}


def test_a_date_on_another_form_of_the_visit() -> None:
    """The mapping asks for it by the event."""
    where = LAB.replace("value: GLUC, when: D", 'value: GLUC, when: "@event:SVDAT"')
    inside = event(
        form(group(SVDAT="2026-02-27", oid="SV"), oid="F.SV"), form(group(TEST="GLUC", GLUC="5.5", oid="LB"))
    )
    (found,) = read(where, file_of(METADATA, clinical(subject("S1", inside))))
    assert facts(found)[0]["when"] == "2026-02-27"


def test_problems_of_the_form_come_before_those_of_the_mapping() -> None:
    """Both are the subject's."""
    found = one(LAB, group('<ItemData ItemOID="SEX" Value="Q"/><ItemData Value="1"/>', oid="DM"))
    assert [problem.path for problem in found.problems] == ["S1/SE/F/DM.", "S1/SE/F/DM.SEX"]


def test_dataset_xml_by_a_mapping() -> None:
    """The mapping names the item with the subject."""
    mapping = "subject: USUBJID\n" + LAB
    found = read(
        mapping,
        file_of(clinical(group(USUBJID="S1", SEX="Female", oid="DM"), group(USUBJID="S2", SEX="Male", oid="DM"))),
    )
    assert [facts(each) for each in found] == [
        [{"concept": "sex", "value": "female"}],
        [{"concept": "sex", "value": "male"}],
    ]


def test_what_is_broken_is_received_as_such() -> None:
    """Whoever screens gets an answer for it."""
    (found,) = read(LAB, "<ODM")
    assert isinstance(found.record, Broken)
