"""The nodes of a YAML document: texts, lists and mappings that know their place in the file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen

from ucmsc_rules.errors import Complaint, Place, RulesetError

MAX_DEPTH = 20
MAX_NODES = 30_000
# C0 and C1 controls but tab and line ends, line and paragraph separators, marks that turn text around, no characters
CONTROL = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufeff\ufffe\uffff]"
)
_LONGEST_INTEGER = 40
_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}


@frozen
class ScalarNode:
    """A text; ``plain`` where it stands without quotes, ``exact`` where its characters stand in the file as here."""

    text: str
    place: Place
    plain: bool = True
    exact: bool = True

    @property
    def value(self) -> str | int | Decimal | bool | None:
        """What the text means by the core schema.

        >>> ScalarNode("8.50", Place("r.yaml", 1, 1)).value
        Decimal('8.50')
        >>> ScalarNode("no", Place("r.yaml", 1, 1)).value
        'no'
        """
        if not self.plain:
            return self.text
        if self.text in _CONSTANTS:
            return _CONSTANTS[self.text]
        if len(self.text) <= _LONGEST_INTEGER and _INTEGER.fullmatch(self.text):
            return int(self.text, 0) if self.text[:2] in ("0o", "0x") else int(self.text)
        return Decimal(self.text) if _FLOAT.fullmatch(self.text) else self.text


@frozen
class SequenceNode:
    """A list of nodes."""

    items: tuple[Node, ...]
    place: Place


@frozen
class MappingNode:
    """Nodes by key, in the order of the file, and the place of each key. A key is the text that was written."""

    entries: Mapping[str, Node]
    places: Mapping[str, Place]
    place: Place


Node = ScalarNode | SequenceNode | MappingNode


def plain(node: Node) -> Any:  # noqa: ANN401 - data of any form
    """The node as plain data: dicts, lists, texts, ints, Decimals, booleans and None."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode(items):
            return [plain(item) for item in items]
        case MappingNode(entries):
            return {key: plain(entry) for key, entry in entries.items()}


def refusal(place: Place, message: str) -> RulesetError:
    """The error of one complaint about a document."""
    return RulesetError((Complaint(place, "", message),))


def too_many(place: Place) -> RulesetError:
    """The error of a document with more than ``MAX_NODES`` keys and values; ``place`` is that of the next one."""
    return refusal(place, f"the file holds more than {MAX_NODES} keys and values; write less")
