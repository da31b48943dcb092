"""Tables for tests, and what is received of them, in short."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Any

from adapters.mapping_samples import dictionary, mapping, without_source
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.tables import read_long_table, read_table
from ucmsc_rules.facts.json_text import Broken

WIDE = """\
subject: id
anchors: {screening: {take: screened}}
facts:
  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, when: day}
  - {concept: sex, value: {field: sex, values: {1: female, 2: male}}}
"""


def read(text: str | bytes, body: str = WIDE) -> list[Received]:
    """What is received of a CSV text by a mapping."""
    data = text.encode() if isinstance(text, str) else text
    return list(read_table(BytesIO(data), mapping(body, "table"), dictionary()))


def read_frame(frame: Any, body: str = WIDE) -> list[Received]:
    """What is received of a data frame by a mapping."""
    return list(read_table(frame, mapping(body, "table"), dictionary()))


def read_long(source: Any, anchors: Any = None) -> list[Received]:
    """What is received of a table of canonical facts."""
    data = BytesIO(source.encode()) if isinstance(source, str) else source
    dates = BytesIO(anchors.encode()) if isinstance(anchors, str) else anchors
    return list(read_long_table(data, dictionary(), dates))


def shown(received: Iterable[Received]) -> list[Any]:
    """The facts by subject, and what is broken as its message."""
    return [
        each.record.message if isinstance(each.record, Broken) else (each.record["subject"], without_source(each))
        for each in received
    ]


def broken(received: Iterable[Received]) -> list[str]:
    """The messages of what is broken."""
    return [each.record.message for each in received if isinstance(each.record, Broken)]


def subjects(received: Iterable[Received]) -> list[str]:
    """The subjects that are read."""
    return [each.record["subject"] for each in received if not isinstance(each.record, Broken)]
