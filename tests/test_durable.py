"""The durable-rules engine is right wherever the formulas can be evaluated directly."""

from __future__ import annotations

import locale
import random
from collections.abc import Iterator
from math import inf, nan, nextafter
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formulas import EDGES, LOW, agrees, generated, intervals, many_rules, threshold, worksheet
from ucmsc_rules.engines import durable
from ucmsc_rules.engines.durable import DurableEngine
from ucmsc_rules.engines.note_text import write
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import All, Any, Lowered, both, either
from ucmsc_rules.rules.lower import Test as EndTest
from ucmsc_rules.values.truth import Truth

needs_durable = pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is there")


@pytest.fixture
def low() -> Iterator[DurableEngine]:
    """An engine of one rule, at most 5."""
    engine = DurableEngine({"I1": LOW})
    yield engine
    engine.close()


@needs_durable
@pytest.mark.parametrize(
    ("lo", "hi", "truth"),
    [(4.0, 5.0, Truth.TRUE), (5.5, inf, Truth.FALSE), (5.0, 6.0, Truth.UNKNOWN), (-inf, inf, Truth.UNKNOWN)],
)
def test_an_answer_is_true_false_or_unknown(low: DurableEngine, lo: float, hi: float, truth: Truth) -> None:
    """The surely-formula makes it true, the surely-not-formula false, neither unknown."""
    assert low.evaluate([lo], [hi]) == {"I1": truth}


@needs_durable
@pytest.mark.parametrize("never", [-inf, inf])
def test_never_is_not_unknown(low: DurableEngine, never: float) -> None:
    """A measure that is infinite at both ends is known."""
    assert low.evaluate([never], [never]) == {"I1": Truth.TRUE if never < 0 else Truth.FALSE}


@needs_durable
@settings(max_examples=150, deadline=None)
@given(st.integers(0, 2**62).map(random.Random))
def test_it_agrees_with_direct_evaluation(chance: random.Random) -> None:
    """Any formulas, on any intervals, give what evaluating them directly gives, or both holding is an error."""
    rules = generated(chance)
    engine = DurableEngine(rules)
    assert all(agrees(engine, rules, *intervals(chance)) for _ in range(20))
    engine.close()


@needs_durable
@pytest.mark.long
@pytest.mark.parametrize("part", range(8))
def test_it_agrees_a_hundred_thousand_times(part: int) -> None:
    """The same, on more than a hundred thousand worksheets."""
    for seed in range(part * 1000, part * 1000 + 1000):
        chance = random.Random(seed)  # noqa: S311
        rules = generated(chance)
        engine = DurableEngine(rules)
        assert all(agrees(engine, rules, *intervals(chance)) for _ in range(15))
        engine.close()


@needs_durable
@pytest.mark.parametrize("bound", sorted(set(EDGES) - {inf}))
def test_ends_next_to_a_bound_are_told_apart(bound: float) -> None:
    """The floats just below, at and just above a bound fall on the right sides, and so do infinite ends."""
    rules = {op: threshold(EndTest(0, "lo", ">", bound), op) for op in ("<=", "<", ">=", ">", "is")}
    engine = DurableEngine(rules)
    for end in (bound, nextafter(bound, inf), nextafter(bound, -inf), inf, -inf):
        assert agrees(engine, rules, [end], [end])
    engine.close()


@needs_durable
def test_constants_need_no_measure() -> None:
    """A formula without comparisons is decided without any."""
    rules = {
        "T": Lowered(All(()), Any(())),
        "F": Lowered(Any((All((Any(()),)),)), Any((All(()),))),
        "U": Lowered(Any(()), Any(())),
    }
    assert DurableEngine(rules).evaluate([], []) == {"T": Truth.TRUE, "F": Truth.FALSE, "U": Truth.UNKNOWN}


@needs_durable
def test_no_rules_give_no_answers() -> None:
    """An engine of nothing answers nothing."""
    assert DurableEngine({}).evaluate([1.0], [2.0]) == {}


@needs_durable
def test_both_formulas_true_is_an_error() -> None:
    """Formulas that do not exclude each other are told apart from those that do."""
    engine = DurableEngine({"E1": Lowered(EndTest(0, "lo", ">", 1.0), EndTest(1, "lo", ">", 1.0))})
    assert engine.evaluate([2.0, 0.0], [2.0, 0.0]) == {"E1": Truth.TRUE}
    with pytest.raises(EngineError, match="E1 both holds and does not hold"):
        engine.evaluate([2.0, 2.0], [2.0, 2.0])
    assert engine.evaluate([0.0, 2.0], [0.0, 2.0]) == {"E1": Truth.FALSE}


