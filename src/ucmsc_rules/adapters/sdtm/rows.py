"""Turns the records of one subject into rows, with what SDTM itself says of every study made plain.

Derived cells have names in small letters, which no variable has: ``until``, ``until or on``, ``ended`` and ``recorded``
tell of time (see ``timing``), ``first`` is Y for the subject's first exposure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN, Cell, Row
from ucmsc_rules.adapters.sdtm.complete import POINTS, prefix_of
from ucmsc_rules.adapters.sdtm.draft import Draft, Made
from ucmsc_rules.adapters.sdtm.exposure import mark_first
from ucmsc_rules.adapters.sdtm.gather import Record
from ucmsc_rules.adapters.sdtm.supplement import is_supplement, join_supplements
from ucmsc_rules.adapters.sdtm.timing import RECORDED, contradicts, timing
from ucmsc_rules.values.dates import shown

_STANDARD = ("STRESC", "STRESN", "STRESU", "STNRLO", "STNRHI", "STNRC")
_FOUND_OUT = ("ORRES", "STRESC", "STRESN", "OCCUR")
_TOPICS = ("TERM", "TRT", "DECOD", "OCCUR", "PRESP")
_PLANNED = "SCHEDULED"


def rows_of(records: Iterable[Record], named: Mapping[str, frozenset[str]]) -> Made:
    """The rows of a subject's records; ``named`` are the fields that the mapping takes from each kind."""
    made, drafts, supplements = Made(), [], []
    used: dict[str, int] = {}
    for record in records:
        if is_supplement(record):
            supplements.append(record)
        else:
            drafts.append(_draft(record, used, made))
    join_supplements(drafts, supplements, made)
    period = _period(drafts)
    for draft in drafts:
        _settle(draft, period, named.get(draft.kind, frozenset()), made)
    mark_first(drafts, made)
    made.rows += [Row(draft.kind, draft.cells, draft.path) for draft in drafts]
    return made


def _draft(record: Record, used: dict[str, int], made: Made) -> Draft:
    given = zip(record.table.columns, record.values, strict=True)
    cells = {name: Cell(text) for name, value in given if (text := value.strip())}
    told = cells.get("DOMAIN")
    kind = told.text.upper() if told is not None and told.text else record.table.name
    draft = Draft(kind, prefix_of(kind), kind, cells)
    sequence = draft.text("SEQ")
    if sequence or kind != "DM":
        draft.path = f"{kind}[{sequence or f'row {record.number}'}]"
    used[draft.path] = used.get(draft.path, 0) + 1
    if used[draft.path] > 1:
        twice, draft.path = draft.path, f"{draft.path} (row {record.number} of {record.table.file})"
        made.complain(draft.path, f"{twice} stands twice for this subject; both records are read, correct one of them")
    return draft


def _period(drafts: Iterable[Draft]) -> Mapping[str, str]:
    """The subject's reference period; nothing where demographics are missing or stand twice."""
    found = [draft.cells for draft in drafts if draft.kind == "DM"]
    names = ("RFSTDTC", "RFENDTC")
    return {name: found[0][name].text for name in names if name in found[0]} if len(found) == 1 else {}


def _settle(draft: Draft, period: Mapping[str, str], named: frozenset[str], made: Made) -> None:
    """What was not done gives no result, what did not happen has no time, and an original result goes first."""
    _settle_status(draft, made)
    if draft.kind not in POINTS and any(draft.prefix + name in draft.cells for name in _TOPICS):
        _settle_occurrence(draft, made)
        _settle_time(draft, period, made)
    if draft.text("LLOQ"):  # SDTM gives it in standard units
        draft.put("LLOQ", Cell(draft.text("LLOQ"), unit=draft.text("STRESU")))
    if draft.text("ORRES"):
        for name in _STANDARD:
            if draft.prefix + name not in named:
                draft.cells.pop(draft.prefix + name, None)


def _settle_status(draft: Draft, made: Made) -> None:
    status = draft.text("STAT")
    if not status:
        return
    not_done = status.upper() == "NOT DONE"
    for name in _FOUND_OUT:
        text = draft.text(name)
        if text:
            made.complain(
                f"{draft.path}.{draft.prefix}{name}",
                f"{shown(text)} stands beside {draft.prefix}STAT {shown(status)}; correct one of them",
            )
            draft.put(name, Cell(f"{text}, which is said to be {status}", absent=UNKNOWN))
        elif draft.prefix + name in draft.cells or name in {"ORRES", "OCCUR"}:
            draft.put(name, Cell("", absent=NOT_DONE) if not_done else Cell(status, absent=UNKNOWN))


def _settle_occurrence(draft: Draft, made: Made) -> None:
    """Whether it happened: what was asked for has an answer, and what somebody told of himself has happened.

    SDTM gives an answer (--OCCUR) to what was asked for (--PRESP is Y) alone.
    """
    cell = draft.cells.get(f"{draft.prefix}OCCUR")
    if cell is not None and cell.absent:
        return
    asked, answer = draft.text("PRESP").upper() == "Y", draft.text("OCCUR").upper()
    path = f"{draft.path}.{draft.prefix}OCCUR"
    if asked and not answer:
        draft.put("OCCUR", Cell("it was asked for and has no answer", absent=UNKNOWN))
    elif not asked and answer == "N":
        made.complain(
            path,
            f"N says that there was none of what was asked for, and {draft.prefix}PRESP is not Y; correct one of them",
        )
        draft.put("OCCUR", Cell("N, of what was not asked for", absent=UNKNOWN))
    elif not asked and not answer and draft.text("MOOD").upper() != _PLANNED:
        draft.put("OCCUR", Cell("Y"))


def _settle_time(draft: Draft, period: Mapping[str, str], made: Made) -> None:
    texts = {name: cell.text for name, cell in draft.cells.items() if not cell.absent}
    if draft.text("OCCUR").upper() == "N":
        asked = Cell(draft.text("DTC"))  # an answer that there was none is of the day on which it was given
        draft.cells[RECORDED] = asked
        if not draft.text("STDTC"):
            draft.put("STDTC", asked)
        return
    if contradicts(texts, draft.prefix):
        end, point = draft.text("ENDTC"), draft.text("ENTPT")
        made.complain(
            f"{draft.path}.{draft.prefix}ENDTC",
            f"{end} lies before {point}, when it still went on; correct one of them",
        )
        texts = {name: text for name, text in texts.items() if name != f"{draft.prefix}ENDTC"}
        draft.put("ENDTC", Cell(f"{end}, before {point}", absent=UNKNOWN))
    draft.cells |= timing(texts, draft.prefix, period)
