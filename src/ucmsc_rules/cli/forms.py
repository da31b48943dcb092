"""Writes verdicts one by one, as text, JSON, NDJSON or CSV, with what stands before, between and after them."""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Mapping
from io import StringIO
from typing import BinaryIO

from ucmsc_rules.cli.text import Page, verdict_text
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.verdicts.finding import Verdict
from ucmsc_rules.verdicts.report import COLUMNS, dumps, to_rows

_BETWEEN = {"text": "\n", "json": ",\n"}


def written(verdict: Verdict, ruleset: Ruleset, form: str, page: Page) -> str:
    """One verdict in a form."""
    match form:
        case "text":
            return verdict_text(verdict, ruleset, page)
        case "json":
            return dumps(verdict)
        case "ndjson":
            return dumps(verdict) + "\n"
        case "csv":
            return _csv(list(to_rows(verdict)))
        case _:
            raise AssertionError(form)


class Writer:
    """Writes to a binary stream in UTF-8, each verdict as soon as it is there."""

    def __init__(self, stream: BinaryIO, form: str) -> None:
        self.stream = stream
        self.form = form
        self.count = 0
        if form == "csv":
            self._put(_csv([COLUMNS]))

    def write(self, text: str) -> None:
        """Writes one verdict, as ``written`` gave it."""
        if self.count:
            self._put(_BETWEEN.get(self.form, ""))
        elif self.form == "json":
            self._put("[\n")
        self._put(text)
        self.count += 1

    def finish(self, statuses: Mapping[str, int], errors: int) -> None:
        """Writes the end; a text of several verdicts ends with how many there are of each status."""
        if self.form == "json":
            self._put("\n]\n" if self.count else "[]\n")
        if self.form == "text" and self.count != 1:
            self._put("\n" * bool(self.count) + _summary(Counter(statuses), errors) + "\n")
        self.stream.flush()

    def _put(self, text: str) -> None:
        # a lone surrogate of the input becomes \udc00 again, which JSON reads back as the same
        self.stream.write(text.encode("utf-8", "backslashreplace"))


def _summary(statuses: Mapping[str, int], errors: int) -> str:
    total = sum(statuses.values())
    each = ", ".join(f"{count} {status}" for status, count in sorted(statuses.items()))
    found = f"; {errors} with an error in the record" if errors else ""
    return f"{total} records: {each}{found}" if total else "0 records"


def _csv(rows: list[tuple[str, ...]]) -> str:
    text = StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()
