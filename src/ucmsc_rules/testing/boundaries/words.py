"""Probes of levels, words and answers: each of them, ranges between neighbours, and what cannot be read."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.testing.boundaries.amounts import COMPARATORS, Told
from ucmsc_rules.testing.boundaries.realise import level_texts


def each_word(concept: Concept) -> Iterator[Told]:
    """Every level or word that the concept has, what lies between two of them, and what cannot be read."""
    texts = [text for _, text in level_texts(concept)]
    for text in texts:
        yield {"value": text}, f"{concept.name} {text}"
    if concept.levels is not None:
        yield from _numerals(concept)
        yield from _bounds(texts)
    if concept.kind is Kind.SCALE:
        for low, high in pairwise(texts):
            yield {"value": f"{low}-{high}"}, f"somewhere from {low} to {high}"
    if concept.kind is Kind.TEST:
        yield {"value": "indeterminate"}, "a test that gave no answer"
        yield {"value": "borderline"}, "a test on the border"
    if concept.kind is Kind.YES_NO:
        yield {"value": True}, "yes as a truth value"
        yield {"value": False}, "no as a truth value"
    yield {"value": "haemolysed"}, "a value that cannot be read"


def _numerals(concept: Concept) -> Iterator[Told]:
    levels = concept.levels
    if levels is not None and levels.numbers:
        for level in range(levels.least, levels.greatest + 1):
            yield {"value": level}, f"{concept.name} {level} as a number"


def _bounds(texts: list[str]) -> Iterator[Told]:
    for text in texts[1:-1]:
        for comparator in COMPARATORS:
            yield {"value": f"{comparator}{text}"}, f"{comparator}{text} is censored"
