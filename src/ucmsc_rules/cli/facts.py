"""Prints the facts that were read of each subject, what they mean, and what was not understood."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import typer

from ucmsc_rules.adapters.received import Received
from ucmsc_rules.cli.complaints import asked_for
from ucmsc_rules.cli.intake import Intake, check_files, pieces_of
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.cli.unread import tell_unread, unread_lines
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.facts.intake import parse_piece
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules.model import Ruleset

SOME_ERROR = 1
_KEYS = (
    "value", "unit", "when", "until", "recorded", "uln", "lloq", "copies_per_iu", "detected", "status", "complete",
    "source",
)  # fmt: skip
_BARE = ("value", "unit")


def print_facts(intake: Intake, name: str, form: str) -> int:
    """The canonical records of files; gives the exit status. Raises UsageError and RulesetError."""
    check_files(intake)
    ruleset = asked_for(name)
    errors, count = False, 0
    unread: Counter[str] = Counter()
    for index, piece in enumerate(pieces_of(intake, ruleset.dictionary)):
        received = piece if isinstance(piece, Received) else Received(parse_piece(piece))  # type: ignore[arg-type]
        problems = (*received.problems, *_of_reading(received.record, index, ruleset))
        errors = errors or any(problem.level == "error" for problem in problems)
        unread.update(received.unread)
        count += 1
        if form == "text":
            for line in _lines(received, problems):
                typer.echo(printable(line))
            typer.echo("")
        elif isinstance(received.record, Mapping):
            typer.echo(json.dumps(received.record, ensure_ascii=False, default=str))
        else:
            _tell(problems)
    if form != "text":
        tell_unread(unread)
    elif count > 1:
        for line in unread_lines(unread):
            typer.echo(printable(line))
    return SOME_ERROR if errors else 0


def _of_reading(record: object, index: int, ruleset: Ruleset) -> tuple[Problem, ...]:
    """What reading the canonical record finds wrong with it."""
    read = read_record(record, index, ruleset.dictionary, ruleset.anchors)
    return read.problems if isinstance(read, Record) else (read.problem,)


def _tell(problems: Iterable[Problem]) -> None:
    for problem in problems:
        typer.echo(printable(f"{problem.level} {problem.path}: {problem.message}"), err=True)


def _lines(received: Received, problems: Iterable[Problem]) -> Iterator[str]:
    record = received.record
    if isinstance(record, Mapping):
        yield f"Subject {record.get('subject')}"
        anchors = record.get("anchors")
        if isinstance(anchors, Mapping) and anchors:
            yield f"  dates: {', '.join(f'{name} {day}' for name, day in anchors.items())}"
        facts = record.get("facts")
        for fact in facts if isinstance(facts, list) else []:
            if isinstance(fact, Mapping):
                yield f"  {_fact(fact)}"
    else:
        yield "A part of the input that no subject can be made of"
    for problem in problems:
        yield f"  {problem.level} {problem.path}: {problem.message}"
    for line in unread_lines(received.unread):
        yield f"  {line}"


def _fact(fact: Mapping[str, Any]) -> str:
    told = [str(fact[key]) if key in _BARE else f"{key} {fact[key]}" for key in _KEYS if key in fact]
    return f"{fact.get('concept')}: {', '.join(told)}"
