"""Checking a whole ruleset: cases that differ, parts that never decide, units; strictly, what the cases cover."""

from __future__ import annotations

from pathlib import Path

import pytest
from typer.testing import CliRunner

from ucmsc_rules.check import check
from ucmsc_rules.cli.app import app
from ucmsc_rules.rules.find import shipped_rulesets

HEAD = """\
ruleset: example
version: 1.0.0
title: An example
anchors: [screening]
settings: {at: screening, results_not_older_than: 28 days, none_not_older_than: 28 days, ever_until: screening}
case_anchors: {screening: 2026-03-01}
"""


def complaints_of(folder: Path, criteria: str, more: str = "", *, strict: bool = False) -> list[str]:
    """What check says of a ruleset with these criteria, without the path of the file."""
    file = folder / "ruleset.yaml"
    file.write_text(HEAD + more + "criteria:\n" + criteria, encoding="utf-8")
    return [str(complaint).replace(str(file), "ruleset.yaml") for complaint in check(file, strict=strict).complaints]


def criterion(rule: str, cases: str = "[{holds: unknown}]", name: str = "X1") -> str:
    """One exclusion criterion on six lines."""
    return (
        f"  {name}:\n    category: exclusion\n    text: A text.\n    source: Exclusion, item 1\n"
        f"    rule: {rule}\n    cases: {cases}\n"
    )


@pytest.mark.parametrize("name", shipped_rulesets())
def test_every_shipped_ruleset_checks_strictly(name: str) -> None:
    """The rulesets that are shipped have no complaint, cases, and a criterion for every place in the protocol."""
    report = check(name, strict=True)
    assert [str(complaint) for complaint in report.complaints] == []
    assert report.cases >= 90
    assert report.ruleset is not None
    assert len(report.ruleset.places) == len(report.ruleset.criteria) == len(report.coverage)
    assert all(condition.shown for criterion in report.coverage for condition in criterion.conditions)


def test_only_a_strict_check_asks_for_coverage(tmp_path: Path) -> None:
    """Otherwise neither places nor coverage are asked for, and none is given."""
    assert complaints_of(tmp_path, criterion("inr > 2")) == []
    assert check(tmp_path, strict=False).coverage == ()
    assert complaints_of(tmp_path, criterion("inr > 2"), strict=True) != []


GOOD_CASES = "[{inr: 3, holds: true}, {inr: 2, holds: false}, {holds: unknown}]"


@pytest.mark.parametrize(
    ("places", "complaint"),
    [
        ("", 'ruleset.yaml:1:1: "places" is missing; list each place in the protocol, as places: ["Inclusion, item 1"'),
        (
            'places: ["Exclusion, item 1", "Exclusion, item 2"]\n',
            'ruleset.yaml:7:32 (places): "Exclusion, item 2" has no criterion; write one with this source, or name it',
        ),
        (
            'places: ["Exclusion, item I"]\n',
            'ruleset.yaml:9:3 (X1): the source "Exclusion, item 1" is not among the places; list it there, or mend',
        ),
        ('places: ["Exclusion, item 1"]\n', None),
    ],
)
def test_each_place_needs_a_criterion(tmp_path: Path, places: str, complaint: str | None) -> None:
    """A strict check complains about places that are not listed, and about those that no criterion names."""
    found = complaints_of(tmp_path, criterion("inr > 2", GOOD_CASES), places, strict=True)
    assert any(each.startswith(complaint) for each in found) if complaint else found == []


def test_one_criterion_may_serve_several_places(tmp_path: Path) -> None:
    """A source that names two places gives both a criterion."""
    text = criterion("inr > 2", GOOD_CASES).replace("item 1", "item 1; Exclusion, item 2")
    assert complaints_of(tmp_path, text, 'places: ["Exclusion, item 1", "Exclusion, item 2"]\n', strict=True) == []


@pytest.mark.parametrize("answer", ["true", "false", "unknown"])
def test_each_answer_has_to_be_seen(tmp_path: Path, answer: str) -> None:
    """A criterion that no case sees true, false or unknown is complained about."""
    cases = {"true": "{inr: 3, holds: true}", "false": "{inr: 2, holds: false}", "unknown": "{holds: unknown}"}
    left = f"[{', '.join(case for holds, case in cases.items() if holds != answer)}]"
    found = complaints_of(tmp_path, criterion("inr > 2", left), 'places: ["Exclusion, item 1"]\n', strict=True)
    wanted = f"(X1): no case in which the criterion as a whole comes out {answer}; add one with holds: {answer}"
    assert sum(wanted in each for each in found) == 1


def test_each_condition_has_to_be_shown(tmp_path: Path) -> None:
    """A condition that is not shown in one direction is told with its direction and the case that is missing."""
    text = (
        "  X1:\n    category: exclusion\n    text: A text.\n    source: Exclusion, item 1\n    any:\n"
        "      a: {text: A, rule: inr > 2 and pregnant is yes}\n      b: {text: B, rule: hiv_antibody is positive}\n"
        "    cases:\n      - {inr: 3, pregnant: yes, hiv_antibody: negative, holds: true}\n"
        "      - {inr: 2, pregnant: yes, hiv_antibody: negative, holds: false}\n"
        "      - {hiv_antibody: positive, holds: true}\n      - {holds: unknown}\n"
    )
    found = complaints_of(tmp_path, text, 'places: ["Exclusion, item 1"]\n', strict=True)
    assert found == [
        (
            'ruleset.yaml:14:26 (X1.a): no case in which "pregnant is yes" is false and the rest leaves it to decide; '
            'add one in which it is false and "inr > 2" is true, branch b is false'
        ),
        (
            'ruleset.yaml:15:26 (X1.b): no case in which "hiv_antibody is positive" is true and the rest leaves it to '
            "decide; add one in which it is true and branch a is false"
        ),
    ]


def test_a_strict_check_of_a_bad_file_gives_its_complaints(tmp_path: Path) -> None:
    """What does not load has no coverage."""
    assert "did you mean" in complaints_of(tmp_path, criterion("creatinin > 2 x ULN"), strict=True)[0]
    assert check(tmp_path, strict=True).coverage == ()


def test_a_strict_check_prints_a_table(tmp_path: Path) -> None:
    """The table stands before the complaints, or before the usual last line, and needs 80 columns at most."""
    complaints_of(tmp_path, criterion("inr > 2 or pregnant is yes", GOOD_CASES.replace("2,", "2, pregnant: no,")))
    bad, good = (
        CliRunner().invoke(app, ["check", "--strict", name], catch_exceptions=False, env={"COLUMNS": "80"})
        for name in (str(tmp_path), "hcc-tace-washout")
    )
    assert (bad.exit_code, good.exit_code) == (1, 0)
    lines = bad.stdout.splitlines()
    assert lines[0].split() == [
        "criterion",
        "cases",
        "true",
        "cases",
        "false",
        "cases",
        "unknown",
        "conditions",
        "shown",
    ]
    assert [line.split() for line in lines[1:3]] == [["X1", "1", "1", "1", "0/2"], ["all", "1", "1", "1", "0/2"]]
    assert '"places" is missing' in lines[4]
    assert "\x1b" not in bad.stdout + good.stdout
    assert max(map(len, good.stdout.splitlines())) <= 80
    assert good.stdout.splitlines()[-1].endswith("cases, nothing to complain about")


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
