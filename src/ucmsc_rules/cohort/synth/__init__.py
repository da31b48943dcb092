"""Synthetic cohorts: seeded, pure, made by the column, for demonstrations and benchmarks. Nobody real is in them.

The same seed gives the same cohort, and a smaller cohort is the beginning of a larger one.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ucmsc_rules.cohort.packages import CohortError, package
from ucmsc_rules.rules.model import Ruleset

if TYPE_CHECKING:
    from ucmsc_rules.cohort.synth.block import Block

MOST = 100_000_000
FACTS, ANCHORS = "facts.parquet", "anchors.parquet"


def synthesise(ruleset: Ruleset, count: int, seed: int = 1) -> Iterator[Block]:
    """The facts and anchors of ``count`` made-up subjects, some thousands at a time, as Arrow tables.

    >>> from ucmsc_rules import load_ruleset
    >>> [block] = synthesise(load_ruleset("ucmsc-hbv-cirrhosis"), 3)
    >>> block.anchors.column("subject").to_pylist()
    ['S-0000001', 'S-0000002', 'S-0000003']
    """
    if not 0 <= count <= MOST:
        raise CohortError(f"a cohort has from 0 to {MOST} subjects, not {count}")
    if seed < 0:
        raise CohortError(f"a seed is a whole number from 0 on, not {seed}")
    block = _module("block")
    starts = range(0, count, block.SIZE) or [0]
    return (
        block.draw_block(ruleset, seed, number, min(block.SIZE, count - start)) for number, start in enumerate(starts)
    )


def left_out(ruleset: Ruleset) -> tuple[str, ...]:
    """The concepts of a ruleset for which no facts are made, since nothing is known of how they spread."""
    names: tuple[str, ...] = _module("block").left_out(ruleset)
    return names


def write_cohort(ruleset: Ruleset, count: int, folder: Path | str, seed: int = 1) -> tuple[Path, Path]:
    """Writes a cohort as ``facts.parquet`` and ``anchors.parquet`` into a folder, in memory that does not grow."""
    write: Any = _module("files").write
    return write(synthesise(ruleset, count, seed), Path(folder), (FACTS, ANCHORS))  # type: ignore[no-any-return]


def records_of(block: Block) -> Iterator[dict[str, Any]]:
    """The canonical records of a block, one for each subject; facts in the order of the table."""
    records: Iterator[dict[str, Any]] = _module("files").records(block)
    return records


def _module(name: str) -> Any:  # noqa: ANN401 - a module
    package("numpy")
    package("pyarrow")
    return import_module(f"ucmsc_rules.cohort.synth.{name}")
