"""Traces each place in a protocol to its criterion, rule, cases, what these cover, and the mutants that they kill."""

from __future__ import annotations

from ucmsc_rules.testing.tracing.forms import to_csv, to_json, to_markdown
from ucmsc_rules.testing.tracing.rows import Row, trace

__all__ = ["Row", "to_csv", "to_json", "to_markdown", "trace"]
