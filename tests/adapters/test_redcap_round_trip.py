"""Records that are written as a REDCap project has them are read back with the meaning that they had."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from io import BytesIO
from typing import Any

import pytest

from adapters.redcap_odm_writer import to_redcap_odm
from adapters.redcap_writer import (
    CAUSES,
    DATA_DICTIONARY,
    PAST,
    REPEATING,
    ROOT,
    example_mapping,
    export_lines,
    to_redcap_csv,
    to_redcap_json,
)
from ucmsc_rules import Verdict, load_ruleset, screen
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.adapters.redcap.odm import read_redcap_odm
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.facts.fact import same_report
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules.model import Ruleset

Writer = Callable[[Iterable[Mapping[str, Any]]], bytes]


@cache
def ruleset() -> Ruleset:
    """The trial's ruleset."""
    return load_ruleset("ucmsc-hbv-cirrhosis")


CHECKED = {
    "subject": "UC-199-001",
    "anchors": {"screening": "2026-03-01"},
    "facts": [
        *({"concept": name, "value": "yes" if name == "hepatitis_c" else "no", "when": "2026-02"} for name in CAUSES),
        *({"concept": name, "value": "yes" if name == "malignancy" else "none"} for name in PAST),
        {"concept": "body_weight", "value": 140, "unit": "lb", "when": "2026-02-27", "status": "amended"},
        {"concept": "ascites", "value": "some", "when": "2026-02-27", "recorded": "2026-02-28"},
    ],
}


@cache
def records() -> tuple[dict[str, Any], ...]:
    """The subjects of the examples, each once."""
    lines = (ROOT / "examples" / "subjects.ndjson").read_text(encoding="utf-8").splitlines()
    by_subject = {record["subject"]: record for record in reversed([json.loads(line) for line in lines])}
    return (*(record for record in reversed(by_subject.values()) if "facts" in record), CHECKED)


def as_odm(written: Iterable[Mapping[str, Any]]) -> bytes:
    """The records as the project's ODM export."""
    return to_redcap_odm(export_lines(written), read_project(DATA_DICTIONARY), REPEATING)


def from_records(data: bytes) -> Iterator[Received]:
    """What is received of an export of records."""
    return read_redcap(BytesIO(data), example_mapping(), ruleset().dictionary, data_dictionary=DATA_DICTIONARY)


def from_odm(data: bytes) -> Iterator[Received]:
    """What is received of an ODM export."""
    return read_redcap_odm(BytesIO(data), example_mapping(), ruleset().dictionary)


WAYS = pytest.mark.parametrize(
    ("write", "read"),
    [(to_redcap_json, from_records), (to_redcap_csv, from_records), (as_odm, from_odm)],
    ids=["json", "csv", "odm"],
)


def meaning(raw: object) -> tuple[object, set[tuple[object, ...]]]:
    """The anchors of a record and what its facts say, whatever they were called and wherever they stood."""
    record = read_record(raw, 0, ruleset().dictionary, ruleset().anchors)
    assert isinstance(record, Record)
    return record.given, {same_report(fact) for facts in record.facts.values() for fact in facts}


def answer(verdict: Verdict) -> list[tuple[object, ...]]:
    """The status and the findings with their branches."""
    return [(verdict.status, each.criterion, each.holds, dict(each.branches)) for each in verdict.findings]


@WAYS
def test_the_facts_mean_the_same(write: Writer, read: Callable[[bytes], Iterator[Received]]) -> None:
    """Every fact of every subject comes back as it was, and nothing else does."""
    received = list(read(write(records())))
    assert len(received) == len(records()) > 30
    for before, after in zip(records(), received, strict=True):
        assert after.record["subject"] == before["subject"]
        assert meaning(after.record) == meaning(before), before["subject"]
        assert after.unread == {}


@WAYS
def test_the_findings_are_the_same(write: Writer, read: Callable[[bytes], Iterator[Received]]) -> None:
    """Each criterion has the answer that it has without the journey."""
    some = records()[::3]
    for before, after in zip(some, read(write(some)), strict=True):
        wanted = screen(ruleset(), before, engine="reference")
        assert answer(screen(ruleset(), after.record, engine="reference")) == answer(wanted), before["subject"]


def test_all_ways_give_the_same_facts() -> None:
    """JSON, CSV and ODM differ in nothing at all, the places of the facts included."""
    as_json = list(from_records(to_redcap_json(records())))
    assert list(from_records(to_redcap_csv(records()))) == as_json
    assert list(from_odm(as_odm(records()))) == as_json


def test_the_example_mapping_speaks_of_every_concept() -> None:
    """Whatever the dictionary knows can be entered in the example project."""
    assert {rule.concept for rule in example_mapping().facts} == set(ruleset().dictionary.concepts)


def test_the_boxes_are_used() -> None:
    """The subjects have causes of cirrhosis and events that are checked, and the explicit none."""
    lines = list(export_lines(records()))
    assert {line["cause_any"] for line in lines} == {"", "0", "1"}
    assert {line["past_any"] for line in lines} == {"", "0", "1"}
    assert {line["cause___hcv"] for line in lines} == {"", "0", "1"}
