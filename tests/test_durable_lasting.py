"""The durable-rules engine over time: threads, processes, interruptions and memory."""

from __future__ import annotations

import copy
import gc
import multiprocessing
import os
import pickle
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any as Anything

import pytest

from formulas import LOW, agrees, many_rules, threshold, worksheet
from ucmsc_rules.engines import durable
from ucmsc_rules.engines.durable import DurableEngine
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import Test as EndTest
from ucmsc_rules.values.truth import Truth

pytestmark = pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is there")


@pytest.fixture
def low() -> Iterator[DurableEngine]:
    """An engine of one rule, at most 5."""
    engine = DurableEngine({"I1": LOW})
    yield engine
    engine.close()


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


def test_memory_stays_flat() -> None:
    """A hundred thousand evaluations, of ever new numbers, take no memory that the first ten thousand did not."""
    resource = pytest.importorskip("resource")
    engine = DurableEngine({"I1": LOW, "E1": threshold(EndTest(1, "lo", ">", 0.1), "is")})

    def run(first: int, last: int) -> int:
        for number in range(first, last):
            engine.evaluate([number / 7, 0.1], [number / 7, number / 3 + 0.1])
        return int(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)

    before = run(0, 10_000)
    assert run(10_000, 100_000) - before < 2_000 * (1024 if sys.platform == "darwin" else 1)


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
        self.left -= name not in ("delete_state", "error")
        if self.left == 0:
            raise KeyboardInterrupt
        return getattr(self.native, name)


@pytest.mark.parametrize("at", range(1, 12))
def test_an_interrupted_evaluation_leaves_nothing_behind(at: int) -> None:
    """Whatever call is broken off, the next subject is not mixed with the one before."""
    rules = many_rules(5, seed=3)
    engine = DurableEngine(rules)
    native = engine._native
    for seed in range(20):
        for call in (at, 1 + seed % 3):
            engine._native = Stumbling(native, call)
            with suppress(KeyboardInterrupt):
                engine.evaluate([6.0] * 5, [6.0] * 5)
        engine._native = native
        assert agrees(engine, rules, *worksheet(5, seed))
    engine.close()


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


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_each_process_makes_its_own(low: DurableEngine, method: str) -> None:
    """Workers of every kind work with engines that they made."""
    with multiprocessing.get_context(method).Pool(2) as pool:
        assert all(pool.map(in_worker, range(4)))
    assert low.evaluate([1.0], [1.0]) == {"I1": Truth.TRUE}


def test_an_engine_of_another_process_is_refused(low: DurableEngine, monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that came along in a fork says so, and closing it there touches nothing."""
    monkeypatch.setattr(os, "getpid", lambda: 0)
    with pytest.raises(EngineError, match="another process"):
        low.evaluate([1.0], [1.0])
    low.close()
    monkeypatch.undo()
    assert low.evaluate([1.0], [1.0]) == {"I1": Truth.TRUE}
