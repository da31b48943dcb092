"""Reads delimited text (CSV): a stream of bytes of any usual encoding becomes lines of cells, one at a time.

UTF-8 and UTF-16 with or without a byte order mark, comma, semicolon or tab as the first line tells, any line ends, line
ends inside of quotation marks. Nothing is guessed at where quotation marks do not match, and what cannot be read is
``Broken`` in its place.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.dates import shown

LONGEST_LINE = 16 * 1024 * 1024
DELIMITERS = (",", ";", "\t")
_HEAD = 256
_CELLS = {each: re.compile(rf'"(?P<quoted>(?:[^"]|"")*+)"|(?P<plain>[^"{each}]*+)') for each in DELIMITERS}
_QUOTED = re.compile(r'"[^"]*"')
_ODD = re.compile("[\udc80-\udcff\ufffd\x00]")  # bytes that are no text of the encoding


@frozen_to_mypy
class Line:
    """The cells of one line; ``number`` is where it starts in the file, ``ended`` whether a line end follows."""

    number: int
    cells: tuple[str, ...]
    ended: bool = True


def read_delimited(stream: BinaryIO) -> Iterator[Line | Broken]:
    r"""The lines of a buffered binary stream that have any text, the header among them.

    >>> from io import BytesIO
    >>> list(read_delimited(BytesIO(b'id;note\n1;"a ""b"";\nc"')))
    [Line(number=1, cells=('id', 'note'), ended=True), Line(number=2, cells=('1', 'a "b";\nc'), ended=False)]
    """
    encoding = encoding_of(stream)
    errors = "surrogateescape" if encoding == "utf-8" else "replace"  # what no other encoding can escape
    text = TextIOWrapper(stream, encoding, errors, newline=None)
    try:
        yield from _lines(text)
    finally:
        if not stream.closed:
            text.detach()  # the stream is the caller's to close


def encoding_of(stream: BinaryIO) -> str:
    """The encoding that a stream's first bytes tell; the stream stays where it is, but for a byte order mark.

    >>> from io import BytesIO
    >>> encoding_of(BytesIO("id".encode("utf-16"))), encoding_of(BytesIO(b"id"))
    ('utf-16-le', 'utf-8')
    """
    start = stream.tell()
    head = stream.read(_HEAD)
    marks = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
    for mark, encoding in marks:
        if head.startswith(mark):
            stream.seek(start + len(mark))
            return encoding
    stream.seek(start)
    if head[1:2] == b"\0" and head[:1] != b"\0":
        return "utf-16-le"
    return "utf-16-be" if head[:1] == b"\0" and head[1:2] != b"\0" else "utf-8"


def delimiter_of(header: str) -> str:
    """The delimiter of a file, by its first line.

    >>> delimiter_of('record_id;"height, cm";weight'), delimiter_of("record_id")
    (';', ',')
    """
    plain = _QUOTED.sub("", header)
    return max(DELIMITERS, key=plain.count)


def _lines(text: TextIOWrapper) -> Iterator[Line | Broken]:
    delimiter, number = "", 1
    while line := _logical_line(text, number):
        if isinstance(line, Broken):
            yield line
            return
        taken = line.count("\n") + (not line.endswith("\n"))
        if line.strip():
            delimiter = delimiter or delimiter_of(line)
            yield _cells(line, number, delimiter)
        number += taken


def _logical_line(text: TextIOWrapper, number: int) -> str | Broken:
    """The next line with those that a quotation mark joins to it; "" at the end."""
    parts, size, quotes = [], 0, 0
    while True:
        part = text.readline(LONGEST_LINE)
        parts.append(part)
        size += len(part)
        quotes += part.count('"')
        if size >= LONGEST_LINE:
            return Broken(f"line {number} is longer than {LONGEST_LINE} characters; nothing after it is read")
        if quotes % 2 == 0 and (part.endswith("\n") or not part):
            return "".join(parts)
        if not part:
            return Broken(f"line {number} opens a quotation mark that nothing closes; nothing after it is read")


def _cells(line: str, number: int, delimiter: str) -> Line | Broken:
    ended, plain = line.endswith("\n"), line.removesuffix("\n")
    if found := _ODD.search(plain):
        start = max(found.start() - 20, 0)
        message = f"line {number} has bytes that are no text after {shown(plain[start : found.start()])}"
        return Broken(f"{message}; save the file as UTF-8")
    cells = _split(plain, delimiter) if '"' in plain else plain.split(delimiter)
    if cells is None:
        return Broken(f'line {number} has a quotation mark inside of a cell; write it twice, as "a ""b"""')
    return Line(number, tuple(cells), ended)


def _split(line: str, delimiter: str) -> list[str] | None:
    """The cells of a line with quotation marks; None where one stands inside of a cell.

    Not the ``csv`` module: its limit of a cell's length is a setting that all of a process shares, and it takes marks
    inside of a cell as they come.
    """
    cells, place = [], 0
    while True:
        found = _CELLS[delimiter].match(line, place)
        if found is None:  # never, since a cell may be empty
            return None
        cells.append(found["plain"] if found["quoted"] is None else found["quoted"].replace('""', '"'))
        place = found.end()
        if place == len(line):
            return cells
        if line[place] != delimiter:
            return None
        place += 1
