"""Puts the parts of one subject together: its rows, and what is to be said of their form."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from attrs import Factory, frozen

from ucmsc_rules.adapters.odm.fold import Fold
from ucmsc_rules.adapters.odm.items import ItemReader, Notes, PlainCells
from ucmsc_rules.adapters.odm.joined import add_joined
from ucmsc_rules.adapters.odm.metadata import NO_DEFINITIONS, Definitions, Metadata, agreed
from ucmsc_rules.adapters.odm.rows import Rows
from ucmsc_rules.adapters.odm.spool import Part
from ucmsc_rules.adapters.row import Row
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.values.dates import shown


@frozen
class SubjectRows:
    """All rows of a subject, with what is to be said of their form, and what no mapping can speak of, counted."""

    subject: str
    rows: list[Row]
    problems: tuple[Problem, ...] = ()
    unread: Mapping[str, int] = Factory(dict)


@frozen
class Manner:
    """How a file is read: as transactions or not, and with what a mapping asks for; ``rows_of`` says what that is."""

    transactional: bool = False
    nulls: Mapping[str, str] = Factory(dict)
    around: frozenset[str] | None = None
    joined: Collection[str] = ()
    plain: PlainCells = Factory(PlainCells)


def assemble(subject: str, parts: Iterable[Part], metadata: Metadata, manner: Manner, notes: Notes) -> SubjectRows:
    """The rows of a subject from its parts, which are folded first where they are transactions."""
    rows = Rows(ItemReader(nulls=manner.nulls, notes=notes, plain=manner.plain), manner.around)
    if manner.transactional:
        _add_folded(rows, subject, parts, metadata)
    else:
        for part in parts:
            rows.reader.definitions = _definitions(part, subject, metadata, notes) or NO_DEFINITIONS
            rows.add(part.element, _around(part), subject)
    if manner.joined:
        add_joined(rows, manner.joined)
    return SubjectRows(subject, rows.rows, notes.all_problems(subject), notes.unread)


def _add_folded(rows: Rows, subject: str, parts: Iterable[Part], metadata: Metadata) -> None:
    notes = rows.reader.notes
    fold, versions, last = Fold(subject, notes), dict[str, Definitions | None](), None
    for part in parts:
        versions[part.version] = _definitions(part, subject, metadata, notes)
        fold.apply(part.element)
        last = part
    if fold.subject is None or last is None:
        notes.complain(subject, "the file's transactions remove the subject, so nothing of it is left")
        return
    known = [definitions for definitions in versions.values() if definitions is not None]
    rows.reader.definitions = agreed(known) if len(known) == len(versions) else NO_DEFINITIONS
    rows.add(fold.subject.element, _around(last), subject)


def _around(part: Part) -> dict[str, str]:
    return {"StudyOID": part.study, "MetaDataVersionOID": part.version}


def _definitions(part: Part, subject: str, metadata: Metadata, notes: Notes) -> Definitions | None:
    """The definitions for a part. Where they did not come before it, that is said, and data stand for themselves."""
    definitions = metadata.of(part.study, part.version)
    if definitions is None:
        message = (
            f"MetaDataVersion {shown(part.version)} of study {shown(part.study)} is not defined before the data,"
            " so units and decodes that stand in it are not known"
        )
        if not any(problem.message == message for problem in notes.problems):
            notes.complain(subject, message, "warning")
    return definitions
