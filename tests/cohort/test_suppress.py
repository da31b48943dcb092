"""Small counts are hidden so that they cannot be reckoned from the others; an attacker who knows all tables tries."""

from __future__ import annotations

import time
from itertools import combinations, product
from random import Random
from typing import Any

import numpy as np
import pytest

from cohort.cohort_findings import attrition_of
from cohort.many_criteria import many_criteria
from ucmsc_rules.cohort.attrition import Attrition, Combination, Row, suppress, suppressed
from ucmsc_rules.cohort.attrition.bounds import ImpossibleError, tightened
from ucmsc_rules.cohort.attrition.showing import cells_of, counts_of
from ucmsc_rules.cohort.attrition.suppress import Cells, hidden_cells, possible_values

SIZE, LEAST = 12, 3
STATES = tuple(product(range(3), repeat=2))  # of two criteria: 0 passed, 1 unknown, 2 excluded


def small_cohort(numbers: tuple[int, ...]) -> Attrition:
    """An attrition of two criteria, from how many subjects are in each pair of states."""
    with_numbers = list(zip(STATES, numbers, strict=True))

    def count(holds: Any) -> int:
        return sum(number for states, number in with_numbers if holds(states))

    rows, left = [], sum(numbers)
    for at in range(2):
        first = count(lambda s, at=at: s[at] == 2 and 2 not in s[:at])
        left -= first
        rows.append(
            Row(
                f"I{at}", "inclusion", "",
                excluded=count(lambda s, at=at: s[at] == 2),
                unknown=count(lambda s, at=at: s[at] == 1),
                passed=count(lambda s, at=at: s[at] == 0),
                only=count(lambda s, at=at: s[at] == 2 and s.count(2) == 1),
                first=first,
                remaining=left,
                open=count(lambda s, at=at: s[at] == 1 and 2 not in s),
                last_open=count(lambda s, at=at: s[at] == 1 and s == tuple(int(i == at) for i in range(2))),
            )
        )  # fmt: skip
    sets = [(("I0",), (True, False)), (("I0", "I1"), (True, True)), (("I1",), (False, True))]
    together = tuple(
        Combination(names, count(lambda s, which=which: tuple(state == 2 for state in s) == which))
        for names, which in sets
    )
    excluded = count(lambda s: 2 in s)
    return Attrition(
        "r", "1", "t", "d", sum(numbers), excluded, numbers[0], sum(numbers) - excluded - numbers[0], tuple(rows),
        combinations=together,
    )  # fmt: skip


def every_cohort() -> np.ndarray:
    """Every way to put the subjects into the nine pairs of states."""
    bars = combinations(range(SIZE + 8), 8)
    return np.array([np.diff([-1, *places, SIZE + 8]) - 1 for places in bars], dtype=np.int16)


@pytest.mark.parametrize("patience", [0, 8])
def test_who_lists_every_possible_cohort_learns_next_to_nothing(monkeypatch: pytest.MonkeyPatch, patience: int) -> None:
    """Of all small counts of tiny cohorts, less than one in sixty has one possible value left; most have several.

    By whatever way the counts are chosen that are hidden beside them.
    """
    monkeypatch.setattr(suppress, "_PATIENCE", patience)
    names = list(counts_of(small_cohort((0,) * 9)))
    units = [counts_of(small_cohort(tuple(int(i == j) for j in range(9)))) for i in range(9)]
    cohorts = every_cohort()
    values = cohorts @ np.array([[unit[name] for name in names] for unit in units], dtype=np.int16)
    chance, small, pinned = Random(7), 0, 0  # noqa: S311 - a seed, no secret
    for _ in range(60):
        at = chance.randrange(len(cohorts))
        cells = cells_of(small_cohort(tuple(int(number) for number in cohorts[at])))
        hidden = hidden_cells(cells, LEAST)
        printed = [j for j, name in enumerate(names) if name not in cells.between]
        told = [j for j in printed if names[j] not in hidden]
        untold = [j for j in printed if names[j] in hidden]
        like = np.all(values[:, told] == values[at, told], axis=1) & np.all(values[:, untold] >= 1, axis=1)
        for j in printed:
            if 0 < values[at, j] < LEAST:
                small += 1
                pinned += len(np.unique(values[like, j])) == 1
    assert small > 300
    assert pinned / small < 1 / 60


def test_no_small_count_is_shown_and_each_has_enough_possible_values() -> None:
    """With a real ruleset: what is hidden stays open in at least as many values as the least count that is shown."""
    plain = attrition_of(800)
    cells = cells_of(plain)
    hidden = hidden_cells(cells, 5)
    bounds = possible_values(cells, hidden | cells.between)
    small = {name for name, count in cells.values.items() if 0 < count < 5}
    assert small - cells.between <= hidden
    assert {name for name in small if bounds[name][1] - bounds[name][0] < 4} == set()


