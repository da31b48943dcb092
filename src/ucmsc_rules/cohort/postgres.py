"""Tables of a PostgreSQL database, copied once as texts: what is read twice should say the same twice."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Any

from attrs import field, frozen

from ucmsc_rules.cohort.packages import CohortError, package

SCHEMES = ("postgresql://", "postgres://")
NAMED_AS = "postgresql://user@host/database#schema.table"
SECONDS = 10


class _Types(IntEnum):
    """The numbers of types, as in PostgreSQL's catalogue ``pg_type``."""

    DATE = 1082
    TIMESTAMP = 1114


@frozen
class PostgresTable:
    """A table or view of a PostgreSQL database, by the connection's URI and its own name.

    >>> postgres_table("postgresql://clinic@db.example/registry#screening.facts")
    PostgresTable(name='screening.facts')
    """

    uri: str = field(repr=False)  # it may hold a password
    name: str


def is_postgres(source: object) -> bool:
    """Whether a source is a table of PostgreSQL, or the text that names one."""
    return isinstance(source, PostgresTable) or (isinstance(source, str) and source.startswith(SCHEMES))


def postgres_table(source: str | PostgresTable) -> PostgresTable:
    """The table that a URI names after its ``#``. Raises CohortError where it names none."""
    if isinstance(source, PostgresTable):
        return source
    uri, _, name = source.partition("#")
    if not name:
        raise CohortError(f"the database's URI names no table; write {NAMED_AS}")
    return PostgresTable(uri, name)


def copy_table(table: PostgresTable, path: Path) -> None:
    """Copies a table as CSV, each cell as a text; a time of midnight is a day. Nothing is written to the database.

    Raises CohortError where the server cannot be reached or the table cannot be read; a password is never told.
    """
    psycopg = package("psycopg")
    sql = psycopg.sql
    try:
        with psycopg.connect(table.uri, connect_timeout=SECONDS) as connection:
            connection.read_only = True
            chosen = sql.Identifier(*table.name.split("."))
            described = connection.execute(sql.SQL("SELECT * FROM {} LIMIT 0").format(chosen)).description
            cells = sql.SQL(", ").join(_as_text(sql, column) for column in described or ())
            query = sql.SQL("COPY (SELECT {} FROM {}) TO STDOUT WITH (FORMAT csv, HEADER)").format(cells, chosen)
            with path.open("wb") as file, connection.cursor().copy(query) as rows:
                for block in rows:
                    file.write(block)
    except psycopg.Error as error:
        raise CohortError(f"the table {table.name} of PostgreSQL cannot be read: {_told(error, table)}") from None


def _as_text(sql: Any, column: Any) -> Any:  # noqa: ANN401 - psycopg's module and its description of a column
    """A cell as it is read from other tables, whatever the server's settings are."""
    name = sql.Identifier(column.name)
    match column.type_code:
        case _Types.DATE:
            shown = "to_char({0}, 'YYYY-MM-DD')"
        case _Types.TIMESTAMP:
            shown = "regexp_replace(to_char({0}, 'YYYY-MM-DD\"T\"HH24:MI'), 'T00:00$', '')"
        case _:
            return sql.SQL("CAST({0} AS text) AS {0}").format(name)
    # to_char says nothing of infinity, nor that a year was before Christ
    odd = "NOT isfinite({0}) OR {0} < '0001-01-01'"
    return sql.SQL(f"CASE WHEN {odd} THEN CAST({{0}} AS text) ELSE {shown} END AS {{0}}").format(name)


def _told(error: Exception, table: PostgresTable) -> str:
    """What the server says, or the library that did not reach it; that may repeat some of the URI."""
    diagnosis: str | None = getattr(getattr(error, "diag", None), "message_primary", None)
    if diagnosis:
        return diagnosis
    if "password" in table.uri or ":" in table.uri.partition("://")[2].rpartition("@")[0]:
        return "there is no connection; leave the password to PGPASSWORD or ~/.pgpass, and it is told why"
    return (str(error).splitlines() or [type(error).__name__])[0]
