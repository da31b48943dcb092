"""Parses a document into its resources; what is broken is told, and the rest kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError

from ucmsc_rules.adapters.fhir.decode import Decoder
from ucmsc_rules.adapters.fhir.entries import Parsed
from ucmsc_rules.adapters.fhir.json_shape import repeated_key
from ucmsc_rules.adapters.fhir.sources import BOM, LONGEST_DOCUMENT, UTF16, Document, bytes_of
from ucmsc_rules.adapters.fhir.unfold import DEEPEST, add_entry, take_bundle, unfold
from ucmsc_rules.values.dates import shown

_ENTRIES = re.compile(r'"entry"\s*:\s*\[')
_LIST = re.compile(r"\s*\[")
_BLANK = re.compile(r"[ \t\r\n]*+")
_GAP = re.compile(r"[\s,]*+")


def parse(document: Document, decoder: Decoder, data: bytes | None = None) -> Parsed:
    """The resources of a document, from its bytes where they are at hand."""
    where = _where(document)
    parsed = Parsed()
    if document.length > LONGEST_DOCUMENT:
        parsed.lost.append(f"{where}it is longer than {LONGEST_DOCUMENT // 2**20} MiB; write it as NDJSON")
        return parsed
    text = _text(bytes_of(document) if data is None else data, where, parsed)
    if text is not None:
        decoder.repeated = False
        try:
            _decode(text, decoder, where, parsed)
        except (JSONDecodeError, RecursionError) as error:
            _salvage(text, error, where, parsed, decoder)
        if decoder.repeated:
            _refuse_repeated(parsed)
    return parsed


def _decode(text: str, decoder: Decoder, where: str, parsed: Parsed) -> None:
    """Takes in all that a text holds: a Bundle entry by entry, so that only what will be read is held."""
    opened = _ENTRIES.search(text) if '"entry"' in text else None
    if opened is None:
        unfold(_only(text, decoder), where, parsed, DEEPEST)
        return
    shell, values = _parted(text, opened, decoder)
    if isinstance(shell, dict) and shell.get("resourceType") == "Bundle" and shell.get("entry") == []:
        take_bundle({**shell, "entry": values}, where, parsed, DEEPEST)
    else:  # the entries of something else
        decoder.repeated = False
        unfold(decoder.whole(text), where, parsed, DEEPEST)


def _only(text: str, decoder: Decoder) -> object:
    """The only value of a text."""
    value, end = decoder.value_at(text, _after_blanks(text, 0))
    return decoder.whole(text) if text[end:].strip() else value


def _parted(text: str, opened: re.Match[str], decoder: Decoder) -> tuple[object, list[object]]:
    """A text without the entries that begin at a place, and these. Raises JSONDecodeError where they are no list."""
    values: list[object] = []
    place = _after_blanks(text, opened.end())
    mark = "," if text[place : place + 1] != "]" else "]"
    while mark == ",":
        value, place = decoder.value_at(text, place)
        values.append(value)
        place = _after_blanks(text, place)
        mark = text[place : place + 1]
        if mark == ",":
            place = _after_blanks(text, place + 1)
    if mark != "]":
        return decoder.whole(text), []
    return decoder.whole(f"{text[: opened.end()]}{text[place:]}"), values


def _after_blanks(text: str, place: int) -> int:
    blanks = _BLANK.match(text, place)
    return blanks.end() if blanks else place


def _where(document: Document) -> str:
    parts = (document.source.label, f"line {document.line}" if document.line else "")
    return "".join(f"{part} " for part in parts if part)


def _text(data: bytes, where: str, parsed: Parsed) -> str | None:
    encoding = "utf-16" if data.startswith(UTF16) else "utf-8"
    try:
        text = data.removeprefix(BOM).decode(encoding)
    except UnicodeDecodeError as error:
        parsed.lost.append(f"{where}byte {error.start + 1} is no {encoding.upper()}; save it as UTF-8")
        return None
    if not text or text.isspace():
        parsed.lost.append(f"{where}nothing stands here; write a Bundle, or resources on a line each")
        return None
    return text


def _salvage(text: str, error: JSONDecodeError | RecursionError, where: str, parsed: Parsed, decoder: Decoder) -> None:
    """The resources before the place where a document breaks off."""
    entries = _ENTRIES.search(text) or _LIST.match(text)
    if entries is not None and isinstance(error, JSONDecodeError):
        bundled = entries[0].lstrip()[:1] != "["
        for number, value in enumerate(_whole_ones(text, entries.end(), decoder)):
            if bundled:
                add_entry(value, number, where, parsed, DEEPEST)
            else:
                unfold(value, f"{where}[{number}] ", parsed, DEEPEST)
    kept = f"; the {len(parsed.entries)} resources before that are read" if parsed.entries else ""
    parsed.lost.append(f"{where}{_why(text, error)}{kept}")


def _whole_ones(text: str, start: int, decoder: Decoder) -> Iterator[object]:
    while True:
        gap = _GAP.match(text, start)
        start = gap.end() if gap else start
        try:
            value, start = decoder.strict.raw_decode(text, start)
        except (JSONDecodeError, RecursionError):
            return
        yield value


def _why(text: str, error: JSONDecodeError | RecursionError) -> str:
    if isinstance(error, RecursionError):
        return "it is nested too deeply to be read"
    if error.pos >= len(text.rstrip()) or error.msg.startswith("Unterminated"):
        return f"it breaks off after character {len(text)}"
    return f"it is no JSON at character {error.pos + 1}: {shown(text[error.pos : error.pos + 40])}"


def _refuse_repeated(parsed: Parsed) -> None:
    """Takes out the resources in which a key stands twice: neither of its values can be trusted, be it the subject."""
    kept = []
    for entry in parsed.entries:
        key = repeated_key(entry.resource)
        if key is None:
            kept.append(entry)
        else:
            message = f"the key {shown(key)} stands twice in one object, so neither can be trusted; write it once"
            parsed.lost.append(f"{entry.path}: {message}")
    if len(kept) == len(parsed.entries):
        parsed.lost.append("a key stands twice in an object around the resources; write it once")
    parsed.entries = kept
