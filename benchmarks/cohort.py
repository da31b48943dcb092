"""How long a cohort takes, as ratios within one run: from facts, and from a worksheet. Run with the package installed.

``python benchmarks/cohort.py facts 10000 100000`` makes synthetic cohorts and compares screen_cohort with a bare
DuckDB scan-and-pivot of the same Parquet and with the single-subject path; ``worksheet 100000 1000000`` compares the
generated SQL with hand-written SQL, polars and numpy; ``criteria 1000000`` has 20, 100 and 400 criteria. Every
measurement is a process of its own, so that its greatest memory can be told.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

import duckdb
import numpy as np
import polars as pl
from cohort_by_hand import query as by_hand

from ucmsc_rules import load_ruleset
from ucmsc_rules.cohort import screen_cohort
from ucmsc_rules.cohort.sql.dialect import DUCKDB
from ucmsc_rules.cohort.sql.rules import truth_sql
from ucmsc_rules.cohort.synth import records_of, synthesise, write_cohort
from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.lower import All, Formula, Lowered, Test, both, either
from ucmsc_rules.rules.model import Answer, Ever, Given, RecordedAs, Trait
from ucmsc_rules.screening import make_screener, screen, screen_one
from ucmsc_rules.verdicts.report import dumps

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
RULES = compile_ruleset(TRIAL).rules
MEASURES = len(compile_ruleset(TRIAL).measures)
FOLDER = Path(tempfile.gettempdir()) / "ucmsc-cohort-benchmark"
YES_OR_NO = (Answer, Ever, Given, RecordedAs, Trait)
ANSWERS = {
    place
    for place, measure in enumerate(compile_ruleset(TRIAL).measures)
    if isinstance(measure, YES_OR_NO) or TRIAL.dictionary[measure.concept].kind is Kind.TEST
}
THREADS = 2
LIMIT = "3GB"
ALONE = 300
BOUNDS = (0.5, 1.0, 2.0, 18.0, 28.0, 1000.0)


def timed(work: Callable[[], Any], rounds: int = 1) -> float:
    """The seconds of the best round."""
    best = float("inf")
    for _ in range(rounds):
        start = perf_counter()
        work()
        best = min(best, perf_counter() - start)
    return best


def connect() -> duckdb.DuckDBPyConnection:
    """DuckDB within the same limits for everybody."""
    connection = duckdb.connect()
    connection.execute(f"SET temp_directory = '{FOLDER / 'spilled'}'")
    connection.execute(f"SET threads = {THREADS}; SET memory_limit = '{LIMIT}'; SET preserve_insertion_order = false")
    return connection


# from facts


def from_facts(count: int) -> float:
    """The whole way."""
    facts, anchors = cohort_files(count)
    return timed(lambda: screen_cohort(TRIAL, facts, anchors, threads=THREADS, memory_limit=LIMIT))


def bare_pivot(count: int) -> float:
    """A scan of the same table with a column for each concept's value and day, and nothing read."""
    facts, _ = cohort_files(count)
    connection = connect()
    concepts = [row[0] for row in connection.execute(f"SELECT DISTINCT concept FROM '{facts}'").fetchall()]
    columns = [
        f"max({column}) FILTER (WHERE concept = '{name}') AS \"{column[1:2]}_{name}\""
        for name in concepts
        for column in ('"value"', '"when"')
    ]
    pivot = f"CREATE TABLE pivoted AS SELECT subject, {', '.join(columns)} FROM '{facts}' GROUP BY subject"
    return timed(lambda: connection.execute(pivot))


def one_by_one(count: int) -> float:
    """The single-subject path on one core, from records to verdicts, for so many subjects (reckoned from some)."""
    records = list(records_of(next(iter(synthesise(TRIAL, ALONE)))))
    screen(TRIAL, records[0])
    return timed(lambda: [screen(TRIAL, record) for record in records], 2) / len(records) * count


def line_by_line(count: int) -> float:
    """The same as the command line does it, from a line of JSON to a line of JSON."""
    records = records_of(next(iter(synthesise(TRIAL, ALONE))))
    lines = [json.dumps(record) for record in records]
    screener = make_screener(TRIAL)
    screen_one(screener, json.loads(lines[0]), 0, {}, ())
    work = lambda: [dumps(screen_one(screener, json.loads(line), 0, {}, ())) for line in lines]  # noqa: E731
    return timed(work, 2) / len(lines) * count


def cohort_files(count: int) -> tuple[Path, Path]:
    """A synthetic cohort; kept for the next run."""
    folder = FOLDER / str(count)
    paths = folder / "facts.parquet", folder / "anchors.parquet"
    if not all(path.exists() for path in paths):
        folder.mkdir(parents=True, exist_ok=True)
        write_cohort(TRIAL, count, folder)
    return paths


