"""A trail in PostgreSQL: an advisory lock lets one writer in, which needs no right but to read and to insert."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from types import MappingProxyType

from sqlalchemy import Connection, Engine

from ucmsc_rules.audit.table import Database

_LOCK = "SELECT pg_advisory_xact_lock(504179290979)"  # the letters ucmsc as a number, which nobody else will lock
# A writer waits for so long, and one that hangs in the middle loses its lock: no append waits for ever.
_PATIENCE = """\
SELECT set_config('lock_timeout', '120s', true), set_config('idle_in_transaction_session_timeout', '60s', true)"""
_DURABLE = """\
SELECT set_config('synchronous_commit', 'on', true) WHERE current_setting('synchronous_commit') IN ('off', 'local')"""
_FUNCTIONS = (
    """\
CREATE OR REPLACE FUNCTION ucmsc_rules_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN RAISE EXCEPTION 'the audit trail is append-only'; END $$""",
    """\
CREATE OR REPLACE FUNCTION ucmsc_rules_audit_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE following bigint;
BEGIN
  EXECUTE 'SELECT coalesce(max(sequence), 0) + 1 FROM ' || TG_RELID::regclass INTO following;
  IF NEW.sequence <> following THEN
    RAISE EXCEPTION 'an entry of the audit trail comes right after the last one';
  END IF;
  RETURN NEW;
END $$""",
)
_GUARDS = MappingProxyType(
    {
        "ucmsc_rules_audit_no_change": """\
CREATE TRIGGER ucmsc_rules_audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON ucmsc_rules_audit
FOR EACH STATEMENT EXECUTE FUNCTION ucmsc_rules_audit_refuse()""",
        "ucmsc_rules_audit_in_order": """\
CREATE TRIGGER ucmsc_rules_audit_in_order BEFORE INSERT ON ucmsc_rules_audit
FOR EACH ROW EXECUTE FUNCTION ucmsc_rules_audit_order()""",
    }
)
# 'O' and 'A' are triggers that fire; 'D' is one that is off, 'R' one that fires on a replica only
_TRIGGERS = """\
SELECT tgname FROM pg_trigger WHERE tgrelid = 'ucmsc_rules_audit'::regclass AND tgenabled IN ('O', 'A')"""


@contextmanager
def _writing(engine: Engine) -> Iterator[Connection]:
    """A transaction after the lock is had: READ COMMITTED, so that it sees all that was committed until then."""
    with engine.connect() as connection:
        connection.execution_options(isolation_level="READ COMMITTED")
        with connection.begin():
            connection.exec_driver_sql(_PATIENCE)
            connection.exec_driver_sql(_DURABLE)
            connection.exec_driver_sql(_LOCK)
            yield connection


def _standing(connection: Connection) -> set[str]:
    return set(connection.exec_driver_sql(_TRIGGERS).scalars())


POSTGRESQL = Database(_writing, _FUNCTIONS, _GUARDS, _standing)
