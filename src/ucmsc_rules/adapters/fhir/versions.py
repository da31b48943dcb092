"""Of several versions of one resource, finds the newest; where nobody can tell which that is, none can be trusted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from attrs import Factory, define

from ucmsc_rules.adapters.fhir.entries import Entry, address_of
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object

LONGEST_NUMBER = 18


@define
class Current:
    """The resources that count, those whose newest version nobody can tell, and how many older ones were left out."""

    entries: list[Entry] = Factory(list)
    doubtful: set[int] = Factory(set)
    older: int = 0


def current(entries: Iterable[Entry]) -> Current:
    """The newest version of each resource, in the order of the first; ``doubtful`` are places in ``entries``."""
    kept = Current()
    places: dict[str, int] = {}
    for entry in entries:
        key = address_of(entry)
        place = places.get(key) if key else None
        if place is None:
            places[key] = len(kept.entries)
            kept.entries.append(entry)
        elif entry.resource != kept.entries[place].resource:
            _choose(kept, place, entry)
    return kept


def _choose(kept: Current, place: int, entry: Entry) -> None:
    newer = _is_newer(entry.resource, kept.entries[place].resource)
    if newer is None:
        kept.doubtful |= {place, len(kept.entries)}
        kept.entries.append(entry)
        return
    kept.older += 1
    if newer:
        kept.entries[place] = entry


def _is_newer(one: Json, other: Json) -> bool | None:
    """Whether a version is newer than another, by its number, else by its time."""
    ours, theirs = (an_object(each.get("meta")) for each in (one, other))
    numbers = [a_text(each.get("versionId")) for each in (ours, theirs)]
    if all(number.isdecimal() and len(number) <= LONGEST_NUMBER for number in numbers) and numbers[0] != numbers[1]:
        return int(numbers[0]) > int(numbers[1])
    times = [_instant(a_text(each.get("lastUpdated"))) for each in (ours, theirs)]
    if times[0] is None or times[1] is None or times[0] == times[1]:
        return None
    return times[0] > times[1]


def _instant(text: str) -> datetime | None:
    """A time with its zone; None for anything else."""
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None
