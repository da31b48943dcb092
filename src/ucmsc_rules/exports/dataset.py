"""A dataset as CDISC describes one, written as Dataset-JSON 1.1 (JSON or lines) or as CSV."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping
from io import StringIO
from typing import Any

from attrs import frozen

from ucmsc_rules._version import __version__
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.values.dates import shown

VERSION = "1.1.0"
_MOMENT = re.compile(
    r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]+)?"
    r"(?:[+-](?:[01][0-9]|2[0-3]):[0-5][0-9]|Z)?\Z"
)
Value = str | int | None


@frozen
class Column:
    """A variable: its name, label, data type in the words of Dataset-JSON, and its place among the keys (0: none)."""

    name: str
    label: str
    type: str = "string"
    key: int = 0


@frozen
class Dataset:
    """A dataset: one row for each record, one value for each column; None is a missing value."""

    name: str
    label: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Value, ...], ...]

    def records(self) -> list[dict[str, Value]]:
        """The rows as plain objects by variable."""
        names = [column.name for column in self.columns]
        return [dict(zip(names, row, strict=True)) for row in self.rows]


def to_dataset_json(dataset: Dataset, *, created: str, study: str = "", originator: str = "") -> dict[str, Any]:
    """The dataset as plain data in the form of Dataset-JSON 1.1.

    ``created`` is when the file is made, as ``2026-03-01T12:00:00``, since nothing here reads a clock.
    """
    if not _MOMENT.match(created):
        raise ValueTextError(f"{shown(created)} is no date with a time; write 2026-03-01T12:00:00")
    return {
        "datasetJSONCreationDateTime": created,
        "datasetJSONVersion": VERSION,
        **({"originator": originator} if originator else {}),
        "sourceSystem": {"name": "ucmsc-rules", "version": __version__},
        **({"studyOID": study} if study else {}),
        "itemGroupOID": f"IG.{dataset.name}",
        "records": len(dataset.rows),
        "name": dataset.name,
        "label": dataset.label,
        "columns": [_column(dataset, place) for place in range(len(dataset.columns))],
        "rows": [list(row) for row in dataset.rows],
    }


def dumps(written: Mapping[str, Any]) -> str:
    """Dataset-JSON as text, with a row on each line."""
    *_, (_, rows) = written.items()
    head = json.dumps({key: value for key, value in written.items() if key != "rows"}, ensure_ascii=False)
    lines = ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    return f'{head[:-1]}, "rows": [\n{lines}\n]}}\n' if rows else f'{head[:-1]}, "rows": []}}\n'


def dump_lines(written: Mapping[str, Any]) -> str:
    """Dataset-JSON as lines (NDJSON): what describes the dataset, then a row on each line."""
    head = {key: value for key, value in written.items() if key != "rows"}
    return "".join(f"{json.dumps(part, ensure_ascii=False)}\n" for part in (head, *written["rows"]))


def to_csv(dataset: Dataset) -> str:
    """The dataset as CSV, with the names of the variables in the first line."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(column.name for column in dataset.columns)
    writer.writerows(dataset.rows)
    return text.getvalue()


def _column(dataset: Dataset, place: int) -> dict[str, Any]:
    column = dataset.columns[place]
    described: dict[str, Any] = {
        "itemOID": f"IT.{dataset.name}.{column.name}",
        "name": column.name,
        "label": column.label,
        "dataType": column.type,
    }
    if column.type == "string":
        described["length"] = (
            max((len(str(row[place])) for row in dataset.rows if row[place] is not None), default=1) or 1
        )
    if column.key:
        described["keySequence"] = column.key
    return described
