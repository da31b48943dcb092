"""Hypothesis strategies for subjects of the trial: records as canonical JSON objects.

`records()` draws whole records, `focused(criterion)` records with the facts of one criterion only, and
`sharpenings(record)` records that say the same more narrowly.
"""

from .strategies import focused, records, sharpenings

__all__ = ["focused", "records", "sharpenings"]
