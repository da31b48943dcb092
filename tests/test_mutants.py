"""Mutants: what is changed, which changes the cases notice, and which are proved to be none."""

from __future__ import annotations

import json
import re
from fractions import Fraction
from functools import cache
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner, Result

from one_criterion import FIRST_CASE, with_rule
from ucmsc_rules import RulesetError, load_ruleset
from ucmsc_rules.cli.app import app
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing import Fate, MutationReport, mutants, run_mutants
from ucmsc_rules.testing.mutation import run as mutation_run
from ucmsc_rules.testing.mutation.equivalence import answers_alike

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
DNA = "hbv_dna <= 1000 [IU]/mL"
DNA_CASES = (
    "hbv_dna: 1000 IU/mL, holds: true",
    "hbv_dna: 1001 IU/mL, holds: false",
    "hbv_dna: 999 IU/mL, holds: true",
    "hbv_dna: {value: 1000 IU/mL, when: 2026-02-01}, holds: true",
    "hbv_dna: {value: 1000 IU/mL, when: 2026-01-31}, holds: unknown",
    "hbv_dna: {value: 1000 IU/mL, when: 2026-03-02}, holds: unknown",
)


@cache
def report() -> MutationReport:
    """The fates of the trial's mutants."""
    return run_mutants(TRIAL)


def run(*arguments: str) -> Result:
    """A command run in this process."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "160"})


def of(ruleset: Ruleset) -> list[tuple[str, str, str]]:
    """Kind, before and after of a ruleset's mutants."""
    return [(mutant.kind, mutant.before, mutant.after) for mutant in mutants(ruleset)]


# what is changed


@pytest.mark.parametrize(
    ("where", "kind", "before", "after"),
    [
        ("I4", "strictness", "hbv_dna <= 1000 [IU]/mL", "hbv_dna < 1000 [IU]/mL"),
        ("I4", "comparison", "hbv_dna <= 1000 [IU]/mL", "hbv_dna >= 1000 [IU]/mL"),
        ("I4", "threshold", "hbv_dna <= 1000 [IU]/mL", "hbv_dna <= 1001 [IU]/mL"),
        ("I4", "threshold", "hbv_dna <= 1000 [IU]/mL", "hbv_dna <= 999 [IU]/mL"),
        ("I4", "anchor", "hbv_dna <= 1000 [IU]/mL", "hbv_dna <= 1000 [IU]/mL at enrolment"),
        ("I4", "not", "hbv_dna <= 1000 [IU]/mL", "not hbv_dna <= 1000 [IU]/mL"),
        ("I1", "and/or", "age at screening >= 18 years and age at screening <= 75 years",
         "age at screening >= 18 years or age at screening <= 75 years"),
        ("I1", "part dropped", "age at screening >= 18 years and age at screening <= 75 years",
         "age at screening >= 18 years"),
        ("E4.c", "unit", "fasting_glucose >= 10 mmol/L", "fasting_glucose >= 10 mg/dL"),
        ("E4.c", "unit", "hba1c >= 8 %", "hba1c >= 8 mmol/mol"),
        ("E4.d", "limit of normal dropped", "creatinine > 2 x ULN", "creatinine > 2 mg/dL"),
        ("E4.d", "branch dropped", "creatinine > 2 x ULN", "nothing"),
        ("E4", "any to all", "any of its branches", "all of them"),
        ("E9", "window length", "human_albumin within 3 weeks before first_infusion",
         "human_albumin within 4 weeks before first_infusion"),
        ("E9", "window unit", "human_albumin within 3 weeks before first_infusion",
         "human_albumin within 3 months before first_infusion"),
        ("E9", "anchor", "human_albumin within 3 weeks before first_infusion",
         "human_albumin within 3 weeks before enrolment"),
        ("E9", "side of the anchor", "human_albumin within 3 weeks before first_infusion",
         "human_albumin within 3 weeks after first_infusion"),
        ("E12", "word", "sex is female", "sex is male"),
        ("settings", "settings", "results_not_older_than: 28 days", "29 days"),
    ],
)  # fmt: skip
def test_the_trial_has_the_mutant(where: str, kind: str, before: str, after: str) -> None:
    """Each kind of slip that people make, one at a time."""
    found = {(mutant.where, mutant.kind, mutant.before, mutant.after) for mutant in mutants(TRIAL)}
    assert (where, kind, before, after) in found


def test_bands_of_scores_are_changed() -> None:
    """An end of a band moved by a step, the points exchanged, a part left out."""
    found = [mutant for mutant in mutants(TRIAL) if mutant.where.startswith("child_pugh_score.")]
    parts = {mutant.where.partition(".")[2] for mutant in found}
    assert parts == {"bilirubin_total", "serum_albumin", "inr", "ascites", "encephalopathy_grade"}
    assert {mutant.kind for mutant in found} == {"score"}
    assert all(mutant.criteria == ("E2",) for mutant in found)


