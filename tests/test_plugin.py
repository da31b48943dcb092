"""The pytest plugin: cases of rulesets become tests, in projects that name their rulesets."""

from __future__ import annotations

from pathlib import Path

import pytest

PLUGIN = "ucmsc_rules.testing.plugin"
RULESET = """\
ruleset: mine
version: 1.0.0
title: One criterion
anchors: [screening]
settings: {at: screening, results_not_older_than: 28 days, none_not_older_than: 28 days, ever_until: screening}
case_anchors: {screening: 2026-03-01}
criteria:
  I4:
    category: inclusion
    text: Little virus.
    source: Inclusion 4
    rule: hbv_dna <= 1000 [IU]/mL
    cases:
      - {hbv_dna: 1000 IU/mL, holds: true}
      - {hbv_dna: 1000 IU/mL, holds: true}
      - {hbv_dna: [{value: 1 IU/mL, when: 2026-02-20}, {value: 2000 IU/mL, when: 2026-02-25}], holds: false}
      - {holds: unknown}
"""
INI = "[pytest]\nucmsc_rules_rulesets = rules\ntestpaths = tests\n"


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """A project with one ruleset and one test of its own."""
    pytester.makeini(INI)
    (pytester.mkdir("rules") / "mine.yaml").write_text(RULESET, encoding="utf-8")
    (pytester.mkdir("tests") / "test_own.py").write_text("def test_own() -> None:\n    assert True\n", encoding="utf-8")
    return pytester


def run(project: pytest.Pytester, *arguments: str) -> pytest.RunResult:
    """Pytest in the project, with the plugin as an installed library loads it."""
    installed = () if _is_installed() else ("-p", PLUGIN)
    return project.runpytest(*installed, "-p", "no:cacheprovider", *arguments)


def _is_installed() -> bool:
    from importlib.metadata import entry_points

    return any(point.value == PLUGIN for point in entry_points(group="pytest11"))


def test_cases_are_tests_without_any_argument(project: pytest.Pytester) -> None:
    """Beside the project's own tests, although testpaths does not name the folder."""
    run(project).assert_outcomes(passed=5)


def test_names_say_what_a_case_is(project: pytest.Pytester) -> None:
    """Each name is unique, and has no brackets."""
    found = run(project, "rules", "--collect-only", "-q").stdout.lines
    ids = [line for line in found if "::" in line]
    assert ids == [
        "rules/mine.yaml::I4::hbv_dna=1000 IU/mL -> true",
        "rules/mine.yaml::I4::hbv_dna=1000 IU/mL -> true (2)",
        next(line for line in ids if "-> false" in line),
        "rules/mine.yaml::I4::nothing -> unknown",
    ]
    assert not any("[" in line for line in ids)


def test_one_criterion_can_be_asked_for(project: pytest.Pytester) -> None:
    """By its place in the file, or by a part of the name."""
    run(project, "rules/mine.yaml::I4").assert_outcomes(passed=4)
    run(project, "rules", "-k", "unknown").assert_outcomes(passed=1, deselected=3)


def test_a_failure_says_what_was_wanted_and_why(project: pytest.Pytester) -> None:
    """Criterion, rule, want, got, evidence; no traceback."""
    path = project.path / "rules" / "mine.yaml"
    path.write_text(RULESET.replace("<= 1000", "< 1000"), encoding="utf-8")
    result = run(project, "rules")
    result.assert_outcomes(passed=2, failed=2)
    result.stdout.fnmatch_lines(
        [
            "*mine.yaml:14",
            "criterion  I4: Little virus.",
            "rule       hbv_dna < 1000 *IU*/mL",
            "facts      hbv_dna: 1000 IU/mL",
            "- want     true",
            "+ got      false",
            "evidence   hbv_dna 1000 IU/mL *",
        ]
    )
    assert "Traceback" not in result.stdout.str()
    assert "plugin.py" not in result.stdout.str()


def test_a_ruleset_with_mistakes_is_one_error(project: pytest.Pytester) -> None:
    """Every complaint of the loader, and no traceback; the other tests run."""
    path = project.path / "rules" / "mine.yaml"
    path.write_text(
        RULESET.replace("rule: hbv_dna", "rule: hbv_dann").replace("version: 1.0.0\n", ""), encoding="utf-8"
    )
    result = run(project, "--continue-on-collection-errors")
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["*mine.yaml:*version*", "*mine.yaml:*hbv_dann*"])
    assert "Traceback" not in result.stdout.str()
    assert "plugin.py" not in result.stdout.str()


def test_other_files_are_left_alone(project: pytest.Pytester) -> None:
    """YAML that is no ruleset, and rulesets that lie elsewhere."""
    (project.path / "rules" / "notes.yaml").write_text("notes: none\n", encoding="utf-8")
    (project.mkdir("elsewhere") / "ruleset.yaml").write_text(RULESET, encoding="utf-8")
    run(project, "rules", "elsewhere").assert_outcomes(passed=4)


def test_a_file_that_is_asked_for_leaves_rulesets_alone(project: pytest.Pytester) -> None:
    """Who names a test runs that test."""
    run(project, "tests/test_own.py").assert_outcomes(passed=1)


def test_two_rulesets_side_by_side(project: pytest.Pytester) -> None:
    """The second in a folder of its own, as ruleset.yaml."""
    folder: Path = project.path / "rules" / "other"
    folder.mkdir()
    (folder / "ruleset.yaml").write_text(RULESET.replace("ruleset: mine", "ruleset: other"), encoding="utf-8")
    run(project).assert_outcomes(passed=9)


def test_without_the_option_nothing_is_collected(pytester: pytest.Pytester) -> None:
    """A project that only has the library installed."""
    (pytester.path / "ruleset.yaml").write_text(RULESET, encoding="utf-8")
    run(pytester).assert_outcomes()


def test_importing_the_plugin_imports_no_more_than_pytest(pytester: pytest.Pytester) -> None:
    """Pytest loads it everywhere, so it is cheap."""
    code = f"import sys, pytest; before = set(sys.modules); import {PLUGIN}; print(sorted(set(sys.modules) - before))"
    pytester.makepyfile(code=code)
    result = pytester.runpython(pytester.path / "code.py")
    assert "pint" not in result.stdout.str()
    assert "lark" not in result.stdout.str()
    assert "hypothesis" not in result.stdout.str()
