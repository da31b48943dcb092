"""Reads canonical records from a binary stream: one JSON object, a list of them, or one on each line.

Lines are read one at a time and a list element by element, so that memory does not grow with the input. What is no
JSON is handed on as ``Broken`` in its place, and every other record is still read.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterator
from itertools import chain
from json import JSONDecodeError
from typing import BinaryIO, Literal

from ucmsc_rules.facts.json_text import (
    NESTED,
    Broken,
    RepeatedKeys,
    checked,
    decode_at,
    element_end,
    is_balanced,
    parse_line,
    why,
)

__all__ = ["NESTED", "Broken", "Form", "RepeatedKeys", "form_of", "parse_piece", "read_pieces", "read_records"]

Form = Literal["auto", "json", "ndjson"]
LONGEST_RECORD = 64 * 1024 * 1024
CHUNK = 256 * 1024
_MARGIN = 8
_BLANK = re.compile(r"[ \t\r\n]*+")
_TOO_LONG = f"it is longer than {LONGEST_RECORD // 1024 // 1024} MiB"


def form_of(name: str) -> Form:
    """The form that a file's name tells: lines for ``.ndjson`` and ``.jsonl``; else its content must tell."""
    return "ndjson" if name.lower().endswith((".ndjson", ".jsonl")) else "auto"


def read_records(stream: BinaryIO, form: Form = "auto") -> Iterator[object]:
    """The records of a buffered binary stream in their order, as parsed JSON; ``Broken`` for what is none.

    >>> from io import BytesIO
    >>> list(read_records(BytesIO(b'[{"subject": "A"}, {"subject": B}, {"subject": "C"}]')))
    [{'subject': 'A'}, Broken(message='this is no JSON at character 13: "B}"'), {'subject': 'C'}]
    """
    return map(parse_piece, read_pieces(stream, form))


def parse_piece(piece: object) -> object:
    """A record from what ``read_pieces`` gives."""
    return parse_line(piece) if isinstance(piece, bytes) else piece


def read_pieces(stream: BinaryIO, form: Form = "auto") -> Iterator[object]:
    """The records, those of lines still as bytes, so that the parsing of them can be shared out."""
    head = _read_line(stream)
    if isinstance(head, bytes):
        head = head.removeprefix(BOM_UTF8)
    while isinstance(head, bytes) and head and not head.strip():
        head = _read_line(stream)
    if form == "ndjson" or (form == "auto" and _is_of_lines(head)):
        return _lines(stream, head)
    return _values(_Source(stream, head if isinstance(head, bytes) else b""), head)


def _is_of_lines(head: bytes | Broken) -> bool:
    if isinstance(head, Broken):
        return True
    start = head.lstrip()[:1]
    return start not in {b"", b"["} and is_balanced(head.decode("utf-8", "replace"))


def _lines(stream: BinaryIO, head: bytes | Broken) -> Iterator[bytes | Broken]:
    rest = iter(lambda: _read_line(stream), b"")
    for line in chain([head], rest):
        if isinstance(line, Broken) or line.strip():
            yield line


def _read_line(stream: BinaryIO) -> bytes | Broken:
    """The next line, empty at the end; one that is too long is passed over without being held."""
    line = stream.readline(LONGEST_RECORD)
    if len(line) < LONGEST_RECORD or line.endswith(b"\n"):
        return line
    while (more := stream.readline(CHUNK)) and not more.endswith(b"\n"):
        pass
    return Broken(f"{_TOO_LONG}, and is passed over")


def _values(source: _Source, head: bytes | Broken) -> Iterator[object]:
    if isinstance(head, Broken):
        yield head
    elif source.mark() == "":
        yield Broken("nothing stands here; write a record, or a list of them")
    elif source.mark() == "[":
        yield from _elements(source)
    else:
        yield source.element()
    if not isinstance(head, Broken) and source.mark():
        yield Broken("something stands after the end of the JSON; a file holds a record, a list, or one on each line")


def _elements(source: _Source) -> Iterator[object]:
    """The elements of a list, from its opening bracket to its closing one."""
    source.step()
    if source.mark() == "]":
        source.step()
        return
    while True:
        yield source.element()
        if source.mark() not in {",", "]", ""}:
            source.skip()
            yield Broken("what stands between a record and the next comma is not read; put a comma between two records")
        mark = source.mark()
        source.step()
        if mark == "":
            if not source.broke_off:
                yield Broken("the file breaks off before the end of its list; the records before this are answered")
            return
        if mark == "]":
            return


class _Source:
    """A stream's text from the next character on, in a buffer that holds little more than one element."""

    def __init__(self, stream: BinaryIO, head: bytes) -> None:
        self.stream = stream
        # bytes that are no UTF-8 become lone surrogates, so that only the element that holds them is refused
        self.decoder = getincrementaldecoder("utf-8")("surrogateescape")
        self.text = self.decoder.decode(head)
        self.start = 0
        self.ended = False
        self.broke_off = False

    def more(self) -> None:
        """Reads on; as much again as is held, so that all attempts on one element together stay linear."""
        left = len(self.text) - self.start
        data = self.stream.read(max(CHUNK, left))
        self.ended = not data
        self.text = self.text[self.start :] + self.decoder.decode(data, final=self.ended)
        self.start = 0

    def mark(self) -> str:
        """The next character that is not blank; empty at the end."""
        while True:
            blank = _BLANK.match(self.text, self.start)
            self.start = blank.end() if blank else self.start
            if self.start < len(self.text) or self.ended:
                return self.text[self.start : self.start + 1]
            self.more()

    def step(self) -> None:
        """Goes past the next character."""
        self.start += 1

    def skip(self) -> None:
        """Goes to the end of an element that is not read."""
        while (end := element_end(self.text, self.start)) is None and not self.ended:
            self.more()
        self.start = len(self.text) if end is None else end

    def element(self) -> object:
        """The element that starts here, or Broken; the next character is then the one after it."""
        self.mark()
        while True:
            error: Exception | None = None
            try:
                value, end = decode_at(self.text, self.start)
            except (JSONDecodeError, RecursionError) as caught:
                error = caught
            if error is None and (end + _MARGIN < len(self.text) or self.ended):
                return self.take(value, end)
            stop = element_end(self.text, self.start) if error is not None else None
            if error is not None and (stop is not None or self.ended):
                return self.refuse(error, stop)
            if len(self.text) - self.start > LONGEST_RECORD:
                return self.give_up()
            self.more()

    def take(self, value: object, end: int) -> object:
        """The value, where its text was good UTF-8 and not nested too deeply."""
        text, self.start = self.text[self.start : end], end
        return _not_utf8(text) or checked(value)

    def refuse(self, error: Exception, stop: int | None) -> Broken:
        """Goes past an element that is no JSON; where its brackets do not match, to the end of the input."""
        start, end = self.start, len(self.text) if stop is None else stop
        self.start, self.broke_off = end, stop is None
        broken = why(self.text, start, end, error)
        if stop is None and broken is not NESTED:
            return Broken(f"{broken.message}; the end of this record was not found, nothing after it is read")
        return _not_utf8(self.text[start:end]) or broken

    def give_up(self) -> Broken:
        """Goes to the end of the input without reading it."""
        self.text, self.start, self.ended, self.broke_off = "", 0, True, True
        return Broken(f"{_TOO_LONG}; nothing after it is read. Write one record on each line, as .ndjson")


def _not_utf8(text: str) -> Broken | None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return Broken(f"character {error.start + 1} of the record is no UTF-8; save the file as UTF-8")
    return None
