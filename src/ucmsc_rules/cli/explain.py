"""Prints a ruleset in readable words: what each criterion asks, where it is from, and what its rule reads."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from ucmsc_rules.cli.printable import folded, width
from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Comparison,
    Criterion,
    Earliest,
    Ever,
    Given,
    Longest,
    Measure,
    Nearest,
    RecordedAs,
    Result,
    Ruleset,
    Trait,
    UlnRatio,
)
from ucmsc_rules.wording import did_you_mean


def print_explanation(name: str, ids: tuple[str, ...]) -> None:
    """The ruleset, or only some criteria of it. Raises UsageError for a criterion that it lacks."""
    ruleset = load_ruleset(name)
    known = [criterion.id for criterion in ruleset.criteria]
    for wanted in ids:
        if wanted not in known:
            raise UsageError(f'{ruleset.name} has no criterion "{wanted}"{did_you_mean(wanted, known)}')
    columns = width()
    for line in () if ids else _head(ruleset, columns):
        typer.echo(line)
    for criterion in ruleset.criteria:
        if not ids or criterion.id in ids:
            typer.echo("\n".join(_criterion(criterion, ruleset, columns)))


def _head(ruleset: Ruleset, columns: int) -> Iterator[str]:
    yield f"{ruleset.name} {ruleset.version}"
    yield from folded(ruleset.title, columns)
    yield from folded(f"digest: {ruleset.digest}", columns)
    yield from folded(f"anchors, in the order of time: {', '.join(ruleset.anchors)}", columns)
    settings = ruleset.settings
    yield from folded(
        f"results count when they are at most {settings.results_not_older_than} days old at {settings.at}; an affirmed "
        f'"none" speaks for {settings.none_not_older_than} days after its date',
        columns,
    )
    for counting in ruleset.counts_as:
        yield from folded(f"each {counting.text} counts as {counting.event} on its day", columns)
    for arm in ruleset.arms.values():
        yield from folded(f"arm {arm.name}: {arm.text}, {arm.dose} of {arm.weight}", columns)
    for title, note in ruleset.notes.items():
        yield from folded(f"{title}: {note}", columns)
    yield ""


def _criterion(criterion: Criterion, ruleset: Ruleset, columns: int) -> Iterator[str]:
    must = "must hold" if criterion.category.value == "inclusion" else "must not hold"
    yield f"{criterion.id}, {criterion.category.value}: {must} ({criterion.source})"
    yield from folded(criterion.text, columns, "  ")
    if criterion.reading:
        yield from folded(f"reading: {criterion.reading}", columns, "  ", "    ")
    for branch in criterion.branches:
        if branch.key:
            yield from folded(f"{branch.key}) {branch.text}", columns, "  ", "     ")
        yield from folded(f"rule: {branch.rule_text}", columns, "     " if branch.key else "  ", "       ")
    if criterion.conflict_text:
        yield from folded(f"unknown, with a warning, where: {criterion.conflict_text}", columns, "  ", "    ")
    yield "  reads:"
    for text in dict.fromkeys(_reads(comparison, ruleset) for comparison in comparisons_of(criterion)):
        yield from folded(text, columns, "    - ", "      ")
    yield f"  cases: {len(criterion.cases)}"
    yield ""


def _reads(comparison: Comparison, ruleset: Ruleset) -> str:
    measure = comparison.measure
    concept = ruleset.dictionary[measure.concept]
    return f"{concept.label} ({concept.name}): {_way(measure)}"


def _way(measure: Measure) -> str:  # noqa: C901, PLR0911 - one sentence for each measure
    """How a measure is read, in words."""
    match measure:
        case Result(_, unit, at, days):
            return f"the latest result of the {days} days up to {at}{f', in {unit}' if unit else ''}"
        case UlnRatio(_, at, days):
            return f"the latest result of the {days} days up to {at}, as a multiple of its upper limit of normal (ULN)"
        case Answer(_, at):
            return f"the answer that stands at {at}, yes or no"
        case Trait():
            return "as recorded"
        case Age(_, at):
            return f"the completed years at {at}"
        case Nearest(_, unit, anchor, ahead):
            return (
                f"whole {unit.value} from {f'{anchor} on' if ahead else f'the event that is nearest, up to {anchor}'}"
            )
        case Earliest(_, unit, anchor):
            return f"whole {unit.value} from the end of the earliest event to {anchor}"
        case Longest(_, unit, anchor):
            return f"whole {unit.value} that the longest event lasted by {anchor}"
        case Ever(_, until):
            return f"any event ever, up to {until} where that is given"
        case Given(_, by):
            return f"whether it was given by {by}, and not taken back later"
        case RecordedAs():
            return "whether it is recorded so anywhere, whatever its day"
        case _:
            raise AssertionError(measure)
