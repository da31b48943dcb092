"""The flow of a cohort in the manner of CONSORT: the screened, whom each criterion is first to exclude, who is left."""

from __future__ import annotations

from attrs import frozen

from ucmsc_rules.cohort.attrition.model import Attrition, Count, Row
from ucmsc_rules.cohort.plots.sheet import (
    LEADING,
    PALE,
    SIZE,
    Drawing,
    Sheet,
    plain_style,
    shortened,
    width_of,
    wrapped,
)
from ucmsc_rules.cohort.plots.words import note, number, share

_WIDTH = 10.0
_LEFT, _BOX = 0.3, 2.7
_RIGHT, _LIST = 3.7, 6.0
_PAD = 0.14
_WANTS = 8


@frozen
class _Block:
    """A box with a heading and lines of three parts: a name, words and a count."""

    heading: str
    lines: tuple[tuple[str, str, str], ...]

    @property
    def height(self) -> float:
        return 2 * _PAD + LEADING * (1 + len(self.lines)) + (0.06 if self.lines else 0)


def draw_flow(attrition: Attrition) -> Drawing:
    """The flow diagram."""
    excluded = _Block(
        f"Excluded: {number(attrition.excluded)}, by the first criterion in the order of the protocol",
        tuple(_line(row) for row in attrition.rows),
    )
    wants = [want for want in attrition.wants if want.subjects != 0][:_WANTS]
    undetermined = _Block(
        f"Undetermined: {number(attrition.undetermined)}" + (", most often for want of" if wants else ""),
        tuple(("", want.label, number(want.subjects)) for want in wants),
    )
    tip = wrapped(note(attrition), _WIDTH - 2 * _LEFT, SIZE - 1)
    title = wrapped(attrition.title, _WIDTH - 2 * _LEFT, SIZE + 2, bold=True)
    top = 0.5 + 0.26 * len(title)
    fork = top + 0.85 + excluded.height / 2
    below = fork + excluded.height / 2 + 0.25
    last = below + 1.05
    height = max(last + 0.65, below + undetermined.height) + 0.3 + 0.2 * len(tip)
    middle = _LEFT + _BOX / 2
    with plain_style():
        sheet = Sheet(_WIDTH, height)
        for place, words in enumerate(title):
            sheet.text(_LEFT, 0.3 + 0.26 * place, words, size=SIZE + 2, weight="bold")
        sheet.text(_LEFT, top - 0.22, f"{attrition.ruleset} {attrition.version}", size=SIZE - 1)
        _status(sheet, top, "Screened", number(attrition.screened), "")
        sheet.arrow((middle, top + 0.65), (middle, below))
        sheet.arrow((middle, fork), (_RIGHT, fork))
        _block(sheet, fork - excluded.height / 2, excluded)
        _status(sheet, below, "Not excluded", number(_left(attrition)), share(_left(attrition), attrition.screened))
        sheet.arrow((_LEFT + _BOX, below + 0.325), (_RIGHT, below + 0.325))
        sheet.arrow((middle, below + 0.65), (middle, last))
        _status(sheet, last, "Eligible", number(attrition.eligible), share(attrition.eligible, attrition.screened))
        _block(sheet, below, undetermined)
        for place, words in enumerate(tip):
            sheet.text(_LEFT, height - 0.2 * (len(tip) - place), words, size=SIZE - 1)
        return sheet.drawing("flow", _alt(attrition))


def _left(attrition: Attrition) -> Count:
    """Who is not excluded; not told where one of two that make it up is not."""
    if attrition.rows:
        return attrition.rows[-1].remaining
    return attrition.screened


def _line(row: Row) -> tuple[str, str, str]:
    return row.criterion, row.text, number(row.first)


def _status(sheet: Sheet, top: float, words: str, count: str, part: str) -> None:
    sheet.box((_LEFT, top, _BOX, 0.65), facecolor=PALE)
    sheet.text(_LEFT + _BOX / 2, top + 0.22, words, ha="center", size=SIZE + 1, weight="bold")
    sheet.text(_LEFT + _BOX / 2, top + 0.45, f"{count} ({part})" if part else count, ha="center", size=SIZE + 1)


def _block(sheet: Sheet, top: float, block: _Block) -> None:
    sheet.box((_RIGHT, top, _LIST, block.height))
    y = top + _PAD + LEADING / 2
    heading = shortened(block.heading, _LIST - 2 * _PAD, SIZE - 0.5, bold=True)
    sheet.text(_RIGHT + _PAD, y, heading, weight="bold", size=SIZE - 0.5)
    names = max((width_of(name, bold=True) for name, _, _ in block.lines), default=0.0)
    indent = names + 0.12 if names else 0.0
    y += 0.06
    for name, words, count in block.lines:
        y += LEADING
        sheet.text(_RIGHT + _PAD, y, name, weight="bold", size=SIZE - 0.5)
        room = _LIST - 2 * _PAD - indent - width_of(count) - 0.2
        sheet.text(_RIGHT + _PAD + indent, y, shortened(words, room))
        sheet.text(_RIGHT + _LIST - _PAD, y, count, ha="right")


def _alt(attrition: Attrition) -> str:
    return (
        f"Flow diagram: {number(attrition.screened)} screened, {number(attrition.excluded)} excluded, "
        f"{number(attrition.eligible)} eligible, {number(attrition.undetermined)} undetermined. "
        "The table of criteria has the same numbers."
    )
