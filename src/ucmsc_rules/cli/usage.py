"""Ends a command: with a message and no traceback where it was used wrongly, quietly where nobody reads on."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import typer

from ucmsc_rules.cli.printable import printable
from ucmsc_rules.errors import UcmscRulesError

WRONG_USAGE = 2


class UsageError(UcmscRulesError):
    """A command that cannot be done as it was given."""


@contextmanager
def ended_by() -> Iterator[None]:
    """Turns what a command raises into its exit status."""
    try:
        yield
        sys.stdout.flush()
    except BrokenPipeError:
        # what is still buffered would raise again when Python flushes it at its end
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise typer.Exit(0) from None
    except UcmscRulesError as error:
        typer.echo(f"ucmsc-rules: {printable(str(error))}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
    except OSError as error:
        name = f"{error.filename}: " if error.filename else ""
        typer.echo(f"ucmsc-rules: {printable(name)}{error.strerror or error}", err=True)
        raise typer.Exit(WRONG_USAGE) from None
