"""Opens what somebody gives as a table in DuckDB: files, frames, relations, tables of PostgreSQL."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ucmsc_rules.cohort.engine import DuckDB
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.postgres import copy_table, is_postgres, postgres_table
from ucmsc_rules.cohort.sources import OBJECTS, Opened, as_is
from ucmsc_rules.cohort.sql.words import text

BATCH = 100_000
_JSON = "read_json({}, format='newline_delimited', columns={{{}}})"
_READERS = {
    ".parquet": "read_parquet({})",
    ".pq": "read_parquet({})",
    ".csv": "read_csv({}, all_varchar=true, header=true)",
    ".tsv": "read_csv({}, all_varchar=true, header=true, delim='\\t')",
    ".ndjson": _JSON,
    ".jsonl": _JSON,
}
_FORMS = "write .parquet, .csv, .tsv or .ndjson"


def open_in_duckdb(engine: DuckDB, source: Any, what: str, columns: Sequence[str]) -> Opened:  # noqa: ANN401
    """A table as it is where that is Parquet; any other is copied once, as texts, for it will be read several times.

    Raises CohortError where it cannot be read.
    """
    try:
        sql = _written(engine, source, what, columns)
        described = engine.connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()
        opened = Opened(sql, {str(row[0]): str(row[1]) for row in described})
        if sql.startswith("read_parquet") or "subject" not in opened.types:
            return opened
        known = [name for name in columns if name in opened.types]
        texts = [f"{as_is(engine, name, opened)} AS {engine.dialect.named(name)}" for name in known]
        copy = engine.copied(what, f"SELECT {', '.join(texts)} FROM {sql}")
    except engine.failures as error:
        raise CohortError(f"the table of {what} cannot be read: {str(error).splitlines()[0]}") from None
    return Opened(copy, dict.fromkeys(opened.types, "VARCHAR"))


def _written(engine: DuckDB, source: Any, what: str, columns: Sequence[str]) -> str:  # noqa: ANN401
    """A source as a query writes it."""
    sources = list(source) if isinstance(source, list | tuple) else [source]
    if len(sources) == 1 and is_postgres(sources[0]):
        path = engine.folder / f"{what}.csv"
        copy_table(postgres_table(sources[0]), path)
        sources = [path]
    if sources and all(isinstance(each, str | Path) for each in sources):
        return _file(engine, sources, columns)
    frame = _frame(source)
    try:
        engine.connection.register(f"given_{what}", frame)
    except (engine.failures, TypeError, ValueError):
        kind = f"{type(source).__module__.partition('.')[0]}.{type(source).__qualname__}"
        message = f"{kind} is no table of {what}; give a path, an Arrow table, a data frame or a DuckDB relation"
        raise CohortError(message) from None
    return f"given_{what}"


def _frame(source: Any) -> Any:  # noqa: ANN401
    """What DuckDB reads where somebody's frame stands: a relation of another connection comes in batches."""
    if type(source).__name__ == "DuckDBPyRelation":
        return source.to_arrow_reader(BATCH)
    frame = source.collect() if hasattr(type(source), "collect") else source
    return frame.to_arrow() if hasattr(type(frame), "to_arrow") else frame


def _file(engine: DuckDB, sources: Sequence[str | Path], columns: Sequence[str]) -> str:
    endings = {Path(each).suffix.lower() for each in sources}
    ending = endings.pop() if len(endings) == 1 else ""
    if ending not in _READERS:
        raise CohortError(f"{sources[0]} has no form that is known by its ending; {_FORMS}")
    paths = f"[{', '.join(text(str(each)) for each in sources)}]"
    reader = _READERS[ending]
    if reader is _JSON:
        columns = _keys(engine, paths, str(sources[0])) or columns
    return reader.format(paths, ", ".join(f"{text(name)}: 'VARCHAR'" for name in columns))


def _keys(engine: DuckDB, paths: str, shown: str) -> list[str]:
    """The keys of the objects of some files. Raises CohortError where a line is no object, or holds a key twice."""
    keys = f"SELECT json_type(json) AS kind, json_keys(json) AS keys FROM read_ndjson_objects({paths})"
    wrong = f"count(*) FILTER (kind <> 'OBJECT'), count(*) FILTER (len(keys) > len(list_distinct(keys))) FROM ({keys})"
    others, twice = engine.rows(f"SELECT {wrong}")[0]
    if others or twice:
        raise CohortError(OBJECTS.format(shown, others, twice))
    return [row[0] for row in engine.rows(f"SELECT DISTINCT unnest(keys) AS key FROM ({keys}) ORDER BY key")]
