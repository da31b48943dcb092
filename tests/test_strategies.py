"""Strategies made from any ruleset: what they cover, and to what they shrink."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from random import Random
from typing import Any

import pytest
from attrs import evolve
from hypothesis import Phase, find, given, settings
from hypothesis import strategies as st

from ucmsc_rules import Ruleset, load_ruleset, screen
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.facts.read import read_fact
from ucmsc_rules.rules.phrases import unparse
from ucmsc_rules.screening import Screener, make_screener, screen_one
from ucmsc_rules.testing import facts, near_edges, partial_dates, quantities, rulesets, subjects
from ucmsc_rules.testing.strategies.values import spellings
from ucmsc_rules.testing.worlds.days import read_days
from ucmsc_rules.verdicts.finding import Verdict

Record = dict[str, Any]
Wanted = Callable[[Verdict], bool]
NAMES = ["ucmsc-hbv-cirrhosis", "hcc-tace-washout"]
TRIAL = load_ruleset(NAMES[0])
MANY = settings(max_examples=3000, deadline=None, database=None)
SOME = settings(MANY, phases=[Phase.generate])


def first(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]) -> Any:
    """The smallest example of a kind; the test fails where there is none."""
    return find(strategy, wanted, settings=MANY, random=Random(0))  # noqa: S311 - the same on every run


def some(strategy: st.SearchStrategy[Any], wanted: Callable[[Any], bool]) -> Any:
    """An example of a kind, be it not the smallest; the test fails where there is none."""
    return find(strategy, wanted, settings=SOME, random=Random(0))  # noqa: S311 - the same on every run


@cache
def _alone(criterion: str) -> Screener:
    kept = tuple(each for each in TRIAL.criteria if each.id == criterion)
    return make_screener(evolve(TRIAL, criteria=kept), "reference")


def answer(record: Record, criterion: str) -> str:
    """What comes out for one criterion of the trial."""
    return screen_one(_alone(criterion), record, 0, {}, ())[criterion].holds.value


def problems_of(fact: Record) -> list[Problem]:
    """What cannot be read of a fact."""
    found: list[Problem] = []
    read_fact(fact, "facts[0]", TRIAL.dictionary, found)
    return found


# values and dates


@pytest.mark.parametrize("name", ["hbv_dna", "hba1c", "fasting_glucose", "creatinine", "inr", "serum_albumin"])
def test_quantities_come_in_every_unit_that_the_concept_has(name: str) -> None:
    """In each unit of rules, exact and behind a comparator."""
    concept = TRIAL.dictionary[name]
    for unit in concept.units:
        end = "" if unit == "1" else f" {unit}"
        assert some(quantities(concept), lambda text, end=end: text.endswith(end) and text[0].isdigit())
        assert some(quantities(concept), lambda text, end=end: text.endswith(end) and text[0] == "<")


@given(st.data())
@settings(max_examples=200)
def test_every_quantity_can_be_read(data: st.DataObject) -> None:
    """Whatever the concept, the number and the spelling of the unit."""
    concepts = [each for each in TRIAL.dictionary.concepts.values() if each.units]
    concept = data.draw(st.sampled_from(concepts))
    text = data.draw(quantities(concept))
    assert [problem.message for problem in problems_of({"concept": concept.name, "value": text})
            if "allows no value" not in problem.message] == []  # fmt: skip


def test_spellings_are_those_that_are_read() -> None:
    """A concept's own units first, then every other way to write a unit of its dimension."""
    found = spellings(TRIAL.dictionary["hbv_dna"])
    assert found[0] == "[IU]/mL"
    assert {"IU/mL", "log10 IU/mL", "copies/mL"} & set(found)
    assert "mmol/L" not in found


@given(partial_dates("2024-01-01", "2024-12-31"))
def test_partial_dates_can_be_read_and_lie_in_the_span(text: str) -> None:
    """In full, in part, with a month in words, with a time."""
    days = read_days(text)
    assert days is not None
    assert {days.first.year, days.last.year} == {2024}


@pytest.mark.parametrize("start", ["UN-UN-", "UN-FEB-", "2024-02-29", "2024-02", "2024-UN", "29-FEB-"])
def test_partial_dates_come_in_each_form(start: str) -> None:
    """As sites write them."""
    assert some(partial_dates("2024-02-29", "2024-02-29"), lambda text: text.startswith(start))


def test_partial_dates_shrink_to_the_first_day_in_full() -> None:
    """The plainest date."""
    assert first(partial_dates("2024-02-01", "2024-02-29"), lambda _: True) == "2024-02-01"


# facts


