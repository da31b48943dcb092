"""Runs the examples of README.md and docs/ as tests."""

from __future__ import annotations

from doctest import ELLIPSIS

from sybil import Sybil
from sybil.parsers.markdown import PythonCodeBlockParser

from docs_examples import PARSERS, leave, prepare

pytest_plugins = ["pytester"]

pytest_collect_file = Sybil(
    parsers=[PythonCodeBlockParser(doctest_optionflags=ELLIPSIS), *PARSERS],
    patterns=["README.md", "docs/**/*.md", "docs/*.md"],
    setup=prepare,
    teardown=leave,
).pytest()
