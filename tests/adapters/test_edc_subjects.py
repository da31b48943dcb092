"""The subjects that are written in every format: between them they hold whatever a fact can look like."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from adapters.edc_subjects import SUBJECTS, Record, facts, records, ruleset, verdicts
from ucmsc_rules import Status, Truth

FORMS: Mapping[str, Callable[[Record], object]] = {
    "below a limit": lambda fact: str(fact.get("value")).startswith("<"),
    "above a limit": lambda fact: str(fact.get("value")).startswith(">"),
    "another unit": lambda fact: "mg/dL" in str(fact.get("value")),
    "a unit of its own": lambda fact: "unit" in fact,
    "a power of ten": lambda fact: "10^" in str(fact.get("value")),
    "a logarithm": lambda fact: "log10" in str(fact.get("value")),
    "copies with their factor": lambda fact: "copies_per_iu" in fact,
    "not detected": lambda fact: fact.get("value") == "target not detected" and "lloq" not in fact,
    "not detected below a limit": lambda fact: fact.get("value") == "target not detected" and "lloq" in fact,
    "a limit in the result's unit": lambda fact: str(fact.get("uln")).endswith("umol/L"),
    "a limit in another unit": lambda fact: "mg/dL" in str(fact.get("value")) and "umol" in str(fact.get("uln")),
    "a month": lambda fact: str(fact.get("when")).count("-") == 1,
    "a year": lambda fact: str(fact.get("when")).isdecimal(),
    "a day without its month": lambda fact: "-UN-" in str(fact.get("when")),
    "a month in words": lambda fact: str(fact.get("when")).startswith("UN-"),
    "a time of day": lambda fact: "T" in str(fact.get("when")),
    "no day": lambda fact: fact["concept"] == "hbv_dna" and "when" not in fact,
    "a correction": lambda fact: fact.get("status") == "corrected",
    "an amendment": lambda fact: fact.get("status") == "amended",
    "a draft": lambda fact: fact.get("status") == "preliminary",
    "a cancelled result": lambda fact: fact.get("status") == "cancelled",
    "an error": lambda fact: fact.get("status") == "entered-in-error",
    "an end": lambda fact: str(fact.get("until", "ongoing")) != "ongoing",
    "no end yet": lambda fact: fact.get("until") == "ongoing" and "recorded" in fact,
    "none": lambda fact: fact.get("value") == "none" and "when" not in fact and "recorded" not in fact,
    "none on a day": lambda fact: fact.get("value") == "none" and ("when" in fact or "recorded" in fact),
    "some day": lambda fact: fact.get("value") == "yes" and "when" not in fact and "recorded" in fact,
    "a list that may not be whole": lambda fact: fact.get("complete") is False,
    "true and false": lambda fact: isinstance(fact.get("value"), bool),
    "a number": lambda fact: isinstance(fact.get("value"), int | float),
    "a range of classes": lambda fact: "-" in str(fact.get("value")) and fact["concept"] == "nyha_class",
    "a value that cannot be read": lambda fact: fact.get("value") == "haemolysed",
    "an answer that is none": lambda fact: fact.get("value") == "perhaps",
    "a test that leaves it open": lambda fact: fact.get("value") == "indeterminate",
}


@pytest.mark.parametrize("form", FORMS)
def test_the_subjects_hold_every_form(form: str) -> None:
    """Whatever a fact can look like, one looks like it."""
    assert any(FORMS[form](fact) for fact in facts())


def test_the_subjects_hold_every_concept_and_every_answer() -> None:
    """Thirty subjects of every status, with each concept; each criterion and branch is true, false and unknown."""
    assert len(records()) == len(SUBJECTS.read_text(encoding="utf-8").splitlines()) == 30
    assert {fact["concept"] for fact in facts()} == set(ruleset().dictionary.concepts)
    assert {verdict.status for verdict in verdicts().values()} == set(Status)
    found: dict[str, set[Truth]] = {}
    for finding in (finding for verdict in verdicts().values() for finding in verdict.findings):
        found.setdefault(finding.criterion, set()).add(finding.holds)
        for branch, truth in finding.branches.items():
            found.setdefault(f"{finding.criterion}{branch}", set()).add(truth)
    assert [name for name, truths in found.items() if len(truths) < len(Truth)] == []


def test_the_subjects_have_no_other_problems() -> None:
    """What is wrong with them is wrong on purpose."""
    told = {
        (name, problem.message.partition(" ")[0])
        for name, verdict in verdicts().items()
        for problem in verdict.problems
    }
    assert told == {
        *(("UC-203-003", f'"{word}"') for word in ("perhaps", "haemolysed", "clotted", "drowsy")),
        ("UC-203-004", "fasting_glucose"),  # two results of one minute
        ("UC-203-004", "sex"),  # a man who is pregnant
        ("UC-203-007", "the"),  # no date of screening
    }
