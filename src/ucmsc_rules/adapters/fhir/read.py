"""Reads FHIR: resources from any number of sources become one canonical record for each patient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any, BinaryIO

from attrs import evolve, frozen

from ucmsc_rules.adapters.fhir.codes import ANY_CODE, Coded, Codes
from ucmsc_rules.adapters.fhir.entries import Entry, tail
from ucmsc_rules.adapters.fhir.interest import OBSERVATION, interest_of, label_of
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, objects
from ucmsc_rules.adapters.fhir.lost import LOST, PARTED, UNKNOWN_PATIENT, doubted, homeless, linked_to
from ucmsc_rules.adapters.fhir.others import study_of
from ucmsc_rules.adapters.fhir.person import About, person_of
from ucmsc_rules.adapters.fhir.pool import Pool, Subject, pool_of
from ucmsc_rules.adapters.fhir.rows import READERS, Notes, rows_of
from ucmsc_rules.adapters.fhir.sources import Source, documents_of, open_source
from ucmsc_rules.adapters.fhir.versions import Current, current
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.row import Row
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken

AnySource = str | Path | BinaryIO
ONLY_WHERE_WANTED = frozenset({"Encounter"})
LONGEST_LIST = 200


def read_fhir(
    source: AnySource | Iterable[AnySource], mapping: FieldMapping, dictionary: Dictionary
) -> Iterator[Received]:
    """The canonical record of each patient, in the order of the input.

    Each source is a file or a binary stream with a Bundle, a resource, a list of them, or resources on a line each.
    All sources are one input: resources are gathered by their patient over all of them. What cannot be read, and
    resources without a patient, come first, as ``Broken``; where a part of the input is lost, it may have been any
    subject's, so what every record says is then left open.
    """
    with ExitStack() as files:
        pool = pool_of(_documents(source, files), _wanted(mapping))
        yield from (Received(Broken(message)) for message in dict.fromkeys(pool.lost))
        if pool.homeless:
            yield Received(Broken(homeless([path for _, _, path in sorted(pool.homeless)])))
        shared = pool.shared
        ignored = frozenset(f"{kind}.{field}" for kind, rows in mapping.rows.items() for field in rows.ignore)
        terms = Terms(mapping, dictionary, Codes(mapping.systems, interest_of(mapping)), ignored)
        for address, subject in pool.subjects.items():
            received = _received(pool, address, subject, terms)
            yield _with_shared(received, shared)
            shared = Counter()
        if not pool.subjects and not pool.lost and not pool.homeless:
            yield Received(Broken("no resource of a patient stands in the input"), unread=dict(shared))


def _documents(source: AnySource | Iterable[AnySource], files: ExitStack) -> Iterator[Any]:
    alone = isinstance(source, str | Path) or hasattr(source, "read")
    sources: list[Any] = [source] if alone else list(source)  # type: ignore[arg-type]
    for number, each in enumerate(sources):
        name = Path(each).name if isinstance(each, str | Path) else f"source {number + 1}"
        opened: Source = open_source(each, "" if alone or len(sources) == 1 else name)
        if isinstance(each, str | Path):
            files.enter_context(opened.file)
        yield from documents_of(opened)


def _wanted(mapping: FieldMapping) -> frozenset[str]:
    """The types of resources that are read: those that any mapping wants, and those that this one names."""
    named = {kind for rule in mapping.facts for kind in rule.kinds}
    named |= {kind for rule in mapping.anchors for kind in rule.kinds}
    return frozenset(READERS) - (ONLY_WHERE_WANTED - named)


@frozen
class Terms:
    """What all subjects are read with; ``ignored`` are the labels of fields that the mapping says are no data."""

    mapping: FieldMapping
    dictionary: Dictionary
    codes: Codes
    ignored: frozenset[str]


def _received(pool: Pool, address: str, subject: Subject, terms: Terms) -> Received:
    mapping, dictionary, codes = terms.mapping, terms.dictionary, terms.codes
    now = current(pool.entries(address))
    patients = [entry for entry in now.entries if entry.kind == "Patient"]
    notes = Notes()
    name = _name(patients, subject, mapping)
    if not name:
        path = patients[0].path if patients else address
        return Received(Broken(f"{path} has no {mapping.subject or 'id'}, so nobody can say which subject this is"))
    if not patients:
        notes.add(address, UNKNOWN_PATIENT, "warning")
    passed_over = _passed_over(now, codes, mapping)
    received = receive(name, _rows(pool, now, codes, notes), mapping, dictionary)
    counted = {label: count for label, count in received.unread.items() if label not in terms.ignored}
    unread = {**counted, **passed_over, **subject.passed_over}
    if now.older:
        unread["older versions of resources"] = now.older
    parted = [reference for entry in patients for reference in linked_to(entry.resource)]
    if parted:
        notes.add(patients[0].path, PARTED.format(" and ".join(dict.fromkeys(parted))[:LONGEST_LIST]))
    if pool.lost:
        notes.add("input", LOST)
    if pool.lost or parted:
        received = evolve(received, record=doubted(received.record, mapping, dictionary))
    return evolve(received, problems=(*received.problems, *notes.problems), unread=unread)


def _passed_over(now: Current, codes: Codes, mapping: FieldMapping) -> dict[str, int]:
    """The observations that no rule can want, counted, and taken away from the others."""
    counted: dict[tuple[str, str], int] = {}
    kept: list[Entry] = []
    doubtful = {id(now.entries[place]) for place in now.doubtful}
    for entry in now.entries:
        read = _codes_of(entry.resource, codes) if entry.kind == OBSERVATION else [ANY_CODE]
        if any(each.wanted for each in read):
            kept.append(entry)
            continue
        for each in read:
            key = (each.cell.text, each.words.text)
            counted[key] = counted.get(key, 0) + 1
    now.entries = kept
    now.doubtful = {place for place, entry in enumerate(kept) if id(entry) in doubtful}
    return {label_of(mapping, code, name): count for (code, name), count in counted.items()}


def _codes_of(observation: Json, codes: Codes) -> list[Coded]:
    """The codes of an observation and of its components."""
    found = [codes.read(observation.get("code"))]
    if "component" in observation:
        found += [codes.read(part.get("code")) for part in objects(observation["component"])]
    return found


def _rows(pool: Pool, now: Current, codes: Codes, notes: Notes) -> Iterator[Row]:
    patients = [entry.resource for entry in now.entries if entry.kind == "Patient"]
    standing: list[Entry] = []
    about = About(
        person_of(patients),
        codes,
        lambda reference, _resource: pool.find(reference, standing[-1]),
        _studies(now.entries),
    )
    for place, entry in enumerate(now.entries):
        standing[:] = [entry]
        yield from rows_of(entry, about, notes, doubtful=place in now.doubtful)


def _studies(entries: list[Entry]) -> Mapping[str, tuple[str, ...]]:
    """The studies in which a consent is named by a research subject, by the consent's identifier."""
    studies: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        if entry.kind == "ResearchSubject":
            for reference in objects(entry.resource.get("consent")):
                consent = tail(a_text(reference.get("reference"))).partition("/")[2]
                if consent:
                    studies[consent] = (*studies.get(consent, ()), *study_of(entry.resource))
    return studies


def _name(patients: list[Entry], subject: Subject, mapping: FieldMapping) -> str:
    """The subject's identifier: the patient's id, or the identifier that the mapping asks for."""
    if mapping.subject:
        names = {_identifier(entry.resource, mapping) for entry in patients} - {""}
        return names.pop() if len(names) == 1 else ""
    ids = [a_text(entry.resource.get("id")) for entry in patients]
    return next((each for each in ids if each), "") or _last_part(subject.address)


def _identifier(patient: Json, mapping: FieldMapping) -> str:
    wanted = mapping.subject.removeprefix("identifier.")
    found = {
        a_text(each.get("value"))
        for each in objects(patient.get("identifier"))
        if mapping.systems.get(a_text(each.get("system"))) == wanted
    }
    return found.pop() if len(found) == 1 else ""


def _last_part(address: str) -> str:
    if " " in address:  # a patient without id and address
        return ""
    return address.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _with_shared(received: Received, shared: Counter[str]) -> Received:
    """What no patient is named by is counted with the first subject, so that it is counted at all."""
    labels = {f"{label} (of no patient)": count for label, count in shared.items()}
    return evolve(received, unread={**received.unread, **labels}) if labels else received
