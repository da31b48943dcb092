"""Loads a ruleset for a command, or prints what is wrong with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ucmsc_rules.cli.printable import printable
from ucmsc_rules.errors import RulesetError
from ucmsc_rules.rules.find import ruleset_file
from ucmsc_rules.rules.load import load_ruleset
from ucmsc_rules.rules.model import Ruleset

AMISS = 1


def asked_for(name: str) -> Ruleset:
    """The ruleset of a name or path; ends the command where it has mistakes. Raises RulesetError if there is none."""
    ruleset_file(name)
    with complained():
        return load_ruleset(name)


@contextmanager
def complained() -> Iterator[None]:
    """Prints the complaints about a ruleset as ``check`` does, and ends the command."""
    try:
        yield
    except RulesetError as error:
        for complaint in error.complaints:
            typer.echo(printable(str(complaint)))
        raise typer.Exit(AMISS) from None
