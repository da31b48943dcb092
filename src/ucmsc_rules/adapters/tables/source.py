"""Opens a table of any form: its columns, and its rows one after another as texts."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from ucmsc_rules.adapters.delimited import Line, read_delimited
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.frozen import frozen_to_mypy

PARQUET = b"PAR1"
EXTRA = "install ucmsc-rules[tables]"


@frozen_to_mypy
class TableRow:
    """The texts of one row, and where it stands."""

    cells: tuple[str, ...]
    path: str


@frozen_to_mypy
class Table:
    """The columns of a table, and its rows; what cannot be read is ``Broken`` in its place."""

    columns: tuple[str, ...]
    rows: Iterator[TableRow | Broken]


def open_table(source: Any, with_commas: Collection[str] = ()) -> Table | Broken:  # noqa: ANN401 - frames of any make
    """The table at a path, in a binary stream, or in a data frame.

    ``with_commas`` are the columns whose texts have decimal commas, so that the numbers of a frame are written alike.
    """
    if isinstance(source, str | Path):
        return _from_path(Path(source), with_commas)
    if hasattr(type(source), "read"):  # a frame may have a column of that name
        return _from_stream(nullcontext(source), with_commas)
    return _frames().frame_table(source, with_commas)  # type: ignore[no-any-return]


def _from_path(path: Path, with_commas: Collection[str]) -> Table | Broken:
    try:
        return _from_stream(path.open("rb"), with_commas)
    except OSError as error:
        raise UcmscRulesError(f"{path} cannot be read: {error.strerror}") from None


def _from_stream(opened: AbstractContextManager[BinaryIO], with_commas: Collection[str]) -> Table | Broken:
    stream = opened.__enter__()
    head = stream.read(len(PARQUET))
    if not isinstance(head, bytes):
        raise UcmscRulesError("a table is read from bytes; open the file as binary")
    seekable = stream if stream.seekable() else io.BytesIO(head + stream.read())
    seekable.seek(0) if seekable is not stream else stream.seek(-len(head), io.SEEK_CUR)
    if head == PARQUET:
        with opened:
            return _frames().parquet_table(seekable, with_commas)  # type: ignore[no-any-return]
    rows = _lines(seekable, opened)
    header = next(rows, None)
    if header is None:
        return Broken("the table is empty; write a line with the names of the columns, and a line for each row")
    if isinstance(header, Broken):
        return header
    names = (name.strip() for name in header.cells)
    return Table(tuple(name or f"column {number}" for number, name in enumerate(names, start=1)), rows)


def _lines(stream: BinaryIO, opened: AbstractContextManager[BinaryIO]) -> Iterator[TableRow | Broken]:
    """The lines of delimited text; the file is closed after the last."""
    with opened:
        for line in read_delimited(stream):
            yield TableRow(line.cells, f"line {line.number}") if isinstance(line, Line) else line


def _frames() -> Any:  # noqa: ANN401 - a module
    """What reads data frames; its packages are asked for only here."""
    return import_module("ucmsc_rules.adapters.tables.frames")
