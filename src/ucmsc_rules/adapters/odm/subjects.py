"""The subjects of an ODM file, each with its rows, however its data are spread over the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import BinaryIO

from attrs import Factory, define

from ucmsc_rules.adapters.odm.assemble import Manner, SubjectRows, assemble
from ucmsc_rules.adapters.odm.items import Notes
from ucmsc_rules.adapters.odm.metadata import Metadata
from ucmsc_rules.adapters.odm.outside import Outside
from ucmsc_rules.adapters.odm.pieces import (
    DATASET_XML,
    Element,
    before,
    local_name,
    namespace,
    read_pieces,
    read_root,
    release,
)
from ucmsc_rules.adapters.odm.recurring import Occurrences, count_occurrences
from ucmsc_rules.adapters.odm.source import Source, opened
from ucmsc_rules.adapters.odm.spool import Part, Spool
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.values.dates import shown

Answer = SubjectRows | Broken


def rows_of(
    source: Source,
    *,
    nulls: Mapping[str, str] | None = None,
    subject: str = "",
    around: Collection[str] | None = None,
    joined: Collection[str] = (),
) -> Iterator[Answer]:
    """The rows of each subject of an ODM file; ``Broken`` for each part that could not be taken at all.

    ``nulls`` says what reasons for an empty item mean, and "@IsNull" what ``IsNull`` does where no reason is given:
    ``not_done``, or ``unknown``, which it is where nothing is said. ``subject`` is the item with the subject's
    identifier in a file without SubjectData (Dataset-XML). ``around`` are the names of the cells that are to say where
    a row stands, such as "@StudyEventOID", and None for all of them. ``joined`` are names such as "@form:LBDAT" and
    "@event:SVDAT" of cells that each row is to have from another item group of its form or event.
    """
    with opened(source) as stream:
        root = read_root(stream)
        if isinstance(root, Broken):
            yield root
            return
        kind = (root.get("FileType") or "").strip().casefold()
        transactional, notes = kind == "transactional", Notes()
        if kind not in {"transactional", "snapshot"}:
            notes.complain("ODM.FileType", _NO_KIND, "warning")
        if transactional and (lost := _lost_transactions(stream)):
            yield from lost
            return
        outside = bool(subject) or any(namespace(name) == DATASET_XML for name, _ in root.items())
        occurrences = Occurrences() if outside else count_occurrences(stream)
        wanted = None if around is None else frozenset(around)
        manner = Manner(transactional, nulls or {}, wanted, frozenset(joined))
        with Spool() as spool:
            reading = _Reading(namespace(root.tag), manner, spool, occurrences, Outside(subject), notes)
            yield from reading.run(stream, groups=outside)


def _lost_transactions(stream: BinaryIO) -> list[Broken]:
    """Of a broken file: every subject and what broke it, since what is lost may have changed any of them."""
    start, subjects = stream.tell(), dict[str, None]()
    for piece in read_pieces(stream, groups=False):
        if isinstance(piece, Broken):
            return [*(Broken(f"subject {shown(subject)}: {_MAY_BE_CHANGED}") for subject in subjects), piece]
        event, element = piece
        if local_name(element.tag) == "SubjectData":
            subjects[element.get("SubjectKey") or ""] = None
        if event == "end":
            release(element)
    stream.seek(start)
    return []


_NO_KIND = "it does not say Snapshot or Transactional, so the file is read as a snapshot; correct it at its source"
_MAY_BE_CHANGED = "a transaction that is lost with the rest of the broken file may change its data, so none counts"
_LOST_PART = "a part of its data is lost with the rest of the broken file, so none counts"


@define
class _Reading:
    """The reading of one file."""

    namespace: str
    manner: Manner
    spool: Spool
    occurrences: Occurrences
    outside: Outside
    notes: Notes
    metadata: Metadata = Factory(Metadata)
    clinical: Mapping[str, str] | None = None
    strangers: int = 0

    def run(self, stream: BinaryIO, *, groups: bool) -> Iterator[Answer]:
        """Every subject as soon as no part of it can follow, and what could not be taken."""
        broken = None
        for piece in read_pieces(stream, groups=groups):
            if isinstance(piece, Broken):
                broken = piece
            else:
                yield from self._take(*piece)
        self._keep(self.outside.rest())
        for subject in list(self.spool.subjects()):
            yield from [Broken(f"subject {shown(subject)}: {_LOST_PART}")] if broken else self._kept(subject)
        yield from self.outside.complaints()
        if self.strangers:
            what = f"{self.strangers} SubjectData of another namespace, or outside of ClinicalData"
            yield Broken(f"{what}, could not be read; correct the file at its source")
        if broken is not None:
            yield broken
        elif self.clinical is None:
            yield Broken("there is no ClinicalData in the file, so no subject; ask for an export with data")

    def _take(self, event: str, element: Element) -> Iterator[Answer]:
        """Takes what was read, and frees it. Item groups within a subject stay, for the end of the subject."""
        match event, local_name(element.tag):
            case "start", "ClinicalData":
                self.clinical = dict(element.items())
            case "end", "SubjectData":
                self._look_over(before(element))
                yield from self._subject(element)
                release(element)
            case "end", "ItemGroupData":
                self._group(element)
            case "end", name:
                self._end(element, name)
                release(element)

    def _group(self, element: Element) -> None:
        if _stands_in(element, "ClinicalData"):
            self._keep(self.outside.add(element))
        if not _stands_in(element, "StudyEventData", "FormData", "ItemGroupData", "SubjectData"):
            release(element)

    def _end(self, element: Element, name: str) -> None:
        if name == "Study":
            self.metadata.add(element)
        elif name == "ReferenceData":
            self.notes.pass_over("ReferenceData")
        elif name == "ClinicalData":
            self._look_over(list(element))
            self._keep(self.outside.rest())

    def _look_over(self, elements: Iterable[Element]) -> None:
        """Takes item groups that stand beside the subjects; one that was taken before has no attributes left."""
        for element in elements:
            if local_name(element.tag) == "ItemGroupData" and element.items():
                self._keep(self.outside.add(element))

    def _subject(self, element: Element) -> Iterator[Answer]:
        subject = element.get("SubjectKey") or ""
        if namespace(element.tag) != self.namespace or not _stands_in(element, "ClinicalData"):
            self.strangers += 1
        elif not subject.strip():
            yield Broken(f"the SubjectData at line {element.sourceline} has no SubjectKey, so nobody knows whose it is")
        elif self.occurrences.is_single(subject):
            yield self._assemble(subject, [self._part(element)])
        else:
            self._keep([element])
            if self.occurrences.left_after(subject) == 0:
                yield from self._kept(subject)

    def _part(self, element: Element) -> Part:
        around = self.clinical or {}
        return Part(around.get("StudyOID", ""), around.get("MetaDataVersionOID", ""), element)

    def _keep(self, elements: Iterable[Element]) -> None:
        for element in elements:
            self.spool.add(element.get("SubjectKey") or "", self._part(element))

    def _kept(self, subject: str) -> Iterator[Answer]:
        """A subject from its parts on disk. One key in two studies is two people."""
        studies = self.spool.studies(subject)
        for study in studies:
            if len(studies) > 1:
                where = " and ".join(map(shown, studies))
                self.notes.complain(
                    subject, f"{shown(subject)} stands in the studies {where}; give one study at a time"
                )
            yield self._assemble(subject, self.spool.parts(subject, study))
        self.spool.forget(subject)

    def _assemble(self, subject: str, parts: Iterable[Part]) -> SubjectRows:
        notes, self.notes = self.notes, Notes()
        return assemble(subject, parts, self.metadata, self.manner, notes)


def _stands_in(element: Element, *names: str) -> bool:
    parent = element.getparent()
    return parent is not None and local_name(parent.tag) in names
