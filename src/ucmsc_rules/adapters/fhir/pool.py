"""Gathers the resources of all sources by their patient, however they are spread, and finds what references name."""

from __future__ import annotations

from collections import Counter, OrderedDict
from collections.abc import Iterable, Iterator

from attrs import Factory, define, field

from ucmsc_rules.adapters.fhir.decode import Decoder
from ucmsc_rules.adapters.fhir.entries import PATIENT, Entry, Parsed, address_of, resolved, tail, without_version
from ucmsc_rules.adapters.fhir.json_shape import NOTHING, Json, a_text, an_object, objects
from ucmsc_rules.adapters.fhir.parse import parse
from ucmsc_rules.adapters.fhir.sources import Document

HELD = 16 * 1024 * 1024  # so much text may stand parsed at a time; parsed it takes seven times as much
_FOUND_BY_REFERENCE = frozenset({"Medication", "Specimen"})


@define
class Held:
    """The documents that were parsed last."""

    parsed: OrderedDict[int, Parsed] = Factory(OrderedDict)
    sizes: dict[int, int] = Factory(dict)
    total: int = 0

    def put(self, number: int, parsed: Parsed, size: int) -> None:
        """Hold a document, and let go of the oldest where they are too many."""
        self.parsed[number], self.sizes[number] = parsed, size
        self.total += size
        while self.total > HELD and len(self.parsed) > 1:
            oldest, _ = self.parsed.popitem(last=False)
            self.total -= self.sizes.pop(oldest)


@define
class Subject:
    """A patient: the documents that speak of it, and how many resources of types that are not read."""

    address: str
    known: bool
    addresses: set[str] = Factory(set)
    documents: list[int] = Factory(list)
    passed_over: Counter[str] = Factory(Counter)


