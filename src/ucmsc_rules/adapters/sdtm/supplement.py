"""Joins supplemental qualifiers (SUPP--) to the records that they belong to: a name and a value become a cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ucmsc_rules.adapters.row import UNKNOWN, Cell, Row
from ucmsc_rules.adapters.sdtm.draft import Draft, Made
from ucmsc_rules.adapters.sdtm.gather import Record
from ucmsc_rules.values.dates import shown

_NEEDED = frozenset({"RDOMAIN", "IDVAR", "IDVARVAL", "QNAM", "QVAL"})


def is_supplement(record: Record) -> bool:
    """Whether a record qualifies another one."""
    return _NEEDED.issubset(record.table.columns)


def join_supplements(drafts: Sequence[Draft], supplements: Sequence[Record], made: Made) -> None:
    """Give each qualifier to its records; one that has none stays a row of its own, so that it is counted."""
    indexes: dict[tuple[str, str], dict[str, list[Draft]]] = {}
    for record in supplements:
        texts = {name: text.strip() for name, text in zip(record.table.columns, record.values, strict=True)}
        asked = (texts["RDOMAIN"].upper(), texts["IDVAR"].upper())
        if asked not in indexes:
            indexes[asked] = _index(drafts, *asked)
        parents = indexes[asked].get(_plain(texts["IDVARVAL"]), ())
        for parent in parents:
            _add(parent, texts, made)
        if not parents:
            cells = {name: Cell(text) for name, text in texts.items()}
            made.rows.append(Row(record.table.name, cells, f"{record.table.name}[row {record.number}]"))


def _index(drafts: Sequence[Draft], kind: str, variable: str) -> dict[str, list[Draft]]:
    """The records of a domain by the value of a variable; without a variable, those of demographics."""
    index: dict[str, list[Draft]] = {}
    for draft in drafts:
        if draft.kind == kind and (variable in draft.cells or (not variable and kind == "DM")):
            value = draft.cells[variable].text if variable else ""
            index.setdefault(_plain(value), []).append(draft)
    return index


def _plain(text: str) -> str:
    """A number as 12 and 12.0 alike."""
    whole, point, rest = text.partition(".")
    return whole if point and not rest.strip("0") else text


def _add(parent: Draft, texts: Mapping[str, str], made: Made) -> None:
    name, text = texts["QNAM"].upper(), texts["QVAL"]
    there = parent.cells.get(name)
    if there is None or (not there.text and not there.absent):
        parent.cells[name] = Cell(text)
    elif there.text != text:
        made.complain(
            f"{parent.path}.{name}", f"it is {shown(there.text)} and {shown(text)} at once; correct one of them"
        )
        parent.cells[name] = Cell(f"{there.text} or {text}", absent=UNKNOWN)
