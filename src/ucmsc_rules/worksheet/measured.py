"""What a measure came to for one subject: an interval, the facts behind it, and what should be looked at."""

from __future__ import annotations

from ucmsc_rules.facts.fact import Fact, Problem
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.interval import EVERYTHING, Interval


@frozen_to_mypy
class Used:
    """A fact behind a measure: as it was compared, and how it came to that.

    ``raw`` is the value before it was rounded; ``limit`` the upper limit that it was measured by; ``note`` a sentence.
    """

    fact: Fact
    compared: Interval
    raw: Interval | None = None
    unit: str = ""
    elapsed: str = ""
    limit: str = ""
    note: str = ""


@frozen_to_mypy
class Measured:
    """A measure's interval for one subject."""

    value: Interval
    used: tuple[Used, ...] = ()
    problems: tuple[Problem, ...] = ()


UNREADABLE = "unreadable, so it may say anything"
UNKNOWN = Measured(EVERYTHING)
