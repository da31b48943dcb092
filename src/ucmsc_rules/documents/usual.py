"""Reads the YAML that people write in rulesets, ten times as fast as a full YAML reader; anything else is left to that.

Usual are block mappings and lists, flow mappings and lists, plain and quoted texts on one line, ``>-`` texts without
blank lines, and comments. Whatever is read here, ``events.read_events`` reads to the same nodes (a test holds this);
whatever is doubtful, mistakes included, is not read here at all.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from itertools import accumulate

from ucmsc_rules.documents.nodes import MAX_DEPTH, MAX_NODES, MappingNode, Node, ScalarNode, SequenceNode, too_many
from ucmsc_rules.errors import Place

_MARKER = re.compile(r"^(?:---|\.\.\.|%| +$)|[\t\r]", re.MULTILINE)
_QUOTED = re.compile(r""""([^"\\\n]*)"|'([^'\n]*)'(?!')""")
_KEY = re.compile(r"""(?:([^\s\-?:,\[\]{}#&*!|>'"%@`][^\s:#,\[\]{}"']{0,99})|"([^"\\\n]{0,99})"):(?=[ \n]|\Z)""")
_START = re.compile(r"""(?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|-(?=[^\s,\[\]{}]))""")
_FLOW_PLAIN = re.compile(_START.pattern + r"(?:[^\s,\[\]{}:#]++|:(?=[^\s,\[\]{}])| ++(?=[^\s,\[\]{}:#])|(?<=\S)#)*+")
_GAP = re.compile(r"(?:[ \n]++|(?<=[ \n])#[^\n]*+)*+")
_NULLS = frozenset({"~", "null", "Null", "NULL"})


def read_usual(text: str, file: str) -> Node | None:
    """The document in a text of the usual form; None where it is of another."""
    if _MARKER.search(text):
        return None
    try:
        return _Reader(text, file).document()
    except _UnusualError:
        return None


class _UnusualError(Exception):
    """The text is not of the form that is read here."""


