"""What the readers of resources give: the cells of a row, and where in the resource they are from."""

from __future__ import annotations

from attrs import frozen

from ucmsc_rules.adapters.fhir.json_shape import NOTHING, Json
from ucmsc_rules.adapters.fhir.moments import ONGOING, Time
from ucmsc_rules.adapters.row import Cell


@frozen
class Found:
    """The cells of one row; ``place`` is its path inside the resource, ``trouble`` what is wrong with its limit.

    ``part`` is the element that the row is read from.
    """

    cells: dict[str, Cell]
    place: str = ""
    trouble: str = ""
    part: Json = NOTHING


def filled(**cells: Cell) -> dict[str, Cell]:
    """The cells that say something."""
    return {name: cell for name, cell in cells.items() if cell.text or cell.absent}


def course(time: Time, recorded: str, *, going_on: bool) -> dict[str, Cell]:
    """The cells of an event: ``when``, ``until``, and ``as_of``, the day that its ``ongoing`` speaks for.

    An end that is not told is unknown, never the day of the start: the event "had not ended" on its first day, and
    nothing is known of later ones. One that still went on when it was recorded had not ended then.
    """
    if time.instant:
        start = Cell(time.written)
        return (
            filled(when=start, until=Cell(ONGOING), as_of=Cell(recorded or time.start)) if going_on else {"when": start}
        )
    if not time.start:  # some day up to its end, or up to when it was recorded
        return filled(as_of=Cell(time.end or recorded))
    if time.end and not going_on:
        return filled(when=Cell(time.written), until=Cell(time.end), as_of=Cell(recorded))
    as_of = (recorded or time.start) if going_on else time.start
    return filled(when=Cell(time.written), until=Cell(ONGOING), as_of=Cell(as_of))
