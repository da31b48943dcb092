"""Draws tables as plain text, styled where colours are shown."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import StringIO

from rich.console import Console
from rich.table import Table

from ucmsc_rules.cli.printable import coloured, printable, width


def drawn(headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: Iterable[int] = ()) -> str:
    """A table without lines; the columns in ``numbers`` stand to the right."""
    table = Table(box=None, pad_edge=False, header_style="bold", padding=(0, 2, 0, 0))
    right = set(numbers)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place in right else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(printable, row))
    text, colours = StringIO(), coloured()
    console = Console(
        file=text, width=width(), force_terminal=colours, color_system="auto" if colours else None, markup=False,
        highlight=False, emoji=False,
    )  # fmt: skip
    console.print(table, markup=False)
    return "".join(f"{line.rstrip()}\n" for line in text.getvalue().splitlines())
