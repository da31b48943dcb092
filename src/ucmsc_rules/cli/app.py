"""The commands and their options. What a command does stands in a module of its own, imported when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from ucmsc_rules.cli.options import (
    CriterionOption,
    DictionaryOption,
    EdgesFormat,
    Engine,
    ExportFormat,
    FactsFormat,
    FilesArgument,
    Format,
    From,
    FromOption,
    LogFormat,
    MappingOption,
    MissingOption,
    MutateFormat,
    OutputOption,
    RulesetArgument,
    RulesetOption,
    Schema,
    To,
    TraceFormat,
)
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
    files: FilesArgument,
    *,
    ruleset: RulesetOption = DEFAULT,
    system: FromOption = From.AUTO,
    mapping: MappingOption = None,
    data_dictionary: DictionaryOption = None,
    missing_data_codes: MissingOption = "",
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
    output: OutputOption = None,
    audit: Annotated[
        str | None,
        typer.Option(metavar="FILE|URL", help="Record each verdict in this audit trail; needs --who, --when."),
    ] = None,
    who: Annotated[str, typer.Option(help="Who screens, for the audit trail.")] = "",
    when: Annotated[str, typer.Option(help="When, in ISO 8601, for the audit trail.")] = "",
    reason: Annotated[str, typer.Option(help="Why, for the audit trail.")] = "",
) -> None:
    """Screen subjects: for each criterion whether it holds, why, and what is still needed.

    Exit status: 0, everything was read; 1, an error was reported; 2, wrong usage; 3, the engines disagreed. A verdict
    never sets it.
    """
    from ucmsc_rules.cli.intake import Intake  # noqa: PLC0415
    from ucmsc_rules.cli.recording import AuditOrder  # noqa: PLC0415
    from ucmsc_rules.cli.screening import Order, screen_files  # noqa: PLC0415

    with ended_by():
        intake = Intake(tuple(files), system.value, mapping, data_dictionary, missing_data_codes)
        trail = AuditOrder(audit, who, when, reason) if audit is not None else None
        anchors = tuple(anchor or ())
        order = Order(intake, ruleset, form.value, engine.value, anchors, normal_ranges, jobs, output, trail)
        raise typer.Exit(screen_files(order))


@app.command()
def facts(  # noqa: PLR0913 - one parameter for each option
    files: FilesArgument,
    *,
    ruleset: RulesetOption = DEFAULT,
    system: FromOption = From.AUTO,
    mapping: MappingOption = None,
    data_dictionary: DictionaryOption = None,
    missing_data_codes: MissingOption = "",
    form: Annotated[FactsFormat, typer.Option("--format", help="What to print.")] = FactsFormat.TEXT,
) -> None:
    """Show the facts that are read of each subject, and what was not understood or is not named by the mapping.

    As ndjson these are canonical records, which screen takes. Exit status: 0, all was understood; 1, an error was
    reported; 2, wrong usage.
    """
    from ucmsc_rules.cli.facts import print_facts  # noqa: PLC0415
    from ucmsc_rules.cli.intake import Intake  # noqa: PLC0415

    with ended_by():
        intake = Intake(tuple(files), system.value, mapping, data_dictionary, missing_data_codes)
        raise typer.Exit(print_facts(intake, ruleset, form.value))


@app.command()
def export(  # noqa: PLR0913 - one parameter for each option
    answers: Annotated[str, typer.Argument(metavar="ANSWERS", help="What screen --format json or ndjson printed.")],
    *,
    to: Annotated[To, typer.Option(help="What to write.")],
    study: Annotated[str, typer.Option(help="The study's identifier.")],
    ruleset: RulesetOption = DEFAULT,
    created: Annotated[str, typer.Option(metavar="TIME", help="When the file is made, in ISO 8601.")] = "",
    form: Annotated[ExportFormat, typer.Option("--format", help="Of datasets and REDCap rows.")] = ExportFormat.JSON,
    output: OutputOption = None,
) -> None:
    """Write answers for an EDC system: SDTM IE or TI, FHIR, REDCap import rows, ODM.

    sdtm-open lists the criteria that could not be decided, for which IE has no place.
    """
    from ucmsc_rules.cli.export import Export, write_export  # noqa: PLC0415

    with ended_by():
        order = Export(answers, to.value, ruleset, study, created, form.value, output)
        raise typer.Exit(write_export(order))


@app.command()
def verify(
    where: Annotated[str, typer.Argument(metavar="FILE|URL", help="The audit trail.")],
    *,
    head: Annotated[str | None, typer.Option(help="What an earlier call printed last, kept elsewhere.")] = None,
) -> None:
    """Verify an audit trail: finds entries that were edited, taken out, put in or moved.

    Exit status: 0, it is sound; 1, it is not; 2, there is no trail.
    """
    from ucmsc_rules.cli.trail import print_verification  # noqa: PLC0415

    with ended_by():
        raise typer.Exit(print_verification(where, head))


@app.command()
def log(
    where: Annotated[str, typer.Argument(metavar="FILE|URL", help="The audit trail.")],
    *,
    form: Annotated[LogFormat, typer.Option("--format", help="What to write.")] = LogFormat.CSV,
    latest: Annotated[bool, typer.Option("--latest", help="Only the last verdict of each subject.")] = False,
    output: OutputOption = None,
) -> None:
    """Write the screening log of an audit trail: subject, date, status, criteria not met, version."""
    from ucmsc_rules.cli.trail import write_log  # noqa: PLC0415

    with ended_by():
        write_log(where, form.value, output, latest=latest)


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
def cohort(  # noqa: PLR0913 - one parameter for each option
    facts: Annotated[
        list[str],
        typer.Argument(
            metavar="FACTS", help="Tables of facts: Parquet, CSV or NDJSON; or postgresql://user@host/db#table."
        ),
    ],
    *,
    out: Annotated[str, typer.Option(metavar="FILE", help="Where the findings go, as Parquet.")],
    anchors: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="A table with a row for each subject and a column for each anchor."),
    ] = None,
    ruleset: RulesetOption = DEFAULT,
    anchor: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=DATE", help="An anchor for subjects that lack it; may be repeated."),
    ] = None,
    report: Annotated[str | None, typer.Option(metavar="FILE", help="Write an HTML report of the attrition.")] = None,
    plots: Annotated[str | None, typer.Option(metavar="FOLDER", help="Write the diagrams as SVG and PNG.")] = None,
    vary: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE", help='What another rule would bring, as "I4: hbv_dna <= 2000 IU/mL".'),
    ] = None,
    min_cell: Annotated[int, typer.Option(min=0, help="Hide counts from 1 to one less than this.")] = 0,
    wide: Annotated[
        bool, typer.Option("--wide", help="One row for each subject, a column for each criterion.")
    ] = False,
    memory_limit: Annotated[str, typer.Option(help="How much memory the database may take.")] = "3GB",
    threads: Annotated[int | None, typer.Option(min=1, max=256, help="How many threads it may take.")] = None,
) -> None:
    """Screen a cohort in SQL, and show whom each criterion costs.

    Interrupted, the same command goes on where it was. Exit status: 0, everything was read; 1, an error was reported;
    2, wrong usage.
    """
    with ended_by():
        from ucmsc_rules.cli.cohort import CohortOrder, print_cohort  # noqa: PLC0415
        from ucmsc_rules.cohort.commands import Options  # noqa: PLC0415

        options = Options(
            report=Path(report) if report else None, plots=Path(plots) if plots else None, vary=tuple(vary or ()),
            min_cell=min_cell, wide=wide, memory_limit=memory_limit, threads=threads,
        )  # fmt: skip
        order = CohortOrder(tuple(facts), anchors, ruleset, out, tuple(anchor or ()), options)
        raise typer.Exit(print_cohort(order))


@app.command()
def synth(
    count: Annotated[int, typer.Argument(min=1, max=100_000_000, metavar="N", help="How many subjects.")],
    *,
    out: Annotated[str, typer.Option(metavar="FOLDER", help="Where facts.parquet and anchors.parquet go.")],
    ruleset: RulesetOption = DEFAULT,
    seed: Annotated[int, typer.Option(help="The same seed gives the same subjects.")] = 1,
) -> None:
    """Make up a cohort, for demonstrations and benchmarks: nobody's data."""
    with ended_by():
        from ucmsc_rules.cli.cohort import print_synth  # noqa: PLC0415

        print_synth(ruleset, count, out, seed)


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
