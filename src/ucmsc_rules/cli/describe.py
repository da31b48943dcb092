"""Prints what there is: versions, rulesets, the outcome of a check, a dose, a JSON Schema."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from importlib.resources import files

import typer

from ucmsc_rules._version import __version__
from ucmsc_rules.check import check
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.dosing import find_arm
from ucmsc_rules.engines import durable
from ucmsc_rules.rules.find import ruleset_file, shipped_rulesets
from ucmsc_rules.rules.load import load_ruleset


def print_version(name: str | None) -> None:
    """The library's version, the engine in use, and the digest of one ruleset or of all that are shipped."""
    typer.echo(f"ucmsc-rules {__version__}")
    typer.echo(f"engine: {_engine()}")
    for each in [name] if name else shipped_rulesets():
        ruleset = load_ruleset(each)
        typer.echo(f"{ruleset.name} {ruleset.version} {ruleset.digest}")


def _engine() -> str:
    if not durable.available():
        return f"reference ({durable.why_not().rstrip('.')})"
    try:
        return f"durable (durable-rules {version('durable_rules')}), checked by the reference"
    except PackageNotFoundError:
        return "durable, checked by the reference"


def print_list() -> None:
    """The rulesets that are shipped, two lines for each."""
    for name in shipped_rulesets():
        ruleset = load_ruleset(name)
        typer.echo(f"{ruleset.name} {ruleset.version}, {len(ruleset.criteria)} criteria, {ruleset.digest}")
        typer.echo(f"  {ruleset.title}")


def print_check(name: str, *, strict: bool) -> int:
    """What a check found; gives the exit status. Raises RulesetError where there is no such ruleset."""
    ruleset_file(name)
    report = check(name, strict=strict)
    if report.coverage:
        from ucmsc_rules.cli.coverage_table import coverage_table  # noqa: PLC0415 - rich, where a table is asked for

        typer.echo(coverage_table(report.coverage))
    for complaint in report.complaints:
        typer.echo(printable(str(complaint)))
    if report.ruleset is None or report.complaints:
        return 1
    ruleset = report.ruleset
    checked = f"{len(ruleset.criteria)} criteria, {report.cases} cases, nothing to complain about"
    typer.echo(f"{ruleset.name} {ruleset.version}: {checked}")
    return 0


def print_dose(name: str, arm: str, weight: str, concentration: str | None) -> None:
    """The dose of an arm for a weight. Raises DoseError where none can be reckoned."""
    typer.echo(str(find_arm(load_ruleset(name), arm).dose_for(weight, concentration)))


def print_schema(name: str) -> None:
    """The JSON Schema of a record, an answer or a ruleset."""
    text = files("ucmsc_rules").joinpath("schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    typer.echo(text.rstrip())
