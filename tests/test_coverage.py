"""Coverage: which answers the cases see, and which conditions they show to decide."""

from __future__ import annotations

import re
import time
from itertools import product
from pathlib import Path

import pytest

from ucmsc_rules import load_ruleset
from ucmsc_rules.cases import run_cases
from ucmsc_rules.coverage import CriterionCoverage, coverage
from ucmsc_rules.errors import Place
from ucmsc_rules.screening import make_screener

HEAD = """\
ruleset: example
version: 1.0.0
title: An example
anchors: [screening]
settings: {at: screening, results_not_older_than: 28 days, none_not_older_than: 28 days, ever_until: screening}
case_anchors: {screening: 2026-03-01}
criteria:
  X1:
    category: exclusion
    text: A text.
    source: Exclusion, item 1
"""
FIRST_CASE = HEAD.count("\n") + 3
WORDS = {0.0: "no", 0.5: "", 1.0: "yes"}
HOLDS = {0.0: "false", 0.5: "unknown", 1.0: "true"}
CONCEPTS = ("drug_addiction", "alcohol_abuse", "pregnant")


def covered(folder: Path, rule: str, cases: list[str]) -> CriterionCoverage:
    """How these cases, one on each line from ``FIRST_CASE`` on, cover a criterion of this rule or these keys."""
    file = folder / "ruleset.yaml"
    rules = rule if rule.startswith("any:") else f"rule: {rule}"
    file.write_text(f"{HEAD}    {rules}\n    cases:\n" + "".join(f"      - {{{case}}}\n" for case in cases))
    (found,) = coverage(load_ruleset(file))
    return found


def numbers(places: tuple[Place, ...]) -> list[int]:
    """Which cases stand at these places, counted from 0."""
    return [place.line - FIRST_CASE for place in places]


def kleene(rule: str, values: tuple[float, ...]) -> float:
    """Another reckoning of a rule over a, b and c: no is 0, unknown a half, yes 1."""
    python = re.sub(r"\b[abc]\b", lambda name: f"Kleene({values['abc'.index(name[0])]})", rule)
    python = python.replace("not ", "~").replace(" and ", " & ").replace(" or ", " | ")
    return float(eval(python, {"Kleene": Kleene}))  # noqa: S307 - of the rules below only


class Kleene(float):
    """Three-valued logic as arithmetic."""

    __slots__ = ()

    def __and__(self, other: float) -> Kleene:
        return Kleene(min(self, other))

    def __or__(self, other: float) -> Kleene:
        return Kleene(max(self, other))

    def __invert__(self) -> Kleene:
        return Kleene(1 - self)


def written(rule: str) -> str:
    """A rule over a, b and c as the rule language has it."""
    return re.sub(r"\b[abc]\b", lambda name: f"{CONCEPTS['abc'.index(name[0])]} is yes", rule)


RULES = [
    "a", "not a", "a or b", "a and b", "a and not b", "not (a and b) or c", "a and (b or c)", "a or b and c",
    "a and b or a and c", "a and b or not a and c", "not (a or not (b and c))", "(a or b) and (a or c)",
]  # fmt: skip


@pytest.mark.parametrize("rule", RULES)
def test_conditions_are_those_of_another_reckoning(tmp_path: Path, rule: str) -> None:
    """Over every combination of yes, no and silence, each occurrence decides exactly where turning it alone does."""
    every = list(product((0.0, 0.5, 1.0), repeat=3))
    cases = [
        "".join(f"{name}: {WORDS[value]}, " for name, value in zip(CONCEPTS, values, strict=True) if WORDS[value])
        + f"holds: {HOLDS[kleene(rule, values)]}"
        for values in every
    ]
    found = covered(tmp_path, written(rule), cases)
    names = list(re.finditer(r"\b[abc]\b", rule))
    assert len(found.conditions) == len(names)
    for name, condition in zip(names, found.conditions, strict=True):
        assert condition.text == written(name[0])
        for truth, shown in ((1.0, condition.decided_true), (0.0, condition.decided_false)):
            at = "abc".index(name[0])
            turned = f"{rule[: name.start()]}({1 - truth}){rule[name.end() :]}".replace("(0.0)", "Kleene(0)")
            turned = turned.replace("(1.0)", "Kleene(1)")
            wanted = [
                number
                for number, values in enumerate(every)
                if values[at] == truth and {kleene(rule, values), kleene(turned, values)} == {0.0, 1.0}
            ]
            assert numbers(shown) == wanted


def test_cases_of_the_whole_are_counted_by_answer(tmp_path: Path) -> None:
    """Each answer is counted; a condition that no case shows in one direction is not shown."""
    cases = ["hiv_antibody: positive, holds: true", "hiv_antibody: negative, holds: false", "holds: unknown"]
    found = covered(tmp_path, "hiv_antibody is positive or active_tuberculosis is yes", cases)
    assert (found.true, found.false, found.unknown) == (1, 0, 1)
    assert [condition.shown for condition in found.conditions] == [False, False]
    assert found.shown == 0


