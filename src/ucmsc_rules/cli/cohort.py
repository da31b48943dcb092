"""Screens a cohort, tells whom each criterion costs, and makes cohorts up."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import typer
from attrs import evolve, frozen

from ucmsc_rules.cli.complaints import asked_for
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.cli.screening import anchor_of
from ucmsc_rules.cli.tables import drawn
from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.cohort.attrition import Attrition
from ucmsc_rules.cohort.commands import Options, run_cohort, run_synth
from ucmsc_rules.cohort.postgres import is_postgres

SOME_ERROR = 1
MOST_WANTS = 10
_HEADINGS = ("criterion", "excluded", "by it alone", "in order", "remaining", "unknown")


@frozen
class CohortOrder:
    """What the command line asked for."""

    facts: tuple[str, ...]
    anchors: str | None
    ruleset: str
    out: str
    given: tuple[str, ...]
    options: Options


def print_cohort(order: CohortOrder) -> int:
    """Screens a cohort and prints its attrition; gives the exit status. Raises UsageError and CohortError."""
    ruleset = asked_for(order.ruleset)
    for name in (*order.facts, *filter(None, (order.anchors,))):
        if not is_postgres(name) and not Path(name).is_file():
            raise UsageError(f"there is no file {name}")
    given = dict(anchor_of(text, ruleset) for text in order.given)
    tables = (list(order.facts), order.anchors)
    with _progress() as tell:
        outcome = run_cohort(ruleset, tables, Path(order.out), evolve(order.options, default_anchors=given), tell)
    for line in _lines(outcome.attrition):
        typer.echo(printable(line))
    for problem in outcome.problems:
        if problem.count == 0 or problem.count >= order.options.min_cell:
            told = evolve(problem, examples=()) if order.options.min_cell else problem  # an example is somebody's
            typer.echo(printable(str(told)), err=True)
    return SOME_ERROR if any(problem.level == "error" for problem in outcome.problems) else 0


def print_synth(name: str, count: int, folder: str, seed: int) -> None:
    """Makes a cohort up, and says where it stands."""
    facts, anchors = run_synth(asked_for(name), count, Path(folder), seed)
    typer.echo(f"{count} made-up subjects: {facts} and {anchors}")


@contextmanager
def _progress() -> Iterator[Callable[[int, int, str], None] | None]:
    """A bar on stderr, where that is a terminal."""
    if not sys.stderr.isatty():
        yield None
        return
    from rich.console import Console  # noqa: PLC0415 - only on a terminal
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("screening", total=None)
        yield lambda done, of, words: progress.update(bar, completed=done, total=of, description=words)


def _lines(counted: Attrition) -> Iterator[str]:
    rows = [
        (row.criterion, *map(_shown, (row.excluded, row.only, row.first, row.remaining, row.unknown)))
        for row in counted.rows
    ]
    yield from drawn(_HEADINGS, rows, numbers=range(1, len(_HEADINGS))).splitlines()
    yield ""
    told = (("screened", counted.screened), ("eligible", counted.eligible), ("undetermined", counted.undetermined))
    words = ", ".join(f"{_shown(number)} {word}" for word, number in (*told, ("ineligible", counted.excluded)))
    yield f"{counted.ruleset} {counted.version}: {words}"
    if counted.wants:
        yield "undetermined for want of:"
        for want in counted.wants[:MOST_WANTS]:
            yield f"  {_shown(want.subjects)} {want.concept} (of these {_shown(want.only)} for nothing else)"
    for change in counted.changes:
        yield (
            f"{change.criterion} as {change.after}: {_shown(change.eligible)} eligible "
            f"({_shown(change.gained)} gained, {_shown(change.lost)} lost), {_shown(change.undetermined)} undetermined"
        )


def _shown(count: int | None) -> str:
    """A count; a cell that is not shown is a dot."""
    return "." if count is None else str(count)
