"""A cohort's tables split by subject into parts, each of which is screened by itself and need not be done again.

Everything stands in a folder beside the result: what was asked for (``asked.json``), the split tables, and for each
part that is done its findings, what is wanting, and its problems and changes. A part is done when its last file is
there under its own name, which it gets when it is complete.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from shutil import rmtree
from typing import Any

from attrs import asdict, frozen

from ucmsc_rules.cohort.attrition.model import Change
from ucmsc_rules.cohort.engine import DuckDB
from ucmsc_rules.cohort.opening import open_in_duckdb
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.sources import view_tables
from ucmsc_rules.cohort.sql.words import text

FACTS_IN_PART = 10_000_000
ASKED, SPLIT, DONE = "asked.json", "split.json", "done.json"


@frozen
class Part:
    """The files of a part."""

    folder: Path
    number: int

    @property
    def done(self) -> Path:
        """The file that is there when all of the part is."""
        return self.folder / f"part-{self.number:05d}.{DONE}"

    @property
    def findings(self) -> Path:
        """Its findings, a row for each subject."""
        return self.folder / "findings" / f"part-{self.number:05d}.parquet"

    @property
    def wanting(self) -> Path:
        """What is wanting."""
        return self.folder / "wanting" / f"part-{self.number:05d}.parquet"

    def source(self, name: str) -> list[Path]:
        """The files of a split table."""
        return sorted((self.folder / name / f"part-{self.number}").glob("*.parquet"))


def open_folder(folder: Path, asked: Mapping[str, Any]) -> None:
    """Makes the folder ready; what another question left in it is thrown away.

    The question is the first file in the folder and the last: whatever a killed run leaves is known to be ours by it.
    """
    question = folder / ASKED
    if folder.exists() and not question.exists() and any(each.name != f"{ASKED}.new" for each in folder.iterdir()):
        raise CohortError(f"{folder} holds something else; name another result")
    if question.exists() and json.loads(question.read_text(encoding="utf-8")) != asked:
        throw_away(folder)
    folder.mkdir(parents=True, exist_ok=True)
    write_json(question, asked)
    for name in ("findings", "wanting"):
        (folder / name).mkdir(exist_ok=True)


def throw_away(folder: Path) -> None:
    """Removes the folder. Killed in the midst of it, the next run goes on with that, whatever it asks.

    Else it would take what is left of the split tables for all that there is.
    """
    question = folder / ASKED
    write_json(question, {"thrown away": True})
    for each in folder.iterdir():
        if each.is_dir():
            rmtree(each)
        elif each != question:
            each.unlink()
    question.unlink()
    folder.rmdir()


def split(
    folder: Path, engine: DuckDB, tables: tuple[Any, Any], anchors: Sequence[str], parts: int | None
) -> tuple[list[Part], list[CohortProblem]]:
    """The parts of the tables of facts and anchors, and the problems of the tables themselves; split once."""
    record = folder / SPLIT
    if not record.exists():
        write_json(record, _split(folder, engine, tables, anchors, parts))
    told = json.loads(record.read_text(encoding="utf-8"))
    return [Part(folder, number) for number in range(told["parts"])], problems_from(told["problems"])


def _split(
    folder: Path, engine: DuckDB, tables: tuple[Any, Any], anchors: Sequence[str], parts: int | None
) -> dict[str, Any]:
    present, problems = view_tables(engine, open_in_duckdb, tables, anchors)
    columns = ", ".join(f'c_{name} AS "{name}"' for name in present)
    if parts is None:
        parts = 1 + engine.rows("SELECT count(*) FROM source_facts")[0][0] // FACTS_IN_PART
    _write(engine, folder / "facts", f"SELECT {columns} FROM source_facts", parts)
    if tables[1] is not None:
        named = ", ".join(f'c_{place} AS "{name}"' for place, name in enumerate(anchors))
        _write(engine, folder / "anchors", f"SELECT c_subject AS subject, {named} FROM source_anchors", parts)
    return {"parts": parts, "problems": [asdict(problem) for problem in problems]}


def _write(engine: DuckDB, folder: Path, query: str, parts: int) -> None:
    if folder.exists():
        rmtree(folder)
    folder.mkdir(parents=True)
    split_query = f"SELECT *, (hash(subject) % {parts})::INTEGER AS part FROM ({query})"
    try:
        engine.connection.execute(
            f"COPY ({split_query}) TO {text(str(folder))} (FORMAT parquet, COMPRESSION zstd, PARTITION_BY (part))"
        )
    except engine.failures as error:
        raise CohortError(f"the table of {folder.name} cannot be read: {str(error).splitlines()[0]}") from None
    for each in folder.iterdir():  # under "part=0" a reader would find one more column
        each.rename(folder / each.name.replace("=", "-"))


def finish(part: Part, problems: Sequence[CohortProblem], changes: Sequence[Change]) -> None:
    """Writes down that a part is done."""
    write_json(part.done, {"problems": [asdict(p) for p in problems], "changes": [asdict(c) for c in changes]})


def finished(part: Part) -> tuple[list[CohortProblem], list[Change]]:
    """The problems and changes of a part that is done."""
    told = json.loads(part.done.read_text(encoding="utf-8"))
    return problems_from(told["problems"]), [Change(**each) for each in told["changes"]]


def problems_from(told: Sequence[Mapping[str, Any]]) -> list[CohortProblem]:
    """Problems as they were written down."""
    return [CohortProblem(**{**each, "examples": tuple(each["examples"])}) for each in told]


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Writes a file that is there either whole or not at all."""
    passing = path.with_name(f"{path.name}.new")
    passing.write_text(json.dumps(content, ensure_ascii=False, sort_keys=True), encoding="utf-8")
    passing.replace(path)
