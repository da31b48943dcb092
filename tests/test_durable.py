"""The durable-rules engine: right wherever the formulas can be evaluated directly, and clean afterwards."""

from __future__ import annotations

import copy
import gc
import locale
import multiprocessing
import operator
import pickle
import random
import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from math import inf, isnan, nan, nextafter
from typing import Any as Anything

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucmsc_rules.engines import durable
from ucmsc_rules.engines.durable import DurableEngine
from ucmsc_rules.engines.note_text import Texts, number_text, write
from ucmsc_rules.engines.notes import MOST_PATHS, exclude, fold, plan
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import All, Any, Formula, Lowered, Test, both, either
from ucmsc_rules.values.truth import Truth

needs_durable = pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is there")

OPS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}
BOUNDS = (0.0, -0.0, 1.0, 28.0, 1000.0, 0.1, 1e-05, -3.5, 5e-324, 2.0**53, 1e22, 1e300, -1e300, sys.float_info.max)
EDGES = [near for bound in BOUNDS for near in (bound, nextafter(bound, inf), nextafter(bound, -inf))]
ENDS = [*EDGES, inf, -inf, 2.2250738585072014e-308, 1e-310, -5e-324, 0.30000000000000004, 123456789.12345679]
MEASURES = 8
LOW = Lowered(Test(0, "hi", "<=", 5.0), Test(0, "lo", ">", 5.0))

SURE = [("lo", ">"), ("lo", ">="), ("hi", "<"), ("hi", "<=")]
CMP = ["<=", "<", ">=", ">", "is"]
seeds = st.integers(0, 2**62).map(random.Random)


def tree(chance: random.Random, depth: int) -> Formula:
    """A formula of any shape, at most so deep."""
    if depth == 0 or chance.random() < 0.3:
        return Test(chance.randrange(MEASURES), *chance.choice(SURE), chance.choice(BOUNDS))
    return chance.choice([All, Any])(tuple(tree(chance, depth - 1) for _ in range(chance.choice([0, 1, 2, 3, 3, 4]))))


def rule(chance: random.Random, depth: int, measures: int = MEASURES) -> Lowered:
    """A rule as lowering makes it, at most so deep."""
    if depth == 0 or chance.random() < 0.3:
        return threshold(Test(chance.randrange(measures), "lo", ">", chance.choice(BOUNDS)), chance.choice(CMP))
    parts = [rule(chance, depth - 1, measures) for _ in range(chance.choice([1, 2, 2, 3, 4]))]
    return chance.choice([both, either])(parts)


def generated(chance: random.Random) -> dict[str, Lowered]:
    """A few rules, some of them of two formulas that have nothing to do with each other."""
    depths = [chance.randrange(6) for _ in range(chance.randrange(1, 14))]
    return {
        f"E{n}": rule(chance, depth) if chance.random() < 0.7 else Lowered(tree(chance, depth), tree(chance, depth))
        for n, depth in enumerate(depths)
    }


def intervals(chance: random.Random, measures: int = MEASURES) -> tuple[list[float], list[float]]:
    """Both ends of as many measures, at bounds, next to them and far from them; every second one is exact."""
    some = [chance.choice(ENDS) for _ in range(measures)]
    pairs = [sorted((end, end if chance.random() < 0.5 else chance.choice(ENDS))) for end in some]
    return [pair[0] for pair in pairs], [pair[1] for pair in pairs]


def threshold(test: Test, op: str) -> Lowered:
    """A comparison with the test's measure and bound, lowered."""
    at, bound = test.index, test.bound
    if op == "is":
        yes = All((Test(at, "lo", ">=", bound), Test(at, "hi", "<=", bound)))
        return Lowered(yes, Any((Test(at, "hi", "<", bound), Test(at, "lo", ">", bound))))
    opposite = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}[op]
    end, other = ("hi", "lo") if op in ("<=", "<") else ("lo", "hi")
    return Lowered(Test(at, end, op, bound), Test(at, other, opposite, bound))


def holds(formula: Formula, lo: Sequence[float], hi: Sequence[float]) -> bool:
    """The formula evaluated directly."""
    if isinstance(formula, Test):
        return bool(OPS[formula.op]((lo if formula.end == "lo" else hi)[formula.index], formula.bound))
    return (all if isinstance(formula, All) else any)(holds(part, lo, hi) for part in formula.parts)


