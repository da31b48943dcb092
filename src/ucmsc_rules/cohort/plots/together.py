"""Which criteria exclude the same subjects: the commonest combinations, each a column of dots under its bar."""

from __future__ import annotations

from ucmsc_rules.cohort.attrition.model import Attrition, Combination
from ucmsc_rules.cohort.plots.sheet import (
    BLUE,
    GREY,
    INK,
    PALE,
    SIZE,
    Drawing,
    Sheet,
    plain_style,
    shortened,
    width_of,
    wrapped,
)
from ucmsc_rules.cohort.plots.words import note, number

_EDGE = 0.3
_LABELS = 4.0
_COLUMN = 0.52
_ROW = 0.27
_BARS = 1.9
_DOT = 5.5


def draw_together(attrition: Attrition) -> Drawing:
    """The chart of combinations; every criterion has its row, also one that is in none of them."""
    combinations, rows = attrition.combinations, attrition.rows
    width = max(2 * _EDGE + _LABELS + 0.2 + _COLUMN * max(len(combinations), 4), 8.0)
    told = sum(each.subjects or 0 for each in combinations)
    words = (
        f"The {len(combinations)} commonest of the combinations of criteria by which {number(attrition.excluded)} are "
        f"excluded; other combinations: {number(attrition.other_combinations)}."
    )
    tip = wrapped(f"{words} {note(attrition)}", width - 2 * _EDGE, SIZE - 1)
    top = 0.65 + _BARS
    height = top + 0.15 + _ROW * max(len(rows), 1) + 0.25 + 0.2 * len(tip)
    with plain_style():
        sheet = Sheet(width, height)
        sheet.text(_EDGE, 0.3, "Who is excluded by what together", size=SIZE + 2, weight="bold")
        for place, row in enumerate(rows):
            y = top + 0.15 + place * _ROW
            if place % 2 == 0:
                sheet.box((_EDGE - 0.1, y, width - 2 * _EDGE + 0.2, _ROW), facecolor=PALE, linewidth=0)
            indent = max(width_of(row.criterion, bold=True), 0.32) + 0.1
            sheet.text(_EDGE, y + _ROW / 2, row.criterion, weight="bold", size=SIZE - 0.5)
            label = shortened(row.text, _LABELS - indent, SIZE - 0.5)
            sheet.text(_EDGE + indent, y + _ROW / 2, label, size=SIZE - 0.5)
        most = max((each.subjects or 0 for each in combinations), default=0) or 1
        for place, each in enumerate(combinations):
            _column(sheet, (_EDGE + _LABELS + 0.2 + (place + 0.5) * _COLUMN, top), each, attrition, most)
        for place, line in enumerate(tip):
            sheet.text(_EDGE, height - 0.2 * (len(tip) - place), line, size=SIZE - 1)
        return sheet.drawing("together", _alt(attrition, told))


def _column(sheet: Sheet, at: tuple[float, float], each: Combination, attrition: Attrition, most: int) -> None:
    x, base = at
    length = (_BARS - 0.3) * (each.subjects or 0) / most
    if length:
        sheet.box((x - 0.16, base - length, 0.32, length), facecolor=BLUE, linewidth=0)
    sheet.text(x, base - length - 0.12, number(each.subjects), ha="center", size=SIZE - 1)
    places = [place for place, row in enumerate(attrition.rows) if row.criterion in each.criteria]
    for place in range(len(attrition.rows)):
        y = base + 0.15 + (place + 0.5) * _ROW
        if place in places:
            sheet.line((x, y), marker="o", markersize=_DOT, color=INK, linestyle="")
        else:
            sheet.line((x, y), marker="o", markersize=2.2, color=GREY, linestyle="")
    if len(places) > 1:
        middles = [base + 0.15 + (place + 0.5) * _ROW for place in (places[0], places[-1])]
        sheet.line((x, middles[0]), (x, middles[1]), color=INK, linewidth=1.6)


def _alt(attrition: Attrition, told: int) -> str:
    first = [f"{' and '.join(each.criteria)} {number(each.subjects)}" for each in attrition.combinations[:3]]
    return (
        f"Chart of the commonest combinations of excluding criteria, {number(told)} subjects in all: "
        f"{'; '.join(first) or 'none'}."
    )
