"""Opens the tables of a cohort in Spark: files, Spark's own frames, Arrow tables and data frames, as texts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath
from typing import Any
from uuid import uuid4

from ucmsc_rules.cohort.packages import CohortError, package
from ucmsc_rules.cohort.sources import OBJECTS, Opened
from ucmsc_rules.cohort.spark.engine import Spark, first_line

_TEXT = "VARCHAR"
_MOMENT = "yyyy-MM-dd HH:mm:ssxxx"
_MINUTES = "yyyy-MM-dd'T'HH:mm"


def open_in_spark(engine: Spark, source: Any, what: str, columns: Sequence[str]) -> Opened:  # noqa: ANN401
    """A table whose columns are all texts, blank where there is nothing."""
    try:
        frame = _frame(engine, source, what, columns)
    except (*engine.failures, TypeError, ValueError) as error:
        raise CohortError(f"the table of {what} cannot be read: {first_line(error)}") from None
    name = f"given_{what}"
    frame.select(*(_as_text(column, kind) for column, kind in frame.dtypes)).createOrReplaceTempView(name)
    return Opened(name, dict.fromkeys(frame.columns, _TEXT))


def _frame(engine: Spark, source: Any, what: str, columns: Sequence[str]) -> Any:  # noqa: ANN401
    if isinstance(source, str | PurePath):
        return _files(engine, [str(source)], columns)
    if isinstance(source, list | tuple) and source and all(isinstance(each, str | PurePath) for each in source):
        return _files(engine, [str(each) for each in source], columns)
    if hasattr(source, "createOrReplaceGlobalTempView"):
        return _beside(engine, source)
    frame = source.to_arrow() if hasattr(type(source), "to_arrow") else source
    if type(frame).__module__.partition(".")[0] == "pandas":
        frame = package("pyarrow").Table.from_pandas(frame, preserve_index=False)
    if not isinstance(frame, package("pyarrow").Table):
        kind = f"{type(source).__module__.partition('.')[0]}.{type(source).__qualname__}"
        message = f"{kind} is no table of {what}; give a path, a Spark or other data frame, or an Arrow table"
        raise CohortError(message)
    return engine.session.createDataFrame(frame)


def _beside(engine: Spark, frame: Any) -> Any:  # noqa: ANN401
    """A frame of another session of the same Spark."""
    name = f"ucmsc_rules_{uuid4().hex}"
    frame.createOrReplaceGlobalTempView(name)
    try:
        return engine.session.table(f"global_temp.{name}")
    finally:
        engine.session.catalog.dropGlobalTempView(name)


def _files(engine: Spark, paths: Sequence[str], columns: Sequence[str]) -> Any:  # noqa: ANN401
    """Files by their ending; a folder, which is what Spark writes, holds Parquet."""
    endings = {PurePath(each).suffix.lower() for each in paths}
    ending = endings.pop() if len(endings) == 1 else "?"
    reader = engine.session.read.option("mode", "FAILFAST")
    match ending:
        case ".parquet" | ".pq" | "":
            return reader.parquet(*paths)
        case ".csv" | ".tsv":
            separator = "\t" if ending == ".tsv" else ","
            return reader.csv(list(paths), header=True, sep=separator, escape='"', multiLine=True)
        case ".ndjson" | ".jsonl":
            names = _keys(engine, paths) or columns
            return reader.schema(", ".join(f"{engine.dialect.named(name)} STRING" for name in names)).json(list(paths))
    raise CohortError(f"{paths[0]} has no form that is known by its ending; write .parquet, .csv, .tsv or .ndjson")


def _keys(engine: Spark, paths: Sequence[str]) -> list[str]:
    """The keys of the objects of some files. Raises CohortError where a line is no object, or holds a key twice."""
    lines = (
        engine.session.read.text(list(paths)).where("trim(value) <> ''").selectExpr("json_object_keys(value) AS keys")
    )
    counted = lines.selectExpr("count_if(keys IS NULL)", "count_if(size(keys) > size(array_distinct(keys)))")
    others, twice = counted.collect()[0]
    if others or twice:
        raise CohortError(OBJECTS.format(paths[0], others, twice))
    return sorted(row[0] for row in lines.selectExpr("explode(keys)").distinct().collect())


def _as_text(column: str, kind: str) -> Any:  # noqa: ANN401 - a Column
    """A column as texts; a time of midnight is a day, and a whole number has no ".0", as on DuckDB."""
    functions = package("pyspark.sql.functions")
    cell = functions.col(f"`{column.replace('`', '``')}`")
    if kind == "timestamp":  # a moment with a zone has no day of its own
        shown = functions.date_format(cell, _MOMENT)
    elif kind == "timestamp_ntz":
        shown = functions.regexp_replace(functions.date_format(cell, _MINUTES), "T00:00$", "")
    elif kind in {"double", "float"}:
        whole = functions.regexp_replace(cell.cast("string"), r"\.0$", "")
        shown = functions.when(~functions.isnan(cell), whole)
    else:
        shown = cell.cast("string")
    return functions.coalesce(shown, functions.lit("")).alias(column)
