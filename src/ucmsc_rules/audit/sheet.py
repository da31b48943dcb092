"""The screening log as a workbook (XLSX). The same lines give the same bytes, by one version of openpyxl and zlib."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from io import BytesIO
from types import ModuleType
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from attrs import astuple

from ucmsc_rules.audit.entry import AuditError
from ucmsc_rules.audit.log import COLUMNS, Line

MOST = 32_767  # characters that a cell holds
_CUT = " ... (cut)"
_WIDTHS = (14, 20, 14, 26, 60, 36, 24, 9, 20, 30)
_EARLIEST = (1980, 1, 1, 0, 0, 0)  # that a ZIP archive can write
_NO_XML = re.compile("[^\t\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_READ_AS_ESCAPE = re.compile("_x(?=[0-9A-Fa-f]{4}_)")
_WRITTEN_AT = re.compile(rb"<dcterms:(created|modified)[^>]*>[^<]*</dcterms:\1>")


def to_xlsx(lines: Iterable[Line]) -> bytes:
    """The log as a workbook of one sheet in which every cell is text, and none a formula.

    Raises AuditError where openpyxl is not installed.
    """
    try:
        openpyxl = import_module("openpyxl")
    except ModuleNotFoundError:
        raise AuditError("a log as XLSX needs openpyxl; install ucmsc-rules[audit]") from None
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "Screening log"
    for number, line in enumerate([COLUMNS, *map(astuple, lines)], start=1):
        for column, text in enumerate(line, start=1):
            cell = sheet.cell(number, column)
            cell.value = cell_text(text)
            cell.data_type = "s"  # openpyxl takes what begins with = for a formula
            cell.number_format = "@"
            cell.quotePrefix = True  # and so it stays text when somebody edits it
    _laid_out(openpyxl, sheet)
    whole = BytesIO()
    book.save(whole)
    return _without_times(whole.getvalue())


def cell_text(text: str) -> str:
    r"""A text that a cell can hold: what XML lacks is written as an escape, and what is too long is cut and says so.

    >>> cell_text("a" + chr(7)), len(cell_text("a" * 40_000))
    ('a\\x07', 32767)
    """
    text = _NO_XML.sub(lambda match: ascii(match[0])[1:-1], text.replace("\r\n", "\n"))
    text = _READ_AS_ESCAPE.sub("_x005F_x", text)
    return text if len(text) <= MOST else text[: MOST - len(_CUT)] + _CUT


def _laid_out(openpyxl: ModuleType, sheet: Any) -> None:  # noqa: ANN401 - openpyxl has no types
    """A bold first row that stays in sight and can be filtered by, and columns as wide as what they hold."""
    for column, width in enumerate(_WIDTHS, start=1):
        sheet.cell(1, column).font = openpyxl.styles.Font(bold=True)
        sheet.column_dimensions[openpyxl.utils.get_column_letter(column)].width = width
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = sheet.dimensions


def _without_times(book: bytes) -> bytes:
    """The workbook without the time at which it was written, in its archive and in its properties."""
    whole = BytesIO()
    with ZipFile(BytesIO(book)) as old, ZipFile(whole, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, _EARLIEST)
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, _WRITTEN_AT.sub(b"", old.read(name)) if name == "docProps/core.xml" else old.read(name))
    return whole.getvalue()
