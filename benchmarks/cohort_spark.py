"""How long a cohort takes on Spark (two threads of this machine) and on DuckDB, in one run, and that both say the same.

``python benchmarks/cohort_spark.py 2000 20000`` makes synthetic cohorts. The start of a session is told apart. It ends
with status 1 where any finding, branch or status differs.
"""

from __future__ import annotations

import shutil
import sys
from time import perf_counter
from typing import Any

from pyspark.sql import SparkSession

from cohort import FOLDER, LIMIT, RULES, THREADS, TRIAL, cohort_files
from ucmsc_rules.cohort import Cohort, screen_cohort, screen_cohort_on_spark

SUBJECTS_IN_PARTITION = 25_000


def start(partitions: int) -> Any:  # noqa: ANN401 - a SparkSession
    """A session on as many threads as DuckDB gets."""
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.memory": "4g",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.sql.shuffle.partitions": str(partitions),
    }
    builder = SparkSession.builder.master(f"local[{THREADS}]").appName("ucmsc-rules")
    for key, value in settings.items():
        builder = builder.config(key, value)
    session = builder.getOrCreate()
    session.sparkContext.setLogLevel("ERROR")
    return session


def differing(duck: Cohort, folder: str) -> int:
    """The rows of wide findings, with their statuses, that stand on one side only."""
    names = ", ".join(f'"{name}"' for name in ("subject", *RULES, "status"))
    here = f"(SELECT {names} FROM findings_wide JOIN statuses USING (subject))"
    there = f"(SELECT {names} FROM read_parquet('{folder}/*.parquet'))"
    pairs = ((here, there), (there, here))
    return sum(
        duck.rows(f"SELECT count(*) FROM (SELECT * FROM {one} EXCEPT ALL SELECT * FROM {other})")[0][0]
        for one, other in pairs
    )


def main(counts: list[int]) -> int:
    """The number of rows that differ."""
    began = perf_counter()
    session = start(max(THREADS, max(counts) // SUBJECTS_IN_PARTITION))
    print(f"session started in {perf_counter() - began:.1f} s", flush=True)
    wrong = 0
    for count in counts:
        facts, anchors = cohort_files(count)
        folder = FOLDER / f"spark-{count}"
        shutil.rmtree(folder, ignore_errors=True)
        began = perf_counter()
        screen_cohort_on_spark(TRIAL, facts, anchors, session=session).write(str(folder), wide=True)
        on_spark = perf_counter() - began
        began = perf_counter()
        duck = screen_cohort(TRIAL, facts, anchors, threads=THREADS, memory_limit=LIMIT)
        on_duckdb = perf_counter() - began
        differ = differing(duck, str(folder))
        wrong += differ
        times = f"Spark {on_spark:7.1f} s, DuckDB {on_duckdb:7.1f} s, {on_spark / on_duckdb:5.1f} times"
        print(
            f"{count:>9,} subjects: {times}; {count * len(TRIAL.criteria):,} findings, {differ} rows differ", flush=True
        )
    return wrong


if __name__ == "__main__":
    sys.exit(1 if main([int(each) for each in sys.argv[1:]]) else 0)
