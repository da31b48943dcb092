"""Opens sources and cuts them into JSON documents: a whole file, or the lines of NDJSON.

A document can be read again later, so that a large export need not be held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from json import JSONDecoder
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from ucmsc_rules.frozen import frozen_to_mypy

LONGEST_DOCUMENT = 512 * 1024 * 1024
CHUNK = 64 * 1024
BOM = b"\xef\xbb\xbf"
UTF16 = (b"\xff\xfe", b"\xfe\xff")


@frozen
class Source:
    """One file or stream; ``label`` goes before the paths of what stands in it, where there are several sources."""

    file: BinaryIO
    label: str = ""
    lines: bool = False


@frozen_to_mypy
class Document:
    """Where a document stands; ``line`` is its number in NDJSON, else 0."""

    source: Source
    start: int
    length: int
    line: int


def open_source(source: str | Path | BinaryIO, label: str) -> Source:
    """The source, at its start; a stream that cannot be read twice is held in memory."""
    if isinstance(source, str | Path):
        lines = str(source).lower().endswith((".ndjson", ".jsonl"))
        return Source(Path(source).open("rb"), label, lines)
    return Source(source if source.seekable() else BytesIO(source.read(LONGEST_DOCUMENT + 1)), label)


def documents_of(source: Source) -> Iterator[tuple[Document, bytes]]:
    """The documents of a source with their bytes: its lines where it is NDJSON, else all of it."""
    file = source.file
    file.seek(0)
    line = file.readline(LONGEST_DOCUMENT)
    while line and not line.removeprefix(BOM).strip():
        line = file.readline(LONGEST_DOCUMENT)
    if not line.startswith(UTF16) and (source.lines or (_goes_on(file) and _is_whole(line))):
        yield from _lines(source)
    else:
        whole = Document(source, 0, file.seek(0, 2), 0)
        yield whole, bytes_of(whole)


def _lines(source: Source) -> Iterator[tuple[Document, bytes]]:
    source.file.seek(0)
    place, number = 0, 0
    while line := source.file.readline(LONGEST_DOCUMENT):
        number += 1
        if not line.isspace():
            yield Document(source, place, len(line), number), line
        place += len(line)


def _goes_on(file: BinaryIO) -> bool:
    while chunk := file.read(CHUNK):
        if chunk.strip():
            return True
    return False


def _is_whole(line: bytes) -> bool:
    try:
        return isinstance(JSONDecoder().decode(line.removeprefix(BOM).decode("utf-8").strip()), dict)
    except (ValueError, RecursionError):
        return False


def bytes_of(document: Document) -> bytes:
    """A document's bytes, as many as are read of one."""
    document.source.file.seek(document.start)
    return document.source.file.read(min(document.length, LONGEST_DOCUMENT))
