"""Spark as the pipeline sees it: views in a session of its own, each reckoned once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from ucmsc_rules.cohort.engine import TYPES
from ucmsc_rules.cohort.packages import CohortError, package
from ucmsc_rules.cohort.sql.dialect import SPARK

NO_JAVA = "Spark needs Java, and none is found; install Java 17 or later, or set JAVA_HOME"
OVER_SUBJECTS = "sid"
_SETTINGS = {
    "spark.sql.ansi.enabled": "true",  # a number that does not fit is an error, and not another number
    "spark.sql.caseSensitive": "true",
    "spark.sql.files.ignoreCorruptFiles": "false",  # facts that are lost could change an answer
    "spark.sql.files.ignoreMissingFiles": "false",
    "spark.sql.parser.escapedStringLiterals": "false",
    "spark.sql.timestampType": "TIMESTAMP_NTZ",  # a time without a zone gets none
    "spark.sql.variable.substitute": "false",  # "${x}" in a table is a text
    "spark.sql.requireAllClusterKeysForCoPartition": "false",  # subjects stay where they are
}


@frozen(eq=False)
class Spark:
    """A session beside the given one, so that its views and settings meet nobody else's."""

    session: Any
    failures: Any
    dialect = SPARK
    _passing: set[str] = field(factory=set)

    def define(self, name: str, query: str, *, kept: bool = False) -> None:
        """A view of what a query gives now; a kept one of subjects is spread over the machines by subject.

        The query itself is forgotten: Spark would otherwise unfold every later one down to the facts. Spark holds the
        rows in its checkpoint directory where it has one, else in memory and on disk of its machines.
        """
        frame = self.session.sql(query)
        if kept and OVER_SUBJECTS in frame.columns:
            frame = frame.repartition(OVER_SUBJECTS)
        safe = self.session.sparkContext.getCheckpointDir() is not None
        (frame.checkpoint() if safe else frame.localCheckpoint()).createOrReplaceTempView(name)
        (self._passing.discard if kept else self._passing.add)(name)

    def view(self, name: str, query: str, *, kept: bool = False) -> None:
        """A query under a name; it lives as long as the session."""
        del kept
        self.session.sql(query).createOrReplaceTempView(name)

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query."""
        return [tuple(row) for row in self.session.sql(query).collect()]

    def load(self, name: str, columns: Mapping[str, tuple[str, Sequence[Any]]]) -> None:
        """A view of columns, each with its type; they go to Spark as Arrow."""
        arrow = package("pyarrow")
        makers = {kind: arrow.type_for_alias(alias) for kind, alias in TYPES.items()}
        table = arrow.table({column: arrow.array(values, makers[kind]) for column, (kind, values) in columns.items()})
        self.session.createDataFrame(table).createOrReplaceTempView(name)

    def drop_passing(self) -> None:
        """Drops what only served the views that are kept; Spark then frees it."""
        for name in self._passing:
            self.session.catalog.dropTempView(name)
        self._passing.clear()


def open_spark(session: Any = None) -> Spark:  # noqa: ANN401 - a SparkSession
    """Spark beside a session; without one, that which is active, or a new one with Spark's own settings.

    Raises CohortError where pyspark or Java is missing, or Spark does not start.
    """
    sql, errors = package("pyspark.sql"), package("pyspark.errors")
    failures = (errors.PySparkException, package("py4j.protocol").Py4JError, OSError)
    given = session or sql.SparkSession.getActiveSession() or _start(sql, failures)
    own = given.newSession()
    for key, value in given.conf.getAll.items():
        if key.startswith("spark.sql.") and own.conf.isModifiable(key):
            own.conf.set(key, value)
    for key, value in _SETTINGS.items():
        own.conf.set(key, value)
    return Spark(own, failures)


def _start(sql: Any, failures: Any) -> Any:  # noqa: ANN401 - a module, its errors, and a SparkSession
    home = os.environ.get("JAVA_HOME")
    if shutil.which("java", path=os.path.join(home, "bin") if home else None) is None:  # noqa: PTH118
        raise CohortError(NO_JAVA)
    try:
        return sql.SparkSession.builder.appName("ucmsc-rules").getOrCreate()
    except failures as error:
        raise CohortError(f"Spark does not start: {first_line(error)}") from None


def first_line(error: Exception) -> str:
    """What an error says, without the stack of Java."""
    return (str(error).strip().splitlines() or [type(error).__name__])[0]
