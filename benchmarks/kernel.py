"""How long DurableEngine.evaluate takes, for 22, 100 and 400 criteria; run with the package installed.

The rules have one to five comparisons each; every 22nd criterion has eight branches, each an id of its own.
"""

from __future__ import annotations

import random
from math import inf
from time import perf_counter

from ucmsc_rules.engines.durable import DurableEngine
from ucmsc_rules.rules.lower import All, Any, Lowered, Test, both, either

BOUNDS = (0.5, 1.0, 2.0, 18.0, 28.0, 1000.0)
WORKSHEETS = 200
ROUNDS = 7


def comparison(chance: random.Random, measure: int) -> Lowered:
    """The measure compared with a bound."""
    bound, kind = chance.choice(BOUNDS), chance.randrange(3)
    if kind == 0:
        return Lowered(Test(measure, "hi", "<=", bound), Test(measure, "lo", ">", bound))
    if kind == 1:
        return Lowered(Test(measure, "lo", ">=", bound), Test(measure, "hi", "<", bound))
    yes = All((Test(measure, "lo", ">=", bound), Test(measure, "hi", "<=", bound)))
    return Lowered(yes, Any((Test(measure, "hi", "<", bound), Test(measure, "lo", ">", bound))))


def rules_of(criteria: int, chance: random.Random) -> tuple[dict[str, Lowered], int]:
    """So many criteria, and how many measures they read."""
    rules: dict[str, Lowered] = {}
    measures = 0

    def rule(comparisons: int) -> Lowered:
        nonlocal measures
        measures += comparisons
        parts = [comparison(chance, measures - 1 - n) for n in range(comparisons)]
        return chance.choice([both, either])(parts)

    for number in range(criteria):
        if number % 22 == 21:
            branches = [rule(chance.choice([1, 1, 2, 3])) for _ in range(8)]
            rules |= {f"E{number}.{letter}": branch for letter, branch in zip("abcdefgh", branches, strict=True)}
            rules[f"E{number}"] = either(branches)
        else:
            rules[f"I{number}"] = rule(chance.choice([1, 1, 2, 2, 3, 5]))
    return rules, measures


def interval(chance: random.Random) -> tuple[float, float]:
    """A fifth unknown, a tenth never, a tenth between two values, the rest exact."""
    value = chance.choice([round(chance.uniform(0, 100), 2), float(chance.randrange(2000)), 1.0])
    kinds = [(-inf, inf)] * 2 + [(inf, inf), (value, value + 5)] + [(value, value)] * 6
    return chance.choice(kinds)


def microseconds(criteria: int) -> str:
    """The best of some rounds, as a line of a table."""
    chance = random.Random(1)
    rules, measures = rules_of(criteria, chance)
    sheets = [[interval(chance) for _ in range(measures)] for _ in range(WORKSHEETS)]
    ends = [([pair[0] for pair in sheet], [pair[1] for pair in sheet]) for sheet in sheets]
    start = perf_counter()
    engine = DurableEngine(rules)
    made = (perf_counter() - start) * 1e3
    times = []
    for _ in range(ROUNDS):
        start = perf_counter()
        for lo, hi in ends:
            engine.evaluate(lo, hi)
        times.append((perf_counter() - start) / WORKSHEETS * 1e6)
    engine.close()
    size = f"{criteria:8} {len(rules):5} {measures:8}"
    return f"{size} {made:9.1f} {min(times):10.0f}"


if __name__ == "__main__":
    print("criteria   ids measures  made, ms  each, us")
    for count in (22, 100, 400):
        print(microseconds(count))
