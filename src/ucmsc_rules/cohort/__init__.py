"""Whole cohorts: the same ruleset and the same meaning, by the column instead of by the subject.

The names are loaded when they are first used; what needs an extra package asks for it only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules.lazy import names_from

if TYPE_CHECKING:
    from ucmsc_rules.cohort.findings import Cohort
    from ucmsc_rules.cohort.packages import CohortError
    from ucmsc_rules.cohort.problems import CohortProblem
    from ucmsc_rules.cohort.screen import screen_cohort

_HOMES = {
    "Cohort": "cohort.findings",
    "CohortError": "cohort.packages",
    "CohortProblem": "cohort.problems",
    "screen_cohort": "cohort.screen",
}

__all__ = ["Cohort", "CohortError", "CohortProblem", "screen_cohort"]

__getattr__ = names_from(__name__, _HOMES)
