"""Strategies for facts: one fact of a concept in any form, good, partial, late, withdrawn or unreadable."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.testing.strategies.dates import days_told, near, writings
from ucmsc_rules.testing.strategies.values import Fact, values

USUAL = {"screening": "2026-03-01"}
STATUS = ("final", "amended", "corrected", "AMENDED", "preliminary", "cancelled", "entered-in-error", "rumoured")
_TWISTS: tuple[Fact, ...] = (
    *({} for _ in range(40)), {"source": "form 3"}, {"complete": False}, {"complete": False}, {"complete": True},
    {"colour": "red"}, *({"status": status} for status in STATUS),
)  # fmt: skip
_BIRTH_YEARS = (1940, 1950, 1951, 1952, 1961, 1975, 2000, 2007, 2008, 2009, 2030)


def facts(concept: Concept, anchors: Mapping[str, str] | None = None) -> st.SearchStrategy[dict[str, Any]]:
    """Canonical facts of a concept: exact, censored, partial, undated, superseded, withdrawn, unreadable.

    Their days lie beside the anchors. The simplest is a plain value with a full date.

    >>> from hypothesis import find
    >>> from ucmsc_rules import load_ruleset
    >>> sex = load_ruleset("ucmsc-hbv-cirrhosis").dictionary["sex"]
    >>> find(facts(sex), lambda fact: fact["value"] == "male")
    {'concept': 'sex', 'value': 'male'}
    """
    return _facts(concept, days_told(USUAL if anchors is None else anchors))


@lru_cache(maxsize=2048)
def _facts(concept: Concept, days: tuple[date, ...]) -> st.SearchStrategy[Fact]:
    days = days or days_told(USUAL)
    parts = [st.just({"concept": concept.name}), *_parts(concept, days)]
    twists = st.sampled_from(range(len(_TWISTS))).map(_TWISTS.__getitem__)
    return st.tuples(*parts, twists).map(_merged)


def _merged(parts: tuple[Fact, ...]) -> Fact:
    return {key: value for part in parts for key, value in part.items()}


def _parts(concept: Concept, days: tuple[date, ...]) -> list[st.SearchStrategy[Fact]]:
    dated, told = _keyed("when", days, always=3), values(concept)
    match concept.kind:
        case Kind.BIRTH_DATE:
            return [_births(days)]
        case Kind.CATEGORY:
            return [told]
        case Kind.EVENT:
            happened = st.one_of(_keyed("when", days, always=8), _keyed("when", days, always=8), told)
            ended: st.SearchStrategy[Fact] = st.one_of(
                st.just({}), st.just({}), _keyed("until", days), st.just({"until": "ongoing"})
            )
            return [happened, ended, _sometimes("recorded", days)]
    return [told, dated, _sometimes("recorded", days)]


@lru_cache(maxsize=2048)
def _keyed(key: str, days: tuple[date, ...], always: int = 8) -> st.SearchStrategy[Fact]:
    """A date beside the days; one time in so many, none."""
    return st.tuples(near(days), st.integers(0, always)).map(
        lambda drawn: {} if drawn[1] == always else {key: drawn[0]}
    )


def _sometimes(key: str, days: tuple[date, ...]) -> st.SearchStrategy[Fact]:
    return st.tuples(st.integers(0, 9), near(days)).map(lambda drawn: {key: drawn[1]} if drawn[0] == 9 else {})  # noqa: PLR2004


def _births(days: tuple[date, ...]) -> st.SearchStrategy[Fact]:
    born = [
        text for day in days for year in _BIRTH_YEARS for text in writings(day.replace(year=year, day=min(day.day, 28)))
    ]
    leap = [*writings(date(1952, 2, 29)), *writings(date(2008, 2, 29)), "old", "1961-02-30"]
    return st.sampled_from([*born, *leap]).map(lambda text: {"value": text})
