"""Rulesets of one criterion over the shipped dictionary, for tests of the testing kit."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from ucmsc_rules import Ruleset, load_ruleset

HEAD = """\
ruleset: example
version: 1.0.0
title: An example
anchors: [screening, first_dose]
settings: {at: screening, results_not_older_than: 28 days, none_not_older_than: 28 days, ever_until: first_dose}
places: ["Exclusion, item 1"]
case_anchors: {screening: 2026-03-01}
criteria:
  X1:
    category: exclusion
    text: A text.
    source: Exclusion, item 1
"""
FIRST_CASE = HEAD.count("\n") + 3


def with_rule(folder: Path, rule: str, cases: Sequence[str] = ("holds: unknown",)) -> Ruleset:
    """A ruleset of a rule, or of keys that stand for one, and its cases, one on each line from ``FIRST_CASE`` on."""
    file = folder / "ruleset.yaml"
    rules = rule if rule.startswith(("any:", "rule:")) else f"rule: {rule}"
    lines = "".join(f"      - {{{case}}}\n" for case in cases)
    file.write_text(f"{HEAD}    {rules}\n    cases:\n{lines}", encoding="utf-8")
    return load_ruleset(file)
