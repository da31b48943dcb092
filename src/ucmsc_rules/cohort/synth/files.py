"""Synthetic cohorts as Parquet files, and as the canonical records that a single subject is screened by."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import groupby
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq  # type: ignore[import-untyped]

from ucmsc_rules.cohort.synth.block import Block

_BOOLEANS = {"complete", "detected"}


def write(blocks: Iterable[Block], folder: Path, names: tuple[str, str]) -> tuple[Path, Path]:
    """Writes facts and anchors, a row group for each block."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = (folder / names[0], folder / names[1])
    with ExitStack() as opened:
        writers: list[Any] = []
        for block in blocks:
            tables = (block.facts, block.anchors)
            if not writers:
                writers = [
                    opened.enter_context(pq.ParquetWriter(path, table.schema, compression="zstd"))
                    for path, table in zip(paths, tables, strict=True)
                ]
            for writer, table in zip(writers, tables, strict=True):
                writer.write_table(table)
    return paths


def records(block: Block) -> Iterator[dict[str, Any]]:
    """A record for each row of the anchors, with the facts of its subject; both tables are in the same order."""
    grouped = groupby(block.facts.to_pylist(), key=lambda row: row["subject"])
    waiting = next(grouped, None)
    for row in block.anchors.to_pylist():
        subject = row.pop("subject")
        facts: list[dict[str, Any]] = []
        if waiting is not None and waiting[0] == subject:
            facts = [_entry(each) for each in waiting[1]]
            waiting = next(grouped, None)
        yield {"subject": subject, "anchors": {name: day for name, day in row.items() if day}, "facts": facts}


def _entry(row: dict[str, Any]) -> dict[str, Any]:
    return {
        key: text == "true" if key in _BOOLEANS else text
        for key, text in row.items()
        if text is not None and key != "subject"
    }
