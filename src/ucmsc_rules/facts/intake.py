"""Reads canonical records from a binary stream: one JSON object, a list of them, or one on each line.

Lines are read one at a time and a list element by element, so that memory does not grow with the input. What is no
JSON is handed on as ``Broken`` in its place, and every other record is still read.
"""

from __future__ import annotations

import re
from codecs import BOM_UTF8, getincrementaldecoder
from collections import deque
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
CHUNK = 64 * 1024
_MARGIN = 8
_BLANK = re.compile(r"[ \t\r\n]*+")
_BREAKS_OFF = "the file breaks off before the end of its list; the records before this are answered"
_MISSING = "a record is missing here; leave out one of the commas"
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
    head = stream.readline(CHUNK).removeprefix(BOM_UTF8)
    while head and not head.strip():
        head = stream.readline(CHUNK)
    if form == "json" or (form == "auto" and head.lstrip()[:1] in {b"", b"["}):
        return _values(_Source(stream, head))
    line = _read_line(stream, head) if head else b""
    if form == "ndjson" or isinstance(line, Broken) or is_balanced(line.decode("utf-8", "replace")):
        return _lines(stream, line)
    return _values(_Source(stream, line))


def _lines(stream: BinaryIO, first: bytes | Broken) -> Iterator[bytes | Broken]:
    for line in chain([first], iter(lambda: _read_line(stream), b"")):
        if isinstance(line, Broken) or line.strip():
            yield line


def _read_line(stream: BinaryIO, head: bytes = b"") -> bytes | Broken:
    """The next line, or what is left of it after its head; one that is too long is passed over, and not held."""
    if head.endswith(b"\n"):
        return head
    line = head + stream.readline(LONGEST_RECORD - len(head))
    if len(line) < LONGEST_RECORD or line.endswith(b"\n"):
        return line
    while (more := stream.readline(CHUNK)) and not more.endswith(b"\n"):
        pass
    return Broken(f"{_TOO_LONG}, and is passed over")


def _values(source: _Source) -> Iterator[object]:
    if source.mark() == "":
        yield Broken("nothing stands here; write a record, or a list of them")
    elif source.mark() == "[":
        yield from _elements(source)
    else:
        yield source.element()
    if source.mark():
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
                yield Broken(_BREAKS_OFF)
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
        self.ahead: deque[str] = deque()
        self.start = 0
        self.closed = False
        self.broke_off = False

    @property
    def ended(self) -> bool:
        """Whether all that there is stands in the buffer."""
        return self.closed and not self.ahead

    def more(self) -> None:
        """Reads on; as much again as is held, so that all attempts on one element together stay linear."""
        parts = [self.text[self.start :]]
        wanted = max(CHUNK, len(parts[0]))
        while wanted > 0 and self.ahead:
            parts.append(self.ahead.popleft())
            wanted -= len(parts[-1])
        if wanted > 0 and not self.closed:
            data = self.stream.read(wanted)
            self.closed = not data
            parts.append(self.decoder.decode(data, final=self.closed))
        self.text, self.start = "".join(parts), 0

    def put_back(self) -> None:
        """Holds what follows a long element in pieces: an error in a long text takes long to be told."""
        places = range(self.start + CHUNK, len(self.text), CHUNK)
        self.ahead.extendleft(self.text[place : place + CHUNK] for place in reversed(places))
        self.text, self.start = self.text[self.start : self.start + CHUNK], 0

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
        if self.start > CHUNK:
            self.put_back()
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
        if start == end:
            return Broken(_BREAKS_OFF if stop is None else _MISSING)
        if stop is None and broken is not NESTED:
            return Broken(f"{broken.message}; the end of this record was not found, nothing after it is read")
        return _not_utf8(self.text[start:end]) or broken

    def give_up(self) -> Broken:
        """Goes to the end of the input without reading it."""
        self.text, self.start, self.closed, self.broke_off = "", 0, True, True
        self.ahead.clear()
        return Broken(f"{_TOO_LONG}; nothing after it is read. Write one record on each line, as .ndjson")


def _not_utf8(text: str) -> Broken | None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError as error:
        return Broken(f"character {error.start + 1} of the record is no UTF-8; save the file as UTF-8")
    return None
