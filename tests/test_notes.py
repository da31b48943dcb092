"""The plan of the notes for durable-rules, and their text."""

from __future__ import annotations

import random
from math import inf, isnan, nan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulas import holds, intervals, rule, threshold, tree
from ucmsc_rules.engines.note_text import Texts, number_text, write
from ucmsc_rules.engines.notes import MOST_PATHS, exclude, fold, plan
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import All, Any, Lowered, both, either
from ucmsc_rules.rules.lower import Test as EndTest

seeds = st.integers(0, 2**62).map(random.Random)


@settings(max_examples=100, deadline=None)
@given(seeds)
def test_formulas_said_to_exclude_each_other_do(chance: random.Random) -> None:
    """No intervals make two formulas true that are planned on one note."""
    one, other = tree(chance, 2), tree(chance, 2)
    if exclude(fold(one), fold(other)):
        sheets = [intervals(chance) for _ in range(50)]
        assert not any(holds(one, *sheet) and holds(other, *sheet) for sheet in sheets)


@settings(max_examples=100, deadline=None)
@given(seeds, st.integers(0, 5))
def test_the_two_formulas_of_a_rule_share_a_note(chance: random.Random, depth: int) -> None:
    """What lowering makes is seen to exclude each other, whatever its size."""
    lowered = rule(chance, depth)
    assert exclude(fold(lowered.surely), fold(lowered.surely_not))


@settings(max_examples=200, deadline=None)
@given(st.floats(allow_nan=False))
def test_a_number_is_read_back_as_it_was(number: float) -> None:
    """The text of a number has a point before any exponent and means the same number."""
    text = number_text(number)
    assert float(text) == number
    assert "e" not in text or "." in text


@pytest.mark.parametrize(
    "test",
    [
        EndTest(0, "lo", "<", 1.0),
        EndTest(0, "hi", ">=", 1.0),
        EndTest(0, "lo", "==", 1.0),
        EndTest(0, "lo", ">", nan),
        EndTest(0, "lo", ">", inf),
        EndTest(-1, "lo", ">", 1.0),
    ],
)
def test_tests_that_lowering_never_makes_are_refused(test: EndTest) -> None:
    """Only that an end is surely on the far side of a finite bound can be asked."""
    with pytest.raises(EngineError, match="not a lower end above, or an upper end below"):
        plan({"I1": Lowered(All((test,)), Any(()))})


def test_names_differ_by_their_hashes() -> None:
    """The C module tells fields and ids apart by a 32-bit hash alone; those that a batch can have differ."""

    def fnv(text: str) -> int:
        value = 2166136261
        for character in text.encode():
            value = (value ^ character) * 16777619 % 2**32
        return value

    wide = {f"I{n}": both([threshold(EndTest(28 * n + k, "lo", ">", 5.0), "is") for k in range(14)]) for n in range(8)}
    _, template = write(plan(wide).notes, {"lo": 0, "hi": 224, "part": 448})
    names = [piece.rsplit('"', 2)[1] for piece in template.pieces[:-1:2]]
    names += ["id", "sid", "zz", *map(str, range(8)), "sid-0", "$s", "$forward", "$m"]
    assert len(names) > 8 * 28
    assert len({fnv(name) for name in names}) == len(names)


def test_texts_are_kept_up_to_a_limit() -> None:
    """A long run of ever new numbers does not fill the memory with their texts."""
    texts = Texts(-inf)
    assert all(float(texts[n / 7]) == n / 7 for n in range(20_000))
    assert len(texts) <= 10_000
    assert not any(isnan(number) for number in texts)


def test_a_formula_met_twice_is_cut_once() -> None:
    """Equal parts of large criteria have one note between them, sent before the notes that read its outcome."""
    part = [either([threshold(EndTest(3 * n + k, "lo", ">", 5.0), "<=") for k in range(3)]) for n in range(9)]
    planned = plan({"E1": both(part), "E2": both(part)})
    assert planned.parts == plan({"E1": both(part)}).parts > 0
    assert [note.order() for note in planned.notes] == sorted(note.order() for note in planned.notes)
    assert MOST_PATHS < 3**9
