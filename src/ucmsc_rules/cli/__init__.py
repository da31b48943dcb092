"""The command line, ``ucmsc-rules``: screen, check, explain, dose, list and schema."""

from __future__ import annotations

from ucmsc_rules.cli.app import main

__all__ = ["main"]
