"""Runs a cohort again and again, each time killed before another of its file operations, and then to the end.

A process of its own, since it forks: ``python killed_runs.py FACTS ANCHORS FOLDER STEP``, where a step of 3 is to kill
before the third operation, the sixth and so on. Each line that it prints is a JSON object: before which operation a run
was killed, how many parts were done by then, and what the next run came to.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa  # noqa: F401 - there before the fork, as all that takes long

from ucmsc_rules import load_ruleset
from ucmsc_rules.cohort.commands import Options, run_cohort
from ucmsc_rules.cohort.plan import make_plan
from ucmsc_rules.cohort.varying import vary
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.model import Ruleset

PARTS = 2
OPTIONS = Options(parts=PARTS, threads=1)
CHANGING = {"os.rename", "os.mkdir", "os.remove", "os.rmdir"}


def main() -> None:
    """Kills before the first operation, before the second, and so on, until a run ends by itself."""
    facts, anchors, folder = map(Path, sys.argv[1:4])
    step = int(sys.argv[4])
    ruleset = vary(load_ruleset("ucmsc-hbv-cirrhosis"), "I4: hbv_dna <= 9 IU/mL").ruleset  # one criterion is quick
    make_plan(compile_ruleset(ruleset))
    number, killed = 0, True
    while killed:
        number += step
        place = folder / str(number)
        place.mkdir()
        out, told = place / "f.parquet", folder / f"{number}.json"
        killed = os.WIFSIGNALED(forked(lambda: run(ruleset, (facts, anchors), out, kill_before=number)))  # noqa: B023
        done = len(list(place.glob("f.parquet.parts/*.done.json")))
        status = forked(lambda: told.write_text(json.dumps(run(ruleset, (facts, anchors), out)), encoding="utf-8"))  # noqa: B023
        came_to = json.loads(told.read_text(encoding="utf-8")) if status == 0 else {}
        left = sorted(each.name for each in place.iterdir())
        print(json.dumps({"number": number, "killed": killed, "done": done, "status": status, "left": left, **came_to}))  # noqa: T201


def forked(work: Callable[[], object]) -> int:
    """The status of a child that does some work."""
    if child := os.fork():
        return os.waitpid(child, 0)[1]
    try:
        work()
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - its status tells
        print(error, file=sys.stderr)  # noqa: T201
    os._exit(1)


def run(ruleset: Ruleset, tables: tuple[Path, Path], out: Path, kill_before: int = 0) -> dict[str, Any]:
    """A run, killed before the numbered operation on a file of it; what came out."""
    seen = 0

    def look(event: str, arguments: tuple[Any, ...]) -> None:
        nonlocal seen
        writes = event == "open" and "w" in str(arguments[1]) and str(arguments[0]).startswith(str(out.parent))
        if not writes and event not in CHANGING:  # in a folder that is removed, things go by their bare names
            return
        seen += 1
        if seen == kill_before:
            os.kill(os.getpid(), signal.SIGKILL)

    if kill_before:
        sys.addaudithook(look)
    outcome = run_cohort(ruleset, tables, out, OPTIONS)
    told = repr((duckdb.sql(f"SELECT * FROM '{out}'").fetchall(), outcome.attrition, outcome.problems))
    return {"screened": outcome.screened_parts, "digest": sha256(told.encode()).hexdigest()}


if __name__ == "__main__":
    main()
