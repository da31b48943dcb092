"""A fact: one thing that a site reports of a subject, read once at the edge and never guessed at."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from attrs import frozen

from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span
from ucmsc_rules.values.interval import Interval
from ucmsc_rules.values.quantity import Quantity

YES = Interval(Decimal(1), Decimal(1))
NO = Interval(Decimal(0), Decimal(0))
YES_OR_NO = Interval(Decimal(0), Decimal(1))


@frozen
class Problem:
    """Something about the input that a person should look at; an error could not be read, a warning was."""

    level: str
    path: str
    message: str


@frozen_to_mypy
class Fact:
    """What is known from one entry of a record.

    ``value`` is in ``unit``: words and answers are numbers (yes 1, no 0; none 0 of an event; a category's index);
    a birth date is its days. ``dated`` is whether a day was given, be it one that cannot be read. Where ``readable``
    is false the fact may say anything, on any day of ``days``.
    ``counts_surely`` is false where its status could not be read. ``until`` is ``ONGOING`` for an event that had not
    ended on its record date.
    """

    concept: Concept
    value: Interval
    unit: str
    days: Span
    dated: bool
    path: str
    reported: str
    when: str
    readable: bool = True
    counts_surely: bool = True
    amended: bool = False
    until: Span | None = None
    recorded: Span | None = None
    complete: bool = True
    uln: Quantity | None = None
    uln_text: str = ""
    copies_per_iu: Fraction | None = None
    source: str = ""
    until_text: str = ""
    detected: bool | None = None


ONGOING = Span(FOREVER, FOREVER)


def same_report(fact: Fact) -> tuple[object, ...]:
    """What makes two facts copies of one another: all but the place where they stand."""
    return (
        fact.concept.name, fact.value, fact.unit, fact.days, fact.dated, fact.readable, fact.counts_surely,
        fact.amended, fact.until, fact.recorded, fact.complete, fact.uln, fact.copies_per_iu,
    )  # fmt: skip


def may_be_later(one: Span, other: Span) -> bool:
    """Whether ``one`` could have come after ``other``; two of one day without times tie, and neither is later."""
    if one.last > other.first:
        return True
    if one.minute is None or other.minute is None or one.last != other.first:
        return False
    return one.minute > other.minute


def unknown_span(recorded: Span | None) -> Span:
    """The days of something undated: any, up to its record date."""
    return Span(BEGINNING, recorded.last if recorded is not None else FOREVER)
