"""The table of a trail, the same in every database, and what is read from it and put into it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager

from attrs import frozen
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    Connection,
    Engine,
    Integer,
    MetaData,
    Table,
    Text,
    insert,
    inspect,
    select,
)

from ucmsc_rules.audit.entry import Stored, subject_text

NAME = "ucmsc_rules_audit"  # also written out in the statements of each database
TABLE = Table(
    NAME,
    MetaData(),
    Column("sequence", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=False),
    Column("subject", Text, index=True),
    Column("content", Text, nullable=False),
    Column("hash", Text, nullable=False),
    CheckConstraint("sequence > 0"),
)
BEFORE_ALL = -(2**63)
_AT_ONCE = 500
_columns = TABLE.c


@frozen
class Database:
    """What differs between databases: how one writer at a time is let in, and the triggers that refuse changes.

    ``writing`` gives a connection in a transaction that nobody else writes beside, committed durably at its end.
    ``standing`` tells which of the triggers are there and at work.
    """

    writing: Callable[[Engine], AbstractContextManager[Connection]]
    before_guards: tuple[str, ...]
    guards: Mapping[str, str]
    standing: Callable[[Connection], set[str]]


def exists(connection: Connection) -> bool:
    """Whether there is a trail."""
    return inspect(connection).has_table(NAME)


def create(connection: Connection, database: Database) -> None:
    """Makes the table and what guards it, within the transaction of the connection."""
    TABLE.create(connection)
    for statement in (*database.before_guards, *database.guards.values()):
        connection.exec_driver_sql(statement)


def last(connection: Connection) -> tuple[int, str] | None:
    """The number and the hash of the last entry."""
    asked = select(_columns.sequence, _columns.hash).order_by(_columns.sequence.desc()).limit(1)
    found = connection.execute(asked).first()
    return None if found is None else (found.sequence, found.hash)


def put(connection: Connection, sequence: int, subject: str | None, content: str, hashed: str) -> None:
    """Adds a row."""
    row = {"sequence": sequence, "subject": subject_text(subject), "content": content, "hash": hashed}
    connection.execute(insert(TABLE).values(row))


def rows(engine: Engine, after: int = BEFORE_ALL, subject: str | None = None) -> Iterator[Stored]:
    """The rows in their order, some at a time, so that a long look at a trail keeps no writer waiting."""
    asked = select(_columns.sequence, _columns.subject, _columns.content, _columns.hash)
    asked = asked.order_by(_columns.sequence).limit(_AT_ONCE)
    if subject is not None:
        asked = asked.where(_columns.subject == subject_text(subject))
    while True:
        with engine.connect() as connection:
            found = connection.execute(asked.where(_columns.sequence > after)).all()
        yield from [Stored(*row) for row in found]
        if len(found) < _AT_ONCE:
            return
        after = found[-1].sequence
