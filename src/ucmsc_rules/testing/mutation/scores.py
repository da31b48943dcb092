"""Changes to scores: the end of a band, whether it belongs to it, the points, a part or a clamp forgotten."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise
from typing import Any, TypeVar

from attrs import evolve, frozen

from ucmsc_rules.facts.concepts import Band, Concept, Dictionary, Input, Kind, Part, Step
from ucmsc_rules.values.interval import Interval

_Part = TypeVar("_Part", Input, Step)


@frozen
class ScoreChange:
    """One change of a score: which part, what before and after, and the concept that comes of it."""

    part: str
    before: str
    after: str
    concept: Concept


def score_changes(concept: Concept, dictionary: Dictionary) -> Iterator[ScoreChange]:
    """Every single change of a score's parts, inputs and steps."""
    for place, part in enumerate(concept.parts):
        rest = concept.parts[:place] + concept.parts[place + 1 :]
        yield ScoreChange(part.concept, f"{part.concept} counts", "it does not", evolve(concept, parts=rest))
        for before, after, changed in _bands(part, dictionary[part.concept]):
            parts = (*concept.parts[:place], changed, *concept.parts[place + 1 :])
            yield ScoreChange(part.concept, before, after, evolve(concept, parts=parts))
    yield from _inputs(concept)
    yield from _steps(concept)


def _bands(part: Part, concept: Concept) -> Iterator[tuple[str, str, Part]]:
    for unit, bands in part.tables.items():
        ordered = sorted(bands, key=lambda band: (band.values.lo, band.values.hi))
        for low, high in pairwise(ordered):
            for one, other in _moved(low, high, concept, unit):
                changed = tuple(one if band is low else other if band is high else band for band in bands)
                yield (
                    _told(low, high, unit),
                    _told(one, other, unit),
                    evolve(part, tables={**part.tables, unit: changed}),
                )


def _told(low: Band, high: Band, unit: str) -> str:
    return f"{low.points}: {low.values}, {high.points}: {high.values} {unit}".strip()


def _moved(low: Band, high: Band, concept: Concept, unit: str) -> Iterator[tuple[Band, Band]]:
    """Two neighbouring bands with their common end moved, its value given to the other, or their points swapped."""
    yield evolve(low, points=high.points), evolve(high, points=low.points)
    if concept.kind is Kind.QUANTITY:
        cut, step = low.values.hi, concept.units[unit].quantum
        yield _cut(low, high, cut, shut=low.values.hi_open)
        for moved in (cut + step, cut - step):
            yield _cut(low, high, moved, shut=not low.values.hi_open)
    else:  # the bands of a scale hold whole levels, and are both closed
        for by in (Decimal(1), Decimal(-1)):
            one = Interval(low.values.lo, low.values.hi + by)
            other = Interval(high.values.lo + by, high.values.hi)
            if one.lo <= one.hi and other.lo <= other.hi:
                yield evolve(low, values=one), evolve(high, values=other)


def _cut(low: Band, high: Band, cut: Decimal, *, shut: bool) -> tuple[Band, Band]:
    """Both bands with their common end at a number, which belongs to the lower one where ``shut``."""
    lower = Interval(low.values.lo, cut, low.values.lo_open, not shut)
    upper = Interval(cut, high.values.hi, shut, high.values.hi_open)
    return evolve(low, values=lower), evolve(high, values=upper)


def _inputs(concept: Concept) -> Iterator[ScoreChange]:
    for place, each in enumerate(concept.inputs):
        for key, words in (("at_least", "at least"), ("at_most", "at most"), ("replaced_when", "replaced when")):
            value = getattr(each, key)
            if value is not None:
                changed = (*concept.inputs[:place], _without(each, key), *concept.inputs[place + 1 :])
                before = f"{each.concept}, {words} {value}"
                yield ScoreChange(each.concept, before, f"not {words}", evolve(concept, inputs=changed))


def _steps(concept: Concept) -> Iterator[ScoreChange]:
    for place, step in enumerate(concept.steps):
        for key in ("round_to", "at_least", "at_most", "only_above"):
            value = getattr(step, key)
            if value is not None:
                changed = (*concept.steps[:place], _without(step, key), *concept.steps[place + 1 :])
                words = key.replace("_", " ")
                yield ScoreChange(step.name, f"{step.name}, {words}", f"no {words}", evolve(concept, steps=changed))


def _without(part: _Part, key: str) -> _Part:
    """A part of a formula without one of its clamps."""
    nothing: dict[str, Any] = {key: None}
    return evolve(part, **nothing)
