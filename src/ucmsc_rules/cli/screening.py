"""Does what ``ucmsc-rules screen`` was asked: files of records in, verdicts out, and the exit status."""

from __future__ import annotations

import os
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from attrs import evolve, frozen

from ucmsc_rules.cli.answering import Answered, Task, answer_all, screener_for
from ucmsc_rules.cli.forms import Writer
from ucmsc_rules.cli.intake import STDIN, Intake, check_files, pieces_of
from ucmsc_rules.cli.printable import coloured, width
from ucmsc_rules.cli.progress import shown_on_stderr
from ucmsc_rules.cli.recording import AuditOrder, recorded
from ucmsc_rules.cli.text import Page
from ucmsc_rules.cli.unread import tell_unread
from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.documents import plain, read_document
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.intake import parse_piece
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.facts.ranges import NormalRange, read_ranges
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.screening import EngineName
from ucmsc_rules.values.dates import parse_date
from ucmsc_rules.wording import did_you_mean

SOME_ERROR, DISAGREED = 1, 3


@frozen
class Order:
    """What the command line asked for."""

    intake: Intake
    ruleset: str
    form: str
    engine: str
    anchors: tuple[str, ...]
    normal_ranges: str | None
    jobs: int
    output: str | None
    audit: AuditOrder | None = None


def screen_files(order: Order) -> int:
    """Screens every record of every file; gives the exit status. Raises UsageError, and OSError for a file."""
    check_files(order.intake)
    _check_output(order)
    task = _task(order)
    # closed by hand: where the output breaks off, processes have to end before this one does
    pieces = pieces_of(order.intake, screener_for(task.ruleset, "", task.engine).compiled.ruleset.dictionary)
    with _output(order.output) as stream, closing(answer_all(task, pieces, order.jobs)) as answers:
        return _write(
            shown_on_stderr(recorded(answers, order.audit, task.ranges), order.output), Writer(stream, order.form)
        )


def _write(answers: Iterable[Answered], writer: Writer) -> int:
    statuses: Counter[str] = Counter()
    unread: Counter[str] = Counter()
    errors, disagreed = 0, False
    for answered in answers:
        writer.write(answered.text)
        statuses[answered.status] += 1
        unread.update(answered.unread)
        errors += answered.has_errors
        disagreed = disagreed or answered.disagreed
    writer.finish(statuses, errors)
    tell_unread(unread)
    if disagreed:
        return DISAGREED
    return SOME_ERROR if errors else 0


def _task(order: Order) -> Task:
    page = Page(width(), order.form == "text" and order.output is None and coloured())
    # resolved, since a process of its own may not start in the same folder
    place = str(Path(order.ruleset).resolve()) if os.path.exists(order.ruleset) else order.ruleset  # noqa: PTH110
    task = Task(place, "", cast("EngineName", order.engine), order.form, page)
    ruleset = screener_for(task.ruleset, "", task.engine).compiled.ruleset
    return evolve(
        task,
        anchors=tuple(anchor_of(text, ruleset) for text in order.anchors),
        ranges=_ranges(order.normal_ranges, ruleset) if order.normal_ranges else (),
        audited=order.audit is not None,
        digest=ruleset.digest if order.jobs > 1 else "",
    )


def anchor_of(text: str, ruleset: Ruleset) -> tuple[str, str]:
    """The name and the date of an option NAME=DATE. Raises UsageError."""
    name, _, day = text.partition("=")
    if name not in ruleset.anchors or not day:
        hint = did_you_mean(name, ruleset.anchors) or f"; {ruleset.name} has {', '.join(ruleset.anchors)}"
        raise UsageError(f'--anchor "{text}" is not of the form NAME=YYYY-MM-DD{hint}')
    span = parse_date(day)
    if span.first != span.last:
        raise UsageError(f'--anchor "{text}": {day} is a partial date; write the full date')
    return name, day


def _ranges(path: str, ruleset: Ruleset) -> tuple[NormalRange, ...]:
    """The table of normal ranges in a JSON or YAML file."""
    data = Path(path).read_bytes()
    raw = parse_piece(data) if path.endswith(".json") else plain(read_document(data, path))
    if isinstance(raw, Broken):
        raise UsageError(f"{path}: {raw.message}")
    try:
        return read_ranges(raw, ruleset.dictionary)
    except ValueTextError as error:
        raise UsageError(f"{path}: {error}") from None


def _check_output(order: Order) -> None:
    if order.output is None or not Path(order.output).exists():
        return
    if any(name != STDIN and Path(name).samefile(order.output) for name in order.intake.files):
        raise UsageError(f"--output {order.output} is the file that is read; write another")


@contextmanager
def _output(name: str | None) -> Iterator[BinaryIO]:
    if name is None:
        yield sys.stdout.buffer
        return
    with Path(name).open("wb") as stream:
        yield stream
