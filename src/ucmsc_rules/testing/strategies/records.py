"""Strategies for whole records: subjects of a ruleset, and records near the edges of its criteria."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from functools import lru_cache
from typing import Any

from hypothesis import strategies as st

from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.testing.boundaries import Probe, probes
from ucmsc_rules.testing.boundaries.days import ODD_DAYS, moved, usual_anchors
from ucmsc_rules.testing.boundaries.days import written as in_words
from ucmsc_rules.testing.strategies.facts import facts
from ucmsc_rules.testing.strategies.values import Fact

Record = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
_SOON = timedelta(days=1)
_ROLES = ("none", "edge", "edge", "edge", "any", "edges")
_MOST = 8


def anchor_sets(ruleset: Ruleset) -> st.SearchStrategy[dict[str, str]]:
    """Anchors: mostly all given on ordinary days; at month ends and leap days; one missing, partial, out of order."""
    return _anchor_sets(ruleset)


@lru_cache(maxsize=64)
def _anchor_sets(ruleset: Ruleset) -> st.SearchStrategy[dict[str, str]]:
    usual = usual_anchors(ruleset)
    first = next(iter(usual))
    found = [in_words(usual)] * 12
    found += [in_words(moved(usual, name, day)) for day in ODD_DAYS for name in usual]
    for name in usual:
        rest = {each: day for each, day in in_words(usual).items() if each != name}
        found += [rest, {**rest, name: in_words(usual)[name][:7]}, {**rest, name: "2026-02-30"}]
        found += [{**rest, name: str(usual[first] - _SOON)}] if name != first else []
    return st.sampled_from(range(len(found))).map(found.__getitem__)


@lru_cache(maxsize=512)
def _edges(ruleset: Ruleset, criterion: str) -> Mapping[str, Sequence[tuple[list[Fact], dict[str, str]]]]:
    """For each concept the facts that probes have of it, with the anchors that they were made for; plain ones first."""
    found: dict[str, list[tuple[list[Fact], dict[str, str]]]] = {}
    for probe in probes(ruleset, criterion):
        for concept, told in _by_concept(probe).items():
            known = found.setdefault(concept, [])
            if (told, probe.record["anchors"]) not in known[-40:]:
                known.append((told, probe.record["anchors"]))
    return found


def _by_concept(probe: Probe) -> dict[str, list[Fact]]:
    told: dict[str, list[Fact]] = {}
    for fact in probe.record["facts"]:
        told.setdefault(fact["concept"], []).append(fact)
    return told


@st.composite
def near_edges(draw: Draw, ruleset: Ruleset, criterion: str | None = None) -> Record:
    """Records about one criterion (any of them, where none is named), values and dates beside its edges.

    Some of the criterion's concepts are missing, some have facts in any form; decided and unknown are both frequent.

    >>> from hypothesis import find
    >>> from ucmsc_rules import load_ruleset, screen
    >>> trial = load_ruleset("ucmsc-hbv-cirrhosis")
    >>> find(near_edges(trial, "E9"), lambda record: screen(trial, record)["E9"].holds.value == "false")["facts"]
    [{'concept': 'human_albumin', 'when': '2026-03-07'}]
    """
    name = draw(st.sampled_from([each.id for each in ruleset.criteria])) if criterion is None else criterion
    pools = _edges(ruleset, name)
    concepts = list(pools)
    chief = draw(st.sampled_from(concepts))
    chosen, anchors = pools[chief][draw(st.integers(0, len(pools[chief]) - 1))]
    anchors = anchors if draw(st.integers(0, 7)) else draw(_anchor_sets(ruleset))
    told = list(chosen)
    for concept in concepts:
        role = draw(st.sampled_from(_ROLES))
        if role == "any":
            told.append(draw(facts(ruleset.dictionary[concept], anchors)))
        elif role != "none" and (concept != chief or role == "edges"):
            told += pools[concept][draw(st.integers(0, len(pools[concept]) - 1))][0]
    return {"subject": "S-001", "anchors": dict(anchors), "facts": [dict(fact) for fact in told]}


@st.composite
def subjects(draw: Draw, ruleset: Ruleset) -> Record:
    """Canonical records over the concepts that a ruleset reads: sparse ones, and whole ones that are mostly plain.

    Facts are exact, censored, partial, missing, conflicting and unreadable; the simplest subject has none.
    """
    anchors = draw(_anchor_sets(ruleset))
    plain = _plain(ruleset)
    # a fact is drawn together with its concept, so that shrinking drops both at once
    one = st.sampled_from(list(plain)).flatmap(lambda concept: facts(ruleset.dictionary[concept], anchors))
    odd = draw(st.lists(one, max_size=_MOST))
    concepts = {fact["concept"] for fact in odd}
    told = (
        odd
        if draw(st.booleans())
        else [*odd, *(fact for name in plain if name not in concepts for fact in plain[name])]
    )
    return {"subject": "S-001", "anchors": dict(anchors), "facts": [dict(fact) for fact in told]}


@lru_cache(maxsize=64)
def _plain(ruleset: Ruleset) -> Mapping[str, list[Fact]]:
    """A plain fact of every concept that a ruleset reads: of its scores' parts and of results that count, too."""
    found: dict[str, list[Fact]] = {}
    for criterion in ruleset.criteria:
        edges = _edges(ruleset, criterion.id)
        for concept in (*_read(criterion), *edges):
            pool = edges.get(concept, [])
            found.setdefault(concept, pool[0][0][:1] if pool else [])
    return found


def _read(criterion: Criterion) -> list[str]:
    return [comparison.measure.concept for comparison in comparisons_of(criterion)]
