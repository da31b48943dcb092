"""Formulas, worksheets and what they must give, for the tests of the engines."""

from __future__ import annotations

import operator
import random
import sys
from collections.abc import Mapping, Sequence
from math import inf, nextafter

import pytest

from ucmsc_rules.engines.durable import DurableEngine
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import All, Any, Formula, Lowered, both, either
from ucmsc_rules.rules.lower import Test as EndTest
from ucmsc_rules.values.truth import Truth

OPS = {"<=": operator.le, "<": operator.lt, ">=": operator.ge, ">": operator.gt}
BOUNDS = (0.0, -0.0, 1.0, 28.0, 1000.0, 0.1, 1e-05, -3.5, 5e-324, 2.0**53, 1e22, 1e300, -1e300, sys.float_info.max)
EDGES = [near for bound in BOUNDS for near in (bound, nextafter(bound, inf), nextafter(bound, -inf))]
ENDS = [*EDGES, inf, -inf, 2.2250738585072014e-308, 1e-310, -5e-324, 0.30000000000000004, 123456789.12345679]
MEASURES = 8
LOW = Lowered(EndTest(0, "hi", "<=", 5.0), EndTest(0, "lo", ">", 5.0))

SURE = [("lo", ">"), ("lo", ">="), ("hi", "<"), ("hi", "<=")]
CMP = ["<=", "<", ">=", ">", "is"]


def threshold(test: EndTest, op: str) -> Lowered:
    """A comparison with the test's measure and bound, lowered."""
    at, bound = test.index, test.bound
    if op == "is":
        yes = All((EndTest(at, "lo", ">=", bound), EndTest(at, "hi", "<=", bound)))
        return Lowered(yes, Any((EndTest(at, "hi", "<", bound), EndTest(at, "lo", ">", bound))))
    opposite = {"<=": ">", "<": ">=", ">=": "<", ">": "<="}[op]
    end, other = ("hi", "lo") if op in ("<=", "<") else ("lo", "hi")
    return Lowered(EndTest(at, end, op, bound), EndTest(at, other, opposite, bound))


def tree(chance: random.Random, depth: int) -> Formula:
    """A formula of any shape, at most so deep."""
    if depth == 0 or chance.random() < 0.3:
        return EndTest(chance.randrange(MEASURES), *chance.choice(SURE), chance.choice(BOUNDS))
    parts = tuple(tree(chance, depth - 1) for _ in range(chance.choice([0, 1, 2, 3, 3, 4])))
    return All(parts) if chance.random() < 0.5 else Any(parts)


def rule(chance: random.Random, depth: int, measures: int = MEASURES) -> Lowered:
    """A rule as lowering makes it, at most so deep."""
    if depth == 0 or chance.random() < 0.3:
        return threshold(EndTest(chance.randrange(measures), "lo", ">", chance.choice(BOUNDS)), chance.choice(CMP))
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


def holds(formula: Formula, lo: Sequence[float], hi: Sequence[float]) -> bool:
    """The formula evaluated directly."""
    if isinstance(formula, EndTest):
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
    chance = random.Random(seed)  # noqa: S311
    return {f"I{n}": rule(chance, 1, count) for n in range(count)}


def worksheet(count: int, seed: int) -> tuple[list[float], list[float]]:
    """Both ends of so many measures, the same for the same seed."""
    return intervals(random.Random(seed), count)  # noqa: S311