def test_a_mutant_differs_in_one_place() -> None:
    """Its criteria are those of the ruleset but for the one that it changes, or its settings or dictionary."""
    for mutant in mutants(TRIAL):
        differing = [one.id for one, other in zip(TRIAL.criteria, mutant.ruleset.criteria, strict=True) if one != other]
        assert set(differing) <= set(mutant.criteria)
        assert len(differing) <= 1 or mutant.where == "settings"


def test_ids_are_in_order_and_the_same_on_every_run() -> None:
    """M0001 and on, each once."""
    ids = [mutant.id for mutant in mutants(TRIAL)]
    assert ids == [f"M{number:04}" for number in range(1, len(ids) + 1)]
    assert ids == [mutant.id for mutant in mutants(TRIAL)]


# what the cases notice


def test_the_trial_notices_every_change_that_is_one() -> None:
    """All of several hundred mutants are killed by the ruleset's own cases, or proved to be equivalent."""
    assert report().survivors == ()
    assert report().score == 1
    assert sum(trial.fate is Fate.KILLED for trial in report().trials) > 400


def test_the_case_that_killed_a_mutant_is_named() -> None:
    """By the file's name and the line."""
    killed = [trial for trial in report().trials if trial.fate is Fate.KILLED]
    assert all(re.fullmatch(r"ruleset\.yaml:\d+", trial.by) for trial in killed)


def test_enough_cases_leave_no_survivor(tmp_path: Path) -> None:
    """Both sides of the bound, and of the greatest age."""
    found = run_mutants(with_rule(tmp_path, DNA, DNA_CASES))
    assert [(trial.mutant.kind, trial.mutant.after) for trial in found.survivors] == []


@pytest.mark.parametrize("left_out", [1, 3, 4])
def test_a_suggested_case_kills_the_survivor(left_out: int, tmp_path: Path) -> None:
    """With one case left out some mutant survives; with the case that is suggested for it, it does not."""
    cases = [case for place, case in enumerate(DNA_CASES) if place != left_out]
    found = run_mutants(with_rule(tmp_path, DNA, cases))
    assert found.survivors
    for trial in found.survivors:
        assert trial.fate is Fate.SURVIVED
        suggested = trial.suggestion.removeprefix("- {").removesuffix("}")
        again = run_mutants(with_rule(tmp_path, DNA, [*cases, suggested]))
        assert (trial.mutant.kind, trial.mutant.after) not in [
            (each.mutant.kind, each.mutant.after) for each in again.survivors
        ]


def test_survivors_lower_the_score(tmp_path: Path) -> None:
    """It is the share of those that are not proved to be equivalent."""
    found = run_mutants(with_rule(tmp_path, DNA, DNA_CASES[:2]))
    killed = sum(trial.fate is Fate.KILLED for trial in found.trials)
    assert found.survivors
    assert found.score == Fraction(killed, killed + len(found.survivors))


def test_cases_of_a_branch_speak_for_it(tmp_path: Path) -> None:
    """A case that names a branch notices that the branch is gone."""
    rule = "any:\n      a: {text: A., rule: pregnant is yes}\n      b: {text: B., rule: breastfeeding is yes}"
    ruleset = with_rule(tmp_path, rule, ["pregnant: yes, branch: a, holds: true"])
    fates = {(trial.mutant.kind, trial.mutant.where): trial.fate for trial in run_mutants(ruleset).trials}
    assert fates["branch dropped", "X1.a"] is Fate.KILLED
    assert fates["branch dropped", "X1.b"] is Fate.SURVIVED


def test_a_ruleset_that_fails_its_own_cases_is_refused(tmp_path: Path) -> None:
    """A mutant's answer would say nothing."""
    ruleset = with_rule(tmp_path, DNA, ["hbv_dna: 1000 IU/mL, holds: false"])
    with pytest.raises(RulesetError, match=r"hbv_dna 1000 IU/mL on 2026-03-01"):
        run_mutants(ruleset)


# what is proved


def alike(folder: Path, one: str, other: str, most: int = 1_000_000) -> bool | None:
    """Whether two rules are proved to answer alike."""
    first, second = (with_rule(folder, rule).criteria[0] for rule in (one, other))
    return answers_alike(first, second, TRIAL.dictionary, most)


