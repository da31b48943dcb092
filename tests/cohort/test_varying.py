"""Another rule in the place of one: read, told where it is wrong, and counted beside the rules as they are."""

from __future__ import annotations

from typing import Any

import pytest
from attrs import evolve

from cohort.cohort_findings import records, tables, trial, verdicts
from ucmsc_rules import UcmscRulesError, screen_all
from ucmsc_rules.cohort.attrition import tables_of
from ucmsc_rules.cohort.varying import change_of, vary
from ucmsc_rules.rules.model import Ruleset

COUNT = 800
WRITE = 'write a criterion and a rule, as "I4: hbv_dna <= 2000 IU/mL"'


def screened(ruleset: Ruleset) -> Any:
    """The findings of the same subjects by another ruleset, one subject after the other."""
    return tables_of(screen_all(ruleset, records(COUNT), engine="reference"))[0]


@pytest.mark.parametrize(
    "text",
    [
        "I4: hbv_dna <= 2000 IU/mL",
        "I4: hbv_dna <= 100 IU/mL",
        "E4.c: fasting_glucose >= 7 mmol/L or hba1c >= 6.5 %",
        "E9: human_albumin within 8 weeks before first_infusion",
        "I3: symptom_improvement is no or quality_of_life_improvement is no",
    ],
)
def test_a_variation_is_counted_as_the_whole_changed_ruleset_would_be(text: str) -> None:
    """Only the changed criterion is screened again, and yet every status is that of the changed ruleset."""
    variation = vary(trial(), text)
    change = change_of(trial(), tables(COUNT)[0], variation, screened)
    (changed,) = variation.ruleset.criteria
    whole = evolve(trial(), criteria=tuple(changed if c.id == changed.id else c for c in trial().criteria))
    after = [one.status.value for one in screen_all(whole, records(COUNT), engine="reference")]
    before = [one.status.value for one in verdicts(COUNT)]
    pairs = list(zip(before, after, strict=True))
    assert (change.eligible, change.undetermined, change.ineligible) == tuple(
        after.count(status) for status in ("eligible", "undetermined", "ineligible")
    )
    assert change.gained == sum(new == "eligible" != old for old, new in pairs)
    assert change.lost == sum(old == "eligible" != new for old, new in pairs)
    assert (change.excluded or 0) + (change.unknown or 0) + (change.passed or 0) == COUNT


def test_a_rule_that_is_the_same_changes_nothing() -> None:
    """Nobody is gained or lost."""
    change = change_of(trial(), tables(COUNT)[0], vary(trial(), "I4: hbv_dna <= 1000 IU/mL"), screened)
    assert (change.gained, change.lost) == (0, 0)


def test_findings_of_other_subjects_are_refused() -> None:
    """A comparison of two different cohorts would be none."""
    others = tables_of(screen_all(trial(), records(COUNT)[:700], engine="reference"))[0]
    with pytest.raises(UcmscRulesError) as raised:
        change_of(trial(), tables(COUNT)[0], vary(trial(), "I4: hbv_dna <= 9 IU/mL"), lambda _: others)
    assert str(raised.value) == "the findings of the variation are those of 700 of 800 subjects"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("I4 hbv_dna <= 9 IU/mL", f'"I4 hbv_dna <= 9 IU/mL" is no variation; {WRITE}'),
        ("I44: hbv_dna <= 2000 IU/mL", '"I44" is no criterion of ucmsc-hbv-cirrhosis; did you mean "I4"?'),
        ("I4.a: hbv_dna <= 2000 IU/mL", "I4.a has no rule of its own; write I4"),
        ("E4: creatinine > 3 x ULN", "E4 has no rule of its own; write E4.a, E4.b, E4.c, E4.d, E4.e"),
        ("E4.d: creatinine > 3 ULN", '--vary:1:16 (E4.d): "ULN" is no unit; write "x ULN"'),
    ],
)  # fmt: skip
def test_a_variation_that_cannot_be_read_is_told_with_what_to_write(text: str, message: str) -> None:
    """As a ruleset's mistakes are."""
    with pytest.raises(UcmscRulesError) as raised:
        vary(trial(), text)
    assert str(raised.value).splitlines()[0] == message