def expected(rules: Mapping[str, Lowered], lo: Sequence[float], hi: Sequence[float]) -> dict[str, Truth] | None:
    """The answers; None where a rule both holds and does not."""
    answers = {}
    for rule_id, lowered in rules.items():
        yes, no = holds(lowered.surely, lo, hi), holds(lowered.surely_not, lo, hi)
        if yes and no:
            return None
        answers[rule_id] = Truth.TRUE if yes else Truth.FALSE if no else Truth.UNKNOWN
    return answers


def agrees(engine: DurableEngine, rules: Mapping[str, Lowered], lo: Sequence[float], hi: Sequence[float]) -> bool:
    """Whether the engine gives the answers that direct evaluation gives."""
    answers = expected(rules, lo, hi)
    if answers is None:
        with pytest.raises(EngineError, match="both holds"):
            engine.evaluate(lo, hi)
        return True
    return engine.evaluate(lo, hi) == answers


def many_rules(count: int, seed: int) -> dict[str, Lowered]:
    """So many rules over as many measures, the same for the same seed."""
    chance = random.Random(seed)
    return {f"I{n}": rule(chance, 1, count) for n in range(count)}


def worksheet(count: int, seed: int) -> tuple[list[float], list[float]]:
    """Both ends of so many measures, the same for the same seed."""
    return intervals(random.Random(seed), count)


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
@given(seeds)
def test_it_agrees_with_direct_evaluation(chance: random.Random) -> None:
    """Any formulas, on any intervals, give what evaluating them directly gives, or both holding is an error."""
    rules = generated(chance)
    engine = DurableEngine(rules)
    assert all(agrees(engine, rules, *intervals(chance)) for _ in range(20))
    engine.close()


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


@needs_durable
@pytest.mark.parametrize("bound", EDGES)
def test_ends_next_to_a_bound_are_told_apart(bound: float) -> None:
    """The floats just below, at and just above a bound fall on the right sides, and so do infinite ends."""
    rules = {op: threshold(Test(0, "lo", ">", bound), op) for op in ("<=", "<", ">=", ">", "is")}
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
    engine = DurableEngine({"E1": Lowered(Test(0, "lo", ">", 1.0), Test(1, "lo", ">", 1.0))})
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
    rule = outer([inner([threshold(Test(at, "lo", ">", 5.0), "<=") for at in branch]) for branch in shape])
    rules = {"E1": rule}
    engine = DurableEngine(rules)
    count = branches * comparisons
    chance = random.Random(count)
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
@pytest.mark.parametrize("shared", [True, False])
def test_threads_do_not_mix_subjects(shared: bool) -> None:
    """Four threads with one engine, or with one each, get the answers of their own subjects."""
    rules = many_rules(20, seed=7)
    one = DurableEngine(rules)

    def run(thread: int) -> bool:
        engine = one if shared else DurableEngine(rules)
        return all(agrees(engine, rules, *worksheet(20, seed)) for seed in range(thread, 1000, 4))

    with ThreadPoolExecutor(4) as pool:
        assert all(pool.map(run, range(4)))


@needs_durable
def test_memory_stays_flat() -> None:
    """A hundred thousand evaluations, of ever new numbers, take no memory that the first ten thousand did not."""
    resource = pytest.importorskip("resource")
    engine = DurableEngine({"I1": LOW, "E1": threshold(Test(1, "lo", ">", 0.1), "is")})

    def run(first: int, last: int) -> int:
        for number in range(first, last):
            engine.evaluate([number / 7, 0.1], [number / 7, number / 3 + 0.1])
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    before = run(0, 10_000)
    assert run(10_000, 100_000) - before < 2_000 * (1024 if sys.platform == "darwin" else 1)


@needs_durable
def test_engines_come_and_go() -> None:
    """A thousand engines, closed or left to the garbage collector, take no memory that the first hundred did not."""
    resource = pytest.importorskip("resource")
    rules = many_rules(6, seed=1)

    def run(count: int) -> int:
        for number in range(count):
            engine = DurableEngine(rules)
            assert agrees(engine, rules, *worksheet(6, number))
            if number % 2:
                engine.close()
        gc.collect()
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    before = run(100)
    assert run(900) - before < 4_000 * (1024 if sys.platform == "darwin" else 1)


class Stumbling:
    """The C module, but the call of the given number raises what ^C raises."""

    def __init__(self, native: object, at: int) -> None:
        self.native, self.left = native, at

    def __getattr__(self, name: str) -> Anything:
        self.left -= name != "delete_state"
        if self.left == 0:
            raise KeyboardInterrupt
        return getattr(self.native, name)


