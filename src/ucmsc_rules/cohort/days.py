"""Reads every distinct text that stands where dates do, once as a day and once as an end, by the one code there is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from attrs import frozen

from ucmsc_rules.cohort.columns import ABSENT, READ, UNREADABLE
from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.read import read_day, read_until
from ucmsc_rules.values.dates import MINUTES, Span


@frozen
class _Cell:
    """What a text says, if anything, and else what is wrong with it."""

    state: int
    span: Span | None = None
    wrong: str = ""


def load_days(engine: Engine, texts: Sequence[str]) -> Mapping[str, Mapping[int, str]]:
    """Makes the table ``days`` of texts with their numbers; for each column of dates, what is wrong with which number.

    ``state`` and ``until_state`` say whether a text is blank, read or unreadable, as a day and as an end; ``f``, ``l``
    and ``m`` are the first day, the last, and the minute (``uf`` and ``ul`` of an end). ``starts`` is the minute from
    which on a day may be, ``ends`` the last minute of an end: nothing ends before it starts. What is NULL is blank.
    """
    given = [*texts, None]
    days = [_cell(read_day, text or "") for text in given]
    ends = [_cell(read_until, text or "") for text in given]
    columns: dict[str, tuple[str, Sequence[object]]] = {
        "txt": ("text", given),
        "code": ("int", range(len(given))),
        "state": ("int", [each.state for each in days]),
        "until_state": ("int", [each.state for each in ends]),
        "f": ("int", [each.span and each.span.first for each in days]),
        "l": ("int", [each.span and each.span.last for each in days]),
        "m": ("int", [each.span and each.span.minute for each in days]),
        "uf": ("int", [each.span and each.span.first for each in ends]),
        "ul": ("int", [each.span and each.span.last for each in ends]),
        "starts": ("long", [each.span and _moment(each.span.first, each.span.minute, 0) for each in days]),
        "ends": ("long", [each.span and _moment(each.span.last, each.span.minute, MINUTES - 1) for each in ends]),
    }
    engine.load("days", columns)
    as_day, as_end = ({code: each.wrong for code, each in enumerate(cells) if each.wrong} for cells in (days, ends))
    return {"when": as_day, "recorded": as_day, "until": as_end}


def _cell(read: Callable[[str], Span], text: str) -> _Cell:
    if not text.strip():
        return _Cell(ABSENT)
    try:
        return _Cell(READ, read(text))
    except UcmscRulesError as error:
        return _Cell(UNREADABLE, wrong=str(error))


def _moment(day: int, minute: int | None, otherwise: int) -> int:
    return day * MINUTES + (otherwise if minute is None else minute)
