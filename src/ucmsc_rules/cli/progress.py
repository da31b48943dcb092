"""Shows on a terminal how many records are answered, where the input is long."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TypeVar

LONG = 500
_T = TypeVar("_T")


def shown_on_stderr(answers: Iterable[_T], output: str | None) -> Iterator[_T]:
    """The same answers; from the 500th on they are counted on stderr, where that is a terminal of its own."""
    stream = iter(answers)
    if not sys.stderr.isatty() or (output is None and sys.stdout.isatty()):
        return stream
    return chain(islice(stream, LONG), _counted(stream))


def _counted(answers: Iterator[_T]) -> Iterator[_T]:
    first = list(islice(answers, 1))
    if not first:
        return
    from rich.console import Console  # noqa: PLC0415 - only for long input on a terminal
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TimeElapsedColumn  # noqa: PLC0415

    columns = ("screened", MofNCompleteColumn(), BarColumn(), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        bar = progress.add_task("screening", total=None, completed=LONG)
        for answered in chain(first, answers):
            yield answered
            progress.advance(bar)
