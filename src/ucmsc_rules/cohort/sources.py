"""The tables of a cohort, once opened, as the views that are read: of facts and of anchors, all texts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from difflib import get_close_matches
from typing import Any

from attrs import frozen

from ucmsc_rules.cohort.columns import COLUMNS
from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.sql.words import text
from ucmsc_rules.facts.records import LONGEST_SUBJECT

NEEDED = ("subject", "concept")
UNUSED = ("source",)
ANCHOR = "anchor_"
NEAR = 0.8
OBJECTS = "each line of {} is to be one object with each key once; {} lines are no object, {} hold a key twice"
_BLANKS = "".join(chr(code) for code in range(0x3001) if chr(code).isspace())  # as str.strip() takes them


@frozen
class Opened:
    """A table that an engine can read: how it is written in a query, and its columns with their types."""

    sql: str
    types: Mapping[str, str]


# gives a table under a name that the engine knows: an engine, a source, what it is a table of, and its columns
Opener = Callable[[Any, Any, str, Sequence[str]], Opened]


def _anchor_columns(names: Sequence[str]) -> list[str]:
    """The columns that a table of anchors may have."""
    return ["subject", *names, *(ANCHOR + name for name in names)]


def view_tables(
    engine: Engine, opener: Opener, tables: tuple[Any, Any], names: Sequence[str]
) -> tuple[tuple[str, ...], list[CohortProblem]]:
    """Opens the tables of facts and, where there is one, of anchors, and makes their views.

    The columns that the facts have come back, with what is wrong with the tables.
    """
    facts, anchors = tables
    present, problems = _view_facts(engine, opener(engine, facts, "facts", COLUMNS))
    if anchors is not None:
        problems += _view_anchors(engine, opener(engine, anchors, "anchors", _anchor_columns(names)), names)
    return present, problems


def _view_facts(engine: Engine, opened: Opened) -> tuple[tuple[str, ...], list[CohortProblem]]:
    """Makes the view ``source_facts`` with a text ``c_<column>`` for each column of a fact that the table has.

    Where there is nothing it is blank, or NULL. ``all_facts`` has the rows without a subject as well: which texts there
    are is found there, without a look at the subjects. The columns come back, with what is wrong with the table.

    Raises CohortError where it lacks its subjects or concepts.
    """
    for name in NEEDED:
        if name not in opened.types:
            raise CohortError(f'the table of facts has no column "{name}"; it has {_shown(opened.types)}')
    present = tuple(name for name in COLUMNS if name in opened.types)
    problems = _unread(opened, (*COLUMNS, *UNUSED), "facts")
    columns = [f"{as_is(engine, name, opened)} AS c_{name}" for name in present]
    return present, problems + _view(engine, "facts", columns, opened)


def _view_anchors(engine: Engine, opened: Opened, names: Sequence[str]) -> list[CohortProblem]:
    """Makes the view ``source_anchors`` with ``c_subject`` and a text ``c_<number>`` for each anchor.

    What is wrong with the table comes back. Raises CohortError where it lacks its subjects.
    """
    if "subject" not in opened.types:
        raise CohortError(f'the table of anchors has no column "subject"; it has {_shown(opened.types)}')
    columns = [f"{_as_text(engine, 'subject', opened)} AS c_subject"]
    for number, name in enumerate(names):
        column = next((each for each in (name, ANCHOR + name) if each in opened.types), None)
        columns.append(f"{_as_text(engine, column, opened) if column is not None else text('')} AS c_{number}")
    return _unread(opened, _anchor_columns(names), "anchors") + _view(engine, "anchors", columns, opened)


def _view(engine: Engine, what: str, columns: Sequence[str], opened: Opened) -> list[CohortProblem]:
    """Makes the view ``all_...`` of all rows, and ``source_...`` of those that name a subject; tells of the others."""
    engine.view(f"all_{what}", f"SELECT {', '.join(columns)} FROM {opened.sql}")
    unnamed = _unnamed(engine, what)
    engine.view(f"source_{what}", f"SELECT * FROM all_{what} WHERE {_named(engine) if unnamed else 'TRUE'}")
    return unnamed


def as_is(engine: Engine, name: str, opened: Opened) -> str:
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


def _unnamed(engine: Engine, what: str) -> list[CohortProblem]:
    """Problems where rows name no subject; most tables have none, and that is seen by the distinct names."""
    table = f"all_{what}"
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
