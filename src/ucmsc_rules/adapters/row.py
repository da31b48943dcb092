"""Rows: what every system's data become before a mapping says what they mean."""

from __future__ import annotations

from collections.abc import Mapping

from ucmsc_rules.frozen import frozen_to_mypy

NOT_DONE = "not_done"
UNKNOWN = "unknown"


@frozen_to_mypy
class Cell:
    """One field of a row, as it was written; ``text`` is "" where it is blank.

    ``unit`` is the unit that the source gives to this very field. ``absent`` is why there is no text, where the source
    says so: ``NOT_DONE`` (nothing was found out) or ``UNKNOWN`` (there is an answer, and it is not told). ``also``
    holds the further texts of a field that says the same in several ways, as codes of several systems do.
    """

    text: str = ""
    unit: str = ""
    absent: str = ""
    also: tuple[str, ...] = ()


@frozen_to_mypy
class Row:
    """One row of a subject: a resource, an item group, a form, a line of a domain or of a table.

    ``kind`` is what the source calls such rows ("Observation", "LB", "IG.LB", "labs"), ``path`` where it stands in the
    source ("Bundle.entry[3]", "LB[12]"), for problems and for the fact's source.
    """

    kind: str
    cells: Mapping[str, Cell]
    path: str