KINDS = {
    "exact": lambda fact: str(fact.get("value"))[:1].isdigit(),
    "censored": lambda fact: str(fact.get("value")).startswith("<"),
    "in a year": lambda fact: len(str(fact.get("when"))) == 4,
    "undated": lambda fact: "when" not in fact,
    "with a time": lambda fact: "T" in str(fact.get("when")),
    "not detected": lambda fact: fact.get("value") == "target not detected",
    "with a factor": lambda fact: "copies_per_iu" in fact,
    "withdrawn": lambda fact: fact.get("status") == "entered-in-error",
    "unreadable": lambda fact: fact.get("value") == "haemolysed",
    "of no day": lambda fact: fact.get("when") == "2026-02-30",
    "with another key": lambda fact: "colour" in fact,
}


@pytest.mark.parametrize("kind", KINDS)
def test_facts_come_in_each_kind(kind: str) -> None:
    """Exact, censored, in part, undated, withdrawn, unreadable."""
    assert some(facts(TRIAL.dictionary["hbv_dna"]), KINDS[kind])


def test_facts_shrink_to_what_matters() -> None:
    """A plain value on a full date, and beside it nothing but the one key in question."""
    found = first(facts(TRIAL.dictionary["nyha_class"]), lambda fact: "recorded" in fact)
    assert set(found) == {"concept", "value", "when", "recorded"}


# records


@pytest.mark.parametrize("name", NAMES)
def test_subjects_are_records_of_the_ruleset(name: str) -> None:
    """None is refused, and none has a concept that the dictionary lacks."""
    ruleset = load_ruleset(name)

    @given(subjects(ruleset))
    @settings(max_examples=40, deadline=None)
    def check(record: Record) -> None:
        assert screen(ruleset, record).subject == record["subject"]
        assert {fact["concept"] for fact in record["facts"]} <= set(ruleset.dictionary.concepts)

    check()


def test_the_smallest_subject_has_no_fact() -> None:
    """And anchors that are given in full."""
    found = first(subjects(TRIAL), lambda _: True)
    assert found["facts"] == []
    assert set(found["anchors"]) == set(TRIAL.anchors)


SUBJECTS: dict[str, Wanted] = {
    "eligible": lambda verdict: verdict.status.value == "eligible",
    "ineligible": lambda verdict: verdict.status.value == "ineligible",
    "in conflict": lambda verdict: any("contradict" in problem.message for problem in verdict.problems),
    "with an error": lambda verdict: any(problem.level == "error" for problem in verdict.problems),
    "without an anchor": lambda verdict: "screening" not in verdict.anchors,
}


@pytest.mark.parametrize("kind", SUBJECTS)
def test_subjects_of_each_kind_are_found(kind: str) -> None:
    """Decided both ways, contradictory, partly unreadable."""
    assert some(subjects(TRIAL), lambda record: SUBJECTS[kind](screen(TRIAL, record, engine="reference")))


@pytest.mark.parametrize(
    ("criterion", "wanted", "concepts"),
    [
        ("I4", "true", {"hbv_dna"}),
        ("I4", "false", {"hbv_dna"}),
        ("E9", "true", {"human_albumin"}),
        ("E13", "true", {"severe_allergy"}),
    ],
)
def test_a_subject_shrinks_to_the_fact_that_matters(criterion: str, wanted: str, concepts: set[str]) -> None:
    """One fact of the criterion's own, and nothing else."""
    found = first(subjects(TRIAL), lambda record: answer(record, criterion) == wanted)
    told = {fact["concept"] for fact in found["facts"]}
    assert told == concepts
    assert len(found["facts"]) == 1


@pytest.mark.parametrize("criterion", [each.id for each in TRIAL.criteria])
def test_near_its_edges_a_criterion_is_decided_and_open(criterion: str) -> None:
    """True, false and unknown are all frequent enough to be found soon."""
    for wanted in ("true", "false", "unknown"):
        assert some(near_edges(TRIAL, criterion), lambda record, wanted=wanted: answer(record, criterion) == wanted)


def test_near_edges_of_any_criterion() -> None:
    """Where none is named, every one may come."""
    found = some(near_edges(TRIAL), lambda record: any(fact["concept"] == "inr" for fact in record["facts"]))
    assert found["anchors"]


# rulesets


@given(rulesets(TRIAL))
@settings(max_examples=50, deadline=None)
def test_rulesets_can_be_written_and_screen(ruleset: Ruleset) -> None:
    """Each rule has its text in the rule language, and an empty record is answered."""
    record = {"subject": "S", "anchors": {"screening": "2026-03-01"}, "facts": []}
    verdict = screen(ruleset, record)
    assert [finding.criterion for finding in verdict.findings] == [each.id for each in ruleset.criteria]
    for criterion in ruleset.criteria:
        for branch in criterion.branches:
            assert branch.rule_text == unparse(branch.rule, ruleset.dictionary, ruleset.settings)
