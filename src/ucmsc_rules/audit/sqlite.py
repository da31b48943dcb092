"""A trail in an SQLite file: BEGIN IMMEDIATE lets one writer in, and each commit is on the disk before it returns.

The file keeps its rollback journal (SQLite's default) and is not put into WAL mode: between writes the one file is the
whole trail, so that a copy of it lacks nothing, and it works on every file system. With the journal, ``synchronous =
EXTRA`` also makes the deletion of the journal durable, which is what commits. In a file that somebody put into WAL mode
EXTRA is FULL, with which every commit is durable too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import MappingProxyType

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import OperationalError

from ucmsc_rules.audit.table import Database

_WAIT = "PRAGMA busy_timeout = 120000"  # milliseconds for which a writer waits for the others
_TRIGGERS = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'ucmsc_rules_audit'"
_GUARDS = MappingProxyType(
    {
        "ucmsc_rules_audit_no_update": """\
CREATE TRIGGER ucmsc_rules_audit_no_update BEFORE UPDATE ON ucmsc_rules_audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
        "ucmsc_rules_audit_no_delete": """\
CREATE TRIGGER ucmsc_rules_audit_no_delete BEFORE DELETE ON ucmsc_rules_audit
BEGIN SELECT RAISE(ABORT, 'the audit trail is append-only'); END""",
        # INSERT OR REPLACE deletes a row without firing the trigger of deletions, so insertions are guarded too
        "ucmsc_rules_audit_in_order": """\
CREATE TRIGGER ucmsc_rules_audit_in_order BEFORE INSERT ON ucmsc_rules_audit
WHEN NEW.sequence IS NOT (SELECT coalesce(max(sequence), 0) + 1 FROM ucmsc_rules_audit)
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail comes right after the last one'); END""",
    }
)


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """The driver begins transactions late and never IMMEDIATE, so it is told to begin none: they are begun here."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        connection.exec_driver_sql(_WAIT)
        connection.exec_driver_sql("PRAGMA synchronous = EXTRA")
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        try:
            yield connection
            connection.exec_driver_sql("COMMIT")
        except BaseException:
            with suppress(OperationalError):  # SQLite may have rolled back by itself, as it does when a disk is full
                connection.exec_driver_sql("ROLLBACK")
            raise


def _standing(connection: Connection) -> set[str]:
    return {name for name, sql in connection.exec_driver_sql(_TRIGGERS) if _GUARDS.get(name) == sql}


SQLITE = Database(_writing, (), _GUARDS, _standing)
