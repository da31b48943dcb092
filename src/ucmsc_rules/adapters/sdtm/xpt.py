"""Opens SAS transport files of version 5 (XPT), a few thousand rows at a time.

pyreadstat reads rows, but takes a file that was cut off for a shorter one. So the file's layout is read here, the rows
are cut out of it by their length, and what is left over is looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any

from attrs import frozen

from ucmsc_rules.adapters.sdtm.table import MOST_COLUMNS, Table, TableBroken, checked_columns
from ucmsc_rules.errors import UcmscRulesError

CELLS_AT_ONCE = 500_000
_RECORD = 80
_LIBRARY = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
_MEMBER = b"HEADER RECORD*******MEMBER  HEADER RECORD!!!!!!!"
_VERSION_8 = b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
_BEFORE_NAMES = 8 * _RECORD
_CUT_OFF = "it breaks off in the middle of a record"


@frozen
class Layout:
    """Where the rows begin, how long each is, and the first part of the file, which describes them."""

    head: bytes
    names: tuple[str, ...]
    columns: tuple[str, ...]
    row_length: int
    encoding: str | None


def open_xpt(path: Path, encoding: str | None) -> Table:
    """The dataset in a file; raises TableBroken where the file is none, UcmscRulesError without pyreadstat."""
    _pyreadstat()
    layout = _layout(path, encoding)
    name = layout.head[5 * _RECORD + 8 : 5 * _RECORD + 16].decode("ascii", "replace").strip().upper()
    return Table(name or path.stem.upper(), path.name, layout.columns, partial(_rows, path, layout))


def _layout(path: Path, encoding: str | None) -> Layout:
    with path.open("rb") as stream:
        head = stream.read(_BEFORE_NAMES)
        if head.startswith(_VERSION_8):
            raise TableBroken("it is a transport file of version 8; write version 5, or Dataset-JSON")
        if not head.startswith(_LIBRARY) or _MEMBER not in head:
            raise TableBroken("it is no SAS transport file of version 5")
        if len(head) < _BEFORE_NAMES:
            raise TableBroken(_CUT_OFF)
        count, size = _digits(head[-_RECORD + 54 : -_RECORD + 58]), _digits(head[3 * _RECORD + 74 : 3 * _RECORD + 78])
        if not 0 < count <= MOST_COLUMNS or size not in {136, 140}:
            raise TableBroken("its header does not tell its variables")
        described = -(-count * size // _RECORD) * _RECORD
        names = stream.read(described + _RECORD)
    if len(names) < described + _RECORD:
        raise TableBroken(_CUT_OFF)
    variables = [names[place * size : (place + 1) * size] for place in range(count)]
    told = tuple(each[8:16].decode("ascii", "replace").strip() for each in variables)
    return Layout(
        head + names, told, checked_columns(told), sum(int.from_bytes(each[4:6], "big") for each in variables), encoding
    )


def _digits(text: bytes) -> int:
    return int(text) if text.isdigit() else 0


def _rows(path: Path, layout: Layout, column: str | None) -> Iterator[Sequence[str]]:
    if layout.row_length == 0:
        raise TableBroken("its header does not tell its variables")
    at_once = max(1, CELLS_AT_ONCE // len(layout.columns)) * layout.row_length
    with path.open("rb") as stream:
        stream.seek(len(layout.head))
        for piece in iter(partial(stream.read, at_once), b""):
            if _MEMBER in piece:
                raise TableBroken("it holds more than one dataset; write each in a file of its own")
            whole = len(piece) // layout.row_length * layout.row_length
            yield from _read(layout, _without_padding(piece[:whole], layout.row_length), column)
            if piece[whole:].strip(b" ") or len(piece) - whole >= _RECORD:
                raise TableBroken(_CUT_OFF)
        if stream.tell() % _RECORD:
            raise TableBroken(_CUT_OFF)


def _without_padding(rows: bytes, length: int) -> bytes:
    """The rows without blank ones at their end: the last record of a file is filled up with blanks."""
    kept = len(rows.rstrip(b" "))
    return rows[: -(-kept // length) * length]


def _read(layout: Layout, rows: bytes, column: str | None) -> Iterator[Sequence[str]]:
    if not rows:
        return
    wanted = layout.names if column is None else (layout.names[layout.columns.index(column)],)
    try:
        read, _ = _pyreadstat().read_xport(
            BytesIO(layout.head + rows), encoding=layout.encoding, output_format="dict",
            disable_datetime_conversion=True, usecols=list(wanted),
        )  # fmt: skip
    except Exception as error:  # noqa: BLE001 - what it raises is its own, and differs by version
        raise TableBroken(f"it cannot be read ({error}); where it is no UTF-8, give its encoding") from None
    yield from zip(*([_text(value) for value in read[name]] for name in wanted), strict=True)


def _text(value: object) -> str:
    """A cell as text; numbers with as many digits as a float is sure of."""
    if type(value) is str:
        return value
    if value is None or value != value:  # noqa: PLR0124 - a missing number is not equal to itself
        return ""
    return f"{value:.15g}" if isinstance(value, float) else str(value)


def _pyreadstat() -> Any:  # noqa: ANN401 - pyreadstat has no types
    try:
        import pyreadstat  # noqa: PLC0415 - an extra
    except ImportError:
        raise UcmscRulesError("reading SAS transport files needs pyreadstat; install ucmsc-rules[sdtm]") from None
    return pyreadstat
