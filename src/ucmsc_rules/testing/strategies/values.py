"""Strategies for values: what a site may write for a concept, in every form that is read, and in some that are not."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Any

from hypothesis import strategies as st

from ucmsc_rules.errors import UnitError
from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.rules.phrases import words_of
from ucmsc_rules.values.units import canonical, unitless
from ucmsc_rules.values.vocabulary import FAMILIES

Fact = dict[str, Any]
COMPARATORS = ("", "", "", "<", "<=", ">", ">=", "≤", "≥")
ODD: tuple[object, ...] = ("haemolysed", "", "12 furlongs", None, 1.5, [])


def quantities(concept: Concept) -> st.SearchStrategy[str]:
    """Quantities as a laboratory writes them, exact and censored, in every unit that is read for a concept.

    >>> from ucmsc_rules import load_ruleset
    >>> creatinine = load_ruleset("ucmsc-hbv-cirrhosis").dictionary["creatinine"]
    >>> from hypothesis import find
    >>> find(quantities(creatinine), lambda text: text.endswith("mg/dL") and text.startswith("<"))
    '<1 mg/dL'
    """
    own, every = (("",), ("",)) if unitless(concept.unit_rules) else (tuple(concept.units), spellings(concept))
    units = st.one_of(st.sampled_from(own), st.sampled_from(every))

    def text(comparator: str, number: str, unit: str) -> str:
        return f"{comparator}{number} {unit}".rstrip()

    return st.builds(text, st.sampled_from(COMPARATORS), numerals(), units)


def numerals() -> st.SearchStrategy[str]:
    """Numerals of results: mostly short, some with an exponent or more digits than count."""
    whole = st.sampled_from([1, *range(10), 25, 50, 99, 100, 101, 180, 999, 1000, 1001, 5000]).map(str)
    decimal = st.builds(lambda tenths: f"{tenths / 10}", st.integers(0, 400))
    return st.one_of(whole, decimal, st.sampled_from(["1e3", "1.7E8", "0.001", "1000.00000000000001"]))


@lru_cache(maxsize=512)
def spellings(concept: Concept) -> tuple[str, ...]:
    """The unit spellings that are read for a concept: its own units first."""
    own = [*concept.units, *concept.unit_aliases]
    return tuple(dict.fromkeys([*own, *(text for text in FAMILIES[concept.unit_family] if _is_read(concept, text))]))


def _is_read(concept: Concept, text: str) -> bool:
    try:
        canonical(concept.unit_rules, text)
    except UnitError:
        return False
    return True


@lru_cache(maxsize=512)
def values(concept: Concept) -> st.SearchStrategy[Fact]:
    """The part of a fact that says what was found: its value, and what belongs to it."""
    odd = st.sampled_from(range(len(ODD))).map(lambda place: {"value": ODD[place]})
    match concept.kind:
        case Kind.QUANTITY:
            told = _quantity(concept)
        case Kind.SCALE | Kind.SCORE:
            told = _levels(concept)
        case Kind.TEST:
            told = _told("negative", "positive", "indeterminate", "borderline")
        case Kind.YES_NO:
            told = _told("no", "yes", *(False, True))
        case Kind.CATEGORY:
            told = _told(*concept.categories)
        case _:
            return _told("none", "yes")
    return st.one_of(told, told, told, told, told, odd)


def _told(*choices: object) -> st.SearchStrategy[Fact]:
    return st.sampled_from(range(len(choices))).map(lambda place: {"value": choices[place]})


def _quantity(concept: Concept) -> st.SearchStrategy[Fact]:
    texts = quantities(concept).map(lambda text: {"value": text})
    units = st.sampled_from(["1"] if unitless(concept.unit_rules) else [*concept.units])
    apart = st.builds(lambda number, unit: {"value": number, "unit": unit}, st.integers(0, 2000), units)
    limited = st.builds(lambda fact, limit: {**fact, "uln": limit}, texts, quantities(concept))
    found = [texts, texts, apart, limited, texts.map(lambda fact: {**fact, "detected": True})]
    if any("[IU]" in unit for unit in concept.units):
        factors = st.sampled_from([5.82, 5.6, 3.41])
        found.append(st.builds(lambda fact, factor: {**fact, "copies_per_iu": factor}, texts, factors))
        limits = st.sampled_from([{}, {"lloq": "20 IU/mL"}, {"lloq": "2000 IU/mL"}, {"lloq": "low"}])
        found.append(limits.map(lambda limit: {"value": "target not detected", **limit}))
    return st.one_of(found)


def _levels(concept: Concept) -> st.SearchStrategy[Fact]:
    levels = concept.levels
    words = list(words_of(concept))
    numbers = list(range(levels.least, levels.greatest + 1)) if levels is not None and levels.numbers else []
    texts = [*words, *map(str, numbers)]
    ranges = [f"{low}-{high}" for low, high in pairwise(texts)] if concept.kind is Kind.SCALE else []
    return _told(*words, *numbers, *map(str, numbers), *ranges, *(f">={text}" for text in texts[1:2]))