class _Reader:
    """Stands on a line of the text, ``indent`` characters into it; -1 after the last line."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.lines = text.split("\n")
        self.starts = [0, *accumulate(len(line) + 1 for line in self.lines)]
        self.number = -1
        self.indent = -1
        self.nodes = 0

    def document(self) -> Node:
        self.advance()
        node = self.block(0)
        if self.indent >= 0:
            raise _UnusualError
        return node

    def advance(self) -> None:
        """Go to the next line that is neither blank nor a comment."""
        for number in range(self.number + 1, len(self.lines)):
            content = self.lines[number].lstrip(" ")
            if content and content[0] != "#":
                self.number, self.indent = number, len(self.lines[number]) - len(content)
                return
        self.number, self.indent = len(self.lines), -1

    def place(self, position: int) -> Place:
        """The place of a node or key, of which there may not be too many."""
        line = bisect_right(self.starts, position)
        place = Place(self.file, line, position - self.starts[line - 1] + 1)
        self.nodes += 1
        if self.nodes > MAX_NODES:
            raise too_many(place)
        return place

    def opening(self, position: int, depth: int) -> Place:
        """The place of a mapping or list that begins here, if it is not nested too deep."""
        if depth >= MAX_DEPTH:
            raise _UnusualError
        return self.place(position)

    # Blocks

    def here(self) -> int:
        return self.starts[self.number] + self.indent

    def block(self, depth: int) -> Node:
        if self.indent < 0:
            raise _UnusualError
        return self.sequence(depth) if self.at_dash() else self.mapping(depth)

    def at_dash(self) -> bool:
        return self.indent >= 0 and self.text.startswith("- ", self.here())

    def mapping(self, depth: int) -> MappingNode:
        indent, place = self.indent, self.opening(self.here(), depth)
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        while self.indent == indent and not self.at_dash():
            match = _KEY.match(self.text, self.here())
            if match is None:
                raise _UnusualError
            key = self.key(match, places)
            entries[key] = self.value(match.end(), indent, depth)
        if self.indent > indent:
            raise _UnusualError
        return MappingNode(entries, places, place)

    def key(self, match: re.Match[str], places: dict[str, Place]) -> str:
        group = match.lastindex or 1
        key = match[group]
        if key in places or (group == 1 and key in _NULLS):
            raise _UnusualError
        places[key] = self.place(match.start(group))
        return key

    def sequence(self, depth: int) -> SequenceNode:
        indent, place = self.indent, self.opening(self.here(), depth)
        items: list[Node] = []
        while self.indent == indent and self.at_dash():
            line = self.lines[self.number]
            inner = len(line) - len(line[indent + 1 :].lstrip(" "))
            if _KEY.match(line, inner):
                self.indent = inner
                items.append(self.mapping(depth + 1))
            else:
                items.append(self.value(self.here() + 1, -1, depth))
        if self.indent > indent:
            raise _UnusualError
        return SequenceNode(tuple(items), place)

    def value(self, position: int, indent: int, depth: int) -> Node:
        """The node that begins after a key at ``indent``, or a dash (-1); goes on to the line after it."""
        line, start = self.lines[self.number], self.starts[self.number]
        rest = line[position - start :].lstrip(" ")
        at = start + len(line) - len(rest)
        if not rest or rest[0] == "#":
            return self.nested(indent, depth + 1)
        if rest.rstrip(" ") == ">-":
            return self.folded(at, indent)
        if rest[0] in "[{":
            return self.ended(*self.flow(at, depth + 1))
        if rest[0] in "\"'":
            return self.ended(*self.quoted(at))
        return self.ended(*self.plain(rest, at))

    def nested(self, indent: int, depth: int) -> Node:
        """The block on the lines below a key; a list may stand below its key without being indented."""
        if indent < 0:
            raise _UnusualError
        self.advance()
        if self.indent > indent:
            return self.block(depth)
        if self.indent == indent and self.at_dash():
            return self.sequence(depth)
        raise _UnusualError

    def ended(self, node: Node, end: int) -> Node:
        """The node, if nothing but a comment follows it on its line."""
        self.number = bisect_right(self.starts, end) - 1
        rest = self.lines[self.number][end - self.starts[self.number] :]
        if rest[:1] not in ("", " ") or rest.lstrip(" ")[:1] not in ("", "#"):
            raise _UnusualError
        self.advance()
        return node

    def folded(self, at: int, indent: int) -> Node:
        """A ``>-`` text: lines that are all indented alike, joined by single spaces."""
        taken: list[str] = []
        depth = 0
        place, number = self.place(at), self.number + 1
        while number < len(self.lines) and (line := self.lines[number]).strip(" "):
            inner = len(line) - len(line.lstrip(" "))
            depth = depth or inner
            if inner < depth or inner <= indent:
                break
            if inner > depth or line.endswith(" "):
                raise _UnusualError
            taken.append(line[inner:])
            number += 1
        self.number = number - 1
        self.advance()
        if indent < 0 or not taken or self.indent >= depth:
            raise _UnusualError
        return ScalarNode(" ".join(taken), place, plain=False, exact=False)

    # Texts and flow collections: a node, and the position after it

    def plain(self, rest: str, at: int) -> tuple[Node, int]:
        text = rest.partition(" #")[0].rstrip(" ")
        if not _START.match(text) or ": " in text or text.endswith(":"):
            raise _UnusualError
        return ScalarNode(text, self.place(at)), at + len(text)

    def quoted(self, at: int) -> tuple[Node, int]:
        if (match := _QUOTED.match(self.text, at)) is None:
            raise _UnusualError
        return ScalarNode(match[match.lastindex or 1], self.place(at + 1), plain=False), match.end()

    def flow(self, at: int, depth: int) -> tuple[Node, int]:
        place = self.opening(at, depth)
        if self.text[at] == "[":
            return self.flow_sequence(self.gap(at + 1), place, depth)
        return self.flow_mapping(self.gap(at + 1), place, depth)

    def flow_sequence(self, at: int, place: Place, depth: int) -> tuple[Node, int]:
        items: list[Node] = []
        more = not self.text.startswith("]", at)
        while more:
            node, at = self.flow_value(at, depth)
            items.append(node)
            at, more = self.separator(at, "]")
        return SequenceNode(tuple(items), place), at + 1

    def flow_mapping(self, at: int, place: Place, depth: int) -> tuple[Node, int]:
        entries: dict[str, Node] = {}
        places: dict[str, Place] = {}
        more = not self.text.startswith("}", at)
        while more:
            match = _KEY.match(self.text, at)
            if match is None:
                raise _UnusualError
            key = self.key(match, places)
            entries[key], at = self.flow_value(self.gap(match.end()), depth)
            at, more = self.separator(at, "}")
        return MappingNode(entries, places, place), at + 1

    def flow_value(self, at: int, depth: int) -> tuple[Node, int]:
        first = self.text[at : at + 1]
        if first in ("[", "{"):
            return self.flow(at, depth + 1)
        if first in ('"', "'"):
            return self.quoted(at)
        if (match := _FLOW_PLAIN.match(self.text, at)) is None:
            raise _UnusualError
        return ScalarNode(match[0], self.place(at)), match.end()

    def separator(self, at: int, closing: str) -> tuple[int, bool]:
        """Where the next entry begins after a comma, or where the closing bracket stands."""
        at = self.gap(at)
        if self.text.startswith(",", at):
            return self.gap(at + 1), True
        if self.text.startswith(closing, at):
            return at, False
        raise _UnusualError

    def gap(self, at: int) -> int:
        """The position after spaces, line ends and comments."""
        return match.end() if (match := _GAP.match(self.text, at)) else at
