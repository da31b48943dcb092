"""A table: columns, and rows one after another as texts."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.frozen import frozen_to_mypy

EXTRA = "install ucmsc-rules[tables]"


@frozen_to_mypy
class TableRow:
    """The texts of one row, and where it stands."""

    cells: tuple[str, ...]
    path: str


@frozen_to_mypy
class Table:
    """The columns of a table, and its rows; what cannot be read is ``Broken`` in its place."""

    columns: tuple[str, ...]
    rows: Iterator[TableRow | Broken]