@needs_durable
@pytest.mark.parametrize("outer", [both, either])
@pytest.mark.parametrize("inner", [both, either])
@pytest.mark.parametrize(("branches", "comparisons"), [(9, 3), (30, 1), (1, 70), (12, 12), (300, 1)])
def test_large_criteria_are_cut_not_multiplied(
    outer: type[Anything], inner: type[Anything], branches: int, comparisons: int
) -> None:
    """Nine branches of three comparisons would match 19,683 times; many alternatives overflow the C module."""
    shape = [[branch * comparisons + one for one in range(comparisons)] for branch in range(branches)]
    rule = outer([inner([threshold(EndTest(at, "lo", ">", 5.0), "<=") for at in branch]) for branch in shape])
    rules = {"E1": rule}
    engine = DurableEngine(rules)
    count = branches * comparisons
    chance = random.Random(count)  # noqa: S311
    for share in (0.0, 0.01, 0.3, 0.7, 0.99, 1.0):
        values = [4.0 if chance.random() < share else 6.0 for _ in range(count)]
        assert agrees(engine, rules, values, values)
        assert agrees(engine, rules, [-inf, *values[1:]], [inf, *values[1:]])
    engine.close()


@needs_durable
def test_four_hundred_criteria() -> None:
    """Many criteria are only more of the same."""
    rules = many_rules(400, seed=4)
    engine = DurableEngine(rules)
    assert all(agrees(engine, rules, *worksheet(400, seed)) for seed in range(20))
    engine.close()


@needs_durable
@pytest.mark.parametrize("note", range(3))
@pytest.mark.parametrize("wrong", ['"x":1e5,"id"', '"x":inf,"id"', '"x":"}', "'", '"id"}'])
def test_text_that_is_not_read_to_its_end_is_noticed(note: int, wrong: str) -> None:
    """The C module drops what follows a text that it cannot parse; that is an error here, and once only."""
    rules = {f"I{n}": threshold(EndTest(n, "lo", ">", 5.0), "<=") for n in range(3)}
    engine = DurableEngine(rules)
    pieces = engine._batches[0].template.pieces
    good = pieces[4 * note]
    pieces[4 * note] = good.replace('"id"', wrong)
    for _ in range(3):
        with pytest.raises(EngineError, match="did not read all"):
            engine.evaluate([4.0] * 3, [4.0] * 3)
    pieces[4 * note] = good
    assert agrees(engine, rules, [4.0, 5.5, 4.0], [4.0, 5.5, 6.0])


@needs_durable
def test_a_decimal_comma_is_noticed() -> None:
    """The C module reads 0.5 as 0 where the locale has a decimal comma; no verdict may come of that."""
    before = locale.setlocale(locale.LC_NUMERIC)
    engine = DurableEngine({"I1": LOW})
    try:
        for name in ("de_DE.UTF-8", "de_DE.utf8", "fr_FR.UTF-8", "de_DE", "German"):
            try:
                locale.setlocale(locale.LC_NUMERIC, name)
            except locale.Error:
                continue
            with pytest.raises(EngineError, match="LC_NUMERIC"):
                engine.evaluate([4.5], [4.5])
            with pytest.raises(EngineError, match="LC_NUMERIC"):
                DurableEngine({"I1": LOW})
            break
        else:
            pytest.skip("no locale with a decimal comma is installed")
    finally:
        locale.setlocale(locale.LC_NUMERIC, before)
    assert engine.evaluate([4.5], [4.5]) == {"I1": Truth.TRUE}


@needs_durable
@pytest.mark.parametrize(
    ("lo", "hi"),
    [([], []), ([nan], [1.0]), ([1.0], [nan]), ([2.0], [1.0]), ([1.0], [1.0, 2.0]), ([1.0, nan], [1.0, 2.0])],
)
def test_ends_that_are_no_intervals_are_refused(low: DurableEngine, lo: list[float], hi: list[float]) -> None:
    """Missing measures, NaN and ends in the wrong order are errors, and the engine goes on."""
    with pytest.raises(EngineError, match="1 measures are needed"):
        low.evaluate(lo, hi)
    assert low.evaluate([1.0], [2.0]) == {"I1": Truth.TRUE}


@needs_durable
def test_a_closed_engine_says_so(low: DurableEngine) -> None:
    """Closing twice is closing; evaluating afterwards is an error."""
    low.close()
    low.close()
    with pytest.raises(EngineError, match="closed"):
        low.evaluate([1.0], [1.0])


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (ModuleNotFoundError("gone"), "is not installed"),
        (ImportError("undefined symbol: PyEval_CallObject"), "undefined symbol"),
    ],
)
def test_where_it_cannot_be_imported_it_says_why(
    monkeypatch: pytest.MonkeyPatch, error: ImportError, reason: str
) -> None:
    """Without durable-rules there is a sentence for the user, and no engine."""

    def fail(_: str) -> None:
        raise error

    monkeypatch.setattr(durable, "import_module", fail)
    assert not durable.available()
    assert reason in durable.why_not()
    with pytest.raises(EngineError, match=reason):
        DurableEngine({})


@needs_durable
def test_rules_that_the_c_module_refuses_are_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """What durable-rules says against the rules is passed on, and nothing is left behind."""
    monkeypatch.setattr(durable, "write", lambda notes, first: ("nonsense", write(notes, first)[1]))
    with pytest.raises(EngineError, match=r"does not take these rules: .*error code"):
        DurableEngine({"I1": LOW})
