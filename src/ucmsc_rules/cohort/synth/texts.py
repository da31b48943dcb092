"""Texts by the hundred thousand: numbers stand for texts, and each different one is written once."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from attrs import frozen
from numpy.typing import NDArray

NULL = -(2**62)
COLUMNS = (
    "subject", "concept", "value", "unit", "when", "until", "uln", "status", "recorded", "complete", "lloq",
    "copies_per_iu", "detected", "source",
)  # fmt: skip
Codes = NDArray[np.int64]
DAY, MONTH, YEAR, UNKNOWN_DAY = range(4)
_KIND = 10**8  # above every ordinal day and minute of it
_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


@frozen(eq=False)
class Rows:
    """Facts of one concept: whose they are (places in the block), and a column of texts for what they have."""

    concept: str
    subject: Codes
    columns: Mapping[str, Any]


def texts(codes: Codes, write: Callable[[int], str]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """A dictionary column in which each different code is written once; NULL stays empty."""
    different, places = np.unique(codes, return_inverse=True)
    words = [None if code == NULL else write(int(code)) for code in different]
    if words and words[0] is None:
        indices = pa.array(places.astype(np.int32) - 1, mask=places == 0)
        return pa.DictionaryArray.from_arrays(indices, pa.array(words[1:], pa.string()))
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), pa.array(words, pa.string()))


def pick(places: Codes, words: Sequence[str | None]) -> Any:  # noqa: ANN401 - pyarrow has no types
    """A dictionary column of a few words, by their places; None stays empty."""
    known = [word for word in words if word is not None]
    new = np.array([-1 if word is None else known.index(word) for word in words], dtype=np.int32)[places]
    return pa.DictionaryArray.from_arrays(pa.array(new, mask=new < 0), pa.array(known, pa.string()))


def choose(chance: np.random.Generator, count: int, shares: Sequence[float]) -> Codes:
    """Places drawn with the given shares, which need not add up to one."""
    ends = np.cumsum(np.asarray(shares, dtype=float))
    return np.searchsorted(ends / ends[-1], chance.random(count), side="right").clip(0, len(shares) - 1)


def some(chance: np.random.Generator, count: int, share: float) -> NDArray[np.bool_]:
    """Which of so many are among a share that chance picks."""
    return chance.random(count) < share


def on_day(days: Codes, precision: Codes | int = DAY) -> Codes:
    """Codes of days that are told to the day, the month or the year, or with the day as UN."""
    return days + np.asarray(precision, dtype=np.int64) * _KIND


def day_text(code: int) -> str:
    """The text of a code of ``on_day``.

    >>> day_text(date(2026, 3, 1).toordinal() + UNKNOWN_DAY * 10**8)
    'UN-MAR-2026'
    """
    kind, ordinal = divmod(code, _KIND)
    day = date.fromordinal(ordinal)
    match kind:
        case 1:
            return f"{day:%Y-%m}"
        case 2:
            return f"{day.year:04d}"
        case 3:
            return f"UN-{_MONTHS[day.month - 1]}-{day.year:04d}"
        case _:
            return day.isoformat()


def moment_text(code: int) -> str:
    """The text of a code of a day times 1441, plus the minute of the day and 1, or plus 0 without a time of day."""
    day, minute = divmod(code, 1441)
    text = date.fromordinal(day).isoformat()
    return f"{text}T{(minute - 1) // 60:02d}:{(minute - 1) % 60:02d}" if minute else text


def decimal_text(scaled: int, decimals: int) -> str:
    """A number of so many decimals, written with all of them.

    >>> decimal_text(1205, 2), decimal_text(-5, 1)
    ('12.05', '-0.5')
    """
    return f"{scaled / 10**decimals:.{decimals}f}"
