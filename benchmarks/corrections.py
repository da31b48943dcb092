"""How fast a correction is answered, as ratios within one run. Usage: python benchmarks/corrections.py.

Each figure is the best of several rounds of process time on one core. The records are those of
``examples/subjects.ndjson`` that have about 40 facts; of each, every fact in turn is corrected.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ucmsc_rules import load_ruleset, screen
from ucmsc_rules.corrections import Screening, changes, open_screening
from ucmsc_rules.corrections.held import record_of

EXAMPLES = Path(__file__).parent.parent / "examples" / "subjects.ndjson"
ROUNDS = 7
AIM = 2.0  # milliseconds
SIGNED = {"who": "benchmark", "when": "2026-03-02"}


def main() -> None:
    """Prints every figure in microseconds and as a ratio to a whole screening."""
    records = [json.loads(line) for line in EXAMPLES.read_text("utf-8").splitlines() if line.strip()]
    records = [record for record in records if 38 <= len(record.get("facts", ())) <= 45]
    ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    opened = [open_screening(ruleset, record) for record in records]
    print(
        f"engine {opened[0].verdict.engine}, Python {sys.version.split()[0]}, {len(records)} records of about 40 facts"
    )
    amended = [(one, each) for one in opened for each in amendments(one)]
    whole = best(lambda: [screen(ruleset, record) for record in records for _ in record["facts"]], len(amended))
    show("a whole screening, from plain data to the verdict", whole, whole)
    show("a correction and its verdict", best(lambda: [fresh(*each).verdict for each in amended], len(amended)), whole)
    show("   of it, the new value", best(lambda: [fresh(*each) for each in amended], len(amended)), whole)
    joined = best(lambda: [record_of(one.header, one.entries) for one, _ in amended], len(amended))
    show("   of it, joining the facts that were read before", joined, whole)
    pairs = [(one, fresh(one, each)) for one, each in amended]
    for _, after in pairs:
        after.verdict  # noqa: B018 - so that what is measured next is the comparison alone
    show("changes, where one fact differs", best(lambda: [changes(*pair) for pair in pairs], len(pairs)), whole)
    far = [(opened[place], all_amended(opened[place])) for place in range(len(opened))]
    show("changes, where every fact differs", best(lambda: [changes(*pair) for pair in far], len(far)), whole)


def amendments(one: Screening) -> Iterator[tuple[str, dict[str, Any]]]:
    """A correction of each fact: a value that cannot be read, so that most of them move an answer."""
    for place, fact in enumerate(one.record["facts"]):
        yield f"facts[{place}]", {**fact, "value": "not legible"}


def fresh(one: Screening, amendment: tuple[str, dict[str, Any]]) -> Screening:
    """The screening with the amendment, not answered yet."""
    return one.corrected(*amendment, "benchmark", **SIGNED)


def all_amended(one: Screening) -> Screening:
    """The screening with every fact corrected."""
    after = one
    for each in amendments(one):
        after = fresh(after, each)
    return after


def best(work: Callable[[], object], count: int) -> float:
    """Seconds of process time for one of so many."""
    least = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        least = min(least, time.process_time() - start)
    return least / count


def show(what: str, seconds: float, whole: float) -> None:
    """A line with microseconds and the ratio to a whole screening."""
    aim = f"   (aim: less than {AIM:g} ms)" if what == "a correction and its verdict" else ""
    print(f"{what:52}{seconds * 1e6:10,.0f} us {seconds / whole:8.2f} x{aim}")


if __name__ == "__main__":
    main()
