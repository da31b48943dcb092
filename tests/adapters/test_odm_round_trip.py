"""Records that are written as ODM and read again are answered as before, in 1.3.2 and in 2.0."""

from __future__ import annotations

import json
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from attrs import asdict
from lxml import etree
from odmlib.schema_manager import get_schema_path

from adapters.odm_writer import Version, example_mapping, to_odm
from ucmsc_rules import load_ruleset, screen
from ucmsc_rules.adapters.odm import read_odm
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.cases import case_record
from ucmsc_rules.verdicts.finding import Verdict

ROOT = Path(__file__).parents[2]
VERSIONS: tuple[Version, ...] = ("1.3.2", "2.0")
RULESET = load_ruleset("ucmsc-hbv-cirrhosis")


def subjects() -> list[dict[str, Any]]:
    """The subjects of the examples; there are more than 30."""
    return [json.loads(line) for line in (ROOT / "examples" / "subjects.ndjson").read_text().splitlines()]


def cases() -> list[dict[str, Any]]:
    """Every case of every criterion, as a subject of its own."""
    return [
        {**case_record(RULESET, criterion, case), "subject": f"{criterion.id}-{number}"}
        for criterion in RULESET.criteria
        for number, case in enumerate(criterion.cases)
    ]


def received(records: list[dict[str, Any]], version: Version) -> list[Received]:
    """The records as they come back."""
    return list(read_odm(BytesIO(to_odm(records, version)), example_mapping(), RULESET.dictionary))


def answer(record: Any) -> Verdict:
    """What the reference says of a record."""
    return screen(RULESET, record, engine="reference")


def findings(verdict: Verdict) -> list[object]:
    """What was found, without the words and places that a format changes."""
    found: list[object] = []
    for each in verdict.findings:
        needs = [(need.concept, need.from_day, need.to_day, need.form) for need in each.needs]
        found.append((each.criterion, each.holds, dict(each.branches), needs))
    unseen = {"branch", "reported", "path", "source", "note"}
    seen = [
        {name: value for name, value in asdict(each).items() if name not in unseen}
        for finding in verdict.findings
        for each in finding.evidence
    ]
    return [verdict.status, verdict.anchors, found, seen]


@cache
def schema(version: str) -> etree.XMLSchema:
    """The official schema, as odmlib brings it."""
    return etree.XMLSchema(etree.parse(get_schema_path("odm", version)))


@pytest.mark.parametrize("version", VERSIONS)
def test_subjects_come_back_with_the_same_findings(version: Version) -> None:
    """Each finding, its evidence and its needs; nothing is unread and nothing is a problem of the form."""
    records = subjects()
    assert len(records) >= 30
    for record, back in zip(records, received(records, version), strict=True):
        assert findings(answer(back.record)) == findings(answer(record)), record["subject"]
        assert (back.problems, back.unread) == ((), {})


@pytest.mark.parametrize("version", VERSIONS)
def test_every_case_of_the_ruleset_comes_back_with_the_same_findings(version: Version) -> None:
    """Comparators, partial dates, units, statuses, limits, contradictions, and what cannot be read."""
    records = cases()
    assert len(records) > 400
    for record, back in zip(records, received(records, version), strict=True):
        assert findings(answer(back.record)) == findings(answer(record)), record["subject"]


def test_both_versions_give_the_same_records() -> None:
    """But for the place that each fact has in its file."""

    def facts(version: Version) -> list[object]:
        return [
            [{key: value for key, value in fact.items() if key != "source"} for fact in each.record["facts"]]
            for each in received(subjects(), version)
        ]

    assert facts("1.3.2") == facts("2.0")


@pytest.mark.parametrize("version", VERSIONS)
def test_what_the_writer_makes_is_as_the_schema_asks(version: Version) -> None:
    """So that the reader is tested on what it will get."""
    assert schema(version).validate(etree.fromstring(to_odm(subjects(), version))), schema(version).error_log


def test_every_fact_says_where_it_stands() -> None:
    """The path of its row, and the item."""
    record = {"subject": "S1", "facts": [{"concept": "creatinine", "value": "92 umol/L", "when": "2026-02-27"}]}
    for version in VERSIONS:
        (back,) = received([record], version)
        assert back.record["facts"] == [
            {"concept": "creatinine", "value": "92", "unit": "umol/L", "when": "2026-02-27",
             "source": "S1/SE.SCREENING/F.LB/IG.LB[1].IT.LBORRES"},
        ]  # fmt: skip


def test_the_example_mapping_covers_every_concept() -> None:
    """Of the ruleset's dictionary, so that nothing of the trial is left out."""
    assert {rule.concept for rule in example_mapping().facts} == set(RULESET.dictionary.concepts)
    assert {rule.anchor for rule in example_mapping().anchors} == set(RULESET.anchors)