# from a worksheet


def worksheet(count: int, measures: int) -> Path:
    """Random intervals: a fifth unknown, a tenth never, a tenth between two values, the rest exact; answers 0 or 1."""
    path = FOLDER / f"worksheet-{count}-{measures}.parquet"
    if path.exists():
        return path
    FOLDER.mkdir(parents=True, exist_ok=True)
    columns = []
    for place in range(measures):
        value = f"(CASE WHEN r{place} < 0.5 THEN floor(r{place} * 6) ELSE floor(r{place} * 2000) END)"
        low = f"CASE WHEN q{place} < 0.2 THEN '-inf'::DOUBLE WHEN q{place} < 0.3 THEN 'inf' ELSE {value} END"
        high = f"CASE WHEN q{place} < 0.3 THEN 'inf'::DOUBLE WHEN q{place} < 0.4 THEN {value} + 5 ELSE {value} END"
        if place in ANSWERS:
            low, high = (f"(CASE WHEN q{place} < 0.2 THEN {end} ELSE round(r{place}) END)::DOUBLE" for end in (0, 1))
        columns.append(f"{low} AS lo_{place}, {high} AS hi_{place}")
    random = ", ".join(f"random() AS r{place}, random() AS q{place}" for place in range(measures))
    rows = f"SELECT 'S-' || i AS subject, {random} FROM range({count}) t(i)"
    connect().execute(f"COPY (SELECT subject, {', '.join(columns)} FROM ({rows})) TO '{path}' (FORMAT parquet)")
    return path


def _ask(path: Path, query: str) -> float:
    connection = connect()
    connection.execute(f"CREATE VIEW worksheet AS SELECT * FROM '{path}'")
    out = path.with_suffix(".findings.parquet")
    return timed(lambda: connection.execute(f"COPY ({query}) TO '{out}' (FORMAT parquet)"), 3)


def _generated(rules: dict[str, Lowered]) -> str:
    columns = [f'{truth_sql(DUCKDB, rule)} AS "{name}"' for name, rule in rules.items()]
    return f"SELECT subject, {', '.join(columns)} FROM worksheet"


def generated_sql(count: int) -> float:
    """The findings by the generated SQL, from Parquet to Parquet."""
    return _ask(worksheet(count, MEASURES), _generated(dict(RULES)))


def hand_written_sql(count: int) -> float:
    """The same by hand; first, that both say the same."""
    path = worksheet(count, MEASURES)
    connection = connect()
    connection.execute(f"CREATE VIEW worksheet AS SELECT * FROM '{path}' WHERE hash(subject) % 20 = 0")
    pair = (by_hand(), _generated(dict(RULES)))
    names = ", ".join(f'"{name}"' for name in ("subject", *RULES))
    for one, other in (pair, pair[::-1]):
        differing = f"SELECT {names} FROM ({one}) EXCEPT SELECT {names} FROM ({other})"
        assert connection.execute(f"SELECT count(*) FROM ({differing})").fetchone() == (0,)
    return _ask(path, by_hand())


def by_polars(count: int, rules: dict[str, Lowered] | None = None, measures: int = MEASURES) -> float:
    """The same formulas in polars, streaming from Parquet to Parquet."""
    path = worksheet(count, measures)
    chosen = dict(RULES) if rules is None else rules
    out = path.with_suffix(".polars.parquet")

    def expression(formula: Formula) -> pl.Expr:
        if isinstance(formula, Test):
            column, bound = pl.col(f"{formula.end}_{formula.index}"), formula.bound
            return {"<=": column <= bound, "<": column < bound, ">=": column >= bound, ">": column > bound}[formula.op]
        join = pl.all_horizontal if isinstance(formula, All) else pl.any_horizontal
        return join([expression(part) for part in formula.parts])

    columns = [
        pl.when(expression(rule.surely))
        .then(pl.lit("true"))
        .when(expression(rule.surely_not))
        .then(pl.lit("false"))
        .otherwise(pl.lit("unknown"))
        .alias(name)
        for name, rule in chosen.items()
    ]
    return timed(lambda: pl.scan_parquet(path).select("subject", *columns).sink_parquet(out), 3)


