"""The worksheet: for one subject, one interval per measure that the ruleset names, and how it came about."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from attrs import frozen

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Earliest,
    Ever,
    Given,
    Longest,
    Measure,
    Nearest,
    RecordedAs,
    Result,
    Trait,
    UlnRatio,
)
from ucmsc_rules.values.interval import ends
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import UNKNOWN, Measured
from ucmsc_rules.worksheet.results import (
    measure_age,
    measure_answer,
    measure_given,
    measure_ratio,
    measure_recorded,
    measure_result,
    measure_trait,
)
from ucmsc_rules.worksheet.scores import measure_score
from ucmsc_rules.worksheet.windows import measure_earliest, measure_ever, measure_longest, measure_nearest


@frozen
class Worksheet:
    """Measures in the order that the ruleset numbers them; ``lo`` and ``hi`` are the ends that engines compare."""

    measured: tuple[Measured, ...]
    lo: tuple[float, ...]
    hi: tuple[float, ...]


def fill(context: Context, measures: Sequence[Measure]) -> Worksheet:
    """The worksheet of one subject. Without the ruleset's own anchor nothing at all is known."""
    if context.ruleset.settings.at in context.record.given:
        measured = tuple([measure(context, each) for each in measures])
    else:
        measured = (UNKNOWN,) * len(measures)
    pairs = [ends(each.value) for each in measured]
    return Worksheet(measured, tuple(lo for lo, _ in pairs), tuple(hi for _, hi in pairs))


def measure(context: Context, what: Measure) -> Measured:
    """One measure of one subject."""
    return _MEASURE[type(what)](context, what)


def _result(context: Context, what: Result) -> Measured:
    if context.ruleset.dictionary[what.concept].kind is Kind.SCORE:
        return measure_score(context, what)
    return measure_result(context, what)


_MEASURE: Mapping[type, Callable[[Context, Any], Measured]] = MappingProxyType(
    {
        Result: _result,
        UlnRatio: measure_ratio,
        Answer: measure_answer,
        Trait: measure_trait,
        Age: measure_age,
        Nearest: measure_nearest,
        Earliest: measure_earliest,
        Longest: measure_longest,
        Ever: measure_ever,
        Given: measure_given,
        RecordedAs: measure_recorded,
    }
)
