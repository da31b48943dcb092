"""Opens the database of a trail, and tells its errors as those of a trail."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import URL, Engine, create_engine, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from ucmsc_rules.audit.entry import AuditError
from ucmsc_rules.audit.postgresql import POSTGRESQL
from ucmsc_rules.audit.sqlite import SQLITE
from ucmsc_rules.audit.table import Database, create, exists

_DATABASES = {"sqlite": SQLITE, "postgresql": POSTGRESQL}
_FORMS = "write the path of a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE"


def engine_of(where: str | Path | URL | Engine) -> Engine:
    """The engine of an URL, or of the path of an SQLite file. Raises AuditError for what cannot hold a trail."""
    url = where.url if isinstance(where, Engine) else _url(where)
    if url.get_backend_name() not in _DATABASES:
        raise AuditError(f"a trail is kept in SQLite or PostgreSQL, not {url.get_backend_name()}; {_FORMS}")
    engine = where if isinstance(where, Engine) else _made(url)
    if engine.dialect.name == "sqlite" and (engine.url.database or ":memory:") == ":memory:":
        raise AuditError(f"a trail in memory is gone with its process; {_FORMS}")
    return engine


def database_of(engine: Engine) -> Database:
    """How this kind of database writes and guards."""
    return _DATABASES[engine.dialect.name]


def name_of(engine: Engine) -> str:
    """The place of the database as messages show it, without its password."""
    url = engine.url
    return str(url.database) if engine.dialect.name == "sqlite" else url.render_as_string(hide_password=True)


def prepare(engine: Engine, *, may_create: bool) -> None:
    """Makes the trail where there is none, if it may; else that is an AuditError."""
    database = database_of(engine)
    if not may_create and engine.dialect.name == "sqlite" and not Path(name_of(engine)).exists():
        raise AuditError(f"there is no file {name_of(engine)}")  # connecting would make an empty one
    with told(engine):
        with engine.connect() as connection:
            if exists(connection):
                return
        if not may_create:
            raise AuditError(f"there is no audit trail in {name_of(engine)}")
        with database.writing(engine) as connection:
            if not exists(connection):  # another process may have made it while this one waited
                create(connection, database)


@contextmanager
def told(engine: Engine) -> Iterator[None]:
    """Turns an error of the database into an AuditError that says where."""
    try:
        yield
    except SQLAlchemyError as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        why = str(cause).strip().partition("\n")[0]
        raise AuditError(f"the audit trail in {name_of(engine)} failed: {why}") from error


def _url(where: str | Path | URL) -> URL:
    if isinstance(where, URL):
        return where
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite", database=str(where))
    try:
        url = make_url(where)
    except ArgumentError:
        raise AuditError(f"this is no URL of a database; {_FORMS}") from None
    plain = url.drivername in {"postgres", "postgresql"}  # without a driver: the one that the extra installs
    return url.set(drivername="postgresql+psycopg") if plain else url


def _made(url: URL) -> Engine:
    """An engine of our own. Connections to a file are cheap and none is kept; of others, one that broke is replaced."""
    try:
        if url.get_backend_name() == "sqlite":
            return create_engine(url, poolclass=NullPool)
        return create_engine(url, pool_pre_ping=True)
    except ModuleNotFoundError as error:
        raise AuditError(f"a trail in PostgreSQL needs {error.name}; install ucmsc-rules[postgresql]") from None
    except SQLAlchemyError:
        raise AuditError(f"SQLAlchemy knows no {url.drivername}; {_FORMS}") from None
