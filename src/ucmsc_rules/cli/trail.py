"""Verifies an audit trail, and writes its screening log."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from ucmsc_rules.audit.commands import log_of_trail, verify_trail
from ucmsc_rules.cli.printable import printable


def print_verification(where: str, head: str | None) -> int:
    """What was found in a trail; gives the exit status. Raises AuditError where there is none."""
    text, status = verify_trail(where, head)
    typer.echo(printable(text))
    return status


def write_log(where: str, form: str, output: str | None, *, latest: bool) -> None:
    """The screening log, to a file or to stdout. Raises AuditError for a trail that is not sound."""
    log = log_of_trail(where, form, latest=latest)
    if output is None:
        sys.stdout.buffer.write(log)
        sys.stdout.buffer.flush()
    else:
        Path(output).write_bytes(log)
