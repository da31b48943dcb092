"""Answers one criterion of a ruleset for records that were read once, without evidence: quick enough for mutants."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve, frozen

from ucmsc_rules.engines import reference
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules.compiled import Compiled, compile_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import fill


def narrowed(ruleset: Ruleset, criteria: tuple[str, ...]) -> Compiled:
    """Some criteria of a ruleset, ready to be answered."""
    return compile_ruleset(evolve(ruleset, criteria=tuple(each for each in ruleset.criteria if each.id in criteria)))


def read(ruleset: Ruleset, raw: Mapping[str, Any]) -> Record:
    """A record that is known to be one."""
    record = read_record(raw, 0, ruleset.dictionary, ruleset.anchors)
    if not isinstance(record, Record):
        message = f"no record: {record.problem.message}"
        raise TypeError(message)
    return record


def answers(compiled: Compiled, record: Record) -> Mapping[str, Truth]:
    """The answer of each rule, by its id."""
    sheet = fill(Context(record, compiled.ruleset), compiled.measures)
    return reference.evaluate(compiled.ruleset, reference.compare_all(compiled, sheet.lo, sheet.hi))


@frozen
class Asked:
    """A record with what must come out of it: the answer of one rule of one criterion."""

    criterion: str
    rule: str
    wanted: str
    record: Record
    where: str
