"""Plain facts of an eligible subject: what a ruleset asks for, said once and in full."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import islice, product

from attrs import evolve

from ucmsc_rules.rules.model import Category, Comparison, Criterion, Or, Ruleset
from ucmsc_rules.rules.walk import comparisons
from ucmsc_rules.screening import Screener, make_screener, screen_one
from ucmsc_rules.testing.boundaries.days import usual_anchors, written
from ucmsc_rules.testing.boundaries.realise import RawFact, realise
from ucmsc_rules.testing.boundaries.witness import MOST_CONDITIONS, holds

MOST_TRIES = 500


@lru_cache(maxsize=64)
def plain_facts(ruleset: Ruleset) -> Mapping[str, RawFact]:
    """A fact for each concept, so that as many criteria as can be speak for the subject.

    A criterion whose comparisons no plain facts bring to the answer that it needs adds none.

    >>> from ucmsc_rules import load_ruleset
    >>> plain_facts(load_ruleset("ucmsc-hbv-cirrhosis"))["hbv_dna"]
    {'concept': 'hbv_dna', 'value': '500 [IU]/mL', 'when': '2026-03-01'}
    """
    found: dict[str, RawFact] = {}
    for criterion in ruleset.criteria:
        for name, fact in _speaking_for(ruleset, criterion, found).items():
            found.setdefault(name, fact)
    return found


def _speaking_for(ruleset: Ruleset, criterion: Criterion, known: Mapping[str, RawFact]) -> Mapping[str, RawFact]:
    """Facts under which a criterion does not stand against the subject, beside those that are known."""
    wanted = "true" if criterion.category is Category.INCLUSION else "false"
    screener = make_screener(evolve(ruleset, criteria=(criterion,)), "reference")
    anchors = written(usual_anchors(ruleset))
    for facts in islice(_tries(ruleset, criterion), MOST_TRIES):
        told = {**facts, **{name: fact for name, fact in known.items() if name in facts}}
        if _answer(screener, criterion, anchors, list(told.values())) == wanted:
            return facts
    return {}


def _answer(screener: Screener, criterion: Criterion, anchors: Mapping[str, str], facts: Sequence[RawFact]) -> str:
    record = {"subject": criterion.id, "anchors": anchors, "facts": facts}
    return screen_one(screener, record, 0, {}, ())[criterion.id].holds.value


def _tries(ruleset: Ruleset, criterion: Criterion) -> Iterator[Mapping[str, RawFact]]:
    """One fact of each concept, for every way in which the comparisons bring the criterion to its answer."""
    whole = Or(tuple(branch.rule for branch in criterion.branches))
    compared = list(dict.fromkeys(comparisons(whole)))[:MOST_CONDITIONS]
    anchors = usual_anchors(ruleset)
    for world in sorted(product((False, True), repeat=len(compared)), key=sum):
        told: dict[Comparison, bool] = dict(zip(compared, world, strict=True))
        if set(comparisons(whole)) - set(told) or holds(whole, told) != (criterion.category is Category.INCLUSION):
            continue
        by_concept: dict[str, list[RawFact]] = {}
        for comparison, truth in told.items():
            own = by_concept.setdefault(comparison.measure.concept, [])
            own += [fact for fact in realise(ruleset, comparison, anchors, truth=truth) or [] if fact not in own]
        for chosen in product(*(each for each in by_concept.values() if each)):
            yield {fact["concept"]: fact for fact in chosen}
