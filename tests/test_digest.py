"""The digest of a ruleset: what changes it, and what does not."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from small_ruleset import DICTIONARY, RULESET, Load, loader
from ucmsc_rules import Ruleset, load_ruleset


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a ruleset's text over a dictionary's text."""
    return loader(tmp_path)


@pytest.fixture
def small(load: Load) -> Ruleset:
    """The small ruleset, without a mistake."""
    return load(RULESET, DICTIONARY)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A small ruleset", "title:   'A small ruleset'  # a comment"),
        ("version: 1.0.0\n", ""),
        ("notes: {free: text}", "notes:\n  free: text"),
    ],
)
def test_digest_keeps(load: Load, small: Ruleset, old: str, new: str) -> None:
    """Comments, layout, quotes and the order of keys do not change the digest."""
    ruleset = RULESET.replace(old, new)
    if "version" not in ruleset:
        ruleset += "version: 1.0.0\n"
    assert load(ruleset, "# comment\n" + DICTIONARY).digest == small.digest
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", small.digest)


def test_digest_of_another_place(small: Ruleset, tmp_path: Path) -> None:
    """The same files elsewhere have the same digest."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("r.yaml", "d.yaml"):
        shutil.copy(tmp_path / name, elsewhere)
    assert load_ruleset(elsewhere / "r.yaml", [elsewhere / "d.yaml"]).digest == small.digest


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("label: total bilirubin", "label: bilirubin", True),
        ("label: date of birth", "label: born", True),
        ("label: weight", "label: body weight", True),
        ("label: grade", "label: a grade", True),
        ("label: HIV antibody", "label: antibody", False),
        ("label: MELD", "label: another score", False),
    ],
)
def test_digest_covers_used_concepts(load: Load, small: Ruleset, old: str, new: str, changes: bool) -> None:
    """A change of a concept changes the digest where rules, arms or counted results use it, and nowhere else."""
    assert (load(RULESET, DICTIONARY.replace(old, new)).digest != small.digest) is changes


def test_digest_covers_what_a_score_is_reckoned_from(load: Load) -> None:
    """A change of a score's input, of what replaces it, or of the order of steps changes the digest."""
    ruleset = RULESET.replace("sex is male", "meld > 11")
    digest = load(ruleset, DICTIONARY).digest
    steps = '      second: {formula: "first - 1", only_above: {step: first, value: 11}}\n'
    third = '      third: {formula: "first + 1"}\n'
    two, other = (load(ruleset, DICTIONARY.replace(steps, order)).digest for order in (steps + third, third + steps))
    relabelled = [DICTIONARY.replace(f"label: {label}", "label: changed") for label in ("INR", "dialysis")]
    assert len({digest, two, other, *(load(ruleset, dictionary).digest for dictionary in relabelled)}) == 5
