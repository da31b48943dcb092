"""Opens the tables of a cohort in DuckDB, as texts: files, frames, and tables of DuckDB and PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from attrs import frozen

from ucmsc_rules.cohort.columns import COLUMNS
from ucmsc_rules.cohort.engine import DuckDB, Engine
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.postgres import copy_table, is_postgres, postgres_table
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.sql.words import text
from ucmsc_rules.facts.records import LONGEST_SUBJECT

NEEDED = ("subject", "concept")
UNUSED = ("source",)
ANCHOR = "anchor_"
NEAR = 0.8
BATCH = 100_000
_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())  # as str.strip() takes them
OBJECTS = "each line of {} is to be one object with each key once; {} lines are no object, {} hold a key twice"
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


@frozen
class Opened:
    """A table that DuckDB can read: how it is written in a query, and its columns with their types."""

    sql: str
    types: Mapping[str, str]


# gives the table, under a name that the engine knows: an engine, a source, what it is a table of, and its columns
Opener = Callable[[Any, Any, str, Sequence[str]], Opened]


def open_facts(
    engine: Engine,
    source: Any,  # noqa: ANN401
    opener: Opener | None = None,
) -> tuple[tuple[str, ...], list[CohortProblem]]:
    """Makes the view ``source_facts`` with a text ``c_<column>`` for each column of a fact that the table has.

    Where there is nothing it is blank, or NULL. ``all_facts`` has the rows without a subject as well: which texts there
    are is found there, without a look at the subjects.
    Raises CohortError where the table cannot be read, or lacks its subjects or concepts.
    """
    reading: Opener = opener or _open
    opened = reading(engine, source, "facts", COLUMNS)
    for name in NEEDED:
        if name not in opened.types:
            raise CohortError(f'the table of facts has no column "{name}"; it has {_shown(opened.types)}')
    present = tuple(name for name in COLUMNS if name in opened.types)
    problems = _unread(opened, (*COLUMNS, *UNUSED), "facts")
    columns = ", ".join(f"{_as_is(engine, name, opened)} AS c_{name}" for name in present)
    engine.view("all_facts", f"SELECT {columns} FROM {opened.sql}")
    unnamed = _unnamed(engine, "all_facts", "facts")
    engine.view(
        "source_facts", f"SELECT * FROM all_facts WHERE {_named(engine)}" if unnamed else "SELECT * FROM all_facts"
    )
    return present, problems + unnamed


def open_anchors(
    engine: Engine,
    source: Any,  # noqa: ANN401
    names: Sequence[str],
    opener: Opener | None = None,
) -> tuple[tuple[str, ...], list[CohortProblem]]:
    """Makes the view ``source_anchors`` with ``c_subject`` and a text ``c_<number>`` for each anchor."""
    known = [*names, *(ANCHOR + name for name in names)]
    reading: Opener = opener or _open
    opened = reading(engine, source, "anchors", ["subject", *known])
    if "subject" not in opened.types:
        raise CohortError(f'the table of anchors has no column "subject"; it has {_shown(opened.types)}')
    problems = _unread(opened, ["subject", *known], "anchors")
    columns = [f"{_as_text(engine, 'subject', opened)} AS c_subject"]
    for number, name in enumerate(names):
        column = next((each for each in (name, ANCHOR + name) if each in opened.types), None)
        columns.append(f"{_as_text(engine, column, opened) if column is not None else text('')} AS c_{number}")
    engine.view("all_anchors", f"SELECT {', '.join(columns)} FROM {opened.sql}")
    engine.view("source_anchors", f"SELECT * FROM all_anchors WHERE {_named(engine)}")
    return tuple(opened.types), problems + _unnamed(engine, "all_anchors", "anchors")


def _open(engine: DuckDB, source: Any, what: str, columns: Sequence[str]) -> Opened:  # noqa: ANN401
    """A table as it is where that is Parquet; any other is copied once, as texts, for it will be read several times."""
    try:
        sql = _written(engine, source, what, columns)
        described = engine.connection.execute(f"DESCRIBE SELECT * FROM {sql}").fetchall()
        opened = Opened(sql, {str(row[0]): str(row[1]) for row in described})
        if sql.startswith("read_parquet") or "subject" not in opened.types:
            return opened
        texts = ", ".join(
            f"{_as_is(engine, name, opened)} AS {engine.dialect.named(name)}"
            for name in columns
            if name in opened.types
        )
        copy = engine.copied(what, f"SELECT {texts} FROM {sql}")
    except engine.failures as error:
        raise CohortError(f"the table of {what} cannot be read: {str(error).splitlines()[0]}") from None
    return Opened(copy, dict.fromkeys(opened.types, "VARCHAR"))


def _written(engine: DuckDB, source: Any, what: str, columns: Sequence[str]) -> str:  # noqa: ANN401
    """A source as a query writes it."""
    if is_postgres(source):
        path = engine.folder / f"{what}.csv"
        copy_table(postgres_table(source), path)
        return _file(engine, [path], columns)
    if isinstance(source, str | Path):
        return _file(engine, [source], columns)
    if isinstance(source, list | tuple) and source and all(isinstance(each, str | Path) for each in source):
        return _file(engine, source, columns)
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


def _as_is(engine: Engine, name: str, opened: Opened) -> str:
    """A column as texts; those of a column of texts stay what they are, NULL included, so that each is seen once."""
    return engine.dialect.named(name) if opened.types[name] == "VARCHAR" else _as_text(engine, name, opened)


def _as_text(engine: Engine, name: str, opened: Opened) -> str:
    """A column as texts, blank where there is nothing; a time of midnight is a day, since frames have no others."""
    column, kind = engine.dialect.named(name), opened.types[name]
    if kind == "VARCHAR":
        return f"coalesce({column}, '')"
    if kind.startswith("TIMESTAMP") and "ZONE" not in kind:  # a moment with a zone has no day of its own
        minutes = f"strftime({column}, '%Y-%m-%dT%H:%M')"
        return f"coalesce(regexp_replace({minutes}, 'T00:00$', ''), '')"
    if kind in {"DOUBLE", "FLOAT"}:
        whole = f"regexp_replace(CAST({column} AS VARCHAR), '\\.0$', '')"
        return f"CASE WHEN isnan({column}) OR {column} IS NULL THEN '' ELSE {whole} END"
    return f"coalesce(CAST({column} AS VARCHAR), '')"


def _unread(opened: Opened, known: Collection[str], what: str) -> list[CohortProblem]:
    """A warning for each column that is not read. Raises CohortError for one that looks misspelt."""
    problems = []
    for name in opened.types:
        if name in known:
            continue
        missing = [each for each in known if each not in opened.types]
        if near := get_close_matches(name.casefold(), missing, n=1, cutoff=NEAR):
            message = f'the column "{name}" of the table of {what} is none that is read; did you mean "{near[0]}"?'
            raise CohortError(f"{message} Rename it, or name it otherwise")
        problems.append(CohortProblem("warning", name, f"this column of the table of {what} is not read", 0))
    return problems


def _named(engine: Engine) -> str:
    """Whether a row names a subject, as a record may: with something, and with not too much."""
    blanks = engine.dialect.text(_BLANKS)
    return f"(trim(BOTH {blanks} FROM c_subject) <> '' AND length(c_subject) <= {LONGEST_SUBJECT})"


def _unnamed(engine: Engine, table: str, what: str) -> list[CohortProblem]:
    """Problems where rows name no subject; most tables have none, and that is seen by the distinct names."""
    wrong = f"NOT coalesce({_named(engine)}, FALSE)"
    if not engine.rows(f"SELECT c_subject FROM (SELECT DISTINCT c_subject FROM {table}) d WHERE {wrong} LIMIT 1"):
        return []
    too_long = f"length(c_subject) > {LONGEST_SUBJECT}"
    counted = f"SELECT count(*), count(CASE WHEN {too_long} THEN 1 END) FROM {table} WHERE {wrong}"
    count, long = engine.rows(counted)[0]
    message = f"a row of the table of {what} names {{}}, so it is passed over"
    told = {"no subject": count - long, f"its subject in more than {LONGEST_SUBJECT} characters": long}
    return [CohortProblem("error", "subject", message.format(each), count) for each, count in told.items() if count]


def _shown(names: Collection[str]) -> str:
    return ", ".join(f'"{name}"' for name in names) or "none"
