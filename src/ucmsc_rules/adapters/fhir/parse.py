"""Parses a document into its resources; what is broken is told, and the rest kept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import JSONDecodeError

from ucmsc_rules.adapters.fhir.decode import Decoder
from ucmsc_rules.adapters.fhir.entries import LONGEST_TYPE, Entry, Parsed, base_of
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object, objects, repeated_key
from ucmsc_rules.adapters.fhir.sources import BOM, LONGEST_DOCUMENT, UTF16, Document, bytes_of
from ucmsc_rules.values.dates import shown

DEEPEST_BUNDLE = 3
_ENTRIES = re.compile(r'"entry"\s*:\s*\[')
_LIST = re.compile(r"\s*\[")
_BLANK = re.compile(r"[ \t\r\n]*+")
_GAP = re.compile(r"[\s,]*+")
_CHANGING = frozenset({"DELETE", "PATCH"})
_SERVER = ("http://", "https://")


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
        _unfold(_only(text, decoder), where, parsed, DEEPEST_BUNDLE)
        return
    shell, values = _parted(text, opened, decoder)
    if isinstance(shell, dict) and shell.get("resourceType") == "Bundle" and shell.get("entry") == []:
        _take_bundle({**shell, "entry": values}, where, parsed, DEEPEST_BUNDLE)
    else:  # the entries of something else
        decoder.repeated = False
        _unfold(decoder.whole(text), where, parsed, DEEPEST_BUNDLE)


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
                _add_entry(value, number, where, parsed, DEEPEST_BUNDLE)
            else:
                _unfold(value, f"{where}[{number}] ", parsed, DEEPEST_BUNDLE)
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


def _unfold(value: object, where: str, parsed: Parsed, deepest: int) -> None:
    """Takes in a resource, the entries of a Bundle, or a list of them."""
    if isinstance(value, list):
        for number, each in enumerate(value):
            _unfold(each, f"{where}[{number}] ", parsed, deepest - 1) if deepest else None
        if not deepest:
            parsed.lost.append(f"{where}lists in lists in lists are not read")
        return
    resource = an_object(value)
    if not a_text(resource.get("resourceType")):
        parsed.lost.append(f'{where}this is no FHIR resource, since it has no "resourceType"')
    elif resource["resourceType"] == "Bundle":
        _take_bundle(resource, where, parsed, deepest)
    else:
        parsed.entries.append(Entry(resource, a_text(resource["resourceType"])[:LONGEST_TYPE], where))
        _notice_failure(parsed.entries[-1], parsed)


def _take_bundle(bundle: Json, where: str, parsed: Parsed, deepest: int) -> None:
    if a_text(bundle.get("type")) == "history":
        parsed.lost.append(
            f"{where}a Bundle of type history holds what was replaced or deleted; export the current state"
        )
        return
    for link in objects(bundle.get("link")):
        pages = {"self": parsed.pages, "next": parsed.next_pages}.get(a_text(link.get("relation")))
        if pages is not None:
            pages.append(a_text(link.get("url")))
    entries = bundle.get("entry", [])
    if not isinstance(entries, list):
        parsed.lost.append(f"{where}Bundle.entry is no list, so nothing of it is read")
        return
    for number, entry in enumerate(entries):
        _add_entry(entry, number, where, parsed, deepest)


def _add_entry(entry: object, number: int, where: str, parsed: Parsed, deepest: int) -> None:
    parts = an_object(entry)
    resource = parts.get("resource")
    if not isinstance(resource, dict):
        _add_empty(parts, f"{where}Bundle.entry[{number}]", parsed)
        return
    kind = a_text(resource.get("resourceType"))
    if kind == "Bundle" and deepest:
        _take_bundle(resource, f"{where}Bundle.entry[{number}] ", parsed, deepest - 1)
    elif not kind:
        message = 'this is no FHIR resource, since it has no "resourceType"'
        parsed.lost.append(f"{where}Bundle.entry[{number}]: {message}")
    else:
        address = a_text(parts.get("fullUrl"))
        base = base_of(address) if address.startswith(_SERVER) else ""
        found = Entry(resource, kind[:LONGEST_TYPE], where, number, address, base)
        parsed.entries.append(found)
        if "search" in parts or "request" in parts:
            _notice_change(found, parts, parsed)


def _add_empty(entry: Json, path: str, parsed: Parsed) -> None:
    method = a_text(an_object(entry.get("request")).get("method"))
    if method in _CHANGING:
        parsed.lost.append(f"{path}: {method} changes what was said before; export the current state")
    else:
        label = "Bundle.entry without a resource"
        parsed.empty[label] = parsed.empty.get(label, 0) + 1


def _notice_change(found: Entry, entry: Json, parsed: Parsed) -> None:
    """An entry that changes another leaves open what is not seen here, and so does an error of the search."""
    method = a_text(an_object(entry.get("request")).get("method"))
    if method in _CHANGING:
        parsed.lost.append(f"{found.path}: {method} changes what was said before; export the current state")
    elif "search" in entry:
        _notice_failure(found, parsed)


def _notice_failure(found: Entry, parsed: Parsed) -> None:
    """What a server tells that it could not give."""
    issues = objects(found.resource.get("issue")) if found.kind == "OperationOutcome" else []
    texts = [_words_of(each) for each in issues if a_text(each.get("severity")) in {"fatal", "error"}]
    if texts:
        parsed.lost.append(f"{found.path}: the server tells of an error ({'; '.join(texts)[:200]})")


def _words_of(issue: Json) -> str:
    words = a_text(issue.get("diagnostics")) or a_text(an_object(issue.get("details")).get("text"))
    return words or a_text(issue.get("code")) or "without words"


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
