"""Strategies for rules: expressions over any dictionary, as the language can write them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from decimal import Decimal

from hypothesis import strategies as st

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
from ucmsc_rules.rules.phrases import phrase, words_of
from ucmsc_rules.rules.terms import GREATEST_EXPONENT, LONGEST
from ucmsc_rules.values.dates import CalendarUnit

Meaning = tuple[Measure, Op, Decimal]
ORDERS = st.sampled_from([Op.LE, Op.LT, Op.GE, Op.GT])


def default_settings(anchors: Sequence[str]) -> Settings:
    """Settings that read at the first anchor, and "ever" up to the last."""
    return Settings(anchors[0], 28, 28, anchors[-1])


def expressions(
    dictionary: Dictionary, anchors: Sequence[str], settings: Settings | None = None
) -> st.SearchStrategy[Expression]:
    """Expressions of a few levels over the dictionary's concepts."""
    atoms = comparisons(dictionary, anchors, settings)
    return st.recursive(atoms, _compounds, max_leaves=8)


def comparisons(
    dictionary: Dictionary, anchors: Sequence[str], settings: Settings | None = None
) -> st.SearchStrategy[Expression]:
    """Single comparisons of every form that a concept of the dictionary allows."""
    chosen = settings or default_settings(anchors)
    meanings = st.one_of([_meanings(concept, anchors, chosen) for concept in dictionary.concepts.values()])

    def comparison(meaning: Meaning) -> Expression:
        return Comparison(*meaning, phrase(*meaning, dictionary, chosen))

    return meanings.map(comparison)


def _compounds(below: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    parts = st.lists(below, min_size=2, max_size=3).map(tuple)
    return st.one_of(below.map(Not), parts.map(And), parts.map(Or))


def _meanings(concept: Concept, anchors: Sequence[str], settings: Settings) -> st.SearchStrategy[Meaning]:
    match concept.kind:
        case Kind.QUANTITY:
            return _quantities(concept, anchors, settings)
        case Kind.SCALE | Kind.SCORE | Kind.TEST:
            return _levels(concept, anchors, settings)
        case Kind.YES_NO:
            return _answers(concept, anchors)
        case Kind.CATEGORY:
            return st.one_of(_named(concept, st.just(Trait(concept.name))), _recorded(concept))
        case Kind.BIRTH_DATE:
            ages = st.builds(Age, st.just(concept.name), st.sampled_from(anchors))
            return st.tuples(ages, ORDERS, st.integers(0, 120).map(Decimal))
        case Kind.EVENT:
            return _events(concept, anchors, settings)


def _numbers() -> st.SearchStrategy[Decimal]:
    """Decimals of up to 15 significant digits, most of them short, some near the ends of what is allowed."""
    short = st.builds(Decimal.scaleb, st.integers(-9999, 9999).map(Decimal), st.integers(-4, 4))
    digits = st.integers(-(10**15) + 1, 10**15 - 1).map(Decimal)
    return st.one_of(short, st.builds(Decimal.scaleb, digits, st.integers(-15, GREATEST_EXPONENT - 15)))


def _ages(settings: Settings) -> st.SearchStrategy[int]:
    return st.one_of(st.just(settings.results_not_older_than), st.integers(0, LONGEST[CalendarUnit.DAYS]))


def _quantities(concept: Concept, anchors: Sequence[str], settings: Settings) -> st.SearchStrategy[Meaning]:
    name, at, ages = st.just(concept.name), st.sampled_from(anchors), _ages(settings)
    results = st.builds(Result, name, st.sampled_from(sorted(concept.units)), at, ages)
    ratios = st.builds(UlnRatio, name, at, ages)
    multiples = st.builds(Decimal.scaleb, st.integers(1, 9999).map(Decimal), st.integers(-3, 2))
    return st.one_of(st.tuples(results, ORDERS, _numbers()), st.tuples(ratios, ORDERS, multiples))


def _levels(concept: Concept, anchors: Sequence[str], settings: Settings) -> st.SearchStrategy[Meaning]:
    results = st.builds(Result, st.just(concept.name), st.just(""), st.sampled_from(anchors), _ages(settings))
    forms = [_named(concept, results), _recorded(concept)] if words_of(concept) else []
    if concept.levels is not None:
        bounds = st.integers(concept.levels.least, concept.levels.greatest).map(Decimal)
        forms.append(st.tuples(results, ORDERS, bounds))
    return st.one_of(forms)


def _answers(concept: Concept, anchors: Sequence[str]) -> st.SearchStrategy[Meaning]:
    answers = st.builds(Answer, st.just(concept.name), st.sampled_from(anchors))
    given = st.builds(Given, st.just(concept.name), st.sampled_from(anchors))
    return st.one_of(_named(concept, answers), _recorded(concept), _certain(given))


def _named(concept: Concept, measures: st.SearchStrategy[Measure]) -> st.SearchStrategy[Meaning]:
    bounds = st.sampled_from(sorted(set(words_of(concept).values()))).map(Decimal)
    return st.tuples(measures, st.just(Op.IS), bounds)


def _recorded(concept: Concept) -> st.SearchStrategy[Meaning]:
    levels = st.sampled_from(sorted(set(words_of(concept).values())))
    return _certain(st.builds(RecordedAs, st.just(concept.name), levels))


def _certain(measures: st.SearchStrategy[Measure]) -> st.SearchStrategy[Meaning]:
    return st.tuples(measures, st.just(Op.GE), st.just(Decimal(1)))


def _events(concept: Concept, anchors: Sequence[str], settings: Settings) -> st.SearchStrategy[Meaning]:
    name, at = st.just(concept.name), st.sampled_from(anchors)

    def lasting(
        measure: Callable[..., Measure], op: Op, *others: st.SearchStrategy[bool]
    ) -> st.SearchStrategy[Meaning]:
        def of(unit: CalendarUnit) -> st.SearchStrategy[Meaning]:
            measures = st.builds(measure, name, st.just(unit), at, *others)
            return st.tuples(measures, st.just(op), st.integers(0, LONGEST[unit]).map(Decimal))

        return st.sampled_from(CalendarUnit).flatmap(of)

    ever = _certain(st.builds(Ever, name, st.just(settings.ever_until)))
    return st.one_of(lasting(Nearest, Op.LE, st.booleans()), lasting(Earliest, Op.GT), lasting(Longest, Op.GT), ever)
