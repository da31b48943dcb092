"""The thirty subjects of examples/edc-subjects.ndjson, and what is found of them as they are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

from ucmsc_rules import Verdict, load_ruleset, screen
from ucmsc_rules.rules.model import Ruleset

SUBJECTS = Path(__file__).parents[2] / "examples" / "edc-subjects.ndjson"
Record = Mapping[str, Any]


@cache
def ruleset() -> Ruleset:
    """The trial's ruleset."""
    return load_ruleset("ucmsc-hbv-cirrhosis")


@cache
def records() -> Mapping[str, Record]:
    """The subjects by name, in the order of the file."""
    found = [json.loads(line) for line in SUBJECTS.read_text(encoding="utf-8").splitlines()]
    return {record["subject"]: record for record in found}


@cache
def verdicts() -> Mapping[str, Verdict]:
    """What is found of the subjects as they are."""
    return {name: screen(ruleset(), record) for name, record in records().items()}


def subjects() -> list[Record]:
    """The records in a list."""
    return list(records().values())


def facts() -> Iterator[Record]:
    """The facts of all subjects."""
    return (fact for record in records().values() for fact in record["facts"])
