"""Keeps the parts of subjects that have to wait on disk, so that memory does not grow with a file."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from attrs import Factory, define, frozen

from ucmsc_rules.adapters.odm.pieces import Element, parse, serialise


@frozen
class Part:
    """One SubjectData, with the OIDs of the study and of the metadata that it stands under."""

    study: str
    version: str
    element: Element


def _connect() -> sqlite3.Connection:
    """A private database in a temporary file, which goes with its connection."""
    connection = sqlite3.connect("", isolation_level=None)
    connection.execute("PRAGMA journal_mode = OFF")
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA temp_store = FILE")
    connection.execute("CREATE TABLE part (subject TEXT, study TEXT, version TEXT, xml BLOB)")
    connection.execute("CREATE INDEX part_of ON part (subject, study)")
    connection.execute("BEGIN")
    return connection


@define
class Spool:
    """Parts of subjects, given back by subject in the order in which they came."""

    _connection: sqlite3.Connection = Factory(_connect)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connection.close()

    def add(self, subject: str, part: Part) -> None:
        """Keeps a part."""
        row = (subject, part.study, part.version, serialise(part.element))
        self._connection.execute("INSERT INTO part VALUES (?, ?, ?, ?)", row)

    def subjects(self) -> Iterator[str]:
        """The subjects that wait, by the order in which they came first."""
        found = self._connection.execute("SELECT subject FROM part GROUP BY subject ORDER BY min(rowid)")
        return (subject for (subject,) in found)

    def studies(self, subject: str) -> list[str]:
        """The studies in which a subject of this key stands, in their order."""
        asked = "SELECT study FROM part WHERE subject = ? GROUP BY study ORDER BY min(rowid)"
        return [study for (study,) in self._connection.execute(asked, (subject,))]

    def parts(self, subject: str, study: str) -> Iterator[Part]:
        """The parts of a subject of a study."""
        asked = "SELECT version, xml FROM part WHERE subject = ? AND study = ? ORDER BY rowid"
        found = self._connection.execute(asked, (subject, study))
        return (Part(study, version, parse(xml)) for version, xml in found)

    def forget(self, subject: str) -> None:
        """Drops what was kept of a subject."""
        self._connection.execute("DELETE FROM part WHERE subject = ?", (subject,))
