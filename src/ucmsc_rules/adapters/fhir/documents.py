"""Cuts sources into JSON documents, and each document into its resources; what is broken is told, and the rest kept.

A document is a whole file or a line of NDJSON. It is parsed when it is asked for and can be parsed again later, so that
a large export need not be held in memory.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from json import JSONDecodeError
from pathlib import Path
from typing import BinaryIO

from attrs import Factory, define, frozen

from ucmsc_rules.adapters.fhir.json_shape import Decoder, Json, a_text, an_object, objects, repeated_key
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.dates import shown

LONGEST_DOCUMENT = 512 * 1024 * 1024
CHUNK = 64 * 1024
DEEPEST_BUNDLE = 3
LONGEST_TYPE = 60
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_ENTRIES = re.compile(r'"entry"\s*:\s*\[|\A\s*\[')
_GAP = re.compile(r"[\s,]*+")
_TYPE_AND_ID = re.compile(r"(?P<base>.*/)?(?P<type>[A-Za-z]+)/[^/]+\Z")
_CHANGING = frozenset({"DELETE", "PATCH"})
_SERVER = ("http://", "https://")


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


@frozen_to_mypy
class Entry:
    """A resource and its type, where it stands, and the address by which others refer to it.

    ``where`` is the path before it, ``number`` its place in a Bundle, else -1; ``base`` is the address of its server.
    """

    resource: Json
    kind: str
    where: str
    number: int = -1
    address: str = ""
    base: str = ""

    @property
    def path(self) -> str:
        """Where the resource stands, as people know it."""
        bundled = f"Bundle.entry[{self.number}] " if self.number >= 0 else ""
        return f"{self.where}{bundled}{_named(self.resource)}"


@define
class Parsed:
    """A document's resources, what of it could not be read, and the addresses of the pages before and after it."""

    entries: list[Entry] = Factory(list)
    lost: list[str] = Factory(list)
    pages: list[str] = Factory(list)
    next_pages: list[str] = Factory(list)
    empty: dict[str, int] = Factory(dict)
    by_patient: dict[str, list[int]] = Factory(dict)


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
    while line and not line.removeprefix(_BOM).strip():
        line = file.readline(LONGEST_DOCUMENT)
    if not line.startswith(_UTF16) and (source.lines or (_goes_on(file) and _is_whole(line))):
        yield from _lines(source)
    else:
        whole = Document(source, 0, file.seek(0, 2), 0)
        yield whole, _bytes(whole)


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
        return isinstance(Decoder().json.decode(line.removeprefix(_BOM).decode("utf-8").strip()), dict)
    except (ValueError, RecursionError):
        return False


def parse(document: Document, decoder: Decoder, data: bytes | None = None) -> Parsed:
    """The resources of a document, from its bytes where they are at hand."""
    where = _where(document)
    parsed = Parsed()
    if document.length > LONGEST_DOCUMENT:
        parsed.lost.append(f"{where}it is longer than {LONGEST_DOCUMENT // 2**20} MiB; write it as NDJSON")
        return parsed
    text = _text(_bytes(document) if data is None else data, where, parsed)
    if text is not None:
        decoder.repeated = False
        try:
            value: object = decoder.json.decode(text)
        except (JSONDecodeError, RecursionError) as error:
            _salvage(text, error, where, parsed)
        else:
            _unfold(value, where, parsed, DEEPEST_BUNDLE)
        if decoder.repeated:
            _refuse_repeated(parsed)
    return parsed


def _bytes(document: Document) -> bytes:
    document.source.file.seek(document.start)
    return document.source.file.read(min(document.length, LONGEST_DOCUMENT))


def _where(document: Document) -> str:
    parts = (document.source.label, f"line {document.line}" if document.line else "")
    return "".join(f"{part} " for part in parts if part)


def _text(data: bytes, where: str, parsed: Parsed) -> str | None:
    encoding = "utf-16" if data.startswith(_UTF16) else "utf-8"
    try:
        text = data.removeprefix(_BOM).decode(encoding)
    except UnicodeDecodeError as error:
        parsed.lost.append(f"{where}byte {error.start + 1} is no {encoding.upper()}; save it as UTF-8")
        return None
    if not text or text.isspace():
        parsed.lost.append(f"{where}nothing stands here; write a Bundle, or resources on a line each")
        return None
    return text


def _salvage(text: str, error: JSONDecodeError | RecursionError, where: str, parsed: Parsed) -> None:
    """The resources before the place where a document breaks off."""
    entries = _ENTRIES.search(text)
    decoder = Decoder()
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
            value, start = decoder.json.raw_decode(text, start)
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
        base = _base(address) if address.startswith(_SERVER) else ""
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


def _base(address: str) -> str:
    found = _TYPE_AND_ID.match(address)
    return (found["base"] or "") if found else ""


def _named(resource: Json) -> str:
    name, identifier = a_text(resource.get("resourceType"))[:LONGEST_TYPE], a_text(resource.get("id"))[:70]
    return f"{name}/{identifier}" if identifier else name


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


def tail(reference: str) -> str:
    """The type and identifier at the end of a reference; "" where it has none.

    >>> tail("https://x.example/fhir/Patient/7/_history/2"), tail("Patient/7"), tail("urn:uuid:0b1f")
    ('Patient/7', 'Patient/7', '')
    """
    plain = without_version(reference)
    return "/".join(plain.split("/")[-2:]) if _TYPE_AND_ID.match(plain) else ""


def without_version(reference: str) -> str:
    """A reference without the version that it asks for."""
    if "|" in reference or "/_history/" in reference:
        return reference.partition("/_history/")[0].partition("|")[0]
    return reference
