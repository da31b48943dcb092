"""Reads data frames, Arrow tables and Parquet; the packages that this needs are imported where they are used."""

from __future__ import annotations

from collections.abc import Collection
from importlib import import_module
from typing import Any, BinaryIO

from ucmsc_rules.adapters.tables.table import EXTRA, Table, TableRow
from ucmsc_rules.adapters.tables.text import is_number, text_of
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.json_text import Broken

MOST_CELLS = 50_000_000


def frame_table(frame: Any, with_commas: Collection[str]) -> Table | Broken:  # noqa: ANN401 - frames of any make
    """The table in a data frame of pandas, polars or another package that narwhals knows, or in an Arrow table."""
    narwhals = _package("narwhals", "reading data frames")
    try:
        eager = narwhals.from_native(frame.collect() if hasattr(type(frame), "collect") else frame, eager_only=True)
        names = [str(name) for name in eager.columns]
    except TypeError:
        what = f"{type(frame).__module__.partition('.')[0]}.{type(frame).__qualname__}"
        message = f"{what} is no table; give a path, a binary stream, an Arrow table or a data frame"
        raise UcmscRulesError(message) from None
    except ValueError as error:
        return Broken(f"this table cannot be read: {error}")
    texts: list[list[str]] = []
    for name, column in zip(names, eager.iter_columns(), strict=True):
        try:
            texts.append(_texts(column, with_comma=name in with_commas))
        except (ValueError, ArithmeticError) as error:  # a text that is no UTF-8, a day that no calendar has
            return Broken(f'the column "{name}" cannot be read, so nothing of the table is: {error}')
    rows = (TableRow(cells, f"row {number}") for number, cells in enumerate(zip(*texts, strict=True), start=1))
    return Table(tuple(names), rows)


def parquet_table(stream: BinaryIO, with_commas: Collection[str]) -> Table | Broken:
    """The table in a Parquet file."""
    arrow, parquet = _package("pyarrow", "reading Parquet"), _package("pyarrow.parquet", "reading Parquet")
    try:
        file = parquet.ParquetFile(stream)
        cells = file.metadata.num_rows * file.metadata.num_columns
        if cells > MOST_CELLS:
            return Broken(f"the table has {cells} cells, and at most {MOST_CELLS} are read; part it by subjects")
        whole = file.read()
    except (arrow.ArrowException, OSError, ValueError, MemoryError) as error:
        return Broken(f"this is no Parquet file that can be read, or it is cut off: {error}")
    return frame_table(whole, with_commas)


def _texts(column: Any, *, with_comma: bool) -> list[str]:  # noqa: ANN401 - a narwhals series
    """The texts of a column; numbers have a comma where the mapping says that its texts have."""
    single = type(column.dtype).__name__ == "Float32"
    texts = ((value, text_of(value, single=single)) for value in column.to_list())
    return [text.replace(".", ",") if with_comma and is_number(value) else text for value, text in texts]


def _package(name: str, what: str) -> Any:  # noqa: ANN401 - a module
    try:
        return import_module(name)
    except ImportError:
        raise UcmscRulesError(f"{what} needs {name.partition('.')[0]}; {EXTRA}") from None
