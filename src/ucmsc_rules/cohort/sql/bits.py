"""The facts that speak by a bit, gathered into numbers; the other facts of their concepts are left for longer ways."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from ucmsc_rules.cohort.bits import Bit, Bits
from ucmsc_rules.cohort.sql.anchors import At
from ucmsc_rules.cohort.sql.answers import PLACED
from ucmsc_rules.cohort.sql.events import EventMeasure, silent_after
from ucmsc_rules.cohort.sql.words import INF, MINUS_INF, ONE, ZERO, listed
from ucmsc_rules.rules.model import Answer, Earliest, Ever, Longest, Measure, Nearest

NEVER = {Nearest: (INF, INF), Earliest: (MINUS_INF, MINUS_INF), Longest: (MINUS_INF, MINUS_INF), Ever: (ZERO, ZERO)}


@frozen
class Brief:
    """Where facts may speak by a bit: the anchors of answers, the ruleset's own, and how old an event's none may be.

    ``concepts`` are the numbers of all concepts that are asked for so.
    """

    bits: Bits
    anchors: Sequence[At]
    today: At
    none_not_older_than: int
    concepts: Sequence[int]


def spoken(asked: Brief) -> str:
    """Whether a fact that is all there is of its concept says an answer, or that an event never was.

    So does an answer that counts at every anchor, and has no end (``sql.answers`` has the general case); and a none
    that was not asked for too long ago (``sql.events``).
    """
    said, never = (_any(names) for names in (asked.bits.answer_columns, asked.bits.never_columns))
    in_time = " AND ".join(["uf IS NULL", *(f"({PLACED} OR day_last <= {at.first})" for at in asked.anchors)])
    still = f"{silent_after(asked.today, asked.none_not_older_than)} IS NULL"
    return f"(NOT multi AND ({said} AND {in_time} OR {never} AND {still}))"


def _any(numbers: Sequence[str]) -> str:
    return f"({' OR '.join(f'{name} <> 0' for name in numbers)})" if numbers else "FALSE"


def gathered(facts: str, asked: Brief) -> str:
    """A row for each subject with the numbers that its facts set."""
    columns = [f"bit_or({name}) AS {name}" for name in asked.bits.columns]
    return f"SELECT sid, {', '.join(columns)} FROM {facts} WHERE spoken GROUP BY sid"


def left_over(facts: str, asked: Brief) -> str:
    """The facts of the same concepts that do not speak by a bit."""
    return f"SELECT * FROM {facts} WHERE cid IN {listed(asked.concepts)} AND NOT spoken"


def cases(bits: Bits, measure: Measure) -> Mapping[Bit, tuple[str, str]]:
    """What each bit says of a measure."""
    if isinstance(measure, Answer) and measure.concept in bits.answers:
        no, yes = bits.answers[measure.concept]
        return {no: (ZERO, ZERO), yes: (ONE, ONE)}
    if isinstance(measure, EventMeasure) and measure.concept in bits.never:
        return {bits.never[measure.concept]: NEVER[type(measure)]}
    return {}


def is_set(table: str, bit: Bit) -> str:
    """Whether a subject has a bit."""
    return f"{table}.{bit.column} & {bit.mask} <> 0"
