"""Gives a parsed atom its meaning: the comparison that it stands for."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from lark import Token, Tree

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Comparison,
    Earliest,
    Ever,
    Given,
    Longest,
    Measure,
    Nearest,
    Op,
    RecordedAs,
    Result,
    Trait,
    UlnRatio,
)
from ucmsc_rules.rules.phrases import phrase
from ucmsc_rules.rules.terms import (
    GRADED,
    Atom,
    Context,
    MistakeError,
    anchor_of,
    at_of,
    check_level,
    concept_of,
    count_of,
    example,
    level_of,
    max_age_of,
    number_of,
    period_of,
    unit_of,
)

NEVER_OLD = '"not older than" is for results; leave it out'


def comparison(tree: Tree[Token], context: Context) -> Comparison:
    """The comparison that an atom of the grammar stands for; raises MistakeError."""
    words = tuple(child for child in tree.children if isinstance(child, Token))
    options = {child.data: child.children[0] for child in tree.children if isinstance(child, Tree)}
    atom = Atom(tree.data, words, _token(options.get("at")), _token(options.get("limit")))
    measure, op, bound = _FORMS[atom.form](atom, context)
    text = phrase(measure, op, bound, context.dictionary, context.settings)
    position = words[0].start_pos or 0
    return Comparison(measure, op, bound, text, context.place.column + (position if context.exact else 0))


Meaning = tuple[Measure, Op, Decimal]


def _amount(atom: Atom, context: Context) -> Meaning:
    name, op, number, *unit = atom.words
    concept = concept_of(name, context, Kind.QUANTITY, *GRADED)
    code = unit_of(concept, name, number, unit)
    bound = number_of(number)
    if concept.kind in GRADED:
        check_level(concept, number, bound)
    return Result(concept.name, code, at_of(atom, context), max_age_of(atom, context)), Op(op), bound


def _ratio(atom: Atom, context: Context) -> Meaning:
    name, op, number = atom.words
    concept = concept_of(name, context, Kind.QUANTITY)
    bound = number_of(number)
    if bound <= 0:
        raise MistakeError(number, "a multiple of ULN is above 0")
    return UlnRatio(concept.name, at_of(atom, context), max_age_of(atom, context)), Op(op), bound


def _level(atom: Atom, context: Context) -> Meaning:
    name, op, word = atom.words
    concept = concept_of(name, context, Kind.QUANTITY, *GRADED)
    if concept.kind is Kind.QUANTITY:
        instead = f'"{name} {op} 1 x ULN"' if word.lower() == "uln" else f"a number, as {example(concept, context)}"
        raise MistakeError(word, f'{name} is a quantity, "{word}" no number; write {instead}')
    bound = Decimal(level_of(concept, word))
    return Result(concept.name, "", at_of(atom, context), max_age_of(atom, context)), Op(op), bound


def _named(atom: Atom, context: Context) -> Meaning:
    name, word = atom.words
    concept = concept_of(name, context, Kind.YES_NO, Kind.CATEGORY, Kind.TEST, *GRADED)
    bound = Decimal(level_of(concept, word))
    if concept.kind is Kind.CATEGORY and atom.at:
        raise MistakeError(atom.at, f'{name} has no date; leave "at {atom.at}" out')
    if concept.kind in (Kind.CATEGORY, Kind.YES_NO) and atom.limit:
        raise MistakeError(atom.limit, NEVER_OLD)
    if concept.kind is Kind.CATEGORY:
        return Trait(concept.name), Op.IS, bound
    if concept.kind is Kind.YES_NO:
        return Answer(concept.name, at_of(atom, context)), Op.IS, bound
    return Result(concept.name, "", at_of(atom, context), max_age_of(atom, context)), Op.IS, bound


def _age(atom: Atom, context: Context) -> Meaning:
    name, op, number = atom.words
    births = [concept for concept in context.dictionary.concepts.values() if concept.kind is Kind.BIRTH_DATE]
    if not births:
        raise MistakeError(name, "age needs a concept of kind birth_date, and the dictionary has none")
    bound = number_of(number)
    if bound < 0 or bound != bound.to_integral_value():
        raise MistakeError(number, "age is in completed years; write a whole number")
    return Age(births[0].name, at_of(atom, context)), Op(op), bound


def _within(atom: Atom, context: Context) -> Meaning:
    name, number, period, side, anchor = atom.words
    concept, unit = concept_of(name, context, Kind.EVENT), period_of(period)
    measure = Nearest(concept.name, unit, anchor_of(anchor, context), ahead=side == "after")
    return measure, Op.LE, Decimal(count_of(number, unit))


def _earlier(atom: Atom, context: Context) -> Meaning:
    name, number, period, anchor = atom.words
    concept, unit = concept_of(name, context, Kind.EVENT), period_of(period)
    return Earliest(concept.name, unit, anchor_of(anchor, context)), Op.GT, Decimal(count_of(number, unit))


def _lasted(atom: Atom, context: Context) -> Meaning:
    name, number, period, anchor = atom.words
    concept, unit = concept_of(name, context, Kind.EVENT), period_of(period)
    return Longest(concept.name, unit, anchor_of(anchor, context)), Op.GT, Decimal(count_of(number, unit))


def _ever(atom: Atom, context: Context) -> Meaning:
    concept = concept_of(atom.words[0], context, Kind.EVENT)
    return Ever(concept.name, context.settings.ever_until), Op.GE, Decimal(1)


def _given(atom: Atom, context: Context) -> Meaning:
    name, anchor = atom.words
    concept = concept_of(name, context, Kind.YES_NO)
    return Given(concept.name, anchor_of(anchor, context)), Op.GE, Decimal(1)


def _recorded(atom: Atom, context: Context) -> Meaning:
    name, word = atom.words
    concept = concept_of(name, context, Kind.YES_NO, Kind.TEST, Kind.CATEGORY, *GRADED)
    return RecordedAs(concept.name, level_of(concept, word)), Op.GE, Decimal(1)


_FORMS: Mapping[str, Callable[[Atom, Context], Meaning]] = {
    "amount": _amount,
    "ratio": _ratio,
    "level": _level,
    "named": _named,
    "age": _age,
    "within": _within,
    "earlier": _earlier,
    "lasted": _lasted,
    "ever": _ever,
    "given": _given,
    "recorded": _recorded,
}


def _token(child: object) -> Token | None:
    return child if isinstance(child, Token) else None
