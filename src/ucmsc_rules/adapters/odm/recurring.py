"""Finds the subjects that stand in a file more than once, so that the others can be answered at once."""

from __future__ import annotations

import re
from hashlib import blake2b
from typing import BinaryIO

from attrs import Factory, define

from ucmsc_rules.adapters.odm.pieces import read_pieces, release
from ucmsc_rules.facts.json_text import Broken

_CHUNK = 1 << 20
_LONGEST_KEY = 4096
_NAME = b"SubjectKey"
_ATTRIBUTE = re.compile(rb"""SubjectKey\s*=\s*(?:"([^"]*)"|'([^']*)')""")
_MAY_BE_ONE = re.compile(rb"SubjectKey[\s=]")
_PLAIN = re.compile(rb"[^&\x00-\x1f]*\Z")
_DECLARED = re.compile(rb"""<\?xml[^>]*?\sencoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_ONE_BYTE = re.compile(r"(utf-?8|us-ascii|ascii|iso-8859-\d+|windows-125\d)\Z", re.IGNORECASE)
_DIGEST_BYTES = 8


@define
class Occurrences:
    """How many parts of each subject are still to come.

    Only of those that were counted several times the number is kept; of the others, 8 bytes each. A false alarm makes a
    subject wait for the end of the file, and nothing else.
    """

    _once: set[bytes] = Factory(set)
    _several: dict[bytes, int] = Factory(dict)

    def count(self, subject: str) -> None:
        """Notes that a subject stands in the file, once more."""
        mark = _mark(subject)
        if mark in self._several:
            self._several[mark] += 1
        elif mark in self._once:
            self._once.discard(mark)
            self._several[mark] = 2
        else:
            self._once.add(mark)

    def is_single(self, subject: str) -> bool:
        """Whether the part that was just read is the only one; the subject is then done with."""
        mark = _mark(subject)
        found = mark in self._once
        self._once.discard(mark)
        return found

    def left_after(self, subject: str) -> int | None:
        """How many parts of a subject come after the one that was just read; None where nobody knows."""
        mark = _mark(subject)
        if mark not in self._several:
            return None
        self._several[mark] -= 1
        return self._several[mark]


def count_occurrences(stream: BinaryIO) -> Occurrences:
    """How often each subject stands in a file; the stream is then back where it was.

    The bytes are searched for SubjectKey, which takes a tenth of the time of parsing them. One in a comment is counted
    too, and does no harm. Where bytes cannot tell, since a key is written with references, or in an encoding with
    several bytes a letter, the file is parsed for it.
    """
    start = stream.tell()
    found = _count_bytes(stream)
    stream.seek(start)
    if found is None:
        found = Occurrences()
        for piece in read_pieces(stream, groups=False):
            if not isinstance(piece, Broken) and piece[0] == "end":
                found.count(piece[1].get("SubjectKey") or "")
                release(piece[1])
        stream.seek(start)
    return found


def _count_bytes(stream: BinaryIO) -> Occurrences | None:
    head = stream.read(_CHUNK)
    encoding, found = _encoding(head), Occurrences()
    while head and encoding:
        chunk = stream.read(_CHUNK)
        rest = _count(head, found, encoding, last=not chunk)
        if rest is None:
            return None
        head = rest + chunk if chunk else b""
    return found if encoding else None


def _count(text: bytes, found: Occurrences, encoding: str, *, last: bool) -> bytes | None:
    """Counts the keys in a text, and gives what has to be seen again together with the bytes after it.

    None where the bytes cannot tell.
    """
    place = 0
    while (place := text.find(_NAME, place)) >= 0:
        match = _ATTRIBUTE.match(text, place)
        if match is None and not last and len(text) - place < _LONGEST_KEY:
            return text[place:]
        if match is None and _MAY_BE_ONE.match(text, place) is not None:
            return None
        if match is not None:
            key = match[1] if match[1] is not None else match[2]
            if _PLAIN.match(key) is None:
                return None
            found.count(key.decode(encoding, "replace"))
        place += len(_NAME)
    return text[max(0, len(text) - len(_NAME) + 1) :]


def _encoding(head: bytes) -> str:
    """The encoding of a text, "" where it is one in which a letter may be several bytes that look like others."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\x00" in head[:4]:
        return ""
    declared = _DECLARED.match(head.removeprefix(b"\xef\xbb\xbf"))
    name = declared[1].decode("ascii") if declared is not None else "utf-8"
    return name if _ONE_BYTE.match(name) else ""


def _mark(subject: str) -> bytes:
    return blake2b(subject.encode("utf-8", "replace"), digest_size=_DIGEST_BYTES).digest()
