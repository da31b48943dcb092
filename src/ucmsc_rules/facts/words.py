"""Reads values that are words or levels: answers, test results, categories, scales and scores."""

from __future__ import annotations

import re
from decimal import Decimal

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.concepts import Concept, Kind, Levels
from ucmsc_rules.facts.fact import NO, YES, YES_OR_NO
from ucmsc_rules.values.dates import shown
from ucmsc_rules.values.interval import Interval

_ANSWERS = {"yes": YES, "no": NO}
_TESTS = {"positive": YES, "negative": NO, "indeterminate": YES_OR_NO, "borderline": YES_OR_NO}
_HAPPENED = {"yes": YES, "none": NO}
_WHOLE = re.compile(r"[0-9]{1,3}(?:\.0{1,3})?\Z")
_RANGE = re.compile(r"(?P<low>\w+)\s*(?:-|\u2013|/| to )\s*(?P<high>\w+)\Z")
_BOUND = re.compile(r"(?P<comparator><=|>=|<|>|≤|≥)\s*(?P<level>\w+)\Z")


def read_word(concept: Concept, text: str) -> Interval:
    """The number that a word stands for: yes 1 and no 0, positive 1 and negative 0, a category's place.

    Raises ValueTextError for any other word.
    """
    words = _words(concept)
    value = words.get(text) or words.get(text.strip().casefold())
    if value is None:
        raise ValueTextError(f"{shown(text)} is no value of {concept.name}; write {_listed(list(words))}")
    return value


def read_level(concept: Concept, text: str) -> Interval:
    """The levels of a scale or score that a text allows: one, a range as ``II-III``, or a bound as ``>= 2``.

    Raises ValueTextError for anything else, and for levels that the scale does not have.
    """
    levels = _levels(concept)
    plain = text.strip()
    if (match := _BOUND.match(plain)) is not None:
        return _bounded(concept, levels, match["comparator"], _level(concept, levels, match["level"]))
    single = _find(levels, plain)
    if single is not None:
        return Interval(Decimal(single), Decimal(single))
    if concept.kind is Kind.SCALE and (match := _RANGE.match(plain)) is not None:
        low, high = (_level(concept, levels, part) for part in match.groups())
        if low <= high:
            return Interval(Decimal(low), Decimal(high))
    raise ValueTextError(_no_level(concept, levels, text))


def unreadable_value(concept: Concept) -> Interval:
    """All that a fact of the concept could say."""
    match concept.kind:
        case Kind.YES_NO | Kind.TEST | Kind.EVENT:
            return YES_OR_NO
        case Kind.CATEGORY:
            return Interval(Decimal(0), Decimal(len(concept.categories) - 1))
        case _:
            return Interval(Decimal("-Infinity"), Decimal("Infinity"))


def level_word(concept: Concept, level: int) -> str:
    """The word for a level, as messages show it.

    >>> level_word(Concept("pregnant", Kind.YES_NO, "pregnant"), 1)
    'yes'
    """
    if concept.levels is not None:
        return next((word for word, value in concept.levels.words.items() if value == level), str(level))
    for word, value in _words(concept).items():
        if value.lo == value.hi == level:
            return word
    return str(level)


def _words(concept: Concept) -> dict[str, Interval]:
    match concept.kind:
        case Kind.YES_NO:
            return _ANSWERS
        case Kind.TEST:
            return _TESTS
        case Kind.EVENT:
            return _HAPPENED
        case Kind.CATEGORY:
            places = [Decimal(place) for place in range(len(concept.categories))]
            return {word: Interval(place, place) for word, place in zip(concept.categories, places, strict=True)}
        case _:
            message = f"{concept.name} has no words"
            raise TypeError(message)


def _levels(concept: Concept) -> Levels:
    if concept.levels is None:
        message = f"{concept.name} has no levels"
        raise TypeError(message)
    return concept.levels


def _find(levels: Levels, text: str) -> int | None:
    for word, level in levels.words.items():
        if word.casefold() == text.casefold():
            return level
    if levels.numbers and _WHOLE.match(text):
        number = int(Decimal(text))
        return number if levels.least <= number <= levels.greatest else None
    return None


def _level(concept: Concept, levels: Levels, text: str) -> int:
    level = _find(levels, text)
    if level is None:
        raise ValueTextError(_no_level(concept, levels, text))
    return level


def _bounded(concept: Concept, levels: Levels, comparator: str, level: int) -> Interval:
    least, greatest = levels.least, levels.greatest
    match comparator:
        case "<=" | "≤":
            greatest = level
        case "<":
            greatest = level - 1
        case ">=" | "≥":
            least = level
        case _:
            least = level + 1
    if least > greatest:
        raise ValueTextError(_no_level(concept, levels, f"{comparator} {level}"))
    return Interval(Decimal(least), Decimal(greatest))


def _no_level(concept: Concept, levels: Levels, text: str) -> str:
    forms = list(levels.words)
    if levels.numbers:
        forms.append(f"a whole number from {levels.least} to {levels.greatest}")
    return f"{shown(text)} is no value of {concept.name}; write {_listed(forms)}"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} or {words[-1]}"
