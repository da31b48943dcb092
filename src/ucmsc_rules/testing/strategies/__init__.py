"""Hypothesis strategies that are made from a ruleset: values, facts, whole records, and other rulesets."""

from ucmsc_rules.testing.strategies.dates import partial_dates
from ucmsc_rules.testing.strategies.facts import facts
from ucmsc_rules.testing.strategies.records import near_edges, subjects
from ucmsc_rules.testing.strategies.rulesets import rulesets
from ucmsc_rules.testing.strategies.values import quantities

__all__ = ["facts", "near_edges", "partial_dates", "quantities", "rulesets", "subjects"]
