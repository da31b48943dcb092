"""A pytest plugin: the cases of rulesets are tests of their own.

`ucmsc_rules_rulesets = ["rulesets"]` in the section of pytest names files, or folders in which rulesets lie; their
cases run with every `pytest`, and one by one: `pytest "rulesets/mine/ruleset.yaml::I4"`, `pytest -k "I4 and unknown"`.
The library itself is imported once a ruleset is collected, since pytest loads this file in every project.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ucmsc_rules.rules.model import Case, Criterion
    from ucmsc_rules.screening import Screener

OPTION = "ucmsc_rules_rulesets"
LONGEST = 100
_SUFFIXES = {".yaml", ".yml"}
_READ = 64 * 1024
_SEPARATORS = str.maketrans({"[": "(", "]": ")", "\n": " "})


class RulesetMistakeError(Exception):
    """A ruleset that cannot be loaded, or a case that is answered otherwise; shown without a traceback."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that names rulesets."""
    parser.addini(OPTION, "files or folders of rulesets whose cases are tests", type="paths", default=[])


def pytest_configure(config: pytest.Config) -> None:
    """Rulesets that are named are collected where no file was asked for, wherever else tests lie."""
    if config.args_source is not pytest.Config.ArgsSource.ARGS:
        config.args += [str(path) for path in _named(config) if str(path) not in config.args]


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    """A ruleset's file, where it lies in what the option names."""
    if file_path.suffix not in _SUFFIXES or not any(_holds(path, file_path) for path in _named(parent.config)):
        return None
    return RulesetFile.from_parent(parent, path=file_path) if _is_ruleset(file_path) else None


def _named(config: pytest.Config) -> list[Path]:
    return list(config.getini(OPTION))


def _holds(path: Path, file: Path) -> bool:
    return file == path or path in file.parents


def _is_ruleset(path: Path) -> bool:
    """Whether a file's top level has the key `ruleset`; one that cannot be read is for the loader to complain about."""
    if path.name == "ruleset.yaml":
        return True
    with path.open(encoding="utf-8", errors="replace") as file:
        return any(line.startswith("ruleset:") for line in file.read(_READ).splitlines())


class RulesetFile(pytest.File):
    """A ruleset: a collector of its criteria."""

    def collect(self) -> Iterator[pytest.Collector]:
        """The criteria that have cases."""
        from ucmsc_rules.errors import RulesetError  # noqa: PLC0415 - only where a ruleset is collected
        from ucmsc_rules.rules.load import load_ruleset  # noqa: PLC0415
        from ucmsc_rules.screening import make_screener  # noqa: PLC0415

        try:
            screener = make_screener(load_ruleset(self.path))
        except RulesetError as error:
            raise RulesetMistakeError("\n".join(map(str, error.complaints))) from None
        for criterion in screener.compiled.ruleset.criteria:
            collector = CriterionCases.from_parent(self, name=criterion.id)
            collector.screener, collector.criterion = screener, criterion
            yield collector

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **named: Any) -> Any:  # noqa: ANN401
        """The complaints alone."""
        if isinstance(excinfo.value, RulesetMistakeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **named)


class CriterionCases(pytest.Collector):
    """A criterion: a collector of its cases."""

    screener: Screener
    criterion: Criterion

    def collect(self) -> Iterator[pytest.Item]:
        """The cases, in the order of the file, each with a name of its own."""
        seen: dict[str, int] = {}
        for case in self.criterion.cases:
            name = _name(case)
            seen[name] = seen.get(name, 0) + 1
            item = CaseItem.from_parent(self, name=name if seen[name] == 1 else f"{name} ({seen[name]})")
            item.case = case
            yield item


class CaseItem(pytest.Item):
    """A case: what must come out of a short record."""

    case: Case
    parent: CriterionCases

    def runtest(self) -> None:
        """Screens the case's record, by the engines that screen subjects."""
        from ucmsc_rules.cases import run_case  # noqa: PLC0415 - only where a case is run

        outcome = run_case(self.parent.screener, self.parent.criterion, self.case)
        if not outcome.passed:
            raise RulesetMistakeError("\n".join(_difference(outcome, self.parent.criterion)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], *args: Any, **named: Any) -> Any:  # noqa: ANN401
        """What was wanted, what came out, and why."""
        if isinstance(excinfo.value, RulesetMistakeError):
            return str(excinfo.value)
        return super().repr_failure(excinfo, *args, **named)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the case."""
        return self.path, self.case.place.line - 1, f"{self.parent.criterion.id}: {self.name}"


def _name(case: Case) -> str:
    """A case in short: its facts, and what must come out.

    Brackets would look like a parameter's, and a long name is cut.
    """
    told = ", ".join(f"{key}={value}" for key, value in case.given.items()) or "nothing"
    told = told.translate(_SEPARATORS).replace("::", ":")
    told = f"{told[:LONGEST]}..." if len(told) > LONGEST else told
    return f"{case.branch + ': ' if case.branch else ''}{told} -> {case.holds}"


def _difference(outcome: Any, criterion: Criterion) -> Iterator[str]:  # noqa: ANN401 - an Outcome, imported late
    from ucmsc_rules.verdicts.report import evidence_text  # noqa: PLC0415 - only where a case fails

    case, finding = outcome.case, outcome.verdict[criterion.id]
    about = f"{criterion.id}.{case.branch}" if case.branch else criterion.id
    yield f"{case.place.file}:{case.place.line}"
    yield f"criterion  {about}: {criterion.text}"
    for branch in criterion.branches:
        if case.branch in (None, branch.key):
            yield f"rule       {branch.key + ': ' if branch.key else ''}{branch.rule_text}"
    yield f"facts      {', '.join(f'{key}: {value}' for key, value in case.given.items()) or 'none'}"
    if case.note:
        yield f"note       {case.note}"
    yield f"- want     {outcome.wanted}"
    yield f"+ got      {outcome.got.value}"
    for evidence in finding.evidence:
        yield f"evidence   {evidence_text(evidence)}"
    for problem in outcome.verdict.problems:
        yield f"problem    {problem.path}: {problem.message}"
    for need in finding.needs:
        yield f"needed     {need.message}"
