"""Canonical records as the two tables of a cohort, and what the single-subject path says of them."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa

from ucmsc_rules.cohort.columns import COLUMNS
from ucmsc_rules.cohort.findings import Cohort
from ucmsc_rules.cohort.screen import screen_cohort
from ucmsc_rules.engines import reference
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules.compiled import Compiled, compile_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import screen
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import fill

Bounds = tuple[tuple[float, ...], tuple[float, ...]]


def told(records: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The records without keys that no table has a column for, each with a subject of its own."""
    return [
        {
            "subject": f"S-{number:06}",
            "anchors": dict(record["anchors"]),
            "facts": [{key: value for key, value in fact.items() if key in COLUMNS} for fact in record["facts"]],
        }
        for number, record in enumerate(records)
    ]


def mixed(records: Sequence[Mapping[str, Any]], count: int, number: int) -> list[dict[str, Any]]:
    """So many subjects, each with the anchors of one record and facts of up to three; the same in every run."""
    chance = random.Random(number)  # noqa: S311 - no secret
    found = []
    for _ in range(count):
        chosen = [chance.choice(records) for _ in range(chance.choice([1, 2, 2, 3]))]
        facts = [fact for record in chosen for fact in record["facts"] if len(chosen) == 1 or chance.random() < 0.7]
        found.append({"anchors": chance.choice(chosen)["anchors"], "facts": facts})
    return told(found)


def cell(key: str, value: object) -> str | None:
    """A record's value as a text; what says nothing in a table, and is no value in a record, as some other text."""
    if value is None or value in ("", []) or (isinstance(value, str) and not value.strip()):
        return "(nothing that can be read)"
    if isinstance(value, bool):
        return str(value).lower() if key in {"complete", "detected"} else "yes" if value else "no"
    return str(value)


def facts_table(records: Sequence[Mapping[str, Any]]) -> pa.Table:
    """The long table of facts."""
    columns: dict[str, list[str | None]] = {name: [] for name in COLUMNS}
    for record in records:
        for fact in record["facts"]:
            row = {"subject": record["subject"], **fact}
            for name, values in columns.items():
                values.append(cell(name, row[name]) if name in row else None)
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def anchors_table(records: Sequence[Mapping[str, Any]], names: Sequence[str]) -> pa.Table:
    """The table of anchors."""
    columns: dict[str, list[str | None]] = {"subject": [record["subject"] for record in records]}
    columns |= {name: [record["anchors"].get(name) for record in records] for name in names}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def alone(compiled: Compiled, record: Mapping[str, Any]) -> tuple[Bounds, dict[str, str]]:
    """The worksheet and the answers of one record by the single-subject path."""
    ruleset = compiled.ruleset
    read = read_record(record, 0, ruleset.dictionary, ruleset.anchors)
    assert isinstance(read, Record)
    sheet = fill(Context(read, ruleset), compiled.measures)
    answers = reference.evaluate(ruleset, reference.compare_all(compiled, sheet.lo, sheet.hi))
    return (sheet.lo, sheet.hi), {rule: truth.value for rule, truth in answers.items()}


def together(ruleset: Ruleset, records: Sequence[Mapping[str, Any]], **options: Any) -> Cohort:
    """The cohort of some records."""
    return screen_cohort(ruleset, facts_table(records), anchors_table(records, ruleset.anchors), **options)


def differences(ruleset: Ruleset, records: Sequence[Mapping[str, Any]], **options: Any) -> list[str]:
    """Where the cohort's worksheet or findings differ from those of the single-subject path."""
    compiled = compile_ruleset(ruleset)
    cohort = together(ruleset, records, **options)
    sheets = {row[0]: row[1:] for row in cohort.rows("SELECT * FROM worksheet")}
    names = [row[0] for row in cohort.rows("DESCRIBE findings_wide")][1:]
    found = {row[0]: dict(zip(names, row[1:], strict=True)) for row in cohort.rows("SELECT * FROM findings_wide")}
    assert len(sheets) == len(found) == len(records)
    differing = []
    for record in records:
        (lo, hi), answers = alone(compiled, record)
        mine = sheets[record["subject"]]
        for place, measure in enumerate(compiled.measures):
            pair, expected = mine[2 * place : 2 * place + 2], (lo[place], hi[place])
            if pair != expected:
                differing.append(f"{measure}: {pair}, and not {expected}, of {record}")
        if found[record["subject"]] != answers:
            differing.append(f"{found[record['subject']]}, and not {answers}, of {record}")
    return differing


def wanting_alone(ruleset: Ruleset, record: Mapping[str, Any]) -> set[tuple[str, str]]:
    """For want of what the criteria of one record are unknown; the parts of a score count as the score."""
    parts = {
        (score, part)
        for score, concept in ruleset.dictionary.concepts.items()
        for part in (*(part.concept for part in concept.parts), *(each.concept for each in concept.inputs))
    }
    found = set()
    for finding in screen(ruleset, record, engine="reference").findings:
        names = {need.concept for need in finding.needs}
        found |= {(finding.criterion, name) for name in names if not any((score, name) in parts for score in names)}
    return found
