"""Prints how each place in a protocol is traced to its rule, its cases and what these show."""

from __future__ import annotations

import typer

from ucmsc_rules.cli.printable import printable
from ucmsc_rules.errors import RulesetError
from ucmsc_rules.rules.find import ruleset_file
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.testing.mutation import run_mutants
from ucmsc_rules.testing.tracing import to_csv, to_json, to_markdown, trace

_FORMS = {"markdown": to_markdown, "csv": to_csv, "json": to_json}


def print_trace(name: str, form: str, jobs: int) -> int:
    """The rows of a ruleset; gives the exit status. Raises RulesetError where there is no such ruleset."""
    ruleset_file(name)
    try:
        ruleset = load_ruleset(name)
    except RulesetError as error:
        for complaint in error.complaints:
            typer.echo(printable(str(complaint)))
        return 1
    rows = trace(ruleset, mutation=run_mutants(ruleset, jobs))
    typer.echo(printable(_FORMS[form](rows, ruleset)), nl=False)
    return 1 if any(row.gap for row in rows) else 0
