"""Tests rulesets: strategies, edges, properties, mutants, traceability. What a trial's own test suite imports.

The names are loaded when they are first used, so that what needs an extra package asks for it only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.lazy import names_from

if TYPE_CHECKING:
    from ucmsc_rules.coverage import ConditionCoverage, CriterionCoverage, coverage
    from ucmsc_rules.testing.boundaries import Edge, Miss, Probe, check_edges, dump_edge, edges, probes, read_edges
    from ucmsc_rules.testing.mutation import Fate, Mutant, MutationReport, Trial, mutants, run_mutants
    from ucmsc_rules.testing.properties import (
        Failure,
        PropertyError,
        blurring_never_flips,
        check_properties,
        decided_in_every_world,
        engines_agree,
        irrelevant_facts_change_nothing,
        moved_anchors_change_nothing,
        order_and_copies_change_nothing,
        sharpening_never_flips,
        units_change_nothing,
    )
    from ucmsc_rules.testing.sharpening import blurred, sharper
    from ucmsc_rules.testing.strategies import facts, near_edges, partial_dates, quantities, rulesets, subjects
    from ucmsc_rules.testing.tracing import Row, to_csv, to_json, to_markdown, trace
    from ucmsc_rules.testing.worlds import expected, possible

_HOMES = {
    "ConditionCoverage": "coverage",
    "CriterionCoverage": "coverage",
    "Edge": "testing.boundaries",
    "Failure": "testing.properties",
    "Fate": "testing.mutation",
    "Miss": "testing.boundaries",
    "Mutant": "testing.mutation",
    "MutationReport": "testing.mutation",
    "Probe": "testing.boundaries",
    "PropertyError": "testing.properties",
    "Row": "testing.tracing",
    "Trial": "testing.mutation",
    "blurred": "testing.sharpening",
    "blurring_never_flips": "testing.properties",
    "check_edges": "testing.boundaries",
    "check_properties": "testing.properties",
    "coverage": "coverage",
    "decided_in_every_world": "testing.properties",
    "dump_edge": "testing.boundaries",
    "edges": "testing.boundaries",
    "engines_agree": "testing.properties",
    "expected": "testing.worlds",
    "facts": "testing.strategies",
    "irrelevant_facts_change_nothing": "testing.properties",
    "moved_anchors_change_nothing": "testing.properties",
    "mutants": "testing.mutation",
    "near_edges": "testing.strategies",
    "order_and_copies_change_nothing": "testing.properties",
    "partial_dates": "testing.strategies",
    "possible": "testing.worlds",
    "probes": "testing.boundaries",
    "quantities": "testing.strategies",
    "read_edges": "testing.boundaries",
    "rulesets": "testing.strategies",
    "run_mutants": "testing.mutation",
    "sharper": "testing.sharpening",
    "sharpening_never_flips": "testing.properties",
    "subjects": "testing.strategies",
    "to_csv": "testing.tracing",
    "to_json": "testing.tracing",
    "to_markdown": "testing.tracing",
    "trace": "testing.tracing",
    "units_change_nothing": "testing.properties",
}
_EXTRA = {"dateutil", "hypothesis"}

__all__ = [
    "ConditionCoverage",
    "CriterionCoverage",
    "Edge",
    "Failure",
    "Fate",
    "Miss",
    "Mutant",
    "MutationReport",
    "Probe",
    "PropertyError",
    "Row",
    "TestingError",
    "Trial",
    "blurred",
    "blurring_never_flips",
    "check_edges",
    "check_properties",
    "coverage",
    "decided_in_every_world",
    "dump_edge",
    "edges",
    "engines_agree",
    "expected",
    "facts",
    "irrelevant_facts_change_nothing",
    "moved_anchors_change_nothing",
    "mutants",
    "near_edges",
    "order_and_copies_change_nothing",
    "partial_dates",
    "possible",
    "probes",
    "quantities",
    "read_edges",
    "rulesets",
    "run_mutants",
    "sharpening_never_flips",
    "sharper",
    "subjects",
    "to_csv",
    "to_json",
    "to_markdown",
    "trace",
    "units_change_nothing",
]


class TestingError(UcmscRulesError):
    """A part of the kit that cannot be had here."""

    __test__ = False  # pytest would collect the name


_load = names_from(__name__, _HOMES)


def __getattr__(name: str) -> object:
    """A public name. Raises TestingError where its extra package is missing."""
    try:
        return _load(name)
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _EXTRA:
            raise
        raise TestingError(f'"{name}" needs {error.name}; install ucmsc-rules[testing]') from error


def __dir__() -> list[str]:
    return __all__
