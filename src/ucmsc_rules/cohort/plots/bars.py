"""Every criterion in a row: whom it excludes, whom it leaves unknown, and who is left after it, as bars."""

from __future__ import annotations

from collections.abc import Callable

from attrs import frozen

from ucmsc_rules.cohort.attrition.model import Attrition, Count, Row
from ucmsc_rules.cohort.plots.sheet import (
    BLUE,
    GREEN,
    GREY,
    LINE,
    PALE,
    PAPER,
    SIZE,
    SKY,
    Drawing,
    Sheet,
    plain_style,
    shortened,
    width_of,
    wrapped,
)
from ucmsc_rules.cohort.plots.words import note, number

_WIDTH = 11.0
_EDGE, _GAP = 0.3, 0.25
_LABELS = 4.0
_ROW = 0.29
_BAR = 0.17


@frozen(eq=False)
class _Panel:
    """A column of bars: its heading, the bar, a part of it that is drawn darker, and its look."""

    heading: str
    whole: Callable[[Row], Count]
    part: Callable[[Row], Count] | None
    colour: str
    hatch: str = ""


_PANELS = (
    _Panel("Excluded by it (dark: by no other)", lambda row: row.excluded, lambda row: row.only, SKY),
    _Panel("Unknown", lambda row: row.unknown, None, PAPER, "////"),
    _Panel("Left after it, in this order", lambda row: row.remaining, None, GREEN),
)


def draw_bars(attrition: Attrition) -> Drawing:
    """The chart of all criteria."""
    rows = attrition.rows
    tip = wrapped(note(attrition), _WIDTH - 2 * _EDGE, SIZE - 1)
    head = 1.15
    height = head + _ROW * max(len(rows), 1) + 0.2 + 0.2 * len(tip)
    each = (_WIDTH - 2 * _EDGE - _LABELS - len(_PANELS) * _GAP) / len(_PANELS)
    with plain_style():
        sheet = Sheet(_WIDTH, height)
        sheet.text(_EDGE, 0.3, "What each criterion costs", size=SIZE + 2, weight="bold")
        sheet.text(_EDGE, 0.56, f"{number(attrition.screened)} screened; {attrition.ruleset} {attrition.version}")
        for place, row in enumerate(rows):
            _label(sheet, head + place * _ROW, row, shaded=place % 2 == 0)
        for place, panel in enumerate(_PANELS):
            left = _EDGE + _LABELS + _GAP + place * (each + _GAP)
            for line, words in enumerate(wrapped(panel.heading, each, SIZE - 0.5, bold=True)[-2:]):
                sheet.text(left, 0.78 + 0.18 * line, words, weight="bold", size=SIZE - 0.5)
            _bars(sheet, (left, head, each), panel, attrition)
        for place, words in enumerate(tip):
            sheet.text(_EDGE, height - 0.2 * (len(tip) - place), words, size=SIZE - 1)
        return sheet.drawing("criteria", _alt(attrition))


def _label(sheet: Sheet, top: float, row: Row, *, shaded: bool) -> None:
    if shaded:
        sheet.box((_EDGE - 0.1, top, _WIDTH - 2 * _EDGE + 0.2, _ROW), facecolor=PALE, linewidth=0)
    middle = top + _ROW / 2
    sheet.text(_EDGE, middle, row.criterion, weight="bold", size=SIZE - 0.5)
    indent = max(width_of(row.criterion, bold=True), 0.32) + 0.1
    sheet.text(_EDGE + indent, middle, shortened(row.text, _LABELS - indent, SIZE - 0.5), size=SIZE - 0.5)


def _bars(sheet: Sheet, place: tuple[float, float, float], panel: _Panel, attrition: Attrition) -> None:
    left, top, width = place
    longest = max((width_of(number(panel.whole(row))) for row in attrition.rows), default=0.0)
    room = width - longest - 0.12
    most = max((panel.whole(row) or 0 for row in attrition.rows), default=0) or 1
    for at, row in enumerate(attrition.rows):
        y = top + at * _ROW + (_ROW - _BAR) / 2
        count = panel.whole(row)
        length = room * (count or 0) / most
        if length:
            look = {"facecolor": panel.colour, "edgecolor": LINE, "linewidth": 0.6, "hatch": panel.hatch}
            sheet.box((left, y, length, _BAR), **look)
        dark = (panel.part(row) if panel.part else None) or 0
        if length and dark:
            sheet.box((left, y, room * dark / most, _BAR), facecolor=BLUE, edgecolor=LINE, linewidth=0.6)
        sheet.text(left + length + 0.07, y + _BAR / 2, number(count), size=SIZE - 0.5, color="#1a1a1a")
    bottom = top + len(attrition.rows) * _ROW
    sheet.line((left, top), (left, bottom), color=GREY)


def _alt(attrition: Attrition) -> str:
    known = [row for row in attrition.rows if row.excluded is not None]
    most = sorted(known, key=lambda row: -(row.excluded or 0))[:3]
    named = ", ".join(f"{row.criterion} {number(row.excluded)}" for row in most)
    return (
        f"Bars for {len(attrition.rows)} criteria: excluded by it, unknown, left after it. "
        f"Most are excluded by {named or 'none'}. "
        "The table of criteria has the same numbers."
    )
