"""Prints how each place in a protocol is traced to its rule, its cases and what these show."""

from __future__ import annotations

import typer

from ucmsc_rules.cli.complaints import AMISS, asked_for, complained
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.testing.mutation import run_mutants
from ucmsc_rules.testing.tracing import to_csv, to_json, to_markdown, trace

_FORMS = {"markdown": to_markdown, "csv": to_csv, "json": to_json}


def print_trace(name: str, form: str) -> int:
    """The rows of a ruleset; gives the exit status. Raises RulesetError where there is no such ruleset."""
    ruleset = asked_for(name)
    with complained():
        rows = trace(ruleset, mutation=run_mutants(ruleset))
    typer.echo(printable(_FORMS[form](rows, ruleset)), nl=False)
    return AMISS if any(row.gap for row in rows) else 0
