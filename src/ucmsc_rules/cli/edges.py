"""Prints the edges of a ruleset, and holds rulesets to edges that were kept."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from ucmsc_rules.cli.complaints import AMISS, asked_for
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.cli.tables import drawn
from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing import boundaries, check_edges, dump_edge, edges, read_edges
from ucmsc_rules.wording import did_you_mean

_HEADINGS = ("rule", "must be", "why it is here", "facts")
_KEYS = ("value", "unit", "when", "until", "recorded", "uln", "lloq", "copies_per_iu", "status", "complete")


def print_edges(name: str, form: str, criteria: tuple[str, ...], against: str | None) -> int:
    """The edges of a ruleset, or how it answers those of a file; gives the exit status."""
    ruleset = asked_for(name)
    for each in criteria:
        _known(ruleset, each)
    if against is not None:
        with Path(against).open(encoding="utf-8") as lines:
            kept = [edge for edge in read_edges(lines) if not criteria or edge.criterion in criteria]
        return _verdict(ruleset, kept)
    made = [edge for each in criteria or (None,) for edge in edges(ruleset, each)]
    if form == "ndjson":
        for edge in made:
            typer.echo(dump_edge(edge))
        return AMISS if check_edges(ruleset, made) else 0
    typer.echo(drawn(_HEADINGS, map(_row, made)))
    return _verdict(ruleset, made)


def _known(ruleset: Ruleset, criterion: str) -> None:
    ids = [each.id for each in ruleset.criteria]
    if criterion not in ids:
        hint = did_you_mean(criterion, ids) or f"; there are {', '.join(ids)}"
        raise UsageError(f'{ruleset.name} has no criterion "{criterion}"{hint}')


def _verdict(ruleset: Ruleset, kept: Iterable[boundaries.Edge]) -> int:
    edges_held = list(kept)
    misses = check_edges(ruleset, edges_held)
    for miss in misses:
        typer.echo(printable(miss.message))
    missed = len({miss.edge.id for miss in misses})
    answered = f"{len(edges_held) - missed} of {len(edges_held)} edges come out as they must"
    typer.echo(f"{ruleset.name} {ruleset.version}: {answered}")
    return AMISS if misses else 0


def _row(edge: boundaries.Edge) -> tuple[str, str, str, str]:
    about = f"{edge.criterion}{'.' + edge.branch if edge.branch else ''} {edge.about}"
    return about, edge.holds[edge.criterion], edge.reason, "; ".join(_facts(edge)) or "none"


def _facts(edge: boundaries.Edge) -> Iterable[str]:
    for fact in edge.record["facts"]:
        told = (
            f"{key} {fact[key]}" if key not in ("value", "unit") else str(fact[key]) for key in _KEYS if key in fact
        )
        yield f"{fact['concept']} {' '.join(told)}"
