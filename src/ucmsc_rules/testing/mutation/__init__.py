"""Mutants of a ruleset: one change at a time, and whether the ruleset's own cases notice it."""

from ucmsc_rules.testing.mutation.mutant import Mutant, mutants
from ucmsc_rules.testing.mutation.run import Fate, MutationReport, Trial, run_mutants

__all__ = ["Fate", "Mutant", "MutationReport", "Trial", "mutants", "run_mutants"]
