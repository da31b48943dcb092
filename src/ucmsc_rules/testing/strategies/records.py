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
from ucmsc_rules.testing.boundaries.plain import plain_facts
from ucmsc_rules.testing.strategies.facts import facts
from ucmsc_rules.testing.strategies.values import Fact

Record = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Edges = Mapping[str, Sequence[list[Fact]]]
_SOON = timedelta(days=1)
_ROLES = ("as it is", "as it is", "none", "edge", "any", "edges")
_MOST = 8
_KEPT = st.integers(0, 60).map(bool)  # nearly always, and the simplest is to leave it out


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
def _probes(ruleset: Ruleset, criterion: str) -> Sequence[Probe]:
    return tuple(probes(ruleset, criterion))


@lru_cache(maxsize=512)
def _edges(ruleset: Ruleset, criterion: str) -> Edges:
    """For each concept the facts that probes have of it."""
    found: dict[str, list[list[Fact]]] = {}
    for probe in _probes(ruleset, criterion):
        for concept, told in _by_concept(probe).items():
            known = found.setdefault(concept, [])
            if told not in known[-40:]:
                known.append(told)
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
    >>> found = find(near_edges(trial, "E9"), lambda record: screen(trial, record)["E9"].holds.value == "false")
    >>> {fact["concept"] for fact in found["facts"]}
    {'human_albumin'}
    """
    name = draw(st.sampled_from([each.id for each in ruleset.criteria])) if criterion is None else criterion
    known = _probes(ruleset, name)
    probe = known[draw(st.integers(0, len(known) - 1))]
    anchors = probe.record["anchors"] if draw(st.integers(0, 7)) else draw(_anchor_sets(ruleset))
    told = list(probe.record["facts"])
    if draw(st.booleans()):
        told = _mixed(draw, ruleset, _edges(ruleset, name), told, anchors)
    return {"subject": "S-001", "anchors": dict(anchors), "facts": [dict(fact) for fact in told]}


def _mixed(draw: Draw, ruleset: Ruleset, pools: Edges, told: list[Fact], anchors: Mapping[str, str]) -> list[Fact]:
    """The facts, with those of some concepts left out, taken from another probe, or made up."""
    for concept, pool in pools.items():
        role = draw(st.sampled_from(_ROLES))
        if role in ("none", "edge"):
            told = [fact for fact in told if fact["concept"] != concept]
        if role in ("edge", "edges"):
            told += pool[draw(st.integers(0, len(pool) - 1))]
        elif role == "any":
            told.append(draw(facts(ruleset.dictionary[concept], anchors)))
    return told


@st.composite
def subjects(draw: Draw, ruleset: Ruleset) -> Record:
    """Canonical records over the concepts that a ruleset reads: sparse ones, and whole ones that are mostly plain.

    Facts are exact, censored, partial, missing, conflicting and unreadable; the simplest subject has none.
    """
    anchors = draw(_anchor_sets(ruleset))
    # a fact is drawn together with its concept, so that shrinking drops both at once
    one = st.sampled_from(_concepts(ruleset)).flatmap(lambda name: facts(ruleset.dictionary[name], anchors))
    told = draw(st.lists(st.one_of(one, _edge_facts(ruleset)), max_size=_MOST))
    if draw(st.booleans()):
        odd = {fact["concept"] for fact in told}
        plain = [fact for name, fact in plain_facts(ruleset).items() if name not in odd]
        told = [*told, *(fact for fact in plain if draw(_KEPT))]
    return {"subject": "S-001", "anchors": dict(anchors), "facts": [dict(fact) for fact in told]}


@lru_cache(maxsize=64)
def _edge_facts(ruleset: Ruleset) -> st.SearchStrategy[Fact]:
    """Facts of the rules' edges, each criterion as often as another."""
    pools = [
        [fact for facts_of_concept in _edges(ruleset, each.id).values() for told in facts_of_concept for fact in told]
        for each in ruleset.criteria
    ]
    return st.sampled_from([pool for pool in pools if pool]).flatmap(
        lambda pool: st.integers(0, len(pool) - 1).map(pool.__getitem__)
    )


@lru_cache(maxsize=64)
def _concepts(ruleset: Ruleset) -> Sequence[str]:
    """Every concept that a ruleset reads: of its scores' parts and of results that count, too."""
    edges = [name for criterion in ruleset.criteria for name in (*_read(criterion), *_edges(ruleset, criterion.id))]
    return list(dict.fromkeys(edges))


def _read(criterion: Criterion) -> list[str]:
    return [comparison.measure.concept for comparison in comparisons_of(criterion)]
