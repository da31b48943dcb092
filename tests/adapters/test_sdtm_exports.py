"""Verdicts as IE, rulesets as TI: only what was not met, in the forms that CDISC describes."""

from __future__ import annotations

import csv
import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from jsonschema import Draft201909Validator

from adapters.sdtm_reading import MAPPING, RULESET
from adapters.sdtm_writer import DICTIONARY
from asking import ANCHORS, fact
from ucmsc_rules import Truth, UcmscRulesError, ValueTextError, Verdict, screen, screen_all
from ucmsc_rules.adapters.sdtm import read_sdtm
from ucmsc_rules.exports.dataset import dump_lines, dumps, to_csv, to_dataset_json
from ucmsc_rules.exports.sdtm import to_ie, to_open_criteria, to_ti

CREATED = "2026-03-02T09:30:00"
MOMENT = r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?([+-]\d\d:\d\d|Z)?$"
TYPES = ("string", "integer", "date")
TEXT = {"type": "string", "minLength": 1}
# written from the specification of Dataset-JSON 1.1, and stricter: values are texts, whole numbers or null
SCHEMA: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": [
        "datasetJSONCreationDateTime", "datasetJSONVersion", "itemGroupOID", "records", "name", "label", "columns",
    ],
    "properties": {
        "datasetJSONCreationDateTime": {"type": "string", "pattern": MOMENT},
        "datasetJSONVersion": {"type": "string", "pattern": r"^1\.1(\.(0|[1-9]\d*))?$"},
        "fileOID": TEXT,
        "dbLastModifiedDateTime": {"type": "string", "pattern": MOMENT},
        "originator": {"type": "string"},
        "sourceSystem": {
            "type": "object",
            "additionalProperties": False,
            "required": ["name", "version"],
            "properties": {"name": {"type": "string"}, "version": {"type": "string"}},
        },
        "studyOID": TEXT,
        "metaDataVersionOID": TEXT,
        "metaDataRef": {"type": "string"},
        "itemGroupOID": TEXT,
        "records": {"type": "integer", "minimum": 0},
        "name": TEXT,
        "label": {"type": "string"},
        "columns": {
            "type": "array",
            "items": {
                "type": "object",
                "additionalProperties": False,
                "required": ["itemOID", "name", "label", "dataType"],
                "properties": {
                    "itemOID": TEXT,
                    "name": TEXT,
                    "label": {"type": "string"},
                    "dataType": {"enum": [*TYPES, "decimal", "float", "double", "boolean", "datetime", "time", "URI"]},
                    "targetDataType": {"enum": ["integer", "decimal"]},
                    "length": {"type": "integer", "minimum": 1},
                    "displayFormat": {"type": "string"},
                    "keySequence": {"type": "integer", "minimum": 1},
                },
            },
        },
        "rows": {"type": "array", "items": {"type": "array", "items": {"type": ["string", "integer", "null"]}}},
    },
}  # fmt: skip
TOO_MUCH_VIRUS = fact("hbv_dna", "2000 IU/mL", "2026-02-27")
HIV = fact("hiv_antibody", "positive", "2026-02-27")


def verdict_on(*facts: dict[str, Any], subject: str = "S-001") -> Verdict:
    """The verdict on a subject of whom little is known."""
    return screen(RULESET, {"subject": subject, "anchors": ANCHORS, "facts": list(facts)})


def test_only_what_was_not_met_is_in_ie() -> None:
    """N for an inclusion that does not hold, Y for an exclusion that does; what is unknown is not there."""
    exported = to_ie([verdict_on(TOO_MUCH_VIRUS, HIV)], RULESET, study="UC")
    assert exported.dataset.records() == [
        {
            "STUDYID": "UC", "DOMAIN": "IE", "USUBJID": "S-001", "IESEQ": 1, "IETESTCD": "I4",
            "IETEST": "Hepatitis B virus DNA is at most 1000 IU/mL at screening.", "IECAT": "INCLUSION", "IEORRES": "N",
            "IESTRESC": "N", "EPOCH": "SCREENING", "IEDTC": "2026-03-01",
        },
        {
            "STUDYID": "UC", "DOMAIN": "IE", "USUBJID": "S-001", "IESEQ": 2, "IETESTCD": "E8",
            "IETEST": RULESET.criteria[12].text, "IECAT": "EXCLUSION", "IEORRES": "Y",
            "IESTRESC": "Y", "EPOCH": "SCREENING", "IEDTC": "2026-03-01",
        },
    ]  # fmt: skip
    assert RULESET.criteria[12].id == "E8"


