"""Entries: resources where they stand in a document, and the addresses by which resources refer to each other."""

from __future__ import annotations

import re

from attrs import Factory, define

from ucmsc_rules.adapters.fhir.json_shape import Json, a_text
from ucmsc_rules.frozen import frozen_to_mypy

PATIENT = "Patient"
LONGEST_TYPE = 60
PATIENT_KEYS = ("subject", "patient", "individual", "beneficiary", "for")
_TYPE_AND_ID = re.compile(r"(?P<base>.*/)?(?P<type>[A-Za-z]+)/[^/]+\Z")


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
        return f"{self.where}{bundled}{named(self.resource)}"


@define
class Parsed:
    """A document's resources, what of it could not be read, and the addresses of the pages before and after it."""

    entries: list[Entry] = Factory(list)
    lost: list[str] = Factory(list)
    pages: list[str] = Factory(list)
    next_pages: list[str] = Factory(list)
    empty: dict[str, int] = Factory(dict)
    by_patient: dict[str, list[int]] = Factory(dict)


def named(resource: Json) -> str:
    """A resource's type and identifier."""
    name, identifier = a_text(resource.get("resourceType"))[:LONGEST_TYPE], a_text(resource.get("id"))[:70]
    return f"{name}/{identifier}" if identifier else name


def base_of(address: str) -> str:
    """The address of the server in that of a resource; "" where it has none."""
    found = _TYPE_AND_ID.match(address)
    return (found["base"] or "") if found else ""


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


def address_of(entry: Entry) -> str:
    """The address of a resource: that of its entry, else its type and identifier."""
    identifier = a_text(entry.resource.get("id"))
    return entry.address or (f"{entry.kind}/{identifier}" if identifier else "")


def patient_reference(resource: Json) -> str:
    """The reference to its patient."""
    for key in PATIENT_KEYS:
        if key in resource and type(reference := resource[key]) is dict:
            return without_version(a_text(reference.get("reference")))
    return ""


def resolved(entry: Entry, local: dict[str, str]) -> str:
    """The address of an entry's patient; "" where it refers to none, or to one inside of itself."""
    plain = patient_reference(entry.resource)
    if not plain or plain[0] == "#":
        return ""
    if plain in local:
        return local[plain]
    relative = "://" not in plain and not plain.startswith("urn:")
    return f"{entry.base}{plain}" if relative else plain
