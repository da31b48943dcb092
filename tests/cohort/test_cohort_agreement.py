"""A cohort and its subjects one by one get the same worksheet and the same findings, to the last bit."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from cohort.cohort_tables import differences, mixed, together, told, wanting_alone
from ucmsc_rules import load_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing import near_edges, rulesets, subjects

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
OTHER = load_ruleset("hcc-tace-washout")
GOLDEN = Path(__file__).parents[1] / "golden" / "ucmsc-hbv-cirrhosis.ndjson"


def drawn(strategy: st.SearchStrategy[Any], count: int, number: int) -> list[Any]:
    """So many examples of a strategy, the same in every run."""
    found: list[Any] = []

    @seed(number)
    @settings(
        max_examples=count,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(strategy)
    def collect(example: Any) -> None:
        found.append(example)

    collect()
    return found


def cohort_of(ruleset: Ruleset, count: int, number: int = 1) -> list[dict[str, Any]]:
    """Generated subjects, plain ones and those near the edges of the rules."""
    return told(drawn(st.one_of(subjects(ruleset), near_edges(ruleset)), count, number))


def test_every_kept_edge_gets_the_same_answer_in_a_cohort() -> None:
    """The edges stand on both sides of each boundary of the rules."""
    assert differences(TRIAL, told(kept_edges())) == []


@pytest.mark.parametrize("ruleset", [TRIAL, OTHER], ids=["ucmsc", "hcc"])
def test_generated_subjects_get_the_same_answers_in_a_cohort(ruleset: Ruleset) -> None:
    """Facts are exact, censored, partial, missing, conflicting, withdrawn and unreadable; chunks are small."""
    assert differences(ruleset, cohort_of(ruleset, 400), chunk=150) == []


def test_numbers_that_hold_little_give_the_same_answers_in_a_cohort(monkeypatch: pytest.MonkeyPatch) -> None:
    """As where there are so many texts, or questions, that one number holds neither."""
    monkeypatch.setattr("ucmsc_rules.cohort.packing.ROOM", 2000)
    monkeypatch.setattr("ucmsc_rules.cohort.bits.WIDTH", 3)
    records = told([*kept_edges()[::10], *cohort_of(TRIAL, 100, 5)])
    cohort = together(TRIAL, records)
    numbers = [name for name, *_ in cohort.rows("DESCRIBE vals") if name[0] == "k" or name[:4] in {"said", "neve"}]
    assert len(numbers) > 10
    assert differences(TRIAL, records) == []


@pytest.mark.parametrize("number", range(3))
def test_generated_rulesets_get_the_same_answers_in_a_cohort(number: int) -> None:
    """Every form of measure over every concept of the dictionaries."""
    for ruleset in drawn(rulesets(TRIAL if number % 2 else OTHER), 3, number):
        assert differences(ruleset, cohort_of(ruleset, 60, number)) == []


def kept_edges() -> list[dict[str, Any]]:
    """The records of the kept edges."""
    return [json.loads(line)["record"] for line in GOLDEN.read_text().splitlines()]


@pytest.mark.parametrize("ruleset", [TRIAL, OTHER], ids=["ucmsc", "hcc"])
def test_subjects_with_facts_of_several_get_the_same_answers_in_a_cohort(ruleset: Ruleset) -> None:
    """So that results supersede and contradict each other in ways that nobody thought of."""
    assert differences(ruleset, mixed([*kept_edges(), *cohort_of(ruleset, 300, 2)], 600, 1)) == []


@pytest.mark.long
@pytest.mark.parametrize("number", range(10))
@pytest.mark.parametrize("ruleset", [TRIAL, OTHER], ids=["ucmsc", "hcc"])
def test_many_subjects_get_the_same_answers_in_a_cohort(ruleset: Ruleset, number: int) -> None:
    """Two hundred thousand of them for each ruleset, in ten cohorts: every edge, generated subjects, and mixtures."""
    pool = [*kept_edges(), *cohort_of(ruleset, 3000, number)]
    assert differences(ruleset, told([*pool, *mixed(pool, 20_000 - len(pool), number)])) == []


@pytest.mark.parametrize("ruleset", [TRIAL, OTHER], ids=["ucmsc", "hcc"])
def test_the_same_is_wanting_for_a_cohort_and_for_one_subject(ruleset: Ruleset) -> None:
    """The concepts and anchors that a subject's needs name; of a score that is unknown, the score."""
    records = cohort_of(ruleset, 300, 3)
    cohort = together(ruleset, records)
    found: dict[str, set[tuple[str, str]]] = {record["subject"]: set() for record in records}
    for subject, criterion, concept in cohort.rows("SELECT subject, criterion, concept FROM wanting"):
        found[subject].add((criterion, concept))
    for record in records:
        alone = wanting_alone(ruleset, record)
        mine = found[record["subject"]]
        assert alone <= mine
        assert {pair for pair in mine - alone if not is_part(ruleset, pair, mine)} == set()


def is_part(ruleset: Ruleset, pair: tuple[str, str], found: set[tuple[str, str]]) -> bool:
    """Whether a concept is read by a score that is wanting for the same criterion, too."""
    criterion, name = pair
    scores = [ruleset.dictionary[score] for other, score in found if other == criterion and score in ruleset.dictionary]
    return any(name in {each.concept for each in (*score.parts, *score.inputs)} for score in scores)
