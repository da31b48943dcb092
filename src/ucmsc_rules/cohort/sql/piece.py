"""A piece of the worksheet: a query with a row for each subject that has any facts of its kind."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen


@frozen
class Piece:
    """A table by ``sid`` with ``lo_<n>`` and ``hi_<n>`` for some measures.

    ``nothing`` gives, for each measure's number, what is known where the subject has no row or no value.
    """

    table: str
    query: str
    nothing: Mapping[int, tuple[str, str]]


def bounds(place: int, lo: str, hi: str) -> str:
    """The two columns of a measure."""
    return f"{lo} AS lo_{place}, {hi} AS hi_{place}"