def test_what_holds_as_it_should_is_not_in_ie() -> None:
    """An inclusion that holds and an exclusion that does not are met."""
    met = fact("hbv_dna", "1000 IU/mL", "2026-02-27")
    assert to_ie([verdict_on(met)], RULESET, study="UC").dataset.rows == ()


def test_what_could_not_be_decided_is_in_a_listing_of_its_own() -> None:
    """Each undecided criterion, with what would decide it; none of them is in IE."""
    verdict = verdict_on(TOO_MUCH_VIRUS)
    listed = to_open_criteria([verdict], RULESET, study="UC").dataset.records()
    unknown = [finding.criterion for finding in verdict.findings if finding.holds is Truth.UNKNOWN]
    assert [record["IETESTCD"] for record in listed] == unknown
    assert "I4" not in unknown
    assert listed[0] == {
        "STUDYID": "UC", "USUBJID": "S-001", "IETESTCD": "I1",
        "IETEST": "The subject is 18 to 75 years old at screening; sex does not matter.", "IECAT": "INCLUSION",
        "STATUS": "ineligible", "NEEDED": verdict["I1"].needs[0].message,
    }  # fmt: skip


def test_every_criterion_is_in_one_of_the_two_or_met() -> None:
    """Nothing is lost between the dataset and the listing."""
    verdict = verdict_on(TOO_MUCH_VIRUS, HIV)
    missed = {record["IETESTCD"] for record in to_ie([verdict], RULESET, study="UC").dataset.records()}
    undecided = {record["IETESTCD"] for record in to_open_criteria([verdict], RULESET, study="UC").dataset.records()}
    met = {each.criterion for each in verdict.findings} - missed - undecided
    assert not missed & undecided
    assert all(verdict[name].holds is (Truth.TRUE if name.startswith("I") else Truth.FALSE) for name in met)


def test_subjects_are_in_order_and_named_by_study_and_site() -> None:
    """With a site, the identifier is made of study, site and subject."""
    verdicts = [verdict_on(HIV, subject="S-2"), verdict_on(HIV, subject="S-1")]
    exported = to_ie(verdicts, RULESET, study="UC", site="101")
    assert [record["USUBJID"] for record in exported.dataset.records()] == ["UC-101-S-1", "UC-101-S-2"]
    assert exported == to_ie(verdicts[::-1], RULESET, study="UC", site="101")


def test_the_day_of_assessment_may_be_given() -> None:
    """Else it is that of screening, and missing where nobody told it."""
    undated = screen(RULESET, {"subject": "S-001", "facts": [HIV]})
    assert (
        to_ie([verdict_on(HIV)], RULESET, study="UC", dates={"S-001": "2026-03-02"}).dataset.rows[0][-1] == "2026-03-02"
    )
    assert to_ie([undated], RULESET, study="UC").dataset.rows == ()
    with pytest.raises(ValueTextError) as raised:
        to_ie([verdict_on(HIV)], RULESET, study="UC", dates={"S-001": "2026-03"})
    assert str(raised.value) == '"2026-03" is no full date; write YYYY-MM-DD'


def test_a_refused_record_is_told() -> None:
    """It has no subject, so it is in no dataset."""
    exported = to_ie(screen_all(RULESET, [3]), RULESET, study="UC")
    assert exported.dataset.rows == ()
    why = 'a record is an object, not a number; write {"subject": "S-001", ...}'
    assert [(problem.path, problem.message) for problem in exported.problems] == [
        ("[0]", f"a record was refused, so it is in no dataset: {why}")
    ]


def test_verdicts_that_cannot_be_exported() -> None:
    """A verdict of another ruleset, and two verdicts of one subject."""
    with pytest.raises(UcmscRulesError) as raised:
        to_ie([evolve(verdict_on(), digest="sha256:0")], RULESET, study="UC")
    assert str(raised.value) == (
        "verdict 0 is of ucmsc-hbv-cirrhosis 1.0.0 or of an edited file, not of this ruleset; screen again"
    )
    with pytest.raises(UcmscRulesError) as raised:
        to_ie([verdict_on(), verdict_on()], RULESET, study="UC")
    assert str(raised.value) == '"S-001" has two verdicts; give the one that counts'


