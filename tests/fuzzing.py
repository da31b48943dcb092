"""Generated rulesets on generated subjects: pairs in which both engines and the possible worlds must not contradict."""

from __future__ import annotations

import json
from collections.abc import Iterator
from random import Random
from typing import Any

from attrs import define
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from ucmsc_rules import load_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import Screener, make_screener, screen_one
from ucmsc_rules.testing import expected, probes, rulesets

Record = dict[str, Any]
BASES = ("ucmsc-hbv-cirrhosis", "hcc-tace-washout")
PAIRS_OF_A_RULESET = 200


@define
class Counts:
    """How much was tried, and how much of it was decided."""

    rulesets: int = 0
    pairs: int = 0
    decisions: int = 0
    decided: int = 0


def fuzz(base: str, pairs: int, number: int = 0) -> Counts:
    """Holds generated rulesets over a dictionary to so many pairs; raises AssertionError for the first that fails."""
    ruleset, counts = load_ruleset(base), Counts()

    @seed(number)
    @settings(
        max_examples=-(-pairs // PAIRS_OF_A_RULESET), database=None, deadline=None,
        suppress_health_check=list(HealthCheck), phases=[Phase.generate], print_blob=False,
    )  # fmt: skip
    @given(rulesets(ruleset), st.integers(0, 2**32))
    def run(generated: Ruleset, chance: int) -> None:
        screener = make_screener(generated)
        counts.rulesets += 1
        for record in records_of(generated, Random(chance)):  # noqa: S311 - no secret
            hold(screener, record, counts)

    run()
    return counts


def records_of(ruleset: Ruleset, chance: Random) -> Iterator[Record]:
    """Records at the edges of a ruleset's rules, and mixtures of two or three of them under the anchors of one."""
    known = [dict(probe.record) for probe in probes(ruleset)]
    for _ in range(PAIRS_OF_A_RULESET):
        first, *others = chance.choices(known, k=chance.choice((1, 1, 2, 3)))
        facts = [fact for record in (first, *others) for fact in record["facts"] if chance.random() < 0.9]
        chance.shuffle(facts)
        yield {**first, "facts": facts}


def hold(screener: Screener, record: Record, counts: Counts) -> None:
    """Screens a record by both engines, and holds what is decided to every possible world."""
    ruleset = screener.compiled.ruleset
    verdict = screen_one(screener, record, 0, {}, ())
    worlds = expected(ruleset, record)
    counts.pairs += 1
    for finding in verdict.findings:
        branches = {f"{finding.criterion}.{key}": truth.value for key, truth in finding.branches.items()}
        for rule, answer in {finding.criterion: finding.holds.value, **branches}.items():
            counts.decisions += 1
            counts.decided += answer != "unknown"
            assert answer in ("unknown", worlds[rule]), told(ruleset, rule, answer, worlds[rule], record)


def told(ruleset: Ruleset, rule: str, answer: str, worlds: str, record: Record) -> str:
    """A disagreement, with the rules and the record."""
    criterion = next(each for each in ruleset.criteria if each.id == rule.partition(".")[0])
    rules = " | ".join(branch.rule_text for branch in criterion.branches)
    return f"{rule}: {answer}, possible worlds {worlds}; {rules}; conflict {criterion.conflict}; {json.dumps(record)}"
