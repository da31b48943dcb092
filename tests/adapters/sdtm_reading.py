"""Small studies for tests: lines of domains are written into a folder and read by the shipped mapping."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from adapters.sdtm_writer import DICTIONARY, Line, write_json
from ucmsc_rules import Truth, load_ruleset, screen
from ucmsc_rules.adapters.load_mapping import load_mapping, parse_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.sdtm import read_sdtm
from ucmsc_rules.facts.json_text import Broken

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
MAPPING = load_mapping("sdtm", DICTIONARY)
SUBJECT = "S-001"
SCREENING = {"screening": "2026-03-01"}


def write_study(folder: Path, **domains: list[Line]) -> Path:
    """Each domain as Dataset-JSON; a line that names no subject is of the one subject."""
    for domain, lines in domains.items():
        whole = [{"DOMAIN": domain, "USUBJID": SUBJECT} | line for line in lines]
        columns = list(dict.fromkeys(column for line in whole for column in line))
        write_json(folder, domain, columns, whole)
    return folder


def read_all(folder: Path, mapping: FieldMapping = MAPPING) -> list[Received]:
    """All that is read from a folder."""
    return list(read_sdtm(folder, mapping, DICTIONARY))


def read_one(folder: Path, mapping: FieldMapping = MAPPING, **domains: list[Line]) -> Received:
    """What is read of the one subject."""
    (received,) = read_all(write_study(folder, **domains), mapping)
    return received


def facts_of(received: Received) -> list[Mapping[str, Any]]:
    """The facts of a record that was read."""
    assert not isinstance(received.record, Broken)
    return list(received.record["facts"])


def the_fact(received: Received) -> dict[str, Any]:
    """The only fact, without its source."""
    (fact,) = facts_of(received)
    return {key: value for key, value in fact.items() if key != "source"}


def messages(received: Received) -> list[str]:
    """The problems as lines."""
    return [f"{problem.path}: {problem.message}" for problem in received.problems]


def holds(received: Received, criterion: str, **anchors: str) -> Truth:
    """Whether a criterion holds for what was read."""
    assert not isinstance(received.record, Broken)
    return screen(RULESET, received.record, anchors=SCREENING | anchors)[criterion].holds


def broken(all_received: list[Received]) -> list[str]:
    """What could not be taken."""
    return [each.record.message for each in all_received if isinstance(each.record, Broken)]


def subjects(all_received: list[Received]) -> list[str]:
    """The subjects that were given."""
    return [each.record["subject"] for each in all_received if not isinstance(each.record, Broken)]


def mapping_with(facts: str, rest: str = "") -> FieldMapping:
    """A mapping with some facts, each on a line."""
    text = f"mapping: m\nversion: 1.0.0\ntitle: A test\nreads: sdtm\n{rest}facts:\n{facts}\n"
    return parse_mapping(text, DICTIONARY, "m.yaml")
