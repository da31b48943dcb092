"""The kit against mistakes that people make: edges kept from the right ruleset find each of them, and say where."""

from __future__ import annotations

import shutil
from functools import cache
from pathlib import Path

import pytest
from attrs import evolve

from ucmsc_rules import Ruleset, load_ruleset
from ucmsc_rules.check import check_ruleset
from ucmsc_rules.testing import Edge, check_edges, edges, read_edges
from wrong import MISTAKES, Mistake

RULESETS = Path(__file__).parent.parent / "rulesets"
GOLDEN = Path(__file__).parent / "golden" / "ucmsc-hbv-cirrhosis.ndjson"
TRIAL = "ucmsc-hbv-cirrhosis/ruleset.yaml"
SHARE = 8  # one in so many edges of criteria that a mistake cannot touch
NAMES = [mistake.name for mistake in MISTAKES]


@cache
def golden() -> tuple[Edge, ...]:
    """The edges that were kept from the right ruleset."""
    return read_edges(GOLDEN.read_text(encoding="utf-8").splitlines())


def wrong(mistake: Mistake, folder: Path) -> Ruleset:
    """A copy of the trial's ruleset, and of the dictionary, with one mistake; the cases stay as they are."""
    here = folder / "rulesets"
    shutil.copytree(RULESETS, here)
    path = here / mistake.file
    text = path.read_text(encoding="utf-8")
    assert text.count(mistake.before) == 1, "the mistake has one place"
    path.write_text(text.replace(mistake.before, mistake.after), encoding="utf-8")
    return load_ruleset(here / TRIAL, sorted((here / "concepts").glob("*.yaml")))


def test_there_are_thirty_mistakes_and_more() -> None:
    """Each has a name of its own."""
    assert len(set(NAMES)) == len(MISTAKES) >= 30


@pytest.mark.thorough
@pytest.mark.parametrize("mistake", MISTAKES, ids=NAMES)
def test_kept_edges_and_cases_find_the_mistake(mistake: Mistake, tmp_path: Path) -> None:
    """Kept edges name every criterion that is wrong and none that is right, and say what must be and what is.

    The cases that were left in place complain as well, but for a criterion in the wrong category: a case does not say
    its category.
    """
    ruleset = wrong(mistake, tmp_path)
    touched = [edge for edge in golden() if edge.criterion in mistake.criteria]
    others = [edge for edge in golden() if edge.criterion not in mistake.criteria][::SHARE]
    misses = check_edges(ruleset, [*touched, *others], "reference")
    found = {miss.edge.criterion for miss in misses}
    assert found >= set(mistake.criteria)
    assert found == set(mistake.criteria) or mistake.file != TRIAL or len(mistake.criteria) > 1
    assert all(miss.edge.criterion in miss.message and miss.edge.id in miss.message for miss in misses)
    assert all(" must be " in miss.message or " is an " in miss.message for miss in misses)
    criteria = tuple(each for each in ruleset.criteria if each.id in mistake.criteria)
    complaints = check_ruleset(evolve(ruleset, criteria=criteria), "reference").complaints
    assert bool(complaints) is (mistake.name != "an exclusion written as an inclusion")


def test_the_right_ruleset_answers_every_edge() -> None:
    """Both engines, more than a thousand edges."""
    assert len(golden()) > 1000
    assert check_edges(load_ruleset("ucmsc-hbv-cirrhosis"), golden()) == ()


def test_edges_made_from_a_wrong_rule_agree_with_it(tmp_path: Path) -> None:
    """That is why edges are kept: made anew, they show what the wrong rule means."""
    ruleset = wrong(MISTAKES[0], tmp_path)
    assert check_edges(ruleset, edges(ruleset, "I1"), "reference") == ()
