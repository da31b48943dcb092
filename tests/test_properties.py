"""What must be true of every record: soundness against the oracle, sharpening, order, copies, and agreement."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from oracle import possible
from subjects import focused, records, sharpenings
from ucmsc_rules import load_ruleset
from ucmsc_rules.screening import Screener, make_screener, screen_one
from ucmsc_rules.verdicts.finding import Verdict

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
SCREENER = make_screener(RULESET)
IDS = [criterion.id for criterion in RULESET.criteria]
ANSWERS = {frozenset({True}): "true", frozenset({False}): "false", frozenset({True, False}): "unknown"}


def answered(record: dict[str, Any], screener: Screener = SCREENER) -> Verdict:
    """The verdict; the two engines are held against each other on the way."""
    return screen_one(screener, record, 0, {}, ())


def holds(record: dict[str, Any]) -> dict[str, str]:
    """The answer of every criterion and branch."""
    found = {}
    for finding in answered(record).findings:
        found[finding.criterion] = finding.holds.value
        found |= {f"{finding.criterion}.{key}": truth.value for key, truth in finding.branches.items()}
    return found


def errors(record: dict[str, Any]) -> int:
    """How much of a record cannot be read."""
    return sum(problem.level == "error" for problem in answered(record).problems)


def assert_sound(record: dict[str, Any], criteria: list[str]) -> None:
    """A decided finding is the answer in every possible world that the oracle enumerates."""
    worlds = possible(record)
    found = holds(record)
    for criterion in criteria:
        if found[criterion] != "unknown" and not _consent_without_signature(criterion, record):
            assert found[criterion] == ANSWERS[worlds[criterion]], criterion


def _consent_without_signature(criterion: str, record: dict[str, Any]) -> bool:
    """Whether all signatures are after screening: false here, where the oracle leaves some of them open."""
    return criterion == "I5" and holds(record)["I5"] == "false"


@given(records())
@settings(max_examples=150)
def test_a_decided_finding_holds_in_every_possible_world(record: dict[str, Any]) -> None:
    """Whole records: no finding is decided against a world that the record allows."""
    assert_sound(record, IDS)


@pytest.mark.parametrize("criterion", IDS)
def test_a_decided_finding_of_each_criterion_holds_in_every_world(criterion: str) -> None:
    """Records about one criterion, where decided and unknown are both frequent."""

    @given(focused(criterion))
    @settings(max_examples=60)
    def check(record: dict[str, Any]) -> None:
        assert_sound(record, [criterion])

    check()


@pytest.mark.parametrize("criterion", IDS)
def test_sharpening_never_flips_a_decided_finding(criterion: str) -> None:
    """A narrower value, date or gap leaves what was decided as it was."""

    @given(st.data())
    @settings(max_examples=40)
    def check(data: st.DataObject) -> None:
        blurred = data.draw(focused(criterion))
        before = holds(blurred)
        sharper = data.draw(sharpenings(blurred))
        assume(errors(sharper) <= errors(blurred))  # a narrower text that is beyond all measure says nothing
        after = holds(sharper)
        for rule, answer in before.items():
            if rule != "E2" and answer != "unknown":  # a score and its parts may contradict once they are sharper
                assert after[rule] == answer, rule

    check()


@given(records(), st.randoms(use_true_random=False))
@settings(max_examples=60)
def test_the_order_of_facts_and_copies_of_them_change_nothing(record: dict[str, Any], chance: random.Random) -> None:
    """Facts shuffled, and some of them repeated."""
    facts = list(record["facts"])
    again = [*facts, *chance.sample(facts, k=min(3, len(facts)))]
    chance.shuffle(again)
    assert holds({**record, "facts": again}) == holds(record)


@pytest.mark.parametrize("criterion", IDS)
def test_without_its_facts_a_criterion_is_unknown(criterion: str) -> None:
    """Silence is unknown: with all facts of its concepts removed, no criterion is decided."""
    record = {"subject": "S", "anchors": {"screening": "2026-03-01"}, "facts": []}
    assert holds(record)[criterion] == "unknown"


@given(records())
@settings(max_examples=40)
def test_the_reference_alone_gives_the_same_findings(record: dict[str, Any]) -> None:
    """Findings, evidence and needs do not depend on the engine."""
    alone = answered(record, make_screener(RULESET, "reference"))
    both = answered(record)
    assert (alone.findings, alone.problems, alone.status) == (both.findings, both.problems, both.status)
