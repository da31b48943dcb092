"""How long the testing kit takes for the trial's ruleset: edges made and checked, mutants, a trace, properties.

Ratios are to one plain screening of each edge, in the same run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from time import perf_counter
from typing import Any

from ucmsc_rules import load_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import make_screener, screen_one
from ucmsc_rules.testing import Edge, check_edges, check_properties, edges, run_mutants, trace

ROUNDS = 3


def best(what: Callable[[], Any]) -> tuple[float, Any]:
    """The shortest of some runs, in seconds, and what came out."""
    found: list[tuple[float, Any]] = []
    for _ in range(ROUNDS):
        start = perf_counter()
        result = what()
        found.append((perf_counter() - start, result))
    return min(found, key=lambda each: each[0])


def screened(ruleset: Ruleset, made: Sequence[Edge]) -> None:
    """Screens each edge's record against the whole ruleset."""
    screener = make_screener(ruleset)
    for edge in made:
        screen_one(screener, edge.record, 0, {}, ())


def main() -> None:
    """Prints a line for each part."""
    ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    making, made = best(lambda: list(edges(ruleset)))
    plain, _ = best(lambda: screened(ruleset, made))
    checking, misses = best(lambda: check_edges(ruleset, made))
    mutating, report = best(lambda: run_mutants(ruleset))
    tracing, _ = best(lambda: trace(ruleset, mutation=report))
    holding, failures = best(lambda: check_properties(ruleset))
    print(f"plain screening of {len(made)} records: {plain:.2f} s")
    for name, seconds in (
        (f"making {len(made)} edges", making), (f"checking them ({len(misses)} misses)", checking),
        (f"trying {len(report.trials)} mutants ({float(report.score):.1%})", mutating), ("tracing", tracing),
        (f"100 examples of each property ({len(failures)} failures)", holding),
    ):  # fmt: skip
        print(f"{name}: {seconds:.2f} s, {seconds / plain:.2f} x")
    print(f"1,000 edges made and checked: {(making + checking) * 1000 / len(made):.2f} s")


if __name__ == "__main__":
    main()
