"""Reads any YAML document with ruamel.yaml: its events become nodes, and what a ruleset has no need of is refused."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

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

from ucmsc_rules.documents.nodes import (
    CONTROL,
    MAX_DEPTH,
    MAX_NODES,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    refusal,
    too_many,
)
from ucmsc_rules.errors import Complaint, Place, RulesetError


def read_events(text: str, file: str) -> Node:
    """The one document in a YAML text; raises RulesetError with what is wrong and where."""
    builder = _Builder(file)
    try:
        node = builder.document(YAML(typ="safe", pure=True).parse(text))
    except MarkedYAMLError as error:
        raise RulesetError((_syntax_complaint(error, file),)) from None
    except YAMLError as error:
        raise refusal(Place(file, 1, 1), f"this is no YAML: {error}") from None
    if builder.complaints:
        raise RulesetError(tuple(builder.complaints))
    return node


_MOST_COMPLAINTS = 100


class _Builder:
    """Turns ruamel.yaml's events into nodes; duplicate keys are gathered, everything else is refused at once."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.complaints: list[Complaint] = []
        self.nodes = 0

    def document(self, events: Iterable[Event]) -> Node:
        stream = iter(events)
        start = next(stream)
        first = next(stream) if isinstance(start, StreamStartEvent) else start
        if not isinstance(first, DocumentStartEvent):
            raise refusal(Place(self.file, 1, 1), "the file is empty")
        if first.version or first.tags:
            raise refusal(self.place(first), "directives are not read; leave the line with % out")
        node = self.node(next(stream), stream, 0)
        next(stream)
        after = next(stream)
        if isinstance(after, DocumentStartEvent):
            raise refusal(self.place(after), "a second document starts here; write one document a file")
        return node

    def node(self, event: Event, stream: Iterator[Event], depth: int) -> Node:
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_many(self.place(event))
        if isinstance(event, ScalarEvent) and event.anchor is None and event.tag is None:
            return self.scalar(event)
        place = self.place(event)
        self.refuse_extras(event, place)
        if depth == MAX_DEPTH:
            raise refusal(place, f"nested more than {MAX_DEPTH} deep; write it flatter")
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
                if len(self.complaints) == _MOST_COMPLAINTS:
                    raise RulesetError(tuple(self.complaints))
                continue
            entries[key.text] = node
            places[key.text] = key.place
        return MappingNode(entries, places, place)

    def key(self, event: Event, stream: Iterator[Event], depth: int) -> ScalarNode:
        if isinstance(event, (SequenceStartEvent, MappingStartEvent)):
            raise refusal(self.place(event), "a key is a text; a list or mapping cannot be one")
        key = self.node(event, stream, depth)
        if not isinstance(key, ScalarNode) or key.value is None:
            raise refusal(self.place(event), "a key is missing here")
        return key

    def scalar(self, event: ScalarEvent) -> ScalarNode:
        start, end = event.start_mark, event.end_mark
        quotes = event.style in ("'", '"')
        exact = start.line == end.line and end.column - start.column == len(event.value) + 2 * quotes
        place = Place(self.file, start.line + 1, start.column + 1 + quotes)
        if found := CONTROL.search(event.value):
            raise refusal(place, f"the control character U+{ord(found[0]):04X} is not read; delete it")
        return ScalarNode(event.value, place, event.style is None, exact)

    def place(self, event: Event) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def refuse_extras(self, event: Event, place: Place) -> None:
        if isinstance(event, AliasEvent):
            raise refusal(place, "aliases (*name) are not read; write it out")
        if isinstance(event, NodeEvent) and event.anchor is not None:
            raise refusal(place, "anchors (&name) are not read; write it out")
        if getattr(event, "tag", None) is not None:
            raise refusal(place, "tags (!name) are not read; leave it out")


def _syntax_complaint(error: MarkedYAMLError, file: str) -> Complaint:
    mark = error.problem_mark or error.context_mark
    place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file, 1, 1)
    hint = 'put a text that holds ": ", " #", [ ] or { } in quotes'
    return Complaint(place, "", f"this is no YAML: {error.problem or error.context}; {hint}")
