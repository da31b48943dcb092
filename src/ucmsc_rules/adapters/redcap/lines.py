"""Reads the lines of an export, whatever it is written as: JSON, CSV, or the objects that a client has of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from io import BytesIO
from math import isfinite
from typing import Any, BinaryIO

from ucmsc_rules.adapters.delimited import Line, encoding_of, read_delimited
from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.facts.intake import read_records
from ucmsc_rules.facts.json_text import Broken

_HEAD = 256
_JSON_BEGINS = ("[", "{")


def read_lines(stream: BinaryIO) -> Iterator[Entry | Broken]:
    """The lines of an export of records, or of a data dictionary; those that hold no text at all are left out."""
    start, encoding = stream.tell(), encoding_of(stream)
    head = stream.read(_HEAD).decode(encoding, "replace").lstrip()
    if not head.startswith(_JSON_BEGINS):
        stream.seek(start)
        yield from _from_table(read_delimited(stream))
        return
    stream.seek(start)
    whole = stream if encoding == "utf-8" else BytesIO(stream.read().decode("utf-16", "replace").encode())
    yield from from_objects(read_records(whole))


def from_objects(objects: Iterable[object]) -> Iterator[Entry | Broken]:
    """The lines of a list of flat objects."""
    for number, each in enumerate(objects, start=1):
        place = f"element {number}"
        if isinstance(each, Broken):
            yield Broken(f"{place}: {each.message}")
        elif not isinstance(each, Mapping):
            yield Broken(f"{place} is no object; records are a list of objects, one for each line of the export")
        elif (entry := _from_object(place, each)).texts or entry.unreadable:
            yield entry


def _from_object(place: str, each: Mapping[str, Any]) -> Entry:
    texts = {str(key): text for key, value in each.items() if (text := _text(value)) is not None}
    unreadable = tuple(str(key) for key in each if str(key) not in texts) + getattr(each, "keys_twice", ())
    return (
        Entry(place, texts, unreadable)
        if any(text.strip() for text in texts.values())
        else Entry(place, {}, unreadable)
    )


def _text(value: object) -> str | None:
    """A value as a text; None for what is neither text nor number nor null."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, int):
        return str(value).lower()
    return str(value) if isinstance(value, float | Decimal) and isfinite(value) else None


def _from_table(lines: Iterable[Line | Broken]) -> Iterator[Entry | Broken]:
    header: tuple[str, ...] | None = None
    twice: tuple[str, ...] = ()
    for line in lines:
        if isinstance(line, Broken):
            yield line
            if header is None:
                return
        elif header is None:
            header = tuple(name.strip() for name in line.cells)
            twice = tuple(dict.fromkeys(name for name in header if header.count(name) > 1))
        elif not any(cell.strip() for cell in line.cells):
            continue
        elif len(line.cells) != len(header):
            cells = "1 cell" if len(line.cells) == 1 else f"{len(line.cells)} cells"
            yield Broken(f"line {line.number} has {cells} where the header has {len(header)}; it is cut off or shifted")
        else:
            yield Entry(f"line {line.number}", dict(zip(header, line.cells, strict=True)), twice, line.ended)
    if header is None:
        yield Broken("nothing stands here; export the records again")
