"""Writes comparisons and expressions as text; ``syntax.parse`` reads the same text back to the same value."""

from __future__ import annotations

from decimal import Decimal

from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.rules.model import (
    Age,
    And,
    Answer,
    Comparison,
    Earliest,
    Ever,
    Expression,
    Given,
    Longest,
    Measure,
    Nearest,
    Not,
    Op,
    Or,
    RecordedAs,
    Result,
    Settings,
    Trait,
    UlnRatio,
)
from ucmsc_rules.values.dates import CalendarUnit
from ucmsc_rules.values.interval import plain

YES_NO_WORDS = {"yes": 1, "no": 0}
TEST_WORDS = {"positive": 1, "negative": 0}


def unparse(expression: Expression, dictionary: Dictionary, settings: Settings) -> str:
    """The one spelling of an expression."""
    match expression:
        case Comparison(Age(_, at) as measure, op, bound):
            return f"age at {at} {phrase(measure, op, bound, dictionary, settings)}"
        case Comparison(measure, op, bound):
            return f"{measure.concept} {phrase(measure, op, bound, dictionary, settings)}"
        case Not(of):
            return f"not {_within(of, (And, Or), dictionary, settings)}"
        case And(parts):
            return " and ".join(_within(part, (And, Or), dictionary, settings) for part in parts)
        case Or(parts):
            return " or ".join(_within(part, (Or,), dictionary, settings) for part in parts)


def phrase(measure: Measure, op: Op, bound: Decimal, dictionary: Dictionary, settings: Settings) -> str:
    """A comparison without its concept's name, as evidence shows it: ``<= 1000 [IU]/mL``, ``ever``, ``is yes``."""
    concept = dictionary[measure.concept]
    match measure:
        case Result(_, unit, at, max_age):
            return f"{op.value} {_bound(concept, op, bound, unit)}{_at(at, settings)}{_limit(max_age, settings)}"
        case UlnRatio(_, at, max_age):
            return f"{op.value} {plain(bound)} x ULN{_at(at, settings)}{_limit(max_age, settings)}"
        case Age():
            return f"{op.value} {plain(bound)} year{'' if bound == 1 else 's'}"
        case Answer() | Trait() | RecordedAs():
            return _saying(measure, bound, concept, settings)
        case _:
            return _timing(measure, bound)


def words_of(concept: Concept) -> dict[str, int]:
    """The words that facts of a concept may say, with the level that each stands for."""
    match concept.kind:
        case Kind.YES_NO:
            return dict(YES_NO_WORDS)
        case Kind.TEST:
            return dict(TEST_WORDS)
        case Kind.CATEGORY:
            return {word: index for index, word in enumerate(concept.categories)}
        case _:
            return dict(concept.levels.words) if concept.levels else {}


def word_for(concept: Concept, level: Decimal) -> str:
    """The first word that stands for a level; raises ValueError where none does."""
    for word, value in words_of(concept).items():
        if value == level:
            return word
    message = f"{concept.name} has no word for {plain(level)}"
    raise ValueError(message)


def length(number: Decimal | int, unit: CalendarUnit) -> str:
    """A length of time in words.

    >>> length(1, CalendarUnit.MONTHS), length(3, CalendarUnit.WEEKS)
    ('1 month', '3 weeks')
    """
    return f"{plain(Decimal(number))} {unit.value.removesuffix('s') if number == 1 else unit.value}"


def _saying(measure: Answer | Trait | RecordedAs, bound: Decimal, concept: Concept, settings: Settings) -> str:
    match measure:
        case Answer(_, at):
            return f"is {word_for(concept, bound)}{_at(at, settings)}"
        case Trait():
            return f"is {word_for(concept, bound)}"
        case RecordedAs(_, level):
            return f"recorded as {word_for(concept, Decimal(level))}"


def _timing(measure: Measure, bound: Decimal) -> str:
    match measure:
        case Nearest(_, unit, anchor, ahead):
            return f"within {length(bound, unit)} {'after' if ahead else 'before'} {anchor}"
        case Earliest(_, unit, anchor):
            return f"more than {length(bound, unit)} before {anchor}"
        case Longest(_, unit, anchor):
            return f"lasted more than {length(bound, unit)} by {anchor}"
        case Ever():
            return "ever"
        case Given(_, by):
            return f"given by {by}"
        case _:
            message = f"not a measure of time: {measure!r}"
            raise TypeError(message)


def _bound(concept: Concept, op: Op, bound: Decimal, unit: str) -> str:
    if op is Op.IS or (concept.levels and not concept.levels.numbers):
        return word_for(concept, bound)
    return plain(bound) if unit in ("", "1") else f"{plain(bound)} {unit}"


def _at(anchor: str, settings: Settings) -> str:
    return "" if anchor == settings.at else f" at {anchor}"


def _limit(days: int, settings: Settings) -> str:
    if days == settings.results_not_older_than:
        return ""
    return f" not older than {length(days, CalendarUnit.DAYS)}"


def _within(part: Expression, bracketed: tuple[type, ...], dictionary: Dictionary, settings: Settings) -> str:
    text = unparse(part, dictionary, settings)
    return f"({text})" if isinstance(part, bracketed) else text
