"""Gives rows the items of other groups that a mapping asks for: of the same form, or of the same event."""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

from ucmsc_rules.adapters.odm.rows import Rows, either_cell
from ucmsc_rules.adapters.row import UNKNOWN, Cell

FORM, EVENT = "@form:", "@event:"


def is_joined(field: str) -> bool:
    """Whether the name of a field asks for an item of another group.

    >>> is_joined("@form:LBDAT"), is_joined("@FormOID")
    (True, False)
    """
    return field.startswith((FORM, EVENT))


def add_joined(rows: Rows, fields: Iterable[str]) -> None:
    """Adds the cells that are asked for. The row's own item goes first; several that differ are unknown."""
    pairs = list(zip(rows.rows, rows.scopes, strict=True))
    for field in sorted(fields):
        scope, oid = int(field.startswith(FORM)), field.partition(":")[2]
        found: dict[str, Cell] = {}
        for row, scopes in pairs:
            cell, where = row.cells.get(oid), scopes[scope]
            if where and cell is not None and (cell.text or cell.absent == UNKNOWN):
                found[where] = cell if found.get(where, cell) == cell else either_cell(found[where], cell)
        for row, scopes in pairs:
            own = row.cells.get(oid)
            joined = own if own is not None and own.text else found.get(scopes[scope])
            if joined is not None:
                cast("dict[str, Cell]", row.cells)[field] = joined  # they are dicts until they are given away
