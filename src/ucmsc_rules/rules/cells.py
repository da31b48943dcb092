"""The cells that thresholds cut: between two neighbouring ones nothing changes, so one value stands for all."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from itertools import pairwise

from ucmsc_rules.facts.concepts import Dictionary, Kind
from ucmsc_rules.rules.model import Age, Earliest, Ever, Given, Longest, Measure, Nearest, RecordedAs, Result


def axis(measure: Measure, cuts: Iterable[Decimal], dictionary: Dictionary) -> list[Decimal]:
    """A value on each cut and in each gap, as far as the measure has such values, in order.

    >>> axis(Age("birth_date", "screening"), [Decimal(18)], Dictionary({}))
    [Decimal('17'), Decimal('18'), Decimal('19')]
    """
    match measure:
        case Ever() | Given() | RecordedAs():
            return [Decimal(0), Decimal(1)]
        case Age() | Nearest() | Earliest() | Longest():
            near = {cut + step for cut in cuts for step in (-1, 0, 1)}
            return sorted(number for number in near if number >= 0)
    concept = dictionary[measure.concept]
    if isinstance(measure, Result) and concept.levels is not None:
        return [Decimal(level) for level in range(concept.levels.least, concept.levels.greatest + 1)]
    if concept.kind is Kind.CATEGORY:
        return [Decimal(place) for place in range(len(concept.categories))]
    if concept.kind in {Kind.YES_NO, Kind.TEST}:
        return [Decimal(0), Decimal(1)]
    ordered = sorted(set(cuts))
    gaps = [(low + high) / 2 for low, high in pairwise(ordered)]
    below = [ordered[0] / 2] if ordered[0] > 0 else []
    return sorted({*ordered, *gaps, *below, ordered[-1] + 1})
