"""Places for trails: a file, and a schema of a PostgreSQL server where one is named by UCMSC_RULES_POSTGRESQL."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url

from ucmsc_rules.audit import AuditTrail

SERVER = os.environ.get("UCMSC_RULES_POSTGRESQL", "")
WHY_NOT = "" if SERVER else "UCMSC_RULES_POSTGRESQL names no server (an SQLAlchemy URL; .ci/postgresql starts one)"
_numbers = count(1)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Says in any case, also where skipped tests are not listed, that PostgreSQL was left out."""
    if WHY_NOT:
        terminalreporter.write_line(f"tests on PostgreSQL were skipped: {WHY_NOT}")


@pytest.fixture(params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Where a trail can be made, in each kind of database."""
    if request.param == "sqlite":
        yield str(tmp_path / "trail.db")
        return
    if WHY_NOT:
        pytest.skip(WHY_NOT)
    schema = f"trail_{os.getpid()}_{next(_numbers)}"
    server = create_engine(SERVER, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.exec_driver_sql(f"CREATE SCHEMA {schema}")
    url = make_url(SERVER).update_query_dict({"options": f"-csearch_path={schema}"})
    yield url.render_as_string(hide_password=False)
    with server.connect() as connection:
        connection.exec_driver_sql(f"DROP SCHEMA {schema} CASCADE")
    server.dispose()


@pytest.fixture
def trail(place: str) -> Iterator[AuditTrail]:
    """An empty trail in each kind of database."""
    with AuditTrail(place) as opened:
        yield opened
