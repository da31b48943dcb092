"""Writes canonical records as tables: long, with a row for each fact, or wide, with a row for each subject."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

from ucmsc_rules.adapters.tables.long import ANCHOR, COLUMNS

Record = Mapping[str, Any]
Line = dict[str, str]
_WORDS = {True: "yes", False: "no"}


def to_long_csv(records: Iterable[Record]) -> bytes:
    """A table of canonical facts as CSV; anchors are rows too."""
    return _csv(COLUMNS, list(_facts(records)))


def to_long_parquet(records: Iterable[Record]) -> bytes:
    """A table of canonical facts as Parquet; anchors are rows too."""
    return _parquet(COLUMNS, list(_facts(records)))


def to_wide_csv(records: Sequence[Record]) -> bytes:
    """A table with a row for each subject and columns for the first, the second and further facts of a concept."""
    lines = [_wide(record) for record in records]
    return _csv(_wide_columns(records), lines)


def to_wide_parquet(records: Sequence[Record]) -> bytes:
    """The same as Parquet."""
    return _parquet(_wide_columns(records), [_wide(record) for record in records])


def wide_mapping(records: Sequence[Record]) -> str:
    """The mapping of a wide table, as the text of a file: an entry for each of its facts."""
    columns = [column.split(".") for column in _wide_columns(records) if "." in column]
    keys: dict[tuple[str, str], list[str]] = {}
    for concept, number, key in columns:
        keys.setdefault((concept, number), []).append(key)
    facts = [entry for (concept, number), mine in keys.items() for entry in _entries(concept, number, mine)]
    names = [column for column in _wide_columns(records) if column.startswith(ANCHOR)]
    anchors = {name.removeprefix(ANCHOR): {"take": name} for name in names}
    head = {"mapping": "wide", "version": "1.0.0", "title": "A row for each subject", "reads": "table"}
    return json.dumps({**head, "subject": "subject", "anchors": anchors, "facts": facts})


def _entries(concept: str, number: str, keys: Iterable[str]) -> Iterator[dict[str, Any]]:
    """The entry of a fact; of one that may be a part of a history there is a second."""
    entry = {"concept": concept, **{key: f"{concept}.{number}.{key}" for key in keys if key != "complete"}}
    if "complete" not in keys:
        yield entry
        return
    part = {f"{concept}.{number}.complete": "no"}
    yield {**entry, "unless": part}
    yield {**entry, "where": part, "complete": False}


def _facts(records: Iterable[Record]) -> Iterator[Line]:
    for record in records:
        subject = {"subject": record["subject"]}
        for name, day in record.get("anchors", {}).items():
            yield {**subject, "concept": f"{ANCHOR}{name}", "when": day}
        for fact in record.get("facts", []):
            yield {**subject, **{key: _text(value) for key, value in fact.items()}}


def _wide(record: Record) -> Line:
    """The row of a subject. An event with a day says that it happened, since its answer has a column here."""
    line = {"subject": record["subject"]}
    line |= {f"{ANCHOR}{name}": day for name, day in record.get("anchors", {}).items()}
    for place, fact in _numbered(record):
        line |= {f"{place}.{key}": _text(value) for key, value in {"value": "yes", **fact}.items() if key != "concept"}
    return line


def _numbered(record: Record) -> Iterator[tuple[str, Record]]:
    """The facts, each with its concept and its number among those of the concept."""
    numbers: dict[str, int] = {}
    for fact in record.get("facts", []):
        name = fact["concept"]
        numbers[name] = numbers.get(name, 0) + 1
        yield f"{name}.{numbers[name]}", fact


def _wide_columns(records: Iterable[Record]) -> list[str]:
    return list(dict.fromkeys(column for record in records for column in _wide(record)))


def _text(value: object) -> str:
    return _WORDS[value] if isinstance(value, bool) else str(value)


def _csv(columns: Sequence[str], lines: Iterable[Line]) -> bytes:
    text = StringIO()
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def _parquet(columns: Sequence[str], lines: Sequence[Line]) -> bytes:
    import pyarrow as pa
    import pyarrow.parquet as pq

    written = BytesIO()
    table = pa.table({column: pa.array([line.get(column) for line in lines], pa.string()) for column in columns})
    pq.write_table(table, written)
    return written.getvalue()
