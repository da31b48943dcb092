"""Takes the fields of a mapping out of a YAML document; what is amiss is noted, and reading goes on.

Where a field is missing or of another form, the reader gives an empty value of the right type: the file is refused in
the end, so the value never matters, and every other mistake is still found.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from decimal import Decimal

from attrs import Factory, define, frozen

from ucmsc_rules.documents import MappingNode, Node, ScalarNode, SequenceNode
from ucmsc_rules.errors import Complaint, Place, RulesetError
from ucmsc_rules.wording import did_you_mean, either

NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_NUMERAL = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_LONGEST_NUMERAL = 40
_GREATEST_EXPONENT = 30
_GREATEST_WHOLE = 999_999
_MOST_COMPLAINTS = 100


@define
class Notes:
    """Every complaint that was found so far; a hundred are enough for one reading."""

    complaints: list[Complaint] = Factory(list)

    def add(self, place: Place, subject: str, message: str) -> None:
        """Note one mistake."""
        self.take(RulesetError((Complaint(place, subject, message),)))

    def take(self, error: RulesetError) -> None:
        """Note all that another reader found."""
        self.complaints += error.complaints
        if len(self.complaints) >= _MOST_COMPLAINTS:
            self.refuse()

    def about(self, subject: str) -> bool:
        """Whether anything was noted about a subject; what follows from that need not be said."""
        return any(complaint.subject == subject for complaint in self.complaints)

    def refuse(self) -> None:
        """Raise what was noted, in the order of the file; nothing where nothing was."""
        if self.complaints:
            noted = dict.fromkeys(self.complaints)
            raise RulesetError(tuple(sorted(noted, key=_position)))


def _position(complaint: Complaint) -> tuple[str, int, int]:
    return complaint.place.file, complaint.place.line, complaint.place.column


@frozen
class Entry:
    """A named node of a mapping, and where its name stands."""

    name: str
    node: Node
    place: Place


@frozen
class Fields:
    """The fields of one mapping."""

    node: MappingNode
    place: Place
    subject: str
    notes: Notes

    def note(self, message: str, key: str | None = None) -> None:
        """Note a mistake at the value of ``key``, or at the mapping."""
        place = self.node.entries[key].place if key and key in self.node.entries else self.place
        self.notes.add(place, self.subject, message)

    def __contains__(self, key: object) -> bool:
        return key in self.node.entries

    def text(self, key: str) -> str:
        """A text that is not empty; numbers are taken as written."""
        if key not in self.node.entries:
            return ""
        node = self.node.entries[key]
        if isinstance(node, ScalarNode) and node.text.strip() and node.value is not None:
            return node.text.strip()
        self.note(f'"{key}" must be a text', key)
        return ""

    def number(self, key: str) -> Decimal | None:
        """A number of an ordinary size."""
        if key not in self.node.entries:
            return None
        node = self.node.entries[key]
        number = _number(node.text) if isinstance(node, ScalarNode) else None
        if number is not None:
            return number
        self.note(f'"{key}" must be a number', key)
        return None

    def whole(self, key: str) -> int:
        """A whole number."""
        number = self.number(key)
        if number is None:
            return 0
        if number != number.to_integral_value() or abs(number) > _GREATEST_WHOLE:
            self.note(f'"{key}" must be a whole number up to {_GREATEST_WHOLE}', key)
        return int(number)

    def flag(self, key: str, *, default: bool) -> bool:
        """True or false."""
        if key not in self.node.entries:
            return default
        node = self.node.entries[key]
        if isinstance(node, ScalarNode) and isinstance(node.value, bool):
            return node.value
        self.note(f'"{key}" must be true or false', key)
        return default

    def choice(self, key: str, choices: Collection[str]) -> str:
        """One of some words; "" where it is missing or none of them."""
        text = self.text(key)
        if text and text not in choices:
            self.note(f'"{key}" must be {either(choices)}, not "{text}"{did_you_mean(text, choices)}', key)
            return ""
        return text

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts."""
        node = self.node.entries.get(key)
        if node is None:
            return ()
        items = node.items if isinstance(node, SequenceNode) else ()
        texts = tuple(item.text for item in items if isinstance(item, ScalarNode) and item.text.strip())
        if not isinstance(node, SequenceNode) or len(texts) < len(items):
            self.note(f'"{key}" must be a list of texts, as [one, another]', key)
        return texts

    def entries(self, key: str) -> Iterator[Entry]:
        """The named nodes of a mapping below ``key``."""
        if key in self.node.entries:
            yield from children(self.below(key), self.subject, self.notes)

    def items(self, key: str) -> Iterator[Entry]:
        """The nodes of a list below ``key``, named by their number."""
        node = self.node.entries.get(key)
        if node is None:
            return
        if not isinstance(node, SequenceNode):
            self.note(f'"{key}" must be a list', key)
            return
        for number, child in enumerate(node.items, start=1):
            yield Entry(f"{key} {number}", child, child.place)

    def below(self, key: str) -> Entry:
        """What stands at ``key``, which must be there."""
        return Entry(key, self.node.entries[key], self.node.places[key])

    def scalar(self, key: str) -> ScalarNode | None:
        """The text node at ``key``."""
        node = self.node.entries.get(key)
        return node if isinstance(node, ScalarNode) and self.text(key) else None


def _number(text: str) -> Decimal | None:
    if len(text) > _LONGEST_NUMERAL or not _NUMERAL.match(text):
        return None
    number = Decimal(text)
    return number if not number or abs(number.adjusted()) <= _GREATEST_EXPONENT else None


def children(entry: Entry, subject: str, notes: Notes) -> Iterator[Entry]:
    """The named nodes of a mapping, whatever their names."""
    if not isinstance(entry.node, MappingNode):
        notes.add(entry.node.place, subject, f'"{entry.name}" must be a mapping of names')
        return
    for name, child in entry.node.entries.items():
        yield Entry(name, child, entry.node.places[name])


def fields_of(entry: Entry, subject: str, notes: Notes, needed: Collection[str], optional: Collection[str]) -> Fields:
    """The fields of an entry that is a mapping; notes the keys that are missing, and leaves out unknown ones."""
    known = [*needed, *optional]
    if not isinstance(entry.node, MappingNode):
        notes.add(entry.node.place, subject, f"write a mapping with {', '.join(needed) or ', '.join(known)}")
        return Fields(MappingNode({}, {}, entry.place), entry.place, subject, notes)
    for key, place in entry.node.places.items():
        if key not in known:
            hint = did_you_mean(key, known) or f"; the keys are {', '.join(known)}"
            notes.add(place, subject, f'unknown key "{key}"{hint}')
    for key in needed:
        if key not in entry.node.entries:
            notes.add(entry.place, subject, f'"{key}" is missing')
    read = {key: node for key, node in entry.node.entries.items() if key in known}
    return Fields(MappingNode(read, entry.node.places, entry.node.place), entry.place, subject, notes)
