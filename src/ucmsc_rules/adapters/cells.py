"""Reads a cell as one key of a fact: what it says there, that it says nothing, or that its answer is not told."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum

from attrs import field as attribute

from ucmsc_rules.adapters.dates import canonical_date
from ucmsc_rules.adapters.mapping import DateOrder, Take
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN, Cell
from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.dates import shown

LONGEST_LISTED = 12
MOST_REMEMBERED = 1024
_ONE_COMMA = re.compile(r"(?<![0-9.,])([0-9]*),([0-9]+)(?![0-9]*[.,])")
_POINT = re.compile(r"[0-9]\.[0-9]|[0-9],[0-9]*,")
_FLAGS = {
    "true": "true",
    "yes": "true",
    "y": "true",
    "1": "true",
    "false": "false",
    "no": "false",
    "n": "false",
    "0": "false",
}


class Form(Enum):
    """How the text of a key is written."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    FLAG = "flag"


@frozen_to_mypy
class Said:
    """What a cell says: the text for the canonical fact ("" where it says nothing), its unit, and what is wrong.

    ``told`` is false where there is an answer that the source does not tell. ``time`` is a date with a time as it
    was written, zone and all.
    """

    text: str
    unit: str = ""
    trouble: str = ""
    told: bool = True
    time: str = ""


NOTHING = Said("")


@frozen_to_mypy
class Reader:
    """How one key of a fact is had from a row, with all that the mapping says about it."""

    key: str
    field: str
    constant: str
    values: Mapping[str, str] | None
    listed: tuple[str, ...]
    missing: Mapping[str, str]
    form: Form
    order: DateOrder
    decimal_comma: bool
    unknown_is_a_word: bool
    remembered: dict[object, Said] = attribute(factory=dict, init=False, eq=False, repr=False)

    def read(self, cell: Cell | None) -> Said:
        """What the cell says; most texts come again and again, and are read once."""
        if cell is None:
            return NOTHING if self.field else Said(self.constant)
        key = (cell.text, cell.unit, cell.absent, cell.also) if cell.unit or cell.absent or cell.also else cell.text
        said = self.remembered.get(key)
        if said is None:
            said = self._read(cell)
            if len(self.remembered) >= MOST_REMEMBERED:
                self.remembered.clear()
            self.remembered[key] = said
        return said

    def _read(self, cell: Cell) -> Said:
        if not self.field:
            return Said(self.constant)
        if cell is not None and cell.absent == UNKNOWN:
            return _not_told(cell.text)
        texts = [text for text in (cell.text.strip(), *cell.also) if text] if cell and not cell.absent else []
        if cell is None or not texts:
            return NOTHING
        if self.values is not None and (said := self._meant(texts, self.values)) is not None:
            return said
        if (why := folded(self.missing, texts[0])) is not None:
            return NOTHING if why == NOT_DONE else _not_told(texts[0])
        return self._written(texts[0], cell.unit) if self.values is None else _unlisted(texts[0], self.listed)

    def _meant(self, texts: list[str], values: Mapping[str, str]) -> Said | None:
        """What the first texts that the mapping lists mean; they must agree."""
        words = {word for text in texts if (word := folded(values, text)) is not None}
        if not words:
            return None
        if len(words) > 1:
            trouble = (
                f"{shown(texts[0])} stands for {' and '.join(sorted(words))} at once; correct the mapping or the source"
            )
            return Said(f"unreadable: {texts[0]}", trouble=trouble)
        (word,) = words
        if word == NOT_DONE:
            return NOTHING
        return _not_told(texts[0]) if word == UNKNOWN and not self.unknown_is_a_word else Said(word)

    def _written(self, text: str, unit: str) -> Said:
        if self.form is Form.DATE:
            return _date(text, self.order)
        if self.form is Form.FLAG:
            return Said(_FLAGS.get(text.casefold(), text))
        return _with_comma(text, unit) if self.form is Form.NUMBER and self.decimal_comma else Said(text, unit)


def reader_of(
    key: str, take: Take, concept: Concept | None, defaults: tuple[Mapping[str, str], DateOrder, bool]
) -> Reader:
    """The reader of a take, with what the mapping says where the take does not."""
    missing, order, comma = defaults
    return Reader(
        key, take.field, take.constant,
        None if take.values is None else _folding(take.values), tuple(take.values or ()),
        _folding(missing), _form(key, concept), take.dates or order,
        comma if take.decimal_comma is None else take.decimal_comma,
        concept is not None and UNKNOWN in concept.categories,
    )  # fmt: skip


def folded(table: Mapping[str, str], text: str) -> str | None:
    """What a table of folded texts says of a text; its case and outer blanks do not matter."""
    return table.get(text.strip().casefold())


def _folding(table: Mapping[str, str]) -> Mapping[str, str]:
    return {text.strip().casefold(): word for text, word in table.items()}


def _form(key: str, concept: Concept | None) -> Form:
    if key in {"when", "until", "recorded"} or (key == "value" and concept and concept.kind is Kind.BIRTH_DATE):
        return Form.DATE
    if key in {"uln", "lloq", "copies_per_iu"}:
        return Form.NUMBER
    if key == "value" and concept is not None and concept.kind in {Kind.QUANTITY, Kind.SCALE, Kind.SCORE}:
        return Form.NUMBER
    return Form.FLAG if key == "detected" else Form.TEXT


def _not_told(reason: str) -> Said:
    return Said(f"no value: {reason.strip() or UNKNOWN}", told=False)


def _unlisted(text: str, listed: tuple[str, ...]) -> Said:
    known = listed[:LONGEST_LISTED]
    more = ", ..." if len(listed) > LONGEST_LISTED else ""
    trouble = f"{shown(text)} is none of the texts that the mapping knows here; it knows {', '.join(known)}{more}"
    return Said(f"unreadable: {text}", trouble=trouble)


def _date(text: str, order: DateOrder) -> Said:
    if text.casefold() == "ongoing":
        return Said(text)
    if (canonical := canonical_date(text, order)) is not None:
        return Said(canonical, time=text.strip() if "T" in canonical else "")
    trouble = (
        f"{shown(text)} is no date; write YYYY-MM-DD, or say in the mapping how dates are written (here {order.value})"
    )
    return Said(text, trouble=trouble)


def _with_comma(text: str, unit: str) -> Said:
    """A text whose decimals stand after a comma; one that has points as well may have thousands, and is no value."""
    if _POINT.search(text):
        trouble = f"{shown(text)} has a point or two commas where decimals have one comma; write 1234,5"
        return Said(f"unreadable: {text}", unit, trouble)
    return Said(_ONE_COMMA.sub(r"\1.\2", text, count=1), unit)