def test_failing_cases_count_for_nothing(tmp_path: Path) -> None:
    """A case whose answer differs neither is counted nor shows a condition."""
    found = covered(tmp_path, "inr > 2", ["inr: 3, holds: false", "inr: 2, holds: false"])
    assert (found.true, found.false, found.unknown) == (0, 1, 0)
    (condition,) = found.conditions
    assert (numbers(condition.decided_true), numbers(condition.decided_false)) == ([], [1])


def test_cases_of_a_branch_do_not_speak_of_the_whole(tmp_path: Path) -> None:
    """A case that says what a branch must come out as says nothing of the criterion."""
    rule = "any: {a: {text: A, rule: inr > 2}, b: {text: B, rule: pregnant is yes}}"
    cases = ["inr: 3, branch: a, holds: true", "inr: 3, pregnant: no, holds: true", "inr: 2, branch: a, holds: false"]
    found = covered(tmp_path, rule, cases)
    assert (found.true, found.false, found.unknown) == (1, 0, 0)
    assert [(each.branch, numbers(each.decided_true)) for each in found.conditions] == [("a", [1]), ("b", [])]
    assert [each.rest for each in found.conditions] == ["branch b is false", "branch a is false"]


def test_what_the_rest_must_come_to_is_said(tmp_path: Path) -> None:
    """Beside a condition the parts of an and must be true, those of an or false, at every level."""
    found = covered(tmp_path, "inr > 2 and (pregnant is yes or not breastfeeding is yes)", ["holds: unknown"])
    assert [each.rest for each in found.conditions] == [
        '"pregnant is yes or not breastfeeding is yes" is true',
        '"inr > 2" is true, "not breastfeeding is yes" is false',
        '"inr > 2" is true, "pregnant is yes" is false',
    ]


def test_conditions_of_a_conflict_turn_decided_into_unknown(tmp_path: Path) -> None:
    """A conflict's conditions are shown by cases that it makes unknown, and by those that it leaves alone."""
    rule = "sex is female and pregnant is yes\n    conflict: sex is male and pregnant recorded as yes"
    cases = ["sex: male, pregnant: yes, holds: unknown", "sex: male, pregnant: no, holds: false",
             "sex: female, pregnant: yes, holds: true", "sex: female, pregnant: no, holds: false"]  # fmt: skip
    file = tmp_path / "ruleset.yaml"
    file.write_text(f"{HEAD}    rule: {rule}\n    cases:\n" + "".join(f"      - {{{case}}}\n" for case in cases))
    (found,) = coverage(load_ruleset(file))
    got = {
        (each.text, each.conflict): [
            [place.line - FIRST_CASE - 1 for place in places] for places in (each.decided_true, each.decided_false)
        ]
        for each in found.conditions
    }
    assert got == {
        ("sex is female", False): [[2], []],
        ("pregnant is yes", False): [[2], [3]],
        ("sex is male", True): [[0], [2]],
        ("pregnant recorded as yes", True): [[0], [1]],
    }
    assert found.conditions[0].rest == '"pregnant is yes" is true, the conflict is false'
    assert found.conditions[2].rest == '"pregnant recorded as yes" is true, the rule is decided'


def test_a_condition_beside_a_conflict_may_turn_into_unknown(tmp_path: Path) -> None:
    """Where the conflict leaves no opposite, a decided answer that would become unknown shows the condition."""
    rule = "sex is female and pregnant is yes\n    conflict: sex is male and pregnant recorded as yes"
    found = covered(tmp_path, rule, ["sex: male, holds: false", "sex: female, pregnant: no, holds: false"])
    assert [len(each.decided_false) for each in found.conditions[:2]] == [1, 1]


def test_an_incomplete_record_leaves_nothing_to_a_condition(tmp_path: Path) -> None:
    """Without a conflict, what would only become unknown is not shown."""
    found = covered(tmp_path, "inr > 2 or pregnant is yes", ["inr: 3, holds: true"])
    assert [each.decided_true for each in found.conditions] == [(), ()]


def test_outcomes_are_shared() -> None:
    """Cases that were run already give the same coverage, and the trial's is had in about a second."""
    screener = make_screener(load_ruleset("ucmsc-hbv-cirrhosis"))
    start = time.process_time()
    outcomes = list(run_cases(screener))
    shared = coverage(screener, outcomes)
    assert time.process_time() - start < 10
    assert shared == coverage(screener)
    assert [each.criterion for each in shared] == [each.id for each in screener.compiled.ruleset.criteria]
    assert sum(each.true + each.false + each.unknown for each in shared) == sum(
        outcome.case.branch is None for outcome in outcomes
    )
