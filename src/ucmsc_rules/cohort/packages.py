"""What cohorts need beside the library, asked for only where it is used."""

from __future__ import annotations

from importlib import import_module
from typing import Any

from ucmsc_rules.errors import UcmscRulesError

EXTRA = {"pyspark": "spark", "psycopg": "postgresql"}


class CohortError(UcmscRulesError):
    """A cohort that cannot be screened: a table that is not there, a column that is missing, a package that is."""


def package(name: str) -> Any:  # noqa: ANN401 - a module
    """A package of an extra. Raises CohortError where it is missing."""
    try:
        return import_module(name)
    except ImportError:
        top = name.partition(".")[0]
        extra = EXTRA.get(top, "cohort")
        raise CohortError(f"cohorts need {top}; install ucmsc-rules[{extra}]") from None
