"""A sheet to draw on: inches from the top left, one family of letters, colours that everybody can tell apart.

The colours are those of Okabe and Ito (2008), which stay apart with every common deficiency of colour vision; nothing
is said by colour alone. The same counts give the same bytes.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from functools import cache, lru_cache
from io import BytesIO
from typing import Any

from attrs import define, field, frozen
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import FancyArrowPatch, Rectangle

INK, PAPER, PALE, LINE = "#1a1a1a", "#ffffff", "#eef2f5", "#5b6770"
BLUE, SKY, VERMILION, GREEN, GREY = "#0072b2", "#9fd3f0", "#d55e00", "#009e73", "#8a949c"
SIZE = 9.0
LEADING = 0.23
_POINTS = 72.0
_SUBPIXELS = 64
_LARGER = 16  # measured so much larger, so that rounding to dots does not matter
_DOTS = 144
_STYLE = {
    "font.family": "DejaVu Sans", "svg.fonttype": "path", "svg.hashsalt": "ucmsc-rules", "hatch.linewidth": 0.6,
    "path.simplify": False,
}  # fmt: skip


@frozen
class Drawing:
    """A picture as SVG and PNG, with what it shows in words."""

    name: str
    svg: bytes
    png: bytes
    alt: str


@define(eq=False)
class Sheet:
    """A figure of so many inches, and what was written and drawn on it."""

    width: float
    height: float
    figure: Any = field(init=False)
    axes: Any = field(init=False)

    def __attrs_post_init__(self) -> None:
        self.figure = Figure(figsize=(self.width, self.height), facecolor=PAPER)
        self.axes = self.figure.add_axes((0, 0, 1, 1))
        self.axes.set_xlim(0, self.width)
        self.axes.set_ylim(self.height, 0)
        self.axes.axis("off")

    def text(self, x: float, y: float, words: str, **kind: Any) -> None:  # noqa: ANN401 - handed on to matplotlib
        """Writes words; ``y`` is their middle."""
        options = {"size": SIZE, "color": INK, "ha": "left", "va": "center", "parse_math": False, **kind}
        self.axes.text(x, y, words, **options)

    def box(self, place: tuple[float, float, float, float], **kind: Any) -> None:  # noqa: ANN401
        """Draws a rectangle: left, top, width, height."""
        left, top, width, height = place
        options = {"facecolor": PAPER, "edgecolor": LINE, "linewidth": 0.9, **kind}
        self.axes.add_patch(Rectangle((left, top), width, height, **options))

    def line(self, *points: tuple[float, float], **kind: Any) -> None:  # noqa: ANN401
        """Draws a line through points."""
        options = {"color": LINE, "linewidth": 0.9, "solid_capstyle": "butt", **kind}
        self.axes.plot([x for x, _ in points], [y for _, y in points], **options)

    def arrow(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Draws an arrow."""
        self.axes.add_patch(
            FancyArrowPatch(
                start, end, arrowstyle="-|>", mutation_scale=9, color=LINE, linewidth=1.0, shrinkA=0, shrinkB=0
            )
        )

    def drawing(self, name: str, alt: str) -> Drawing:
        """The sheet as it is now, as bytes without a date or a name of the program in them."""
        svg, png = BytesIO(), BytesIO()
        self.figure.savefig(svg, format="svg", metadata={"Date": None, "Creator": None, "Title": alt})
        self.figure.savefig(png, format="png", dpi=_DOTS, metadata={"Software": None})
        return Drawing(name, svg.getvalue(), png.getvalue(), alt)


def plain_style() -> AbstractContextManager[None]:
    """The style in which everything is drawn, whatever the user's own is."""
    return style.context(["default", _STYLE], after_reset=True)


@lru_cache(maxsize=8192)
def width_of(words: str, size: float = SIZE, *, bold: bool = False) -> float:
    """How many inches words take."""
    font = _font(bold=bold)
    font.set_size(size * _LARGER, _POINTS)
    font.set_text(words, 0.0)
    return float(font.get_width_height()[0]) / _SUBPIXELS / _POINTS / _LARGER


@cache
def _font(*, bold: bool) -> Any:  # noqa: ANN401 - matplotlib says no more
    """The letters that come with matplotlib."""
    return get_font(findfont(FontProperties(family="DejaVu Sans", weight="bold" if bold else "normal")))


def shortened(words: str, width: float, size: float = SIZE, *, bold: bool = False) -> str:
    """Words as they fit into a width, cut between two of them."""
    if width_of(words, size, bold=bold) <= width:
        return words
    parts = words.split()
    while len(parts) > 1 and width_of(f"{' '.join(parts)} …", size, bold=bold) > width:
        parts.pop()
    text = f"{' '.join(parts)} …"
    while len(text) > 3 and width_of(text, size, bold=bold) > width:  # noqa: PLR2004 - one long word
        text = f"{text[:-2]}…"
    return text


def wrapped(words: str, width: float, size: float = SIZE, *, bold: bool = False) -> list[str]:
    """Words in as many lines as a width asks for."""
    lines: list[str] = []
    for word in words.split():
        if lines and width_of(f"{lines[-1]} {word}", size, bold=bold) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return [shortened(line, width, size, bold=bold) for line in lines]
