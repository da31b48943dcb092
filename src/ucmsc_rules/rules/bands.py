"""Reads the bands of a score's part, and finds values that no band holds, or more than one."""

from __future__ import annotations

import re
from decimal import Decimal
from itertools import pairwise

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.concepts import Band, Concept, Kind
from ucmsc_rules.rules.phrases import words_of
from ucmsc_rules.values.interval import DIGITS, INF, Interval, contains, plain, point
from ucmsc_rules.wording import either

_END = rf"-?[0-9]{{1,{DIGITS}}}(?:\.[0-9]{{1,{DIGITS}}})?"
_BAND = re.compile(rf"(?P<op><=?|>=?) ?(?P<end>{_END})|(?P<lo>{_END})(?: to (?P<hi>{_END}))?")


def band_values(text: str, concept: Concept) -> Interval:
    """The values that a band's text means, words by the concept's levels; raises ValueTextError.

    >>> print(band_values("2 to 3", Concept("inr", Kind.QUANTITY, "INR")))
    [2, 3]
    """
    words = words_of(concept)
    if text in words:
        return point(Decimal(words[text]))
    match = _BAND.fullmatch(text)
    if match is None:
        only_words = words and (concept.levels is None or not concept.levels.numbers)
        instead = either(words) if only_words else '"< 2", "2 to 3", "> 3" or a word'
        raise ValueTextError(f'the band "{text}" cannot be read; write {instead}')
    if match["op"]:
        return _half_line(match["op"], Decimal(match["end"]))
    lo, hi = Decimal(match["lo"]), Decimal(match["hi"] or match["lo"])
    if lo > hi:
        raise ValueTextError(f'the band "{text}" holds nothing; write "{plain(hi)} to {plain(lo)}"')
    return Interval(lo, hi)


def uncovered(bands: tuple[Band, ...], concept: Concept) -> str:
    """What is wrong with a table of bands: a gap or an overlap; "" where they hold every value once."""
    values = [band.values for band in bands]
    return _line_fault(values) if concept.kind is Kind.QUANTITY else _level_fault(values, levels_of(concept))


def levels_of(concept: Concept) -> range:
    """Every whole-number level that the facts of a concept can say."""
    if concept.levels:
        return range(concept.levels.least, concept.levels.greatest + 1)
    return range(len(words_of(concept)))


def _half_line(op: str, end: Decimal) -> Interval:
    if op.startswith("<"):
        return Interval(-INF, end, hi_open=op == "<")
    return Interval(end, INF, lo_open=op == ">")


def _line_fault(values: list[Interval]) -> str:
    values = sorted(values, key=lambda interval: (interval.lo, interval.lo_open))
    if not values or values[0].lo > -INF or max(interval.hi for interval in values) < INF:
        return 'the bands leave out the least or the greatest values; begin with "<", end with ">"'
    for below, above in pairwise(values):
        if below.hi > above.lo or (below.hi == above.lo and not (below.hi_open or above.lo_open)):
            return f"the bands {below} and {above} overlap"
        if below.hi < above.lo or (below.hi_open and above.lo_open):
            return f"the bands {below} and {above} leave a gap between them"
    return ""


def _level_fault(values: list[Interval], levels: range) -> str:
    for level in levels:
        holding = sum(contains(interval, Decimal(level)) for interval in values)
        if holding != 1:
            return f"level {level} is in {'no band' if holding == 0 else f'{holding} bands'}; put it in one"
    return ""
