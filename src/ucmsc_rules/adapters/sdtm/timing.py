"""Says when an event or treatment ended, by its end date or by what is said relative to a point in time.

SDTM gives an end as a date (--ENDTC), relative to a point (--ENRTPT and --ENTPT), or relative to the reference period
(--ENRF, with the period in DM). A blank end says nothing: whatever began may have gone on ever since.
"""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ucmsc_rules.adapters.dates import canonical_date
from ucmsc_rules.adapters.row import UNKNOWN, Cell
from ucmsc_rules.values.dates import parse_date

UNTIL = "until"  # of an event that is one day where nothing is said of its end
UNTIL_OR_ON = "until or on"  # of an event that goes on where nothing is said of its end
ENDED = "ended"  # of an answer, which stands until it is known to have ended
RECORDED = "recorded"
ONGOING = "ongoing"
_STILL_ON = frozenset({"ONGOING", "AFTER"})
# after which end of the reference period something went on; what happened during it had at least begun by its start
_STILL_ON_IN_PERIOD = {
    "AFTER": "RFENDTC", "ONGOING": "RFSTDTC", "DURING": "RFSTDTC", "DURING/AFTER": "RFSTDTC", "COINCIDENT": "RFSTDTC",
}  # fmt: skip
_NO_END = Cell("its end is not known", absent=UNKNOWN)


@frozen
class End:
    """What is known of an end: its date, a day on which it still went on, or a day by which it was over."""

    on: str = ""
    not_before: str = ""
    by: str = ""
    over: bool = False


def timing(texts: Mapping[str, str], prefix: str, period: Mapping[str, str]) -> dict[str, Cell]:
    """The cells that tell of the end, and of the day on which the record was true.

    ``period`` has RFSTDTC and RFENDTC of the subject.
    """
    start, collected = texts.get(f"{prefix}STDTC", ""), texts.get(f"{prefix}DTC", "")
    end = _end(texts, prefix, period)
    if end.on:
        return _cells(until=end.on, open_until=end.on, ended=end.on, recorded=collected)
    if end.not_before:
        return _cells(until=ONGOING, open_until=ONGOING, recorded=end.not_before)
    if start:  # of an unknown end no more is sure than that it did not lie before the start
        return _cells(until=ONGOING, open_until=ONGOING, ended=end.by, recorded=start, over=end.over)
    return _cells(ended=end.by, recorded=end.by, over=end.over)


def _cells(
    *, until: str = "", open_until: str = "", ended: str = "", recorded: str = "", over: bool = False
) -> dict[str, Cell]:
    """Without a start, an event that ended is some day before; one that would go on has an end that is not known."""
    return {
        UNTIL: Cell(until),
        UNTIL_OR_ON: Cell(open_until) if open_until else _NO_END,
        ENDED: _NO_END if over and not ended else Cell(ended),
        RECORDED: Cell(recorded),
    }


def _end(texts: Mapping[str, str], prefix: str, period: Mapping[str, str]) -> End:
    if date := texts.get(f"{prefix}ENDTC", ""):
        return End(on=date)
    relation = texts.get(f"{prefix}ENRTPT", "").upper()
    if relation:
        return _relative(relation, _date(texts.get(f"{prefix}ENTPT", "")))
    in_period = texts.get(f"{prefix}ENRF", "").upper()
    if in_period == "BEFORE":
        return End(by=_date(period.get("RFSTDTC", "")), over=True)
    if in_period in _STILL_ON_IN_PERIOD:
        day = _date(period.get(_STILL_ON_IN_PERIOD[in_period], "")) or _date(period.get("RFSTDTC", ""))
        return End(not_before=day)
    return End()


def _relative(relation: str, point: str) -> End:
    if relation in _STILL_ON:
        return End(not_before=point)
    if relation == "COINCIDENT":
        return End(on=point)
    return End(by=point, over=True) if relation == "BEFORE" else End()


def _date(text: str) -> str:
    """A date as it stands; "" for a point that has a name, as "VISIT 2", of which nobody knows the day."""
    return text if canonical_date(text) is not None else ""


def contradicts(texts: Mapping[str, str], prefix: str) -> bool:
    """Whether an end date lies before a day on which the same record says that it still went on."""
    end, point = (canonical_date(texts.get(f"{prefix}{name}", "")) for name in ("ENDTC", "ENTPT"))
    if end is None or point is None or texts.get(f"{prefix}ENRTPT", "").upper() not in _STILL_ON:
        return False
    return parse_date(end).last < parse_date(point).first
