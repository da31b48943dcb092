"""Findings tables for tests: made by screening one subject after the other, which is the definition."""

from __future__ import annotations

from functools import cache
from typing import Any

from ucmsc_rules import load_ruleset, screen_all
from ucmsc_rules.cohort.attrition import Attrition, count_attrition, tables_of
from ucmsc_rules.cohort.synth import records_of, synthesise
from ucmsc_rules.rules.model import Ruleset

TRIAL = "ucmsc-hbv-cirrhosis"


@cache
def trial() -> Ruleset:
    """The shipped ruleset."""
    return load_ruleset(TRIAL)


@cache
def records(count: int, seed: int = 1) -> tuple[dict[str, Any], ...]:
    """Made-up subjects as canonical records."""
    return tuple(record for block in synthesise(trial(), count, seed) for record in records_of(block))


@cache
def verdicts(count: int, seed: int = 1) -> tuple[Any, ...]:
    """The verdicts on made-up subjects."""
    return tuple(screen_all(trial(), records(count, seed), engine="reference"))


@cache
def tables(count: int, seed: int = 1) -> tuple[Any, Any]:
    """The findings and wants of made-up subjects."""
    return tables_of(verdicts(count, seed))


@cache
def attrition_of(count: int, seed: int = 1) -> Attrition:
    """The attrition of made-up subjects."""
    findings, wants = tables(count, seed)
    return count_attrition(trial(), findings, wants=wants)
