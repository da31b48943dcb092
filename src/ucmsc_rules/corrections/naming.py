"""Which entry of an open screening a text names: by its path, or by its source."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ucmsc_rules.corrections.amendment import CorrectionError
from ucmsc_rules.corrections.held import Held
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import did_you_mean

_PATH = re.compile(r"facts\[(?P<place>[0-9]{1,9})\](?:\.\w+)?\Z")


def path_of(place: int) -> str:
    """The path of an entry, as evidence and problems write it."""
    return f"facts[{place}]"


def place_of(entries: Sequence[Held], which: str) -> int:
    """The place of the entry that a path or a source names. Raises CorrectionError where it names none, or several.

    The path of a problem serves too: ``facts[3].value`` is in ``facts[3]``.
    """
    path = _PATH.match(which)
    place = int(path["place"]) if path is not None else _by_source(entries, which)
    if place >= len(entries):
        raise CorrectionError(f"there is no {path_of(place)}; the record has {len(entries)} facts")
    if entries[place].withdrawn:
        raise CorrectionError(f"{path_of(place)} was withdrawn; give what is now known as a new fact")
    return place


def _by_source(entries: Sequence[Held], which: str) -> int:
    sources = {place: source for place, held in enumerate(entries) if (source := _source(held))}
    places = [place for place, source in sources.items() if source == which]
    if not places:
        hint = did_you_mean(which, sources.values()) or "; write a path, as facts[3]"
        raise CorrectionError(f"{shown(which)} is neither the path nor the source of a fact{hint}")
    if len(places) > 1:
        listed = ", ".join(path_of(place) for place in places)
        raise CorrectionError(f"{shown(which)} is the source of {listed}; write the path of one")
    return places[0]


def _source(held: Held) -> str:
    """The source of an entry that was not withdrawn; empty where it has none."""
    source = held.raw.get("source") if isinstance(held.raw, dict) and not held.withdrawn else None
    return source if isinstance(source, str) else ""