@needs_durable
@pytest.mark.parametrize("at", range(1, 12))
def test_an_interrupted_evaluation_leaves_nothing_behind(at: int) -> None:
    """Whatever call is broken off, the next subject is not mixed with the one before."""
    rules = many_rules(5, seed=3)
    engine = DurableEngine(rules)
    native = engine._native
    for seed in range(20):
        engine._native = Stumbling(native, at)  # type: ignore[assignment]
        with pytest.raises(KeyboardInterrupt):
            engine.evaluate([6.0] * 5, [6.0] * 5)
        engine._native = native
        assert agrees(engine, rules, *worksheet(5, seed))
    engine.close()


@needs_durable
def test_text_that_is_not_read_to_its_end_is_noticed(low: DurableEngine) -> None:
    """The C module drops what follows a text that it cannot parse; that is an error here, and once only."""
    template = low._batches[0].template
    template.pieces[1::2] = ["", ""]
    good = template.pieces[0]
    template.pieces[0] = good.replace('"id"', '"x":1e5,"id"')
    with pytest.raises(EngineError, match="did not read all"):
        low.evaluate([4.0], [4.0])
    template.pieces[0] = good
    assert low.evaluate([4.0], [4.0]) == {"I1": Truth.TRUE}


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


@pytest.mark.parametrize(
    "test",
    [
        Test(0, "lo", "<", 1.0),
        Test(0, "hi", ">=", 1.0),
        Test(0, "lo", "==", 1.0),
        Test(0, "lo", ">", nan),
        Test(0, "lo", ">", inf),
        Test(-1, "lo", ">", 1.0),
    ],
)
def test_tests_that_lowering_never_makes_are_refused(test: Test) -> None:
    """Only that an end is surely on the far side of a finite bound can be asked."""
    with pytest.raises(EngineError, match="not a lower end above, or an upper end below"):
        plan({"I1": Lowered(All((test,)), Any(()))})


@needs_durable
def test_a_closed_engine_says_so(low: DurableEngine) -> None:
    """Closing twice is closing; evaluating afterwards is an error."""
    low.close()
    low.close()
    with pytest.raises(EngineError, match="closed"):
        low.evaluate([1.0], [1.0])


@needs_durable
@pytest.mark.parametrize("duplicate", [pickle.dumps, copy.copy, copy.deepcopy])
def test_an_engine_is_not_copied(low: DurableEngine, duplicate: Anything) -> None:
    """An engine is neither pickled nor copied: its native memory belongs to one process."""
    with pytest.raises(TypeError, match="cannot be copied or pickled"):
        duplicate(low)


def in_worker(seed: int) -> bool:
    """Makes an engine in this process and compares it."""
    rules = many_rules(10, seed)
    engine = DurableEngine(rules)
    return all(agrees(engine, rules, *worksheet(10, each)) for each in range(50))


@needs_durable
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_each_process_makes_its_own(low: DurableEngine, method: str) -> None:
    """Workers of every kind work with engines that they made."""
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert all(pool.map(in_worker, range(4)))
    assert low.evaluate([1.0], [1.0]) == {"I1": Truth.TRUE}


@needs_durable
def test_an_engine_of_another_process_is_refused(low: DurableEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that came along in a fork says so, and closing it there touches nothing."""
    monkeypatch.setattr(durable.os, "getpid", lambda: 0)
    with pytest.raises(EngineError, match="another process"):
        low.evaluate([1.0], [1.0])
    low.close()
    monkeypatch.undo()
    assert low.evaluate([1.0], [1.0]) == {"I1": Truth.TRUE}


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


def test_names_differ_by_their_hashes() -> None:
    """The C module tells fields and ids apart by a 32-bit hash alone; those that a batch can have differ."""

    def fnv(text: str) -> int:
        value = 2166136261
        for character in text.encode():
            value = (value ^ character) * 16777619 % 2**32
        return value

    wide = {f"I{n}": both([threshold(Test(28 * n + k, "lo", ">", 5.0), "is") for k in range(14)]) for n in range(8)}
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
    part = [either([threshold(Test(3 * n + k, "lo", ">", 5.0), "<=") for k in range(3)]) for n in range(9)]
    planned = plan({"E1": both(part), "E2": both(part)})
    assert planned.parts == plan({"E1": both(part)}).parts > 0
    assert [note.order() for note in planned.notes] == sorted(note.order() for note in planned.notes)
    assert MOST_PATHS < 3**9
