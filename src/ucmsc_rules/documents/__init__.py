"""Reads YAML text into small nodes that know their place; everything that a ruleset has no need of is refused.

Aliases, anchors, tags, duplicate keys, several documents, deep nesting and large files are refused. Plain scalars
mean what YAML 1.2's core schema says: ``no`` and ``2026-03-01`` are texts, and no number becomes a binary float.
"""

from __future__ import annotations

import re
from pathlib import Path

from ucmsc_rules.documents.nodes import CONTROL, MappingNode, Node, ScalarNode, SequenceNode, plain, refusal
from ucmsc_rules.documents.usual import read_usual
from ucmsc_rules.errors import Complaint, Place, RulesetError

__all__ = [
    "MAX_BYTES",
    "MAX_CRITERIA",
    "MappingNode",
    "Node",
    "ScalarNode",
    "SequenceNode",
    "plain",
    "read_document",
    "read_file",
]

MAX_BYTES = 256 * 1024
MAX_CRITERIA = 1000

_CATEGORY = re.compile(r"""\bcategory["']?\s*:""")


def read_document(source: str | bytes, file: str) -> Node:
    r"""The one document in a YAML text; raises RulesetError with what is wrong and where.

    >>> plain(read_document("when: 2026-03-01\nholds: true\nvalue: 7.10", "r.yaml"))
    {'when': '2026-03-01', 'holds': True, 'value': Decimal('7.10')}
    """
    text = _text(source, file)
    _refuse_large(text, file)
    return read_usual(text, file) or _read_any(text, file)


def read_file(path: str | Path) -> Node:
    """The YAML document in a file; of one that is too large, no more is read than tells so."""
    try:
        with Path(path).open("rb") as file:
            return read_document(file.read(MAX_BYTES + 1), str(path))
    except OSError as error:
        message = f"the file cannot be read: {error.strerror}"
        raise RulesetError((Complaint(Place(str(path), 1, 1), "", message),)) from None


def _read_any(text: str, file: str) -> Node:
    from ucmsc_rules.documents.events import read_events  # noqa: PLC0415 - 50 ms that most files do not need

    return read_events(text, file)


def _text(source: str | bytes, file: str) -> str:
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise refusal(Place(file, 1, 1), f"the file is too large; it holds at most {MAX_BYTES} bytes")
    try:
        return (source.decode("utf-8") if isinstance(source, bytes) else source).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1 if isinstance(source, bytes) else 1
        raise refusal(Place(file, line, 1), "this is no UTF-8; save the file as UTF-8") from None


def _refuse_large(text: str, file: str) -> None:
    if found := CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        raise refusal(Place(file, line, column), f"the control character U+{ord(found[0]):04X} is not read; delete it")
    criteria = sum(1 for _ in _CATEGORY.finditer(text))
    if criteria > MAX_CRITERIA:
        message = f"{criteria} criteria are too many; a ruleset holds at most {MAX_CRITERIA}"
        raise refusal(Place(file, 1, 1), message)