def by_numpy(count: int) -> float:
    """The same formulas in numpy on arrays that are in memory already, to small integers, without files."""
    frame = pl.read_parquet(worksheet(count, MEASURES))
    arrays = {name: frame[name].to_numpy() for name in frame.columns[1:]}

    def truth(formula: Formula, part: slice) -> Any:  # noqa: ANN401 - an array
        if isinstance(formula, Test):
            column = arrays[f"{formula.end}_{formula.index}"][part]
            ways = {"<=": np.less_equal, "<": np.less, ">=": np.greater_equal, ">": np.greater}
            return ways[formula.op](column, formula.bound)
        join = np.logical_and if isinstance(formula, All) else np.logical_or
        return join.reduce([truth(each, part) for each in formula.parts])

    def work() -> None:
        for start in range(0, count, 16_384):
            part = slice(start, start + 16_384)
            for rule in RULES.values():
                truth(rule.surely, part).astype(np.int8) - truth(rule.surely_not, part).astype(np.int8)

    return timed(work, 3)


def many_criteria(count: int, criteria: int) -> float:
    """Generated criteria of one to three comparisons over as many measures as the ruleset has."""
    return _ask(worksheet(count, MEASURES), _generated(_made(criteria)))


def many_criteria_polars(count: int, criteria: int) -> float:
    """The same in polars."""
    return by_polars(count, _made(criteria))


def _made(criteria: int) -> dict[str, Lowered]:
    rules = {}
    for number in range(criteria):
        parts = []
        for place in range(1 + number % 3):
            index, bound = (number * 3 + place) % MEASURES, BOUNDS[(number + place) % len(BOUNDS)]
            parts.append(Lowered(Test(index, "hi", "<=", bound), Test(index, "lo", ">", bound)))
        rules[f"C{number}"] = (both if number % 2 else either)(parts)
    return rules


# the run


def greatest_memory() -> int:
    """The greatest memory of this process in MiB; getrusage would tell that of the process it was forked from."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def measured(name: str, *numbers: int) -> tuple[float, int]:
    """The seconds of a measurement in a process of its own, and its greatest memory in MiB."""
    command = [sys.executable, __file__, "--one", name, *map(str, numbers)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    seconds, memory = json.loads(done.stdout.splitlines()[-1])
    return seconds, memory


def show(name: str, count: int, seconds: float, memory: int, note: str = "") -> None:
    """A line of the table."""
    print(f"{name:24} {count:>9,} {seconds:9.2f} {memory:9,} {note}", flush=True)


def run_facts(counts: list[int]) -> None:
    """From facts."""
    per_subject = None
    for count in counts:
        cohort_files(count)
        (mine, memory), (pivot, other) = measured("from_facts", count), measured("bare_pivot", count)
        alone = {name: measured(name, count)[0] for name in ("one_by_one", "line_by_line")}
        growth = "" if per_subject is None else f", {mine / count / per_subject:.2f} times per subject"
        per_subject = per_subject or mine / count
        show("screen_cohort", count, mine, memory, f"{mine / pivot:.2f} times the pivot{growth}")
        show("bare scan and pivot", count, pivot, other)
        for name, seconds in alone.items():
            show(
                name,
                count,
                seconds,
                0,
                f"one core, reckoned; screen_cohort is {seconds / mine / THREADS:.1f} times per core",
            )


def run_worksheet(counts: list[int]) -> None:
    """From a worksheet."""
    per_subject = None
    for count in counts:
        worksheet(count, MEASURES)
        hand, hand_memory = measured("hand_written_sql", count)
        for name in ("generated_sql", "by_polars", "by_numpy"):
            seconds, memory = measured(name, count)
            growth = ""
            if name == "generated_sql":
                growth = "" if per_subject is None else f", {seconds / count / per_subject:.2f} times per subject"
                per_subject = per_subject or seconds / count
            show(name, count, seconds, memory, f"{seconds / hand:.2f} times by hand{growth}")
        show("hand_written_sql", count, hand, hand_memory)


def run_criteria(counts: list[int]) -> None:
    """With 20, 100 and 400 criteria."""
    for count in counts:
        worksheet(count, MEASURES)
        for criteria in (20, 100, 400):
            (mine, memory), (polars, other) = (
                measured(name, count, criteria) for name in ("many_criteria", "many_criteria_polars")
            )
            show(f"{criteria} criteria, DuckDB", count, mine, memory, f"{mine / polars:.2f} times polars")
            show(f"{criteria} criteria, polars", count, polars, other)


if __name__ == "__main__":
    what, *rest = sys.argv[1:]
    if what == "--one":
        found = globals()[rest[0]](*map(int, rest[1:]))
        print(json.dumps([found, greatest_memory()]))
    else:
        print(f"{'':24} {'subjects':>9} {'seconds':>9} {'peak, MiB':>9}")
        {"facts": run_facts, "worksheet": run_worksheet, "criteria": run_criteria}[what](list(map(int, rest)))
