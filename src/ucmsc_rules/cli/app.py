"""The commands and their options. What a command does stands in a module of its own, imported when it is called."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from ucmsc_rules.cli.usage import ended_by

DEFAULT = "ucmsc-hbv-cirrhosis"
app = typer.Typer(
    name="ucmsc-rules",
    help="Decides clinical-trial eligibility: the answer is right or says that it is unknown, and always says why.",
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class Format(StrEnum):
    """What ``screen`` prints."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


class Engine(StrEnum):
    """Which engine answers."""

    AUTO = "auto"
    DURABLE = "durable"
    REFERENCE = "reference"


class EdgesFormat(StrEnum):
    """What ``edges`` prints."""

    TABLE = "table"
    NDJSON = "ndjson"


class MutateFormat(StrEnum):
    """What ``mutate`` prints."""

    TABLE = "table"
    JSON = "json"


class TraceFormat(StrEnum):
    """What ``trace`` prints."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


class Schema(StrEnum):
    """What a JSON Schema is shipped for."""

    RECORD = "record"
    ANSWER = "answer"
    RULESET = "ruleset"


RulesetOption = Annotated[
    str, typer.Option("--ruleset", metavar="NAME|PATH", help="A ruleset that is shipped, or a file or folder.")
]
CriterionOption = Annotated[
    list[str] | None, typer.Option("--criterion", metavar="ID", help="Only this criterion; may be repeated.")
]
RulesetArgument = Annotated[str, typer.Argument(metavar="[NAME|PATH]", help="A ruleset's name, file or folder.")]


def main() -> None:
    """Runs the command line, and ends with its exit status."""
    app(prog_name="ucmsc-rules")


@app.callback(invoke_without_command=True)
def about(
    context: typer.Context,
    *,
    version: Annotated[
        bool, typer.Option("--version", help="Print the versions, the engine and the digests of rulesets.")
    ] = False,
    ruleset: Annotated[
        str | None, typer.Option("--ruleset", metavar="NAME|PATH", help="With --version: of this ruleset only.")
    ] = None,
) -> None:
    """Decides clinical-trial eligibility: the answer is right or says that it is unknown, and always says why."""
    if version:
        from ucmsc_rules.cli.describe import print_version  # noqa: PLC0415 - each command imports what it needs

        with ended_by():
            print_version(ruleset)
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())
        raise typer.Exit(2)


@app.command()
def screen(  # noqa: PLR0913 - one parameter for each option
    files: Annotated[list[str], typer.Argument(metavar="FILE", help="Records as JSON or .ndjson; - for stdin.")],
    *,
    ruleset: RulesetOption = DEFAULT,
    form: Annotated[Format, typer.Option("--format", help="What to print.")] = Format.TEXT,
    engine: Annotated[
        Engine, typer.Option(help="Which engine answers; auto: durable where it is there.")
    ] = Engine.AUTO,
    anchor: Annotated[
        list[str] | None, typer.Option(metavar="NAME=DATE", help="An anchor for records that lack it; may be repeated.")
    ] = None,
    normal_ranges: Annotated[
        str | None, typer.Option(metavar="FILE", help="Upper limits of normal for results without one (JSON or YAML).")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=256, help="How many processes screen.")] = 1,
    output: Annotated[str | None, typer.Option(metavar="FILE", help="Write there instead of to stdout.")] = None,
) -> None:
    """Screen subjects: for each criterion whether it holds, why, and what is still needed.

    Exit status: 0, everything was read; 1, an error was reported; 2, wrong usage; 3, the engines disagreed. A verdict
    never sets it.
    """
    from ucmsc_rules.cli.screening import Order, screen_files  # noqa: PLC0415

    with ended_by():
        order = Order(tuple(files), ruleset, form.value, engine.value, tuple(anchor or ()), normal_ranges, jobs, output)
        raise typer.Exit(screen_files(order))


@app.command()
def check(
    ruleset: RulesetArgument = DEFAULT,
    *,
    strict: Annotated[
        bool, typer.Option("--strict", help="Also ask that the cases cover every condition and the protocol's places.")
    ] = False,
) -> None:
    """Check a ruleset: its form, parts that can never decide, and its own cases.

    Exit status: 0, nothing to complain about; 1, something is amiss; 2, there is no such ruleset.
    """
    from ucmsc_rules.cli.describe import print_check  # noqa: PLC0415

    with ended_by():
        raise typer.Exit(print_check(ruleset, strict=strict))


@app.command()
def edges(
    ruleset: RulesetArgument = DEFAULT,
    *,
    form: Annotated[EdgesFormat, typer.Option("--format", help="What to print.")] = EdgesFormat.TABLE,
    criterion: CriterionOption = None,
    against: Annotated[
        str | None, typer.Option(metavar="FILE", help="Hold the ruleset to edges that were kept before (.ndjson).")
    ] = None,
) -> None:
    """Show records at the edges of a ruleset's rules, with what each must come out as and why.

    Exit status: 0, every edge comes out as it must; 1, one does not, or the ruleset has mistakes; 2, wrong usage.
    """
    from ucmsc_rules.cli.edges import print_edges  # noqa: PLC0415

    with ended_by():
        raise typer.Exit(print_edges(ruleset, form.value, tuple(criterion or ()), against))


@app.command()
def mutate(
    ruleset: RulesetArgument = DEFAULT,
    *,
    form: Annotated[MutateFormat, typer.Option("--format", help="What to print.")] = MutateFormat.TABLE,
) -> None:
    """Change a ruleset one thing at a time, and show which changes its own cases do not notice.

    Exit status: 0, the cases notice every change that is one; 1, some survive, or the ruleset has mistakes; 2, wrong
    usage.
    """
    from ucmsc_rules.cli.mutate import print_mutants  # noqa: PLC0415

    with ended_by():
        raise typer.Exit(print_mutants(ruleset, form.value))


@app.command()
def trace(
    ruleset: RulesetArgument = DEFAULT,
    *,
    form: Annotated[TraceFormat, typer.Option("--format", help="What to print.")] = TraceFormat.MARKDOWN,
) -> None:
    """Trace each place of the protocol to its criterion, rule, cases, their coverage, and the mutants that they kill.

    Exit status: 0, every place has a rule and every rule has cases; 1, some do not; 2, wrong usage.
    """
    from ucmsc_rules.cli.trace import print_trace  # noqa: PLC0415

    with ended_by():
        raise typer.Exit(print_trace(ruleset, form.value))


@app.command()
def explain(
    ruleset: RulesetArgument = DEFAULT,
    *,
    criterion: CriterionOption = None,
) -> None:
    """Show a ruleset in readable words, criterion by criterion."""
    from ucmsc_rules.cli.explain import print_explanation  # noqa: PLC0415

    with ended_by():
        print_explanation(ruleset, tuple(criterion or ()))


@app.command()
def dose(
    *,
    arm: Annotated[str, typer.Option(help="The arm's name in the ruleset.")],
    weight: Annotated[str, typer.Option(help='The weight with its unit, as "62 kg".')],
    concentration: Annotated[
        str | None, typer.Option(help='The product\'s concentration, as "1e7 cells/mL"; gives the volume.')
    ] = None,
    ruleset: RulesetOption = DEFAULT,
) -> None:
    """Reckon the cells for a weight, and the volume that holds them."""
    from ucmsc_rules.cli.describe import print_dose  # noqa: PLC0415

    with ended_by():
        print_dose(ruleset, arm, weight, concentration)


@app.command("list")
def list_rulesets() -> None:
    """List the rulesets that are shipped."""
    from ucmsc_rules.cli.describe import print_list  # noqa: PLC0415

    with ended_by():
        print_list()


@app.command()
def schema(name: Annotated[Schema, typer.Argument(help="Of what.")]) -> None:
    """Print a JSON Schema."""
    from ucmsc_rules.cli.describe import print_schema  # noqa: PLC0415

    with ended_by():
        print_schema(name.value)