def test_what_is_shown_is_as_it_was_and_the_headlines_are_kept() -> None:
    """Counts are left out, none is changed."""
    plain, shown = attrition_of(800), suppressed(attrition_of(800), 5)
    before, after = counts_of(plain), counts_of(plain) | counts_of_shown(shown)
    assert {name for name, count in after.items() if count is not None and count != before[name]} == set()
    assert (shown.screened, shown.excluded, shown.undetermined) == (plain.screened, plain.excluded, plain.undetermined)
    assert shown.min_cell == 5


def counts_of_shown(shown: Attrition) -> dict[str, int | None]:
    """Some of the counts as they are shown, by their names."""
    return {f"excluded {row.criterion}": row.excluded for row in shown.rows} | {
        f"first {row.criterion}": row.first for row in shown.rows
    }


def test_running_sums_know_all_that_the_long_balances_would() -> None:
    """Each count is held as near with sums so far as with balances over all criteria before it."""
    plain = many_criteria(12, 400)
    names = [row.criterion for row in plain.rows]
    chance = Random(3)  # noqa: S311 - a seed, no secret
    for _ in range(30):
        cells = cells_of(plain)
        hidden = {name for name, count in cells.values.items() if count and chance.random() < 0.6} | cells.between
        by_sums = possible_values(cells, hidden)
        for place, name in enumerate(names[1:], start=1):
            others = [f"first {each} but for only {each}" for each in names[:place]]
            hidden.add(cells.within((f"excluded {name} but for first {name}",), others))
        by_all = possible_values(cells, hidden)
        assert {name: by_all[name] for name in by_sums} == by_sums


@pytest.mark.parametrize(("criteria", "people"), [(60, 10_000), pytest.param(400, 20_000, marks=pytest.mark.long)])
def test_many_criteria_take_seconds_and_keep_the_promise(criteria: int, people: int) -> None:
    """Every small count is open in as many values as the least that is shown, and most counts are shown."""
    plain = many_criteria(criteria, people)
    cells = cells_of(plain)
    begun = time.process_time()
    hidden = hidden_cells(cells, 5)
    assert time.process_time() - begun < 60
    small = {name for name, count in cells.values.items() if 0 < count < 5} - cells.running
    assert small - cells.between <= hidden
    bounds = possible_values(cells, hidden | cells.between)
    for name in small:
        lo, hi = bounds[name]
        assert hi - lo >= 4
        assert any(
            could_be(cells, bounds, name, least) and could_be(cells, bounds, name, least + 4)
            for least in range(lo, min(cells.values[name], hi - 4) + 1)
        )
    assert len(hidden) < 0.3 * len(cells.values.keys() - cells.between)
    assert hidden.isdisjoint(suppress.HEADLINES)


def could_be(cells: Cells, bounds: Any, name: str, value: int) -> bool:
    """Whether no balance contradicts a value of a count."""
    try:
        tightened(cells.balances, {**bounds, name: (value, value)}, cells.values)
    except ImpossibleError:
        return False
    return True


def test_without_a_least_count_everything_is_shown() -> None:
    """0 and 1 hide nothing."""
    assert suppressed(attrition_of(800), 0) == suppressed(attrition_of(800), 1) == attrition_of(800)


def test_a_hidden_part_takes_another_with_it() -> None:
    """2 of 100 could be reckoned from 98 and 100; so the least of the others is hidden too."""
    cells = Cells()
    cells.add({"all": 100, "few": 2, "some": 28, "many": 70})
    cells.sum("all", ("few", "some", "many"))
    assert hidden_cells(cells, 5) == {"few", "some"}


def test_a_nought_is_no_small_count() -> None:
    """That nobody is excluded by a criterion may be told."""
    cells = Cells()
    cells.add({"all": 100, "none": 0, "many": 100})
    cells.sum("all", ("none", "many"))
    assert hidden_cells(cells, 5) == set()


def test_a_small_difference_of_two_counts_is_hidden_like_a_count() -> None:
    """100 excluded, 98 of them first by this: the two others must not be told apart."""
    cells = Cells()
    cells.add({"excluded": 100, "first": 98})
    cells.at_most(("first",), "excluded")
    assert len(hidden_cells(cells, 5)) == 1


def test_where_nothing_can_be_told_nothing_is() -> None:
    """A total of two small parts."""
    cells = Cells()
    cells.add({"all": 3, "one": 1, "other": 2})
    cells.sum("all", ("one", "other"))
    assert hidden_cells(cells, 5) == {"all", "one", "other"}


def test_counts_that_contradict_their_balances_are_noticed() -> None:
    """Three cannot be part of two."""
    cells = Cells()
    cells.add({"all": 3, "one": 1, "other": 2})
    cells.sum("all", ("one", "other"))
    with pytest.raises(ImpossibleError):
        tightened(cells.balances, {"all": (2, 2), "one": (0, 3), "other": (3, 3)}, ["all"])


def test_the_order_of_what_is_hidden_tells_nothing() -> None:
    """Hidden combinations stand last, by name, and not where their counts would put them."""
    shown = suppressed(attrition_of(800), 40)
    hidden = [each.criteria for each in shown.combinations if each.subjects is None]
    assert hidden
    assert [each.criteria for each in shown.combinations][-len(hidden) :] == sorted(hidden)
