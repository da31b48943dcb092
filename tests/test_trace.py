"""Traceability: from a place in the protocol to its rule, its cases and what these show; what lacks any of them."""

from __future__ import annotations

import csv
import json
from functools import cache
from io import StringIO
from pathlib import Path

import pytest
from attrs import evolve
from typer.testing import CliRunner, Result

from one_criterion import FIRST_CASE, HEAD, with_rule
from ucmsc_rules import load_ruleset
from ucmsc_rules.cases import run_cases
from ucmsc_rules.check import check
from ucmsc_rules.cli.app import app
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import make_screener
from ucmsc_rules.testing import Row, mutants, run_mutants, to_csv, to_json, to_markdown, trace

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
CASES = ("pregnant: yes, holds: true", "pregnant: no, holds: false", "holds: unknown")


@cache
def rows() -> tuple[Row, ...]:
    """The trial's rows, with the fates of its mutants."""
    return trace(TRIAL, mutation=run_mutants(TRIAL))


def run(*arguments: str) -> Result:
    """A command run in this process."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False)


def with_places(ruleset: Ruleset, *places: str) -> Ruleset:
    """A ruleset for a protocol with these places."""
    return evolve(ruleset, places=places)


def test_every_place_of_the_trial_has_a_rule_and_cases() -> None:
    """In the order of the protocol, with no gap and no note."""
    assert tuple(dict.fromkeys(row.place for row in rows())) == TRIAL.places
    assert [row for row in rows() if row.gap or row.note] == []


def test_every_branch_has_a_row() -> None:
    """A criterion as a whole, then its branches."""
    found = [(row.criterion, row.branch) for row in rows() if row.criterion == "E4"]
    assert found == [("E4", ""), ("E4", "a"), ("E4", "b"), ("E4", "c"), ("E4", "d"), ("E4", "e")]


def test_every_case_and_mutant_stands_in_some_row() -> None:
    """Nothing that was tried is lost on the way."""
    lines = {line for row in rows() for line in row.lines}
    assert lines == {outcome.case.place.line for outcome in run_cases(make_screener(TRIAL))}
    told = {each for row in rows() if row.mutants for each in row.mutants.killed}
    assert told == {mutant.id for mutant in mutants(TRIAL)}


def test_all_conditions_are_shown() -> None:
    """Of each rule as many as it has."""
    assert [(row.criterion, row.branch) for row in rows() if row.shown != row.conditions] == []


def test_a_case_stands_under_its_answer(tmp_path: Path) -> None:
    """By its line in the file."""
    (row,) = trace(with_rule(tmp_path, "pregnant is yes", CASES))
    assert (row.true, row.false, row.unknown) == ((FIRST_CASE,), (FIRST_CASE + 1,), (FIRST_CASE + 2,))
    assert (row.rule, row.gap, row.mutants) == ("pregnant is yes", False, None)


def test_a_place_without_a_rule_is_a_gap(tmp_path: Path) -> None:
    """It has a row of its own, which says so."""
    found = trace(with_places(with_rule(tmp_path, "pregnant is yes", CASES), "Exclusion, item 1", "Exclusion, item 2"))
    assert [(row.place, row.criterion, row.note, row.gap) for row in found] == [
        ("Exclusion, item 1", "X1", "", False),
        ("Exclusion, item 2", "", "no criterion is for this place", True),
    ]


def test_a_place_that_is_not_listed_is_noted(tmp_path: Path) -> None:
    """After those that are."""
    found = trace(with_places(with_rule(tmp_path, "pregnant is yes", CASES), "Exclusion, item 2"))
    assert [(row.place, row.note) for row in found] == [
        ("Exclusion, item 2", "no criterion is for this place"),
        ("Exclusion, item 1", "the place is not listed"),
    ]


def test_a_rule_without_a_passing_case_is_a_gap(tmp_path: Path) -> None:
    """Cases that fail show nothing."""
    (row,) = trace(with_rule(tmp_path, "pregnant is yes", ["pregnant: yes, holds: false"]))
    assert (row.gap, row.failing) == (True, (FIRST_CASE,))
    assert row.note == "1 case fails; no case that passes is about this rule"


def test_a_strict_check_fails_where_a_place_has_no_rule(tmp_path: Path) -> None:
    """What trace shows as a gap, check refuses."""
    with_rule(tmp_path, "pregnant is yes", CASES)
    path = tmp_path / "ruleset.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('["Exclusion, item 1"]', '["Exclusion, item 1", "Exclusion, item 2"]'), encoding="utf-8"
    )
    assert [complaint.message for complaint in check(path, strict=True).complaints if "item 2" in complaint.message]
    assert not [complaint for complaint in check(path).complaints if "item 2" in complaint.message]


def test_a_strict_check_fails_where_a_rule_has_no_case(tmp_path: Path) -> None:
    """An empty list of cases is refused by any check."""
    path = tmp_path / "ruleset.yaml"
    path.write_text(f"{HEAD}    rule: pregnant is yes\n    cases: []\n", encoding="utf-8")
    assert any("case" in complaint.message for complaint in check(path, strict=True).complaints)


# forms


def test_csv_can_be_read_back() -> None:
    """A row for each row, and no cell that a spreadsheet would reckon with."""
    told = list(csv.DictReader(StringIO(to_csv(rows(), TRIAL))))
    assert [(each["place"], each["criterion"], each["branch"]) for each in told] == [
        (row.place, row.criterion, row.branch) for row in rows()
    ]
    assert not [cell for each in told for cell in each.values() if cell.startswith(("=", "+", "-", "@"))]


def test_json_has_totals() -> None:
    """Every place, criterion, case, condition and mutant counted once."""
    told = json.loads(to_json(rows(), TRIAL))
    assert told["totals"]["places"] == told["totals"]["criteria"] == 22
    assert told["totals"]["places_without_criterion"] == told["totals"]["rules_without_cases"] == 0
    assert told["totals"]["cases"] == 458
    assert told["totals"]["mutants_killed"] == len(list(mutants(TRIAL)))
    assert told["digest"] == TRIAL.digest


def test_markdown_is_a_table() -> None:
    """A line for each row, all with as many cells as there are headings."""
    lines = [line for line in to_markdown(rows(), TRIAL).splitlines() if line.startswith("|")]
    assert len(lines) == len(rows()) + 2
    assert {line.replace("\\|", "").count("|") for line in lines} == {12}


def test_the_same_ruleset_gives_the_same_bytes() -> None:
    """Nothing is dated."""
    assert to_json(trace(TRIAL), TRIAL) == to_json(trace(TRIAL), TRIAL)


@pytest.mark.parametrize(("form", "start"), [("markdown", "# Traceability of"), ("csv", "ruleset,"), ("json", "{")])
def test_the_command(form: str, start: str) -> None:
    """Each form, and exit status 0 where nothing is missing."""
    result = run("trace", "--format", form)
    assert (result.exit_code, result.stdout.startswith(start)) == (0, True)


def test_the_command_fails_where_a_place_has_no_rule(tmp_path: Path) -> None:
    """Exit status 1, and the row."""
    with_rule(tmp_path, "pregnant is yes", CASES)
    path = tmp_path / "ruleset.yaml"
    text = path.read_text(encoding="utf-8")
    path.write_text(
        text.replace('["Exclusion, item 1"]', '["Exclusion, item 1", "Exclusion, item 2"]'), encoding="utf-8"
    )
    result = run("trace", str(path), "--format", "csv")
    assert result.exit_code == 1
    assert "no criterion is for this place" in result.stdout
