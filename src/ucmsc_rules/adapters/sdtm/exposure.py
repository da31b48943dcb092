"""Marks the first exposure of a subject, from which a mapping may take an anchor."""

from __future__ import annotations

from collections.abc import Sequence

from ucmsc_rules.adapters.dates import canonical_date
from ucmsc_rules.adapters.row import Cell
from ucmsc_rules.adapters.sdtm.draft import Draft, Made
from ucmsc_rules.values.dates import parse_date

FIRST = "first"
EXPOSURES = ("EX", "EC")


def mark_first(drafts: Sequence[Draft], made: Made) -> None:
    """Mark the records that may be the first; where one has no start that can be read, none is marked."""
    for kind in EXPOSURES:
        given = [draft for draft in drafts if draft.kind == kind and draft.text("OCCUR") == "Y"]
        days = [canonical_date(draft.text("STDTC")) for draft in given]
        unread = [draft for draft, day in zip(given, days, strict=True) if day is None]
        if unread:
            path = f"{unread[0].path}.{kind}STDTC"
            made.complain(path, "this exposure has no start that can be read, so the first is not known; correct it")
            continue
        spans = [parse_date(day) for day in days if day is not None]
        for draft, span in zip(given, spans, strict=True):
            if span.first <= min(each.last for each in spans):
                draft.cells[FIRST] = Cell("Y")
