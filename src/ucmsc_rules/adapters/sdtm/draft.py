"""Rows of a subject in the making."""

from __future__ import annotations

from attrs import Factory, define

from ucmsc_rules.adapters.row import Cell, Row
from ucmsc_rules.facts.fact import Problem


@define
class Draft:
    """A row that is being made: its kind, the letters that its variables begin with, and its cells."""

    kind: str
    prefix: str
    path: str
    cells: dict[str, Cell]

    def text(self, name: str) -> str:
        """The text of a variable, by its name without the domain's letters."""
        cell = self.cells.get(self.prefix + name)
        return cell.text if cell is not None else ""

    def put(self, name: str, cell: Cell) -> None:
        """Set the cell of a variable, by its name without the domain's letters."""
        self.cells[self.prefix + name] = cell


@define
class Made:
    """The rows of a subject, and what was found amiss in them."""

    rows: list[Row] = Factory(list)
    problems: list[Problem] = Factory(list)

    def complain(self, path: str, message: str) -> None:
        """Note something that a person should look at."""
        self.problems.append(Problem("error", path, message))
