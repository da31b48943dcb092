"""What a cohort's tables have that could not be read: how often, and in which subjects for example."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

EXAMPLES = 3


@frozen
class CohortProblem:
    """One thing that a person should look at.

    ``level`` is error (it could not be read, and is unknown) or warning; ``column`` is where it stands; ``count`` is in
    how many rows, 0 where it is about the table; ``examples`` are subjects of some.
    """

    level: str
    column: str
    message: str
    count: int
    examples: tuple[str, ...] = ()

    def __str__(self) -> str:
        rows = "; 1 row" if self.count == 1 else f"; {self.count} rows" if self.count else ""
        about = f" (as of {', '.join(self.examples)})" if self.examples else ""
        return f"{self.level}: {self.column}: {self.message}{rows}{about}"


def merged(problems: Iterable[CohortProblem]) -> tuple[CohortProblem, ...]:
    """The problems with those of one message together, the most frequent first."""
    found: dict[tuple[str, str, str], CohortProblem] = {}
    for each in problems:
        key = (each.level, each.column, each.message)
        other = found.get(key)
        count, examples = (other.count, other.examples) if other is not None else (0, ())
        together = tuple(sorted({*examples, *each.examples})[:EXAMPLES])
        found[key] = CohortProblem(*key, count + each.count, together)
    return tuple(sorted(found.values(), key=lambda each: (each.level, -each.count, each.column, each.message)))
