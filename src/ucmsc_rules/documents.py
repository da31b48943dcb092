"""Reads YAML text into small nodes that know their place; everything that a ruleset has no need of is refused.

Aliases, anchors, tags, duplicate keys, several documents, deep nesting and large files are refused. Plain scalars
mean what YAML 1.2's core schema says: ``no`` and ``2026-03-01`` are texts, and no number becomes a binary float.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from attrs import frozen
from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamStartEvent,
)

from ucmsc_rules.errors import Complaint, Place, RulesetError

MAX_BYTES = 256 * 1024
MAX_CRITERIA = 1000
MAX_DEPTH = 20

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_CONSTANTS: Mapping[str, bool | None] = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL")),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_CATEGORY = re.compile(r"""\bcategory["']?\s*:""")
# C0 and C1 controls but tab and line ends, line and paragraph separators, and the marks that turn text around
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


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
        if len(self.text) <= 40 and _INTEGER.fullmatch(self.text):
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


def read_document(source: str | bytes, file: str) -> Node:
    """The one document in a YAML text; raises RulesetError with what is wrong and where.

    >>> plain(read_document("when: 2026-03-01\\nholds: true\\nvalue: 7.10", "r.yaml"))
    {'when': '2026-03-01', 'holds': True, 'value': Decimal('7.10')}
    """
    text = _text(source, file)
    _refuse_large(text, file)
    builder = _Builder(file)
    try:
        node = builder.document(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise RulesetError((_syntax_complaint(error, file),)) from None
    except YAMLError as error:
        raise _refusal(Place(file, 1, 1), f"this is no YAML: {error}") from None
    if builder.complaints:
        raise RulesetError(tuple(builder.complaints))
    return node


def plain(node: Node) -> Any:
    """The node as plain data: dicts, lists, texts, ints, Decimals, booleans and None."""
    match node:
        case ScalarNode():
            return node.value
        case SequenceNode(items):
            return [plain(item) for item in items]
        case MappingNode(entries):
            return {key: plain(entry) for key, entry in entries.items()}


class _Builder:
    """Turns ruamel.yaml's events into nodes; duplicate keys are gathered, everything else is refused at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.complaints: list[Complaint] = []

    def document(self, events: Iterable[Event]) -> Node:
        stream = iter(events)
        start = next(stream)
        first = next(stream) if isinstance(start, StreamStartEvent) else start
        if not isinstance(first, DocumentStartEvent):
            raise _refusal(Place(self.file, 1, 1), "the file is empty")
        if first.version or first.tags:
            raise _refusal(self.place(first), "directives are not read; leave the line with % out")
        node = self.node(next(stream), stream, 0)
        next(stream)
        after = next(stream)
        if isinstance(after, DocumentStartEvent):
            raise _refusal(self.place(after), "a second document starts here; write one document a file")
        return node

    def node(self, event: Event, stream: Iterator[Event], depth: int) -> Node:
        if isinstance(event, ScalarEvent) and event.anchor is None and event.tag is None:
            return self.scalar(event)
        place = self.place(event)
        self.refuse_extras(event, place)
        if depth == MAX_DEPTH:
            raise _refusal(place, f"nested more than {MAX_DEPTH} deep; write it flatter")
        if isinstance(event, SequenceStartEvent):
            return SequenceNode(tuple(self.items(stream, depth + 1)), place)
        return self.mapping(stream, place, depth + 1)

    def items(self, stream: Iterator[Event], depth: int) -> Iterator[Node]:
        while not isinstance(event := next(stream), SequenceEndEvent):
            yield self.node(event, stream, depth)

    def mapping(self, stream: Iterator[Event], place: Place, depth: int) -> MappingNode:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while not isinstance(event := next(stream), MappingEndEvent):
            key = self.key(event, stream, depth)
            node = self.node(next(stream), stream, depth)
            if key.text in entries:
                message = f'the key "{key.text}" is already at line {places[key.text].line}; keep one of the two'
                self.complaints.append(Complaint(key.place, "", message))
                continue
            entries[key.text] = node
            places[key.text] = key.place
        return MappingNode(entries, places, place)

    def key(self, event: Event, stream: Iterator[Event], depth: int) -> ScalarNode:
        if isinstance(event, (SequenceStartEvent, MappingStartEvent)):
            raise _refusal(self.place(event), "a key is a text; a list or mapping cannot be one")
        key = self.node(event, stream, depth)
        if not isinstance(key, ScalarNode) or key.value is None:
            raise _refusal(self.place(event), "a key is missing here")
        return key

    def scalar(self, event: ScalarEvent) -> ScalarNode:
        start, end = event.start_mark, event.end_mark
        quotes = event.style in ("'", '"')
        exact = start.line == end.line and end.column - start.column == len(event.value) + 2 * quotes
        place = Place(self.file, start.line + 1, start.column + 1 + quotes)
        return ScalarNode(event.value, place, event.style is None, exact)

    def place(self, event: Event) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse_extras(self, event: Event, place: Place) -> None:
        if isinstance(event, AliasEvent):
            raise _refusal(place, "aliases (*name) are not read; write it out")
        if isinstance(event, NodeEvent) and event.anchor is not None:
            raise _refusal(place, "anchors (&name) are not read; write it out")
        if getattr(event, "tag", None) is not None:
            raise _refusal(place, "tags (!name) are not read; leave it out")


def _text(source: str | bytes, file: str) -> str:
    size = len(source) if isinstance(source, bytes) else len(source.encode("utf-8", "surrogatepass"))
    if size > MAX_BYTES:
        raise _refusal(Place(file, 1, 1), f"{size} bytes are too many; a file holds at most {MAX_BYTES}")
    try:
        return (source.decode("utf-8") if isinstance(source, bytes) else source).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = source[: error.start].count(b"\n") + 1 if isinstance(source, bytes) else 1
        raise _refusal(Place(file, line, 1), "this is no UTF-8; save the file as UTF-8") from None


def _refuse_large(text: str, file: str) -> None:
    if found := _CONTROL.search(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        raise _refusal(Place(file, line, column), f"the control character U+{ord(found[0]):04X} is not read; delete it")
    criteria = sum(1 for _ in _CATEGORY.finditer(text))
    if criteria > MAX_CRITERIA:
        message = f"{criteria} criteria are too many; a ruleset holds at most {MAX_CRITERIA}"
        raise _refusal(Place(file, 1, 1), message)


def _syntax_complaint(error: MarkedYAMLError, file: str) -> Complaint:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    hint = 'put a text that holds ": ", " #", [ ] or { } in quotes'
    return Complaint(place, "", f"this is no YAML: {error.problem or error.context}; {hint}")


def _refusal(place: Place, message: str) -> RulesetError:
    return RulesetError((Complaint(place, "", message),))
