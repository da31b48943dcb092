"""Evaluates the examples of the documents: console sessions, files, rules and the complaints about them.

The languages of the fenced blocks: ``python`` is run; ``console`` is run as a shell would, and what it prints is
compared; ``yaml`` and ``json`` are read, and written as a file where they have a title; ``rule`` holds a rule on each
line; ``mistake`` a rule, a caret and the complaint. ``sh`` and ``text`` are for the reader only.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable
from doctest import ELLIPSIS, OutputChecker
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent
from typing import Any

from sybil import Document, Example, Region
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

import ucmsc_rules
from ucmsc_rules import RulesetError, load_ruleset
from ucmsc_rules.documents import read_document
from ucmsc_rules.errors import Place
from ucmsc_rules.rules.phrases import unparse
from ucmsc_rules.rules.syntax import parse
from ucmsc_rules.rules.terms import Context

ROOT = Path(__file__).parent.parent
LANGUAGES = frozenset({"python", "console", "yaml", "json", "rule", "mistake", "sh", "text"})
_INFO = re.compile(r'(?P<language>\w+)(?: title="(?P<title>[\w.-]+)")?[ ]*$\n', re.MULTILINE)
_COMMAND = re.compile(r"^\$ (?P<command>.*(?:\n> .*)*)\n?", re.MULTILINE)
_SHIM = """#!/bin/sh
PYTHONPATH="{source}" exec "{python}" -c \
  "import sys; sys.argv[0] = 'ucmsc-rules'; from ucmsc_rules.cli import main; main()" "$@"
"""
_PYTEST = """#!/bin/sh
PYTHONPATH="{source}" exec "{python}" -m pytest -p no:cacheprovider "$@"
"""
_DULL = {"COLUMNS": "100", "NO_COLOR": "1", "TERM": "dumb", "LC_ALL": "C.UTF-8", "PYTHONIOENCODING": "utf-8"}
Evaluate = Callable[[Example], str | None]


def prepare(namespace: dict[str, Any]) -> None:
    """Gives a document a folder of its own, in which the examples and rulesets of the project stand too."""
    folder = TemporaryDirectory(prefix="docs-")
    here = Path(folder.name)
    for name in ("examples", "rulesets"):
        (here / name).symlink_to(ROOT / name, target_is_directory=True)
    (here / "bin").mkdir()
    for name, text in (("ucmsc-rules", _SHIM), ("pytest", _PYTEST)):
        shim = here / "bin" / name
        shim.write_text(text.format(python=sys.executable, source=Path(ucmsc_rules.__file__).parent.parent))
        shim.chmod(0o755)
    namespace.update(_folder=folder, _before=Path.cwd(), _status=0)
    os.chdir(here)


def leave(namespace: dict[str, Any]) -> None:
    """Puts things back as they were before ``prepare``."""
    os.chdir(namespace["_before"])
    namespace["_folder"].cleanup()


def run(command: str, status: int = 0) -> tuple[int, str]:
    """The exit status and the output of a shell command; ``status`` is what ``$?`` tells it of the one before."""
    environment = {**os.environ, **_DULL, "PATH": f"{Path.cwd() / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}"}
    ended = subprocess.run(
        ["sh", "-c", f"(exit {status})\n{command}"],
        env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        encoding="utf-8", timeout=120, check=False,
    )  # fmt: skip
    return ended.returncode, ended.stdout


def console(example: Example) -> str | None:
    """Runs each command of a console session and compares what it prints; ``...`` stands for anything."""
    for command, wanted in sessions(example.parsed):
        status, output = run(command, example.namespace["_status"])
        example.namespace["_status"] = status
        got = "".join(f"{line.rstrip()}\n" for line in output.strip("\n").splitlines())
        if not OutputChecker().check_output(wanted, got, ELLIPSIS):
            return f"$ {command}\nexpected:\n{wanted}\ngot (status {status}):\n{got}"
    return None


def sessions(text: str) -> Iterable[tuple[str, str]]:
    """The commands of a console session, each with the output that follows it."""
    found = list(_COMMAND.finditer(text))
    for match, after in zip(found, [*found[1:], None], strict=True):
        output = text[match.end() : after.start() if after else len(text)].strip("\n")
        yield match["command"].replace("\n> ", "\n"), f"{output}\n" if output else ""


def yaml_file(example: Example) -> str | None:
    """Reads a YAML text as rulesets are read; one with a title is left unread and written as a file."""
    if example.region.lexemes["title"]:
        _write(example)
    else:
        read_document(example.parsed, "example.yaml")
    return None


def json_file(example: Example) -> str | None:
    """Parses a JSON text, and writes it as a file where it has a title."""
    json.loads(example.parsed)
    if example.region.lexemes["title"]:
        _write(example)
    return None


def _write(example: Example) -> None:
    Path(example.region.lexemes["title"]).write_text(example.parsed, encoding="utf-8")


def rules(example: Example) -> str | None:
    """Parses the rule on each line and writes it back."""
    about = _context()
    for line in example.parsed.splitlines():
        expression = parse(line, about)
        if parse(unparse(expression, about.dictionary, about.settings), about) != expression:
            return f"does not come back: {line}"
    return None


def mistakes(example: Example) -> str | None:
    """Parses rules that are wrong, and compares the complaint; blank lines stand between them."""
    for block in example.parsed.strip("\n").split("\n\n"):
        text = block.splitlines()[0]
        try:
            parse(text, _context())
        except RulesetError as error:
            got = [f"{dedent(each.excerpt)}\n{each.message}" for each in error.complaints]
        else:
            got = ["no complaint"]
        if "\n".join(got) != block:
            return f"expected:\n{block}\ngot:\n" + "\n".join(got)
    return None


def _context() -> Context:
    ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    return Context(ruleset.dictionary, ruleset.anchors, ruleset.settings, Place("example.yaml", 1, 1))


def parser(language: str, evaluate: Evaluate) -> Callable[[Document], Iterable[Region]]:
    """What finds the blocks of a language and has them evaluated."""

    def find(document: Document) -> Iterable[Region]:
        for region in RawFencedCodeBlockLexer(_INFO)(document):
            if region.lexemes["language"] == language:
                region.parsed, region.evaluator = str(region.lexemes["source"]), evaluate
                yield region

    return find


PARSERS = (
    parser("console", console), parser("yaml", yaml_file), parser("json", json_file), parser("rule", rules),
    parser("mistake", mistakes),
)  # fmt: skip
