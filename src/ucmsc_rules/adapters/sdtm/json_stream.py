"""Reads JSON piece by piece: a large list of rows never stands in memory as a whole. Numbers stay texts as written."""

from __future__ import annotations

from codecs import BOM_UTF8, getincrementaldecoder
from collections.abc import Iterator
from json import JSONDecodeError, JSONDecoder
from typing import BinaryIO

from ucmsc_rules.adapters.sdtm.table import TableBroken
from ucmsc_rules.values.dates import shown

CHUNK = 256 * 1024
LONGEST_VALUE = 64 * 1024 * 1024
_BLANKS = " \t\r\n"
_MARGIN = 8  # a number or word may go on where the text that is held ends


def _constant(name: str) -> str | None:
    """NaN is how some programs write a missing number."""
    return None if name == "NaN" else name


_DECODER = JSONDecoder(parse_float=str, parse_int=str, parse_constant=_constant)


class Scanner:
    """A stream's JSON from the next character on. Raises TableBroken where it is none, or breaks off."""

    def __init__(self, stream: BinaryIO) -> None:
        self.stream = stream
        self.decoder = getincrementaldecoder("utf-8")()
        self.text, self.place, self.before = "", 0, 0
        self.ended = False
        self._more(stream.read(CHUNK).removeprefix(BOM_UTF8))

    def peek(self) -> str:
        """The next character that is not blank; "" at the end."""
        while True:
            while self.place < len(self.text) and self.text[self.place] in _BLANKS:
                self.place += 1
            if self.place < len(self.text) or self.ended:
                return self.text[self.place : self.place + 1]
            self._more(self.stream.read(CHUNK))

    def take(self, mark: str) -> None:
        """Goes past a character that must come next."""
        if self.peek() != mark:
            raise self._broken()
        self.place += 1

    def value(self) -> object:
        """The value that comes next."""
        self.peek()
        while True:
            try:
                value, end = _DECODER.raw_decode(self.text, self.place)
            except RecursionError:
                raise TableBroken(f"it is nested too deeply at character {self._position(self.place)}") from None
            except JSONDecodeError as error:
                if self.ended or len(self.text) - error.pos > CHUNK:
                    raise self._broken(error.pos, in_text=error.msg.startswith("Unterminated")) from None
            else:
                if self.ended or end + _MARGIN < len(self.text):
                    self.place = end
                    return value
            if len(self.text) - self.place > LONGEST_VALUE:
                raise TableBroken(f"a value at character {self._position(self.place)} is longer than 64 MiB")
            self._more(self.stream.read(max(CHUNK, len(self.text) - self.place)))

    def members(self) -> Iterator[str]:
        """The keys of an object; the value of each must be read before the next is asked for."""
        for _ in self._parts("{", "}"):
            if self.peek() != '"':
                raise self._broken()
            key = str(self.value())
            self.take(":")
            yield key

    def elements(self) -> Iterator[None]:
        """Once for each element of a list, which must be read before the next is asked for."""
        return self._parts("[", "]")

    def _parts(self, opening: str, closing: str) -> Iterator[None]:
        self.take(opening)
        if self.peek() == closing:
            self.place += 1
            return
        while True:
            yield None
            if self.peek() == closing:
                self.place += 1
                return
            self.take(",")

    def _more(self, data: bytes) -> None:
        self.before += self.place
        try:
            text = self.decoder.decode(data, final=not data)
        except UnicodeDecodeError:
            raise TableBroken("it is no UTF-8, as Dataset-JSON must be") from None
        self.text, self.place = self.text[self.place :] + text, 0
        self.ended = not data

    def _position(self, place: int) -> int:
        return self.before + place + 1

    def _broken(self, place: int | None = None, *, in_text: bool = False) -> TableBroken:
        at = self.place if place is None else place
        found = self.text[at : at + 40]
        if self.ended and (in_text or not found.strip(_BLANKS)):
            return TableBroken("it breaks off before the end of its JSON")
        return TableBroken(f"it is no JSON at character {self._position(at)}: {shown(found)}")
