"""Tells what a mapping does not name, so that nothing that was sent is passed over without a word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import typer

from ucmsc_rules.cli.printable import printable

MOST = 20


def tell_unread(unread: Mapping[str, int]) -> None:
    """On stderr, what was not read and how often; the commonest first."""
    for line in unread_lines(unread, MOST):
        typer.echo(printable(line), err=True)


def unread_lines(unread: Mapping[str, int], most: int | None = None) -> Iterator[str]:
    """A heading, a line for each thing that was not read, and how many more there are.

    >>> list(unread_lines({"LB LBTESTCD=AFP": 3}))
    ['not read, since the mapping does not name it:', '  3 x LB LBTESTCD=AFP']
    """
    told = Counter(dict(unread)).most_common(most)
    if told:
        yield "not read, since the mapping does not name it:"
    for name, count in told:
        yield f"  {count} x {name}"
    if len(told) < len(unread):
        yield f"  and {len(unread) - len(told)} others; ucmsc-rules facts lists them all"
