"""The columns of a table of facts, and the shapes in which their dates let a value be read."""

from __future__ import annotations

DATES = ("when", "until", "recorded")
TEXTS = ("concept", "value", "unit", "uln", "status", "complete", "lloq", "copies_per_iu", "detected")
COLUMNS = ("subject", *TEXTS, *DATES)

ABSENT, READ, UNREADABLE = 0, 1, 2  # what a cell of dates is
HAS_WHEN, HAS_UNTIL, BAD_DATES, ENDS_BEFORE = 1, 2, 4, 8  # what a row's dates are together, as a sum
SHAPES = 16
