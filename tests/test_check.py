"""Checking a whole ruleset: cases that differ, parts that never decide, units that nothing connects."""

from __future__ import annotations

from pathlib import Path

import pytest

from ucmsc_rules.check import check
from ucmsc_rules.rules.find import shipped_rulesets

HEAD = """\
ruleset: example
version: 1.0.0
title: An example
anchors: [screening]
settings: {at: screening, results_not_older_than: 28 days, none_not_older_than: 28 days, ever_until: screening}
case_anchors: {screening: 2026-03-01}
"""


def complaints_of(folder: Path, criteria: str, more: str = "") -> list[str]:
    """What check says of a ruleset with these criteria, without the path of the file."""
    file = folder / "ruleset.yaml"
    file.write_text(HEAD + more + "criteria:\n" + criteria, encoding="utf-8")
    return [str(complaint).replace(str(file), "ruleset.yaml") for complaint in check(file).complaints]


def criterion(rule: str, cases: str = "[{holds: unknown}]", name: str = "X1") -> str:
    """One exclusion criterion on six lines."""
    return (
        f"  {name}:\n    category: exclusion\n    text: A text.\n    source: Exclusion, item 1\n"
        f"    rule: {rule}\n    cases: {cases}\n"
    )


@pytest.mark.parametrize("name", shipped_rulesets())
def test_every_shipped_ruleset_checks(name: str) -> None:
    """The rulesets that are shipped have no complaint, and cases."""
    report = check(name)
    assert [str(complaint) for complaint in report.complaints] == []
    assert report.cases >= 90


def test_a_case_whose_answer_differs_is_named_with_its_evidence(tmp_path: Path) -> None:
    """The complaint names the case's line, what was wanted, what came out, and why."""
    found = complaints_of(tmp_path, criterion("hbv_dna > 1000 [IU]/mL", '[{hbv_dna: "1000 IU/mL", holds: true}]'))
    assert found == [
        (
            "ruleset.yaml:13:13 (X1): the case wants true, the rule answers false "
            '(hbv_dna 1000 IU/mL on 2026-03-01: "> 1000 [IU]/mL" is false)'
        )
    ]


@pytest.mark.parametrize(
    ("rule", "message"),
    [
        ("inr >= 0 or pregnant is yes", '"inr >= 0" always holds, so it decides nothing; drop it or mend a bound'),
        ("nyha_class > 4", '"nyha_class > 4" never holds, so it decides nothing; drop it or mend a bound'),
        ("inr > 2 and inr < 1.5", '"inr > 2" ... "inr < 1.5" never holds, so it decides nothing; drop it or mend'),
        ("inr > 2 or inr > 3", '"inr > 3" never decides, since the other parts do; drop it or mend a bound'),
        (
            "gi_bleeding within 3 months before screening or gi_bleeding within 1 month before screening",
            '"gi_bleeding within 1 month before screening" never decides, since the other parts do; drop it or mend',
        ),
    ],
)
def test_a_part_that_never_decides_is_found(tmp_path: Path, rule: str, message: str) -> None:
    """Constant comparisons show that a part is always or never true, or never the one that decides."""
    assert any(message in found for found in complaints_of(tmp_path, criterion(rule)))


@pytest.mark.parametrize(
    "rule",
    [
        "inr > 2 or pregnant is yes",
        "age at screening >= 18 years and age at screening <= 75 years",
        "not (inr > 2 and child_pugh_score > 12)",
        "nyha_class >= 2 or nyha_class is none",
        "gi_bleeding within 3 months before screening or gi_bleeding within 14 days before screening",
    ],
)
def test_parts_that_can_decide_are_left_alone(tmp_path: Path, rule: str) -> None:
    """No complaint where every part decides somewhere; windows in other units are not held against each other."""
    assert complaints_of(tmp_path, criterion(rule)) == []


def test_a_branch_that_another_covers_is_found(tmp_path: Path) -> None:
    """A lettered branch that holds only where another does decides nothing."""
    text = (
        "  X1:\n    category: exclusion\n    text: A text.\n    source: Item 1\n    any:\n"
        "      a: {text: Higher, rule: inr > 2}\n      b: {text: Much higher, rule: inr > 3}\n"
        "    cases: [{holds: unknown}]\n"
    )
    found = complaints_of(tmp_path, text)
    assert len(found) == 1
    assert "(X1.b): never decides the criterion" in found[0]


def test_units_that_nothing_connects_are_found(tmp_path: Path) -> None:
    """A concept with mass and molar units needs its molar mass."""
    concepts = (
        "concepts:\n  urea:\n    kind: quantity\n    label: urea\n    source: an example\n"
        "    units: {mg/dL: {quantum: 1}, mmol/L: {quantum: 0.1}}\n"
    )
    found = complaints_of(tmp_path, criterion("urea > 50 mg/dL"), concepts)
    assert any("urea: nothing converts mg/dL to its other units; give a molar_mass or lines" in each for each in found)


def test_a_ruleset_that_does_not_load_gives_its_complaints(tmp_path: Path) -> None:
    """Mistakes of form come back as complaints, not as an exception."""
    found = complaints_of(tmp_path, criterion("creatinin > 2 x ULN"))
    assert len(found) == 1
    assert 'did you mean "creatinine"?' in found[0]
