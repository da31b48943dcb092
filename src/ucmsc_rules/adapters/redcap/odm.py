"""Reads a REDCap project's ODM export, which gives the same lines as its other exports do, and so the same facts."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

from attrs import define, frozen

from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.odm.pieces import Element, local_name, read_pieces, read_root, release
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.fit import fit
from ucmsc_rules.adapters.redcap.odm_project import OdmProject, of_redcap, read_odm_project
from ucmsc_rules.adapters.redcap.project import EVENT, INSTANCE, INSTRUMENT
from ucmsc_rules.adapters.redcap.read import Lines, read_entries
from ucmsc_rules.adapters.redcap.source import Opening, Source, opening
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken

_ONCE = frozenset({"", "1"})
_NO_PROJECT = "this is no ODM export of a REDCap project; read it with read_odm, and a mapping of its own"


def read_redcap_odm(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    """The subjects of a project's ODM export ("project.xml" with metadata and data).

    The file holds the data dictionary and the missing-data codes itself, so that the mapping of the project's other
    exports serves as it is. Raises UcmscRulesError where the mapping does not fit the project.
    """
    again = opening(source)
    project = odm_project(again)
    if isinstance(project, Broken):
        return iter((Received(project),))

    @contextmanager
    def lines() -> Iterator[Lines]:
        with again() as stream:
            yield odm_lines(stream, project)

    return read_entries(lines, fit(mapping, project.project), dictionary)


def odm_project(again: Opening) -> OdmProject | Broken:
    """The project that a file describes before its data, or why it is no export of one."""
    with again() as stream:
        root = read_root(stream)
        if isinstance(root, Broken):
            return root
        if (root.get("FileType") or "").casefold() == "transactional":
            return Broken("this holds transactions, and REDCap exports snapshots; read it with read_odm")
        for piece in read_pieces(stream, groups=False):
            if isinstance(piece, Broken):
                return piece
            event, element = piece
            if event == "end" and local_name(element.tag) == "Study":
                return read_odm_project(element) or Broken(_NO_PROJECT)
    return Broken(_NO_PROJECT)


def odm_lines(stream: BinaryIO, project: OdmProject) -> Lines:
    """The lines of all records of a file."""
    for piece in read_pieces(stream, groups=False):
        if isinstance(piece, Broken):
            yield piece
            continue
        event, element = piece
        if event == "end":
            if local_name(element.tag) == "SubjectData":
                yield from _of_subject(element, project)
            release(element)


@frozen
class _Key:
    event: str
    instrument: str
    instance: str


@define
class _Line:
    place: str
    texts: dict[str, str]
    unreadable: list[str]


def _of_subject(subject: Element, project: OdmProject) -> Iterator[Entry]:
    """The lines of one record: one for each event and repeat, as the other exports have them."""
    name, lines = (subject.get("SubjectKey") or "").strip(), dict[_Key, _Line]()
    for key, form in _forms(subject, project):
        heading = {EVENT: key.event, INSTRUMENT: key.instrument, INSTANCE: key.instance}
        texts = {project.project.record_id: name, **{column: text for column, text in heading.items() if text}}
        line = lines.setdefault(key, _Line(f"line {form.sourceline}", texts, []))
        for item in (item for group in form for item in group if local_name(item.tag).startswith("ItemData")):
            _take(item, line, project)
    if not lines:
        yield Entry(f"line {subject.sourceline}", {project.project.record_id: name}, in_one_piece=True)
    for line in lines.values():
        yield Entry(line.place, line.texts, tuple(line.unreadable), in_one_piece=True)


def _forms(subject: Element, project: OdmProject) -> Iterator[tuple[_Key, Element]]:
    """The forms of a record with the line that they belong to; in a project without events they stand in the record."""
    for child in subject:
        if local_name(child.tag) == "FormData":
            yield _key(child, "", "", project), child
        elif local_name(child.tag) == "StudyEventData":
            event = of_redcap(child, "UniqueEventName") or (child.get("StudyEventOID") or "").removeprefix("Event.")
            repeat = child.get("StudyEventRepeatKey") or ""
            repeats = event in project.repeating_events or repeat not in _ONCE
            for form in (form for form in child if local_name(form.tag) == "FormData"):
                yield _key(form, event, repeat if repeats else "", project), form


def _key(form: Element, event: str, repeat: str, project: OdmProject) -> _Key:
    oid, number = form.get("FormOID") or "", form.get("FormRepeatKey") or ""
    name = project.forms.get(oid) or oid.removeprefix("Form.")
    declared = any(each == name and event in {"", where} for where, each in project.repeating_forms)
    return _Key(event, name, number) if declared or number not in _ONCE else _Key(event, "", repeat)


def _take(item: Element, line: _Line, project: OdmProject) -> None:
    """Adds an item to its line; of a file that was uploaded the name is its text, as in the other exports."""
    column = item.get("ItemOID") or ""
    plain = item.get("Value") if local_name(item.tag) == "ItemData" else of_redcap(item, "DocName") or item.text
    text = plain or ""
    if column == project.project.record_id:
        return
    null = (item.get("IsNull") or "").casefold() == "yes"
    if null or line.texts.setdefault(column, text) != text:
        line.unreadable.append(column)
