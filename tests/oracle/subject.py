"""One record with its screening day, and the questions that criteria are made of."""

from collections.abc import Callable
from datetime import date
from fractions import Fraction
from typing import Any

from .days import Anchors, Days, ago
from .facts import BOTH, Answers, Fact, read_facts, yes_no
from .values import Reported, Span, read_quantity
from .worlds import (
    Shape,
    anchor_days,
    answer_days,
    certainly_some,
    could_be_latest,
    either,
    happened,
    history,
    result_days,
    touches,
)


class Subject:
    """A record with its screening day: asks for facts by concept, and answers the questions criteria are made of."""

    def __init__(self, record: dict[str, Any], anchors: Anchors, screening: date) -> None:
        self.by_concept, self.anchors, self.screening = read_facts(record), anchors, screening
        self.oldest = ago(screening, days=28)

    def facts(self, concept: str) -> list[Fact]:
        """The concept's counting facts."""
        return self.by_concept.get(concept, [])

    def candidates(self, concept: str) -> list[Fact]:
        """The results that could be the latest within 28 days up to screening."""
        return could_be_latest(self.facts(concept), self.oldest, self.screening, result_days)

    def results(self, concept: str) -> list[Fact]:
        """The same, where one of them certainly lies there; else nothing is known, and none counts."""
        certain = certainly_some(self.facts(concept), self.oldest, self.screening, result_days)
        return self.candidates(concept) if certain else []

    def each(self, concept: str, answer: Callable[[Fact], Answers]) -> Answers:
        """What the latest result answers, over all that could be it; unknown if there may be none."""
        found = [answer(fact) for fact in self.results(concept)]
        return frozenset().union(*found) if found else BOTH

    def yes(self, concept: str) -> Answers:
        """Whether the latest answer on or before screening, however old, is yes."""

        def days(fact: Fact) -> Days:
            return answer_days(fact, self.screening)

        facts = self.facts(concept)
        if not certainly_some(facts, date.min, self.screening, days):
            return BOTH
        return frozenset().union(*map(yes_no, could_be_latest(facts, date.min, self.screening, days)))

    def within(self, concept: str, anchor: date, months: int = 0, days: int = 0, shape: Shape = "one day") -> Answers:
        """Whether an event touches the window that ends on the anchor, both ends in."""
        first = ago(anchor, months, days)
        known = history(self.facts(concept), self.screening, shape)
        return happened(known, touches(first, anchor), (first, anchor), self.screening, anchor)

    def ever(self, concept: str) -> Answers:
        """Whether there was any event, though not after a first infusion whose date is given."""
        last = self.anchors.infusion_given or date.max
        known = history(self.facts(concept), self.screening)
        return happened(known, touches(date.min, last), (last,), self.screening, last)

    def within_days_before(self, days: Days, window: int, *concepts: str) -> Answers:
        """Whether an event of one of the concepts lies so many days before an anchor that may itself be uncertain."""
        facts = [fact for concept in concepts for fact in self.facts(concept)]
        found = (
            either(*(self.within(concept, anchor, days=window) for concept in concepts))
            for anchor in anchor_days(days, facts, self.screening, window)
        )
        return frozenset().union(*found)


def compared(fact: Fact, span: Span, threshold: str, test: Callable[[Any, Any], bool]) -> Answers:
    """A comparison over all that a value may be; unknown for a fact that cannot be read."""
    limit = Fraction(threshold)
    return frozenset(test(point, limit) for point in span.points((limit,))) if fact.readable else BOTH


def quantity(fact: Fact) -> Reported | None:
    """The quantity a fact reports; None where it cannot be read."""
    return read_quantity(fact.value, fact.raw.get("unit")) if fact.readable else None
