"""Draws how the cases of a ruleset cover its criteria."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO

from rich.console import Console
from rich.table import Table

from ucmsc_rules.cli.printable import coloured, width
from ucmsc_rules.coverage import CriterionCoverage

_COLUMNS = ("criterion", "cases true", "cases false", "cases unknown", "conditions shown")


def coverage_table(covered: Iterable[CriterionCoverage]) -> str:
    """For each criterion how many cases see it true, false and unknown, and how many conditions they show to decide."""
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in _COLUMNS:
        table.add_column(heading, justify="left" if heading == _COLUMNS[0] else "right")
    rows = [(each.criterion, each.true, each.false, each.unknown, each.shown, len(each.conditions)) for each in covered]
    for row in rows:
        table.add_row(*_cells(*row), style="" if all(row[1:4]) and row[4] == row[5] else "red")
    numbers = [sum(column) for column in zip(*(row[1:] for row in rows), strict=True)]
    table.add_row(*_cells("all", *numbers), style="bold")
    drawn = StringIO()
    colours = coloured()
    Console(file=drawn, width=width(), force_terminal=colours, color_system="auto" if colours else None).print(table)
    return "".join(f"{line.rstrip()}\n" for line in drawn.getvalue().splitlines())


def _cells(name: str, *numbers: int) -> tuple[str, ...]:
    *counts, shown, asked = numbers
    return name, *map(str, counts), f"{shown}/{asked}"
