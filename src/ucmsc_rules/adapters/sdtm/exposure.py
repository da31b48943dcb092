"""Marks the first exposure of a subject, from which a mapping may take an anchor."""

from __future__ import annotations

from collections.abc import Sequence

from ucmsc_rules.adapters.dates import canonical_date
from ucmsc_rules.adapters.row import UNKNOWN, Cell
from ucmsc_rules.adapters.sdtm.draft import Draft, Made
from ucmsc_rules.values.dates import parse_date

FIRST = "first"
EXPOSURES = ("EX", "EC")


def mark_first(drafts: Sequence[Draft], made: Made) -> None:
    """Mark each exposure as one that may be the first (Y) or is not (N).

    Where one may have been earlier than all others, since its start or whether it happened is not known, none is marked
    as the first.
    """
    for kind in EXPOSURES:
        mine = [draft for draft in drafts if draft.kind == kind]
        days = {draft.path: _day(draft) for draft in mine if _may_have_happened(draft)}
        doubtful = next((path for path, day in days.items() if day is None), None)
        if doubtful is not None:
            message = "its start cannot be read, or whether it happened, so the first exposure is not known; correct it"
            made.complain(f"{doubtful}.{kind}STDTC", message)
        spans = {path: parse_date(day) for path, day in days.items() if day is not None and doubtful is None}
        earliest = min((span.last for span in spans.values()), default=0)
        for draft in mine:
            may_be = draft.path in spans and spans[draft.path].first <= earliest
            draft.cells[FIRST] = Cell("Y" if may_be else "N")


def _may_have_happened(draft: Draft) -> bool:
    return draft.text("OCCUR").upper() == "Y" or _is_doubtful(draft)


def _day(draft: Draft) -> str | None:
    return None if _is_doubtful(draft) else canonical_date(draft.text("STDTC"))


def _is_doubtful(draft: Draft) -> bool:
    cell = draft.cells.get(f"{draft.prefix}OCCUR")
    return cell is not None and cell.absent == UNKNOWN
