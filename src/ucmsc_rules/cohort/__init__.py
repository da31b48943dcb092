"""Whole cohorts: the same ruleset and the same meaning, by the column instead of by the subject."""
