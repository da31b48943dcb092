"""Frozen for the type checker, quick at run time: for the small values that are made by the hundred per subject.

attrs' own ``frozen`` sets every field through ``object.__setattr__``, which makes a value of seven fields four times
as slow to build. mypy refuses an assignment to a field of these classes all the same. Rulesets, which threads
share, and verdicts are truly frozen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attrs import frozen as frozen_to_mypy
else:
    from attrs import define

    def frozen_to_mypy(cls: type) -> type:
        """A class that nothing assigns to, with slots, equality and a hash."""
        return define(cls, unsafe_hash=True)


__all__ = ["frozen_to_mypy"]
