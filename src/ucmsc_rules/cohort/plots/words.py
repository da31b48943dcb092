"""Counts in words: with separators, with a share of the whole, or as a dash where they are not shown."""

from __future__ import annotations

from ucmsc_rules.cohort.attrition.model import Attrition, Count

HIDDEN = "–"


def number(count: Count) -> str:
    """A count.

    >>> number(12345), number(None)
    ('12,345', '–')
    """
    return HIDDEN if count is None else f"{count:,}"


def share(count: Count, whole: Count) -> str:
    """A count's share of the whole.

    >>> share(1, 3), share(1, 3000), share(0, 10), share(None, 10), share(0, 0)
    ('33 %', '<0.1 %', '0 %', '–', '–')
    """
    if count is None or not whole:
        return HIDDEN
    percent = 100 * count / whole
    if count == 0 or percent == 100:  # noqa: PLR2004 - all of them
        return f"{percent:.0f} %"
    if percent < 0.1:  # noqa: PLR2004 - less than is shown
        return "<0.1 %"
    return f"{percent:.1f} %" if percent < 10 or percent > 99 else f"{percent:.0f} %"  # noqa: PLR2004


def note(attrition: Attrition) -> str:
    """What a dash means; empty where none can stand."""
    if not attrition.min_cell:
        return ""
    return (
        f"{HIDDEN} not shown: counts of 1 to {attrition.min_cell - 1}, and others from which these could be reckoned."
    )
