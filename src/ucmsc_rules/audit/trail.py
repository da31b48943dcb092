"""An audit trail: verdicts in the order in which they were given, each entry sealed by a hash over the one before."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Self

from attrs import evolve
from sqlalchemy import URL, Connection, Engine

from ucmsc_rules.audit.draft import Said, draft
from ucmsc_rules.audit.entry import AuditError, Entry, Head, entry_from, head_from, sealed
from ucmsc_rules.audit.opening import database_of, engine_of, name_of, prepare, told
from ucmsc_rules.audit.table import BEFORE_ALL, last, put, rows
from ucmsc_rules.audit.verify import Verification, verify_rows
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.verdicts.finding import Verdict


class AuditTrail:
    """The trail in a database. Threads may share it, and any number of processes may open the same one.

    ``where`` is the path of an SQLite file, an URL (``sqlite:///FILE``, ``postgresql://USER@HOST/DATABASE``) or an
    engine of SQLAlchemy. Where there is no trail yet, one is made; with ``create=False`` that is an AuditError.
    """

    def __init__(self, where: str | Path | URL | Engine, *, create: bool = True) -> None:
        self._opened = engine_of(where)
        self._ours = not isinstance(where, Engine)
        self._database = database_of(self._opened)
        self._process, self._lock = os.getpid(), Lock()
        prepare(self._opened, may_create=create)

    def __repr__(self) -> str:
        return f"AuditTrail({name_of(self._engine)!r})"

    def append(  # noqa: PLR0913 - each is said by name
        self,
        verdict: Verdict,
        record: object,
        *,
        who: str,
        when: str,
        reason: str = "",
        normal_ranges: Iterable[NormalRange] = (),
    ) -> Entry:
        """The entry of a verdict, committed: once this returns it is in the database for good.

        ``record`` is what was screened and ``normal_ranges`` the table that served it; of both the digest is kept.
        ``when`` is a date or time in ISO 8601. Raises AuditError where an argument will not do, or the database fails.
        """
        entry = draft(verdict, record, normal_ranges, Said(who, when, reason))
        with told(self._engine), self._writing() as connection:
            before = last(connection)
            sequence, previous = before if before is not None else (0, entry.previous)
            entry, content = sealed(evolve(entry, sequence=sequence + 1, previous=previous))
            put(connection, entry.sequence, entry.subject, content, entry.hash)
        return entry

    def entries(self, *, subject: str | None = None, after: int = 0) -> Iterator[Entry]:
        """The entries in their order: all, those of one subject, or those after a number.

        Raises AuditError at one that cannot be read; ``verify`` tells more.
        """
        with told(self._engine):
            for row in rows(self._engine, after, subject):
                try:
                    yield entry_from(row)
                except AuditError as error:
                    raise AuditError(f"entry {row.sequence}: {error}; verify the trail") from None

    def head(self) -> Head:
        """The last entry's number and hash, to be kept where nobody who can write the database can change it."""
        with told(self._engine), self._engine.connect() as connection:
            before = last(connection)
        return Head(*before) if before is not None else Head(0)

    def verify(self, head: Head | str | None = None) -> Verification:
        """Finds entries that were edited, taken out, put in or moved.

        The last entries can be taken away without a trace, unless a ``head`` is given that was kept before: a ``Head``,
        its text, or the number of entries alone.
        """
        known = head_from(head) if isinstance(head, str) else head
        with told(self._engine):
            with self._engine.connect() as connection:
                missing = set(self._database.guards) - self._database.standing(connection)
            return verify_rows(rows(self._engine, BEFORE_ALL), sorted(missing), known)

    def close(self) -> None:
        """Closes the connections to the database; an engine that was given stays open."""
        if self._ours:
            self._engine.dispose()

    @property
    def _engine(self) -> Engine:
        """The engine, which after a fork uses nothing of the parent's: neither its connections nor its lock."""
        if self._process != os.getpid():
            self._process, self._lock = os.getpid(), Lock()
            self._opened.dispose(close=False)
        return self._opened

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """One writer of this process at a time, then one of all."""
        engine = self._engine
        with self._lock, self._database.writing(engine) as connection:
            yield connection
