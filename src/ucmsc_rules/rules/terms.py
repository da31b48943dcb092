"""The terms of an atom: its concept, unit, number, word, anchor and length of time, looked up and checked.

Whatever the data dictionary does not allow is a ``MistakeError`` that says what to write instead.
"""

from __future__ import annotations

from decimal import Decimal

from attrs import frozen
from lark import Token

from ucmsc_rules.errors import Place, UnitError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.rules.model import Settings
from ucmsc_rules.rules.phrases import words_of
from ucmsc_rules.values import units
from ucmsc_rules.values.dates import CalendarUnit
from ucmsc_rules.values.interval import DIGITS
from ucmsc_rules.wording import did_you_mean, either

LONGEST = {CalendarUnit.DAYS: 36525, CalendarUnit.WEEKS: 5218, CalendarUnit.MONTHS: 1200}
GREATEST_EXPONENT = 30
GRADED = (Kind.SCALE, Kind.SCORE)


@frozen
class Context:
    """What an expression may speak of, and where it stands: ``exact`` where its columns count on from ``place``."""

    dictionary: Dictionary
    anchors: tuple[str, ...]
    settings: Settings
    place: Place
    subject: str = ""
    exact: bool = True


class MistakeError(Exception):
    """What is wrong at a token, and what to write instead."""

    def __init__(self, token: Token, message: str) -> None:
        super().__init__(message)
        self.position = token.start_pos or 0


@frozen
class Atom:
    """A parsed atom: its form, its words and numbers, and the parts that may be left out."""

    form: str
    words: tuple[Token, ...]
    at: Token | None
    limit: Token | None


def concept_of(name: Token, context: Context, *kinds: Kind) -> Concept:
    """The concept of that name, which must be of one of the kinds."""
    if name not in context.dictionary:
        hint = did_you_mean(name, context.dictionary.concepts) or '; add it to the dictionary or under "concepts"'
        raise MistakeError(name, f'unknown concept "{name}"{hint}')
    concept = context.dictionary[name]
    if concept.kind not in kinds:
        raise MistakeError(name, f"{name} is {_WHAT[concept.kind]}; write {example(concept, context)}")
    return concept


_WHAT = {
    Kind.QUANTITY: "a quantity",
    Kind.SCALE: "a scale",
    Kind.SCORE: "a score",
    Kind.TEST: "a test",
    Kind.YES_NO: "a yes/no fact",
    Kind.CATEGORY: "a category",
    Kind.BIRTH_DATE: "a birth date",
    Kind.EVENT: "an event",
}


def example(concept: Concept, context: Context) -> str:
    """How a rule may speak of the concept."""
    name, anchor = concept.name, context.settings.at
    match concept.kind:
        case Kind.QUANTITY:
            unit = "" if units.unitless(concept.unit_rules) else f" {next(iter(concept.units), '')}"
            return f'"{name} <= 1{unit}"'
        case Kind.SCALE | Kind.SCORE:
            return f'"{name} >= {_some_level(concept)}"'
        case Kind.BIRTH_DATE:
            return f'"age at {anchor} >= 18 years"'
        case Kind.EVENT:
            return f'"{name} within 3 months before {anchor}" or "{name} ever"'
        case _:
            return either(f'"{name} is {word}"' for word in words_of(concept))


def _some_level(concept: Concept) -> str:
    if concept.levels and not concept.levels.numbers:
        return list(concept.levels.words)[-1]
    return str(concept.levels.greatest) if concept.levels else "1"


def unit_of(concept: Concept, name: Token, number: Token, written: list[Token]) -> str:
    """The unit's code; "" for scales and scores, "1" for a quantity without a unit."""
    if concept.kind in GRADED or units.unitless(concept.unit_rules):
        if written:
            raise MistakeError(written[0], f'{name} has no unit; leave "{written[0]}" out')
        return "" if concept.kind in GRADED else "1"
    if not written:
        raise MistakeError(number, f'{name} needs a unit; write "{next(iter(concept.units))}" or "x ULN"')
    return str(written[0]) if written[0] in concept.units else _respelled(concept, written[0])


def _respelled(concept: Concept, unit: Token) -> str:
    if unit.lower() in ("x", "uln", "xuln"):
        raise MistakeError(unit, f'"{unit}" is no unit; write "x ULN"')
    try:
        code = units.canonical(concept.unit_rules, unit)
    except UnitError as error:
        raise MistakeError(unit, str(error)) from None
    if code not in concept.units:
        raise MistakeError(unit, f'rules on {concept.name} are not written in "{code}"; write {either(concept.units)}')
    return code


def number_of(token: Token) -> Decimal:
    """A number that a double holds exactly enough: up to 15 significant digits."""
    number = Decimal(token)
    digits = len("".join(map(str, number.as_tuple().digits)).strip("0"))
    if digits > DIGITS:
        raise MistakeError(token, f"{digits} significant digits are too many; write at most {DIGITS}")
    if number and abs(number.adjusted()) > GREATEST_EXPONENT:
        raise MistakeError(token, "the number is beyond any measurement; write a smaller exponent")
    return number


def check_level(concept: Concept, token: Token, bound: Decimal) -> None:
    """Refuse a bound that the scale or score cannot reach."""
    levels = concept.levels
    if levels is None:
        return
    if not levels.numbers:
        raise MistakeError(token, f"{concept.name} is given in words; write {either(levels.words)}")
    if not levels.least <= bound <= levels.greatest:
        raise MistakeError(token, f"{concept.name} goes from {levels.least} to {levels.greatest}; {token} lies outside")
    if concept.kind is Kind.SCALE and bound != bound.to_integral_value():
        raise MistakeError(
            token, f"{concept.name} goes in whole numbers; write one from {levels.least} to {levels.greatest}"
        )


def level_of(concept: Concept, word: Token) -> int:
    """The level that a word stands for."""
    words = words_of(concept)
    if word not in words:
        raise MistakeError(word, f'{concept.name} has no word "{word}"; write {either(words) or "a number"}')
    return words[word]


def anchor_of(name: Token, context: Context) -> str:
    """The anchor of that name."""
    if name not in context.anchors:
        hint = did_you_mean(name, context.anchors) or f"; the anchors are {', '.join(context.anchors)}"
        raise MistakeError(name, f'unknown anchor "{name}"{hint}')
    return str(name)


def at_of(atom: Atom, context: Context) -> str:
    """The anchor at which the atom is read: its own, else the one of the settings."""
    return anchor_of(atom.at, context) if atom.at else context.settings.at


def max_age_of(atom: Atom, context: Context) -> int:
    """The greatest age of a result in days: its own, else the one of the settings."""
    return count_of(atom.limit, CalendarUnit.DAYS) if atom.limit else context.settings.results_not_older_than


def period_of(token: Token) -> CalendarUnit:
    """Days, weeks or months."""
    return CalendarUnit(token if token.endswith("s") else f"{token}s")


def count_of(token: Token, unit: CalendarUnit) -> int:
    """A whole number of days, weeks or months."""
    if not token.isdecimal():
        raise MistakeError(token, f"write a whole number of {unit.value}")
    if len(token) > DIGITS or int(token) > LONGEST[unit]:
        raise MistakeError(token, f"{token} {unit.value} are more than 100 years; write {LONGEST[unit]} or less")
    return int(token)