@define
class Pool:
    """All that the sources hold, indexed; ``wanted`` are the types that are read."""

    wanted: frozenset[str]
    documents: list[Document] = Factory(list)
    subjects: dict[str, Subject] = Factory(dict)
    lost: list[str] = Factory(list)
    homeless: list[tuple[int, int, str]] = Factory(list)
    shared: Counter[str] = Factory(Counter)
    places: dict[str, tuple[int, int]] = Factory(dict)
    held: Held = Factory(Held)
    decoder: Decoder = field(init=False)
    _pages: set[str] = Factory(set)
    _next_pages: dict[str, None] = Factory(dict)
    _by_tail: dict[str, list[str]] = Factory(dict)
    _pending: dict[str, Subject] = Factory(dict)

    @decoder.default
    def _make_decoder(self) -> Decoder:
        return Decoder(self.wanted | _FOUND_BY_REFERENCE)

    def add(self, document: Document, data: bytes) -> None:
        """Take in a document, and hold it where something of it will be read."""
        number = len(self.documents)
        self.documents.append(document)
        parsed = parse(document, self.decoder, data)
        self.lost += parsed.lost
        self.shared.update(parsed.empty)
        self._pages.update(parsed.pages)
        self._next_pages.update(dict.fromkeys(parsed.next_pages))
        local = self._take_patients(number, parsed)
        groups = parsed.by_patient
        for place, entry in enumerate(parsed.entries):
            if entry.kind in _FOUND_BY_REFERENCE:
                self.places.setdefault(address_of(entry), (number, place))
            address = local[_patient_key(place, entry)] if entry.kind == PATIENT else resolved(entry, local)
            if entry.kind in self.wanted:
                groups.setdefault(address, []).append(place)
            if entry.kind != PATIENT:
                self._take((number, place), entry, address)
        if groups:
            self.held.put(number, parsed, document.length)

    def _take_patients(self, number: int, parsed: Parsed) -> dict[str, str]:
        local = patients_of(number, parsed)
        for end, address in local.items():
            if address not in self.subjects:
                self.subjects[address] = Subject(address, known=True)
                self._by_tail.setdefault(end, []).append(address)
            _note(self.subjects[address], number)
        return local

    def _take(self, at: tuple[int, int], entry: Entry, address: str) -> None:
        if not address:
            if entry.kind in self.wanted:
                self.homeless.append((*at, entry.path))
            else:
                self.shared[entry.kind] += 1
            return
        subject = self.subjects.get(address) or self._pending.get(address)
        if subject is None:
            subject = self._pending[address] = Subject(address, known=False)
        if entry.kind in self.wanted:
            _note(subject, at[0])
        else:
            subject.passed_over[entry.kind] += 1

    def settle(self) -> None:
        """Bring what refers to patients in another way, or to patients that are not there, to its place."""
        for address, pending in self._pending.items():
            home = self._home(address)
            if home is None:
                self._refuse(pending)
            elif home in self.subjects:
                subject = self.subjects[home]
                subject.addresses.add(address)
                subject.documents = sorted({*subject.documents, *pending.documents})
                subject.passed_over.update(pending.passed_over)
            else:
                self.subjects[home] = pending
        for page in self._next_pages:
            if page not in self._pages:
                self.lost.append(f"the Bundle goes on at {page[:200]}, and that page is not in the input")

    def _home(self, address: str) -> str | None:
        """The patient that an address means; itself where that one is not there, None where nobody can tell."""
        if address in self.subjects:
            return address
        end = tail(address)
        if not end.startswith(f"{PATIENT}/"):
            return None
        same = [each for each in self._by_tail.get(end, ()) if _may_be(each, address)]
        return same[0] if len(same) == 1 else None if same else address

    def _refuse(self, pending: Subject) -> None:
        of = tail(pending.address).partition("/")[0]
        label = f" of a {of}" if of and of != PATIENT else ""
        for number in pending.documents:
            for entry in self._entries_of(number, {pending.address}):
                if label:
                    self.shared[f"{entry.kind}{label}"] += 1
                else:
                    self.homeless.append((number, max(entry.number, 0), entry.path))
        self.shared.update({f"{kind}{label}": count for kind, count in pending.passed_over.items()})

    def entries(self, home: str) -> Iterator[Entry]:
        """The resources of a subject that are read, in the order of the sources."""
        subject = self.subjects[home]
        for number in subject.documents:
            yield from self._entries_of(number, {home, *subject.addresses})

    def _entries_of(self, number: int, addresses: set[str]) -> Iterator[Entry]:
        parsed = self.open(number)
        if not parsed.by_patient:
            parsed.by_patient = self._grouped(number, parsed)
        found = [place for address in addresses for place in parsed.by_patient.get(address, ())]
        for place in sorted(found):
            yield parsed.entries[place]

    def _grouped(self, number: int, parsed: Parsed) -> dict[str, list[int]]:
        """The places of a document's resources by the patient's address, as its references have it."""
        local = patients_of(number, parsed)
        groups: dict[str, list[int]] = {}
        for place, entry in enumerate(parsed.entries):
            if entry.kind == PATIENT:
                groups.setdefault(local[_patient_key(place, entry)], []).append(place)
            elif entry.kind in self.wanted:
                groups.setdefault(resolved(entry, local), []).append(place)
        return groups

    def open(self, number: int) -> Parsed:
        """A document's resources, parsed again where they are not held any more."""
        parsed = self.held.parsed.get(number)
        if parsed is None:
            parsed = parse(self.documents[number], self.decoder)
            self.held.put(number, parsed, self.documents[number].length)
        return parsed

    def find(self, reference: object, entry: Entry) -> Json:
        """The resource that a reference of an entry names; an empty one where it is not there."""
        text = a_text(an_object(reference).get("reference"))
        if text.startswith("#"):
            return next(
                (each for each in objects(entry.resource.get("contained")) if each.get("id") == text[1:]), NOTHING
            )
        plain = without_version(text)
        for address in (plain, f"{entry.base}{plain}", tail(plain)):
            if address in self.places:
                number, place = self.places[address]
                return self.open(number).entries[place].resource
        return NOTHING


def patients_of(number: int, parsed: Parsed) -> dict[str, str]:
    """The addresses of a document's patients by their type and identifier."""
    return {
        _patient_key(place, entry): address_of(entry) or f"{PATIENT} {number}.{place}"
        for place, entry in enumerate(parsed.entries)
        if entry.kind == PATIENT
    }


def _patient_key(place: int, entry: Entry) -> str:
    identifier = a_text(entry.resource.get("id"))
    return f"{PATIENT}/{identifier}" if identifier else f"{PATIENT} {place}"


def _may_be(patient: str, reference: str) -> bool:
    """Whether an address may be the patient's: two of different servers are not."""
    return not ("://" in patient and "://" in reference)


def _note(subject: Subject, number: int) -> None:
    if not subject.documents or subject.documents[-1] != number:
        subject.documents.append(number)


def pool_of(documents: Iterable[tuple[Document, bytes]], wanted: frozenset[str]) -> Pool:
    """All documents, indexed."""
    pool = Pool(wanted)
    for document, data in documents:
        pool.add(document, data)
    pool.settle()
    return pool
