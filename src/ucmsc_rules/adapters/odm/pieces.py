"""Parses an ODM file of unknown goodness piece by piece: no entities, no network, one subject at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, BinaryIO, Protocol, cast

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import either

try:
    from lxml import etree  # type: ignore[import-untyped, unused-ignore]
except ImportError:
    raise UcmscRulesError("reading ODM needs lxml; install ucmsc-rules[odm]") from None

ODM_1_2 = "http://www.cdisc.org/ns/odm/v1.2"
ODM_1_3 = "http://www.cdisc.org/ns/odm/v1.3"
ODM_2_0 = "http://www.cdisc.org/ns/odm/v2.0"
NAMESPACES = (ODM_1_2, ODM_1_3, ODM_2_0)
DATASET_XML = "http://www.cdisc.org/ns/Dataset-XML/v1.0"

CHUNK = 1 << 16
LARGEST_PIECE = 64 << 20
LONGEST_HEAD = 1 << 20
_HEAD_STEP = 64
_WHOLE = ("Study", "AdminData", "ReferenceData", "Association", "ClinicalData", "SubjectData")

# ``collect_ids=False`` must not be among them: lxml then reads the external subset of a DTD, from wherever it says.
_SAFE: Mapping[str, bool] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "attribute_defaults": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}


class Element(Protocol):
    """What is used of an element of lxml."""

    tag: str
    text: str | None
    sourceline: int | None
    nsmap: Mapping[str | None, str]

    def get(self, key: str, /) -> str | None: ...  # noqa: D102 - as lxml says
    def set(self, key: str, value: str, /) -> None: ...  # noqa: D102
    def items(self) -> list[tuple[str, str]]: ...  # noqa: D102
    def append(self, element: Element, /) -> None: ...  # noqa: D102
    def remove(self, element: Element, /) -> None: ...  # noqa: D102
    def getparent(self) -> Element | None: ...  # noqa: D102
    def getprevious(self) -> Element | None: ...  # noqa: D102
    def clear(self) -> None: ...  # noqa: D102
    def __iter__(self) -> Iterator[Element]: ...
    def __len__(self) -> int: ...
    def __getitem__(self, place: int, /) -> Element: ...
    def __delitem__(self, place: int, /) -> None: ...


Piece = tuple[str, Element]


@lru_cache(maxsize=1024)  # a file has few names, and each stands in it many times
def local_name(tag: str) -> str:
    """The name of an element or attribute without its namespace.

    >>> local_name("{http://www.cdisc.org/ns/odm/v1.3}ItemData"), local_name("ItemOID")
    ('ItemData', 'ItemOID')
    """
    return tag.rpartition("}")[2]


@lru_cache(maxsize=1024)
def namespace(tag: str) -> str:
    """The namespace of an element or attribute, or "".

    >>> namespace("{http://www.cdisc.org/ns/odm/v1.3}ItemData"), namespace("ItemOID")
    ('http://www.cdisc.org/ns/odm/v1.3', '')
    """
    return tag[1:].partition("}")[0] if tag.startswith("{") else ""


def read_root(stream: BinaryIO) -> Element | Broken:
    """The outermost element with its attributes; the stream is then back at its start.

    It is fed in small steps, so that a file which declares entities is refused before it can use them.
    """
    parser = etree.XMLPullParser(events=("start",), **_SAFE)
    start, fed = stream.tell(), 0
    try:
        while fed < LONGEST_HEAD and (step := stream.read(_HEAD_STEP)):
            fed += len(step)
            mistake = _feed(parser, step)
            for _, root in parser.read_events():
                return _checked(root)
            if mistake is not None:
                return Broken(mistake.format(""))
        if fed >= LONGEST_HEAD:
            return Broken(f"no element begins in the first {LONGEST_HEAD} bytes; this is no ODM file")
        return (_close(parser, "") if fed else None) or Broken("the file is empty")
    finally:
        stream.seek(start)


def read_pieces(stream: BinaryIO, *, groups: bool) -> Iterator[Piece | Broken]:
    """The starts and ends of what stands directly in ODM and ClinicalData, and Broken last where the file breaks.

    Item groups come too where ``groups`` is true. Whoever takes an end has to ``release`` it.
    """
    names = (*_WHOLE, "ItemGroupData") if groups else _WHOLE
    parser = etree.XMLPullParser(events=("start", "end"), tag=[f"{{*}}{name}" for name in names], **_SAFE)
    held, subject = 0, ""
    while chunk := stream.read(CHUNK):
        held += len(chunk)
        mistake = _feed(parser, chunk)
        for event, element in parser.read_events():
            if event == "end":
                held, subject = 0, ""
            elif local_name(element.tag) == "SubjectData":
                subject = element.get("SubjectKey") or ""
            yield event, element
        if mistake is not None or held > LARGEST_PIECE:
            yield Broken(_too_large(subject) if mistake is None else mistake.format(_within(subject)))
            return
    if (complaint := _close(parser, subject)) is not None:
        yield complaint


def release(element: Element) -> None:
    """Frees an element that is done with, and those before it."""
    element.clear()
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def before(element: Element) -> list[Element]:
    """What stands before an element in the same one, the nearest first."""
    found = []
    while (previous := element.getprevious()) is not None:
        found.append(previous)
        element = previous
    return found


def parse(xml: bytes) -> Element:
    """An element of a file that was parsed once already."""
    return cast("Element", etree.fromstring(xml, etree.XMLParser(**_SAFE)))


def serialise(element: Element) -> bytes:
    """An element as XML, with its namespaces."""
    return cast("bytes", etree.tostring(element, encoding="utf-8", with_tail=False))


def make(tag: str, attributes: Mapping[str, str], around: Element | None = None) -> Element:
    """A new element, the last one in another where one is given."""
    if around is None:
        return cast("Element", etree.Element(tag, attributes))
    return cast("Element", etree.SubElement(around, tag, attributes))


def _feed(parser: Any, data: bytes) -> str | None:  # noqa: ANN401 - lxml has no types
    """What is wrong with the bytes, with {} where the subject is to stand; which one that is, the events tell later.

    An entity that nobody declared stops the parser without an exception, so its log is looked at too.
    """
    try:
        parser.feed(data)
    except etree.XMLSyntaxError as error:
        line, column = error.position
        return _mistake(line, column, str(error.msg))
    for entry in parser.feed_error_log:
        if entry.level > etree.ErrorLevels.WARNING:
            return _mistake(entry.line, entry.column, entry.message)
    return None


def _mistake(line: int, column: int, message: str) -> str:
    what = message[:200].partition(", line ")[0].strip().replace("{", "{{").replace("}", "}}")
    return f"this is no well-formed XML at line {line}, column {column}{{}}: {what}"


def _close(parser: Any, subject: str) -> Broken | None:  # noqa: ANN401
    try:
        parser.close()
    except etree.XMLSyntaxError as error:
        where = f" at line {error.position[0]}" if error.position[0] else ""
        return Broken(f"the file breaks off{where}{_within(subject)}; ask for a whole one")
    return None


def _within(subject: str) -> str:
    return f", within the data of subject {shown(subject)}" if subject else ""


def _too_large(subject: str) -> str:
    where = f"the data of subject {shown(subject)}" if subject else "what stands outside of any subject"
    return f"{where} takes more than {LARGEST_PIECE >> 20} MB, which is more than is read of one file at a time"


def _checked(root: Any) -> Element | Broken:  # noqa: ANN401
    """The root of an ODM file without a document type, which is where entities are declared."""
    if root.getroottree().docinfo.doctype:
        return Broken("it declares a document type (<!DOCTYPE ...>), which ODM has no need of; save it without")
    name, space = local_name(root.tag), namespace(root.tag)
    if name != "ODM":
        return Broken(f"the outermost element is {shown(name)}, not ODM; give the whole ODM file")
    if space not in NAMESPACES:
        return Broken(f"{shown(space)} is no namespace of ODM that is read here; they are {either(NAMESPACES)}")
    return cast("Element", root)