def test_ti_has_every_criterion_of_the_ruleset() -> None:
    """In the order of the ruleset, with its version."""
    records = to_ti(RULESET, study="UC").dataset.records()
    assert [record["IETESTCD"] for record in records] == [criterion.id for criterion in RULESET.criteria]
    assert records[0] == {
        "STUDYID": "UC", "DOMAIN": "TI", "IETESTCD": "I1",
        "IETEST": "The subject is 18 to 75 years old at screening; sex does not matter.", "IECAT": "INCLUSION",
        "TIVERS": "1.0.0",
    }  # fmt: skip


@pytest.mark.parametrize(("length", "kept"), [(200, 200), (201, 198)])
def test_a_long_text_is_shortened_and_told(length: int, kept: int) -> None:
    """200 characters fit; of a longer text its first words stay."""
    text = ("word " * 39 + "w" * (length - 195))[:length]
    changed = evolve(RULESET, criteria=(evolve(RULESET.criteria[0], text=text),))
    exported = to_ti(changed, study="UC")
    assert len(str(exported.dataset.records()[0]["IETEST"])) == (kept if length == 200 else 197)
    assert [problem.message for problem in exported.problems] == [
        "the text of I1 is longer than 200 characters, so IETEST has its beginning; tell all of it in the metadata"
    ] * (length > 200)


@pytest.mark.parametrize("name", ["E4_CARDIAC", "4E", "E-4"])
def test_an_id_that_cannot_be_a_short_name(name: str) -> None:
    """IETESTCD has at most eight characters, which SAS must take for a name."""
    changed = evolve(RULESET, criteria=(evolve(RULESET.criteria[0], id=name),))
    with pytest.raises(UcmscRulesError) as raised:
        to_ti(changed, study="UC")
    form = "up to 8 letters, digits and _, and no digit first"
    assert str(raised.value) == f'"{name}" cannot be an IETESTCD, which has {form}; give it another id'


def exports() -> list[Any]:
    """One of each dataset, and an empty one."""
    verdicts = [verdict_on(TOO_MUCH_VIRUS, HIV), verdict_on(HIV, subject="S-002")]
    return [
        to_ie(verdicts, RULESET, study="UC").dataset,
        to_ti(RULESET, study="UC").dataset,
        to_open_criteria(verdicts, RULESET, study="UC").dataset,
        to_ie([], RULESET, study="UC").dataset,
    ]


@pytest.mark.parametrize("place", range(4))
def test_dataset_json_is_as_specified(place: int) -> None:
    """Every dataset that is written fits the schema, and has as many values in each row as there are columns."""
    dataset = exports()[place]
    written = to_dataset_json(dataset, created=CREATED, study="UC", originator="Us")
    Draft201909Validator(SCHEMA).validate(written)
    assert written["records"] == len(written["rows"])
    assert all(len(row) == len(written["columns"]) for row in written["rows"])
    assert list(written) == sorted(written, key=[*SCHEMA["properties"]].index)  # the order that is recommended
    assert json.loads(dumps(written)) == written
    head, *rows = map(json.loads, dump_lines(written).splitlines())
    assert head | {"rows": rows} == written


def test_a_text_that_is_no_moment_is_refused() -> None:
    """When the file is made must be told, since nothing reads a clock."""
    with pytest.raises(ValueTextError) as raised:
        to_dataset_json(exports()[0], created="2026-03-02")
    assert str(raised.value) == '"2026-03-02" is no date with a time; write 2026-03-01T12:00:00'


def test_odmlib_reads_what_is_written(tmp_path: Path) -> None:
    """Another implementation of Dataset-JSON 1.1 takes it, and we take what that one writes."""
    model = pytest.importorskip("odmlib.dataset_json_1_1", reason="odmlib is not installed")
    path = tmp_path / "ie.json"
    path.write_text(dumps(to_dataset_json(exports()[0], created=CREATED, study="UC")), encoding="utf-8")
    read = model.DatasetJSON.read_json(str(path))
    assert read.column_names == [column.name for column in exports()[0].columns]
    read.write_ndjson(str(tmp_path / "again.ndjson"))
    received = list(read_sdtm([tmp_path / "again.ndjson"], MAPPING, DICTIONARY))
    assert [(each.record["subject"], each.unread) for each in received] == [
        ("S-001", {"IE IETESTCD=I4": 1, "IE IETESTCD=E8": 1}),
        ("S-002", {"IE IETESTCD=E8": 1}),
    ]


def test_csv_has_the_same_rows() -> None:
    """A missing value is an empty cell."""
    dataset = exports()[1]
    head, *rows = csv.reader(StringIO(to_csv(dataset)))
    assert head == [column.name for column in dataset.columns]
    assert [tuple(row) for row in rows] == list(dataset.rows)
