"""What most facts say: yes or no to a question, or that an event never was. As bits of a number these need no grouping.

Of a yes/no concept a bit is for no and one for yes, of an event one for ``none``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import count
from types import UnionType

from attrs import frozen

from ucmsc_rules.cohort.sql.events import EventMeasure
from ucmsc_rules.facts.fact import YES, Fact
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import Answer, Measure
from ucmsc_rules.values.interval import ends

WIDTH = 62  # of a whole number of 64 bits, without its sign


@frozen
class Bit:
    """A bit of one of a subject's numbers."""

    column: str
    mask: int


@frozen
class Bits:
    """The bits by concept, for no and yes to a question and for an event that never was; and the numbers' names."""

    answers: Mapping[str, tuple[Bit, Bit]]
    never: Mapping[str, Bit]
    answer_columns: tuple[str, ...]
    never_columns: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of all numbers."""
        return (*self.answer_columns, *self.never_columns)


def bit_of(bits: Bits, fact: Fact) -> Bit | None:
    """The bit by which a fact speaks if it is all that there is of its concept; None where it needs a longer way."""
    name = fact.concept.name
    if name in bits.answers and fact.readable and fact.counts_surely:
        lo, hi = ends(fact.value)
        return bits.answers[name][int(lo)] if lo == hi and lo in {0, 1} else None
    if name in bits.never and fact.readable and fact.complete and fact.value != YES:
        return bits.never[name]
    return None


def bits_of(compiled: Compiled) -> Bits:
    """The bits for a ruleset."""
    asked, happening = _asked(compiled.measures, Answer), _asked(compiled.measures, EventMeasure)
    answered = [name for name in asked if name not in happening]
    happened = [name for name in happening if name not in asked]
    one, other = _numbered("said"), _numbered("never")
    answers, never = {name: (next(one), next(one)) for name in answered}, {name: next(other) for name in happened}
    numbers = [bit.column for pair in answers.values() for bit in pair], [bit.column for bit in never.values()]
    return Bits(answers, never, *(tuple(dict.fromkeys(names)) for names in numbers))


def _asked(measures: Iterable[Measure], kind: type | UnionType) -> list[str]:
    return list(dict.fromkeys(each.concept for each in measures if isinstance(each, kind)))


def _numbered(name: str) -> Iterator[Bit]:
    return (Bit(f"{name}{place // WIDTH}", 1 << place % WIDTH) for place in count())
