"""Opens a table of any form: its columns, and its rows one after another as texts."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, BinaryIO

from ucmsc_rules.adapters.delimited import Line, read_delimited
from ucmsc_rules.adapters.tables.frames import frame_table, parquet_table
from ucmsc_rules.adapters.tables.table import Table, TableRow
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.json_text import Broken

PARQUET = b"PAR1"


def open_table(source: Any, with_commas: Collection[str] = ()) -> Table | Broken:  # noqa: ANN401 - frames of any make
    """The table at a path, in a binary stream, or in a data frame.

    ``with_commas`` are the columns whose texts have decimal commas, so that the numbers of a frame are written alike.
    """
    if isinstance(source, str | Path):
        return _from_path(Path(source), with_commas)
    if hasattr(type(source), "read"):  # a frame may have a column of that name
        return _from_stream(nullcontext(source), with_commas)
    return frame_table(source, with_commas)


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
            return parquet_table(seekable, with_commas)
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
