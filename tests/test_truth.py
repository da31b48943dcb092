"""Kleene's tables, written out, and the one way in which a truth value must never be used."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ucmsc_rules.values.truth import Truth, all_of, any_of, from_bounds

T, F, U = Truth.TRUE, Truth.FALSE, Truth.UNKNOWN
WORLDS = {T: {True}, F: {False}, U: {True, False}}
truths = st.lists(st.sampled_from(Truth), max_size=6)


def from_worlds(outcomes: set[bool]) -> Truth:
    """The truth value of a set of outcomes."""
    return U if len(outcomes) == 2 else T if True in outcomes else F


@pytest.mark.parametrize(
    ("one", "other", "conjunction", "disjunction"),
    [
        (T, T, T, T), (T, U, U, T), (T, F, F, T),
        (U, T, U, T), (U, U, U, U), (U, F, F, U),
        (F, T, F, T), (F, U, F, U), (F, F, F, F),
    ],
)  # fmt: skip
def test_tables_are_kleenes(one: Truth, other: Truth, conjunction: Truth, disjunction: Truth) -> None:
    """All nine rows of both tables of strong Kleene logic."""
    assert one & other is conjunction
    assert one | other is disjunction


@given(truths)
def test_joining_many_is_what_independent_worlds_say(many: list[Truth]) -> None:
    """``all_of`` and ``any_of`` answer as the set of outcomes over all independent worlds does."""
    worlds = list(product(*(WORLDS[each] for each in many)))
    assert all_of(many) is from_worlds({all(world) for world in worlds})
    assert any_of(many) is from_worlds({any(world) for world in worlds})


def test_not_keeps_the_unknown_unknown() -> None:
    """Negation swaps true and false, and knows no more than before."""
    assert [~each for each in (T, F, U)] == [F, T, U]


@pytest.mark.parametrize("truth", Truth)
def test_no_truth_value_is_a_bool(truth: Truth) -> None:
    """``if truth:`` raises, so that an unknown exclusion is never read as an absent one."""
    with pytest.raises(TypeError, match="three values"):
        bool(truth)


def test_both_formulas_firing_is_refused() -> None:
    """A rule that surely holds and surely does not is a defect, never an answer."""
    with pytest.raises(ValueError, match="both"):
        from_bounds(surely=True, surely_not=True)


def test_no_formula_firing_is_unknown() -> None:
    """Silence of both formulas is unknown, one that fires decides."""
    assert from_bounds(surely=False, surely_not=False) is U
    assert from_bounds(surely=True, surely_not=False) is T
    assert from_bounds(surely=False, surely_not=True) is F
