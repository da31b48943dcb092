"""DuckDB as the pipeline sees it: tables by name, made from queries or from columns of Python values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Protocol

from ucmsc_rules.cohort.packages import CohortError, package
from ucmsc_rules.cohort.sql.dialect import DUCKDB, Dialect

TYPES = {"text": "string", "int": "int32", "long": "int64", "double": "float64", "bool": "bool"}


class Engine(Protocol):
    """What the pipeline asks of a database."""

    @property
    def dialect(self) -> Dialect:
        """How it writes SQL."""

    def define(self, name: str, query: str, *, kept: bool = False) -> None:
        """A table of that name from a query; one that is ``kept`` outlives a chunk."""

    def view(self, name: str, query: str, *, kept: bool = False) -> None:
        """A query under a name, to be asked when it is read."""

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""

    def load(self, name: str, columns: Mapping[str, tuple[str, Sequence[Any]]]) -> None:
        """A table from columns, each with its type (a key of ``TYPES``)."""


class DuckDB:
    """An embedded database, in memory or in a file, with a limit to its memory."""

    dialect = DUCKDB

    def __init__(self, database: str | Path | None, memory_limit: str | None, threads: int | None) -> None:
        duckdb = package("duckdb")
        self.arrow = package("pyarrow")
        self.failures: type[Exception] = duckdb.Error
        try:
            self.connection = duckdb.connect(":memory:" if database is None else str(database))
        except duckdb.Error as error:
            raise CohortError(f"the database cannot be opened: {error}") from None
        beside = None if database is None else Path(database).resolve().parent
        self._passing = TemporaryDirectory(prefix="ucmsc-cohort-", dir=beside)
        self.folder = Path(self._passing.name)
        # what exceeds the memory; DuckDB's own choice would be the folder one is in
        self.connection.execute(f"SET temp_directory = {self.dialect.text(self._passing.name)}")
        self.connection.execute("SET preserve_insertion_order = false; SET enable_progress_bar = false")
        self.connection.execute("SET autoinstall_known_extensions = false")  # nothing is fetched from the network
        try:
            if memory_limit is not None:
                self.connection.execute(f"SET memory_limit = {self.dialect.text(memory_limit)}")
            if threads is not None:
                self.connection.execute(f"SET threads = {int(threads)}")
        except duckdb.Error as error:
            raise CohortError(f"DuckDB does not take this limit: {str(error).splitlines()[0]}") from None

    def define(self, name: str, query: str, *, kept: bool = False) -> None:
        """A table of that name from a query; others than those that are kept are temporary."""
        self.connection.execute(f"CREATE OR REPLACE {'' if kept else 'TEMP '}TABLE {name} AS {query}")

    def view(self, name: str, query: str, *, kept: bool = False) -> None:
        """A query under a name."""
        self.connection.execute(f"CREATE OR REPLACE {'' if kept else 'TEMP '}VIEW {name} AS {query}")

    def copied(self, name: str, query: str) -> str:
        """The rows of a query as they are now, in Parquet, and how a query reads them."""
        path = self.dialect.text(str(self.folder / f"{name}.parquet"))
        self.connection.execute(f"COPY ({query}) TO {path} (FORMAT parquet)")
        return f"read_parquet({path})"

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return self.connection.execute(query).fetchall()  # type: ignore[no-any-return]

    def load(self, name: str, columns: Mapping[str, tuple[str, Sequence[Any]]]) -> None:
        """A table from columns, each with its type."""
        makers = {kind: self.arrow.type_for_alias(alias) for kind, alias in TYPES.items()}
        table = self.arrow.table(
            {column: self.arrow.array(values, makers[kind]) for column, (kind, values) in columns.items()}
        )
        self.connection.register("loading", table)
        self.connection.execute(f"CREATE OR REPLACE TABLE {name} AS SELECT * FROM loading")
        self.connection.unregister("loading")