@pytest.mark.parametrize(
    ("one", "other", "answer"),
    [
        ("nyha_class >= 2", "nyha_class > 1", True),
        ("nyha_class >= 2", "nyha_class >= 1", False),
        ("nyha_class >= 2 or nyha_class >= 3", "nyha_class >= 2", True),
        ("nyha_class >= 2 and nyha_class >= 3", "nyha_class >= 2", False),
        ("pregnant is yes", "not pregnant is no", True),
        ("pregnant is yes or breastfeeding is yes", "breastfeeding is yes or pregnant is yes", True),
        ("pregnant is yes and breastfeeding is yes", "breastfeeding is yes or pregnant is yes", False),
        ("not (pregnant is yes and breastfeeding is yes)", "pregnant is no or breastfeeding is no", True),
        (DNA, "hbv_dna < 1000 [IU]/mL", False),
        ("child_pugh_score > 12", "child_pugh_score >= 13", True),
        ("human_albumin within 21 days before screening", "human_albumin within 3 weeks before screening", False),
    ],
)
def test_equivalence(one: str, other: str, answer: bool, tmp_path: Path) -> None:
    """By every cell that the thresholds cut, known exactly or as an interval."""
    assert alike(tmp_path, one, other) is answer


def test_what_differs_only_where_something_is_unknown_is_no_equivalent(tmp_path: Path) -> None:
    """Of two exact answers both rules say the same; of an interval over both, only one of them is decided."""
    assert alike(tmp_path, "nyha_class >= 2 or not nyha_class >= 2", "nyha_class >= 0") is False


def test_too_many_cells_are_not_tried(tmp_path: Path) -> None:
    """The answer is that it is not known."""
    assert alike(tmp_path, "nyha_class >= 2", "nyha_class > 1", most=2) is None


def test_equivalent_mutants_are_named_and_do_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one part covers another, no case can tell that the covered one is gone: check complains of such a rule."""
    ruleset = with_rule(tmp_path, "child_pugh_score > 12 or child_pugh_score > 13", ["holds: unknown"])
    with pytest.raises(RulesetError, match="never decides"):
        run_mutants(ruleset)
    monkeypatch.setattr(mutation_run, "check_ruleset", lambda *_: SimpleNamespace(complaints=()))
    found = run_mutants(ruleset)
    fates = {(trial.mutant.kind, trial.mutant.after): trial.fate for trial in found.trials}
    assert fates["part dropped", "child_pugh_score > 12"] is Fate.EQUIVALENT
    assert fates["part dropped", "child_pugh_score > 13"] is Fate.SURVIVED
    assert all(trial.fate is not Fate.EQUIVALENT for trial in found.survivors)


# the command


def test_the_command_prints_the_score() -> None:
    """With a line for each criterion; 0 where nothing survives."""
    result = run("mutate")
    killed = sum(trial.fate is Fate.KILLED for trial in report().trials)
    assert result.exit_code == 0
    assert result.stdout.splitlines()[-1] == (
        f"ucmsc-hbv-cirrhosis 1.0.0: {killed} of {killed} changes that are not equivalent are noticed, 100.0%"
    )


def test_the_command_lists_survivors_with_a_case(tmp_path: Path) -> None:
    """Exit status 1, and a line that can be put into the file."""
    with_rule(tmp_path, DNA, DNA_CASES[:1])
    result = run("mutate", str(tmp_path / "ruleset.yaml"))
    assert result.exit_code == 1
    assert "survived, X1, threshold: hbv_dna <= 1000 [IU]/mL -> hbv_dna <= 1001 [IU]/mL" in result.stdout
    assert "      - {hbv_dna: " in result.stdout


def test_the_command_prints_json(tmp_path: Path) -> None:
    """Every mutant with its fate."""
    with_rule(tmp_path, DNA, DNA_CASES)
    told = json.loads(run("mutate", str(tmp_path / "ruleset.yaml"), "--format", "json").stdout)
    assert told["score"] == 1.0
    by = [mutant["by"] for mutant in told["mutants"] if mutant["kind"] == "strictness"]
    assert by == [f"ruleset.yaml:{FIRST_CASE}"]


def test_a_failing_case_ends_the_command(tmp_path: Path) -> None:
    """Its complaint, and no traceback."""
    with_rule(tmp_path, DNA, ["hbv_dna: 1000 IU/mL, holds: false"])
    result = run("mutate", str(tmp_path / "ruleset.yaml"))
    assert result.exit_code == 1
    assert f"ruleset.yaml:{FIRST_CASE}" in result.output
    assert "Traceback" not in result.output


def test_a_mutant_of_a_setting_is_never_called_equivalent(tmp_path: Path) -> None:
    """There are no cells to try: where no edge tells it apart it is unproved, and still counts."""
    ruleset = with_rule(tmp_path, "pregnant is yes or malignancy ever", ["pregnant: yes, holds: true"])
    found = [trial for trial in run_mutants(ruleset).trials if trial.mutant.where == "settings"]
    assert found
    assert all(trial.fate in (Fate.SURVIVED, Fate.UNPROVED) for trial in found)
