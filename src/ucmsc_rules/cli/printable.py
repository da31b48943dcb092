"""Text for a terminal: without characters that would steer it, wrapped, and styled where colours are shown."""

from __future__ import annotations

import re
import shutil
import sys
from textwrap import wrap

NARROWEST, WIDEST = 40, 110

# control characters but the line end, marks that turn text around, and lone surrogates, which no stream can write
_STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


def printable(text: str) -> str:
    r"""The text, with a visible stand-in for every character that a terminal would obey.

    >>> printable("S-\x1b[2J001")
    'S-\\x1b[2J001'
    """
    return _STEERING.sub(lambda found: found[0].encode("unicode_escape").decode("ascii"), text)


def width() -> int:
    """How many columns a line may have: the terminal's, or 80 where there is none."""
    return max(NARROWEST, min(shutil.get_terminal_size((80, 24)).columns - 1, WIDEST))


def coloured() -> bool:
    """Whether standard output shows colours."""
    if not sys.stdout.isatty():
        return False
    from rich.console import Console  # noqa: PLC0415 - not needed where nobody looks

    return Console().color_system is not None


def folded(text: str, columns: int, first: str = "", rest: str | None = None) -> list[str]:
    """The text as lines of at most so many columns, none of it lost; ``first`` and ``rest`` begin the lines.

    >>> folded("one two three", 12, "- ", "  ")
    ['- one two', '  three']
    """
    begin = first if rest is None else rest
    lines = wrap(printable(text), columns, initial_indent=first, subsequent_indent=begin, break_on_hyphens=False)
    return lines or [first.rstrip()]


def styled(text: str, style: str) -> str:
    """The text in a style of rich ("bold green"), for a terminal."""
    from rich.color import ColorSystem  # noqa: PLC0415
    from rich.style import Style  # noqa: PLC0415

    return Style.parse(style).render(text, color_system=ColorSystem.STANDARD)
