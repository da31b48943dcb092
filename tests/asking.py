"""Asks one comparison of one subject, without the ruleset's criteria: facts in, interval or answer out."""

from __future__ import annotations

from decimal import Decimal
from functools import lru_cache
from typing import Any

from attrs import evolve

from ucmsc_rules import Truth, load_ruleset
from ucmsc_rules.errors import Place
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules import terms
from ucmsc_rules.rules.model import Comparison, Ruleset
from ucmsc_rules.rules.syntax import parse
from ucmsc_rules.values.interval import Interval, ends
from ucmsc_rules.worksheet.compare import compare
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import Measured
from ucmsc_rules.worksheet.worksheet import measure

RULESET: Ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
ANCHORS = {"screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-22"}
SEEN = "2026-02-20"  # a day on which results count at screening
T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
Raw = dict[str, Any]


def fact(concept: str, value: Any = ..., when: str | None = None, **others: Any) -> Raw:
    """One entry of a record, without the keys that are not given."""
    said = {} if value is ... else {"value": value}
    return {"concept": concept} | said | ({} if when is None else {"when": when}) | others


def record_of(*facts: Raw, ruleset: Ruleset = RULESET, **anchors: str | None) -> Record:
    """A record with these facts; an anchor that is None is not given."""
    given = {name: day for name, day in (ANCHORS | anchors).items() if day is not None}
    record = read_record(
        {"subject": "S", "anchors": given, "facts": list(facts)}, 0, ruleset.dictionary, tuple(ANCHORS)
    )
    assert isinstance(record, Record)
    return record


@lru_cache(maxsize=1024)
def comparison(rule: str) -> Comparison:
    """A rule of one comparison, parsed for the shipped ruleset."""
    scope = terms.Context(RULESET.dictionary, RULESET.anchors, RULESET.settings, Place("test", 1, 1))
    parsed = parse(rule, scope)
    assert isinstance(parsed, Comparison)
    return parsed


def measured_for(rule: str, record: Record, ranges: tuple[NormalRange, ...] = ()) -> Measured:
    """What the rule's measure comes to for a record."""
    return measure(Context(record, RULESET, ranges), comparison(rule).measure)


def judged(rule: str, record: Record, ranges: tuple[NormalRange, ...] = ()) -> Truth:
    """The rule's answer for a record."""
    asked = comparison(rule)
    return compare(asked.op, *ends(measured_for(rule, record, ranges).value), float(asked.bound))


def measured(rule: str, *facts: Raw, **anchors: str | None) -> Measured:
    """What the rule's measure comes to for these facts."""
    return measured_for(rule, record_of(*facts, **anchors))


def known(rule: str, *facts: Raw, **anchors: str | None) -> str:
    """The interval of the rule's measure, as text."""
    return str(measured(rule, *facts, **anchors).value)


def answer(rule: str, *facts: Raw, **anchors: str | None) -> Truth:
    """The rule's answer for these facts."""
    return judged(rule, record_of(*facts, **anchors))


def warned(rule: str, *facts: Raw, **anchors: str | None) -> list[str]:
    """The paths of the problems that measuring finds."""
    return [problem.path for problem in measured(rule, *facts, **anchors).problems]


def spread(low: str | int, high: str | int) -> Interval:
    """A closed interval."""
    return Interval(Decimal(low), Decimal(high))


def with_settings(**settings: Any) -> Ruleset:
    """The shipped ruleset with other settings."""
    return evolve(RULESET, settings=evolve(RULESET.settings, **settings))
