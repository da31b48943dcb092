"""What the command line does with cohorts, as functions: make one, screen one in parts, and tell what became of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

from attrs import Factory, evolve, frozen

from ucmsc_rules._version import __version__
from ucmsc_rules.cohort.attrition import Attrition, Change, count_attrition, suppressed
from ucmsc_rules.cohort.attrition.states import connect
from ucmsc_rules.cohort.engine import DuckDB
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.parts import Part, finish, finished, open_folder, split, throw_away
from ucmsc_rules.cohort.postgres import is_postgres, postgres_table
from ucmsc_rules.cohort.problems import CohortProblem, merged
from ucmsc_rules.cohort.screen import screen_cohort
from ucmsc_rules.cohort.sql.words import text
from ucmsc_rules.cohort.synth import write_cohort
from ucmsc_rules.cohort.varying import change_of, vary
from ucmsc_rules.rules.model import Ruleset

Progress = Callable[[int, int, str], None]  # steps done, steps in all, what comes next


@frozen
class Options:
    """How a cohort is screened and what is told of it.

    ``vary`` holds variations as ``I4: hbv_dna <= 2000 IU/mL``; ``parts`` is how many times the cohort is split, by its
    size where it is None; ``report`` is an HTML file, ``plots`` a folder for diagrams.
    """

    report: Path | None = None
    plots: Path | None = None
    vary: tuple[str, ...] = ()
    min_cell: int = 0
    wide: bool = False
    memory_limit: str = "3GB"
    threads: int | None = None
    parts: int | None = None
    default_anchors: Mapping[str, str] = Factory(dict)


@frozen
class Outcome:
    """What became of a cohort: its attrition, its problems, how many parts had to be screened in this run."""

    attrition: Attrition
    problems: tuple[CohortProblem, ...]
    screened_parts: int
    parts: int


def run_synth(ruleset: Ruleset, count: int, folder: Path, seed: int = 1) -> tuple[Path, Path]:
    """``ucmsc-rules synth N``: writes the facts and anchors of made-up subjects."""
    return write_cohort(ruleset, count, folder, seed)


def run_cohort(
    ruleset: Ruleset,
    tables: tuple[Any, Any],
    out: Path,
    options: Options,
    progress: Progress | None = None,
) -> Outcome:
    """``ucmsc-rules cohort FACTS --anchors A --out F``: screens the tables of facts and anchors in parts.

    Interrupted, it leaves the parts that are done in a folder beside ``out``; asked the same of the same files again,
    it does the others only, and the result is the same.
    """
    tell = progress or (lambda _done, _all, _words: None)
    for each in options.vary:
        vary(ruleset, each)  # complains before anything is read
    folder = out.with_name(f"{out.name}.parts")
    open_folder(folder, _asked(ruleset, tables, options))
    engine = DuckDB(None, options.memory_limit, options.threads)
    parts, problems = split(folder, engine, tables, ruleset.anchors, options.parts)
    engine.connection.close()
    waiting = [part for part in parts if not part.done.exists()]
    for place, part in enumerate(waiting):
        tell(len(parts) - len(waiting) + place, len(parts), f"part {part.number + 1} of {len(parts)}")
        _screen(ruleset, part, options, has_anchors=tables[1] is not None)
    tell(len(parts), len(parts), "counting")
    outcome = _told(ruleset, parts, problems, options)
    _gather(ruleset, folder, out, options)
    _write(outcome, options)
    throw_away(folder)
    return evolve(outcome, screened_parts=len(waiting))


def _asked(ruleset: Ruleset, tables: tuple[Any, Any], options: Options) -> dict[str, Any]:
    """What the parts depend on."""
    return {
        "ruleset": ruleset.digest,
        "library": __version__,
        "tables": [_identity(table) for table in tables],
        "vary": list(options.vary),
        "parts": options.parts,
        "default_anchors": dict(options.default_anchors),
    }


def _identity(table: Any) -> Any:  # noqa: ANN401 - files, or nothing
    """The files of a table with their sizes and times; a table of a database is never the same again."""
    if table is None:
        return None
    return [_identity_of(each) for each in (table if isinstance(table, list | tuple) else [table])]


def _identity_of(source: Any) -> Any:  # noqa: ANN401 - a file, or a table of PostgreSQL
    if is_postgres(source):
        return [postgres_table(source).name, uuid4().hex]
    path = Path(source)
    if not path.is_file():
        raise CohortError(f"there is no file {path}")
    return [str(path), path.stat().st_size, path.stat().st_mtime_ns]


def _screen(ruleset: Ruleset, part: Part, options: Options, *, has_anchors: bool) -> None:
    facts, anchors = part.source("facts"), part.source("anchors") if has_anchors else []
    if not facts and not anchors:
        finish(part, (), ())
        return

    def screened(asked: Ruleset) -> Any:  # noqa: ANN401 - a Cohort
        given: Any = facts or _no_facts()
        return screen_cohort(
            asked,
            given,
            anchors or None,
            default_anchors=options.default_anchors,
            memory_limit=options.memory_limit,
            threads=options.threads,
        )

    cohort = screened(ruleset)
    changes = [change_of(ruleset, cohort, vary(ruleset, each), screened) for each in options.vary]
    for path, query in ((part.findings, "findings_wide"), (part.wanting, "wanting")):
        passing = path.with_suffix(".new")
        cohort.connection.execute(f"COPY (SELECT * FROM {query}) TO {text(str(passing))} (FORMAT parquet)")
        passing.replace(path)
    finish(part, cohort.problems, changes)
    cohort.connection.close()


def _no_facts() -> Any:  # noqa: ANN401 - a pyarrow table
    from ucmsc_rules.cohort.packages import package  # noqa: PLC0415 - seldom needed

    arrow = package("pyarrow")
    return arrow.table({name: arrow.array([], arrow.string()) for name in ("subject", "concept", "value")})


def _told(ruleset: Ruleset, parts: Sequence[Part], problems: list[CohortProblem], options: Options) -> Outcome:
    """The attrition and the problems of all parts together."""
    changes: list[Change] = []
    for part in parts:
        its_problems, its_changes = finished(part)
        problems = [*problems, *its_problems]
        changes = [_added(*pair) for pair in zip(changes, its_changes, strict=True)] if changes and its_changes else (
            changes or its_changes
        )  # fmt: skip
    folder = parts[0].folder
    counted = count_attrition(
        ruleset, folder / "findings", wants=folder / "wanting", changes=changes, memory=options.memory_limit
    )
    return Outcome(suppressed(counted, options.min_cell), tuple(merged(problems)), 0, len(parts))


def _added(one: Change, other: Change) -> Change:
    """The changes of two parts together: all counts are of different subjects."""
    names = ("excluded", "unknown", "passed", "eligible", "undetermined", "ineligible", "gained", "lost")
    return evolve(one, **{name: getattr(one, name) + getattr(other, name) for name in names})


def _gather(ruleset: Ruleset, folder: Path, out: Path, options: Options) -> None:
    """One table of all findings, in the order of the subjects."""
    connection = connect(options.memory_limit)
    connection.execute("SET preserve_insertion_order = true")
    source = f"read_parquet({text(str(folder / 'findings' / '*.parquet'))})"
    query = f"SELECT * FROM {source} ORDER BY subject"
    if not options.wide:
        named = [
            (f"{each.id}.{branch}" if branch else each.id, each.id, branch)
            for each in ruleset.criteria
            for branch in ("", *(one.key for one in each.branches if one.key))
        ]
        connection.execute("CREATE TEMP TABLE names (place INTEGER, named VARCHAR, criterion VARCHAR, branch VARCHAR)")
        connection.executemany("INSERT INTO names VALUES (?, ?, ?, ?)", [(n, *each) for n, each in enumerate(named)])
        columns = ", ".join(f'"{name}"' for name, _, _ in named)
        query = (
            f"SELECT subject, criterion, branch, holds FROM {source} "
            f"UNPIVOT INCLUDE NULLS (holds FOR named IN ({columns})) JOIN names USING (named) ORDER BY subject, place"
        )
    passing = out.with_name(f"{out.name}.new")
    connection.execute(f"COPY ({query}) TO {text(str(passing))} (FORMAT parquet, COMPRESSION zstd)")
    connection.close()
    passing.replace(out)


def _write(outcome: Outcome, options: Options) -> None:
    from ucmsc_rules.cohort.plots import save_plots  # noqa: PLC0415 - matplotlib takes its time
    from ucmsc_rules.cohort.report import write_report  # noqa: PLC0415

    if options.report is not None:
        write_report(outcome.attrition, options.report, outcome.problems)
    if options.plots is not None:
        save_plots(outcome.attrition, options.plots)
