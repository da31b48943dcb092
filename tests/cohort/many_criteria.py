"""The attrition of a made-up ruleset of as many criteria as one likes, most of which few subjects meet."""

from __future__ import annotations

from collections import Counter

import numpy as np

from ucmsc_rules.cohort.attrition import Attrition, Combination, Row

PASSED, UNKNOWN, OUT = 0, 1, 2


def many_criteria(count: int, people: int, seed: int = 1) -> Attrition:
    """Counts of subjects of whom half meet nothing; how often a criterion excludes, and is unknown, differs widely."""
    chance = np.random.default_rng(seed)
    out_of = chance.choice([0.0005, 0.002, 0.01, 0.03, 0.1], count)
    unknown_of = chance.choice([0.0002, 0.003, 0.015, 0.06], count)
    drawn = chance.random((people, count))
    state = np.where(drawn < out_of, OUT, np.where(drawn < out_of + unknown_of, UNKNOWN, PASSED))
    state[chance.random(people) < 0.5] = PASSED
    out, unknown = (state == OUT).sum(axis=1), (state == UNKNOWN).sum(axis=1)
    kept = out == 0
    first = np.where(kept, -1, (state == OUT).argmax(axis=1))
    rows, left = [], people
    for at in range(count):
        is_out, is_unknown, is_first = state[:, at] == OUT, state[:, at] == UNKNOWN, int((first == at).sum())
        left -= is_first
        numbers = (
            is_out, is_unknown, state[:, at] == PASSED, is_out & (out == 1), is_unknown & kept,
            is_unknown & kept & (unknown == 1),
        )  # fmt: skip
        excluded, not_known, passed, only, still_open, last_open = (int(each.sum()) for each in numbers)
        name = f"E{at}"
        rows.append(
            Row(name, "exclusion", "", excluded, not_known, passed, only, is_first, left, still_open, last_open)
        )
    sets = Counter(tuple(np.flatnonzero(row == OUT)) for row in state[~kept]).most_common(12)
    together = tuple(Combination(tuple(f"E{at}" for at in places), number) for places, number in sets)
    excluded, eligible = int((~kept).sum()), int((kept & (unknown == 0)).sum())
    return Attrition(
        "r", "1", "t", "d", people, excluded, eligible, people - excluded - eligible, tuple(rows),
        combinations=together, other_combinations=excluded - sum(number for _, number in sets),
    )  # fmt: skip
