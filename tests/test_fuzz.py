"""Fuzzing: generated rulesets on generated subjects, in two sizes."""

from __future__ import annotations

import pytest

from fuzzing import fuzz

PAIRS = {"ucmsc-hbv-cirrhosis": 12_000, "hcc-tace-washout": 8_000}
SEED = 20


@pytest.mark.thorough
@pytest.mark.parametrize("base", PAIRS)
def test_engines_and_worlds_never_contradict(base: str) -> None:
    """Both engines and the possible worlds, on 20,000 pairs of a ruleset and a subject in all."""
    counts = fuzz(base, PAIRS[base], SEED)
    assert counts.pairs >= PAIRS[base]
    assert counts.rulesets >= PAIRS[base] // 200
    assert counts.decided > counts.decisions // 4


@pytest.mark.long
@pytest.mark.parametrize("base", PAIRS)
def test_engines_and_worlds_never_contradict_in_a_million_decisions(base: str) -> None:
    """The same for half a million answers of rules on each dictionary."""
    counts = fuzz(base, 100_000, SEED + 1)
    assert counts.decisions > 500_000
