"""What a cohort comes to under a ruleset: counts by criterion, by what is missing, and with a changed threshold."""

from __future__ import annotations

from attrs import frozen

Count = int | None  # None is a cell that is not shown


@frozen
class Row:
    """One criterion.

    ``excluded``, ``unknown`` and ``passed`` add up to all subjects; ``only`` are those whom no other criterion
    excludes; ``first`` those whom it is the first to exclude in the order of the protocol, and ``remaining`` who is
    then left. Among the undetermined, ``open`` have it unknown, and ``last_open`` nothing else.
    """

    criterion: str
    category: str
    text: str
    excluded: Count
    unknown: Count
    passed: Count
    only: Count
    first: Count
    remaining: Count
    open: Count
    last_open: Count


@frozen
class BranchRow:
    """A lettered branch of an exclusion, and how many of those whom that excludes it holds for."""

    criterion: str
    branch: str
    text: str
    excluded: Count


@frozen
class Want:
    """A concept for want of which subjects are undetermined; ``only`` lack nothing else."""

    concept: str
    label: str
    subjects: Count
    only: Count


@frozen
class Combination:
    """The criteria that together exclude so many subjects, and no others do."""

    criteria: tuple[str, ...]
    subjects: Count


@frozen
class Change:
    """What another rule in the place of one criterion's, or of one branch of it, would bring."""

    criterion: str
    before: str
    after: str
    excluded: Count
    unknown: Count
    passed: Count
    eligible: Count
    undetermined: Count
    ineligible: Count
    gained: Count
    lost: Count


@frozen
class Attrition:
    """The counts of a cohort; ``min_cell`` is the least count that is shown, besides 0."""

    ruleset: str
    version: str
    title: str
    digest: str
    screened: Count
    excluded: Count
    eligible: Count
    undetermined: Count
    rows: tuple[Row, ...]
    branches: tuple[BranchRow, ...] = ()
    wants: tuple[Want, ...] = ()
    wants_known: bool = False
    combinations: tuple[Combination, ...] = ()
    other_combinations: Count = 0
    changes: tuple[Change, ...] = ()
    min_cell: int = 0

    def __getitem__(self, criterion: str) -> Row:
        for row in self.rows:
            if row.criterion == criterion:
                return row
        raise KeyError(criterion)

    def _repr_html_(self) -> str:
        """The table and the diagrams, for a notebook."""
        from ucmsc_rules.cohort.report.fragments import notebook  # noqa: PLC0415 - drawn only where it is asked for

        return notebook(self)
