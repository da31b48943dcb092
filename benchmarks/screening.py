"""How fast subjects are screened, as ratios within one run. Usage: python benchmarks/screening.py [--long].

Each figure is the best of several rounds of process time on one core, so that another process disturbs it less. The
records are those of ``examples/subjects.ndjson`` and copies of them with other subjects and other dates of results.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from attrs import evolve

from ucmsc_rules import load_ruleset
from ucmsc_rules.engines import durable, reference
from ucmsc_rules.facts.records import Record, read_record
from ucmsc_rules.rules.model import And, Comparison, Criterion, Expression, Not, Or, Result, Ruleset
from ucmsc_rules.screening import Screener, fire, make_screener, screen_one
from ucmsc_rules.verdicts.decide import Answered, find
from ucmsc_rules.verdicts.report import dumps
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import Worksheet, fill

ROOT = Path(__file__).parent.parent
EXAMPLES = ROOT / "examples" / "subjects.ndjson"
ROUNDS = 5


def main() -> None:
    """Prints every figure with what it is held against."""
    lines = [line for line in EXAMPLES.read_text("utf-8").splitlines() if line.strip()]
    about_40 = [line for line in lines if 35 <= len(json.loads(line).get("facts", ())) <= 45] or lines
    ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    engine = make_screener(ruleset).engine
    print(f"engine {engine}, Python {sys.version.split()[0]}, {len(about_40)} records of about 40 facts")
    baseline = per_item(about_40, lambda line: json.dumps(json.loads(line)))
    print(f"{'bare json.loads and json.dumps':58}{1 / baseline:10,.0f}/s")
    stages(ruleset, about_40, baseline)
    growth(ruleset, about_40)
    jobs(lines)
    memory(lines)


def stages(ruleset: Ruleset, lines: Sequence[str], baseline: float) -> None:
    """From worksheet to findings, and from JSON to JSON."""
    screener = make_screener(ruleset)
    sheets = [prepare(screener, json.loads(line)) for line in lines]
    seconds = per_item(sheets, lambda pair: decide(screener, *pair))
    show("worksheet to findings with evidence, both engines", seconds, baseline, 2500)
    alone = make_screener(ruleset, "reference")
    show("worksheet to findings, reference alone", per_item(sheets, lambda pair: decide(alone, *pair)), baseline)
    whole = per_item(lines, lambda line: dumps(screen_one(screener, json.loads(line), 0, {}, ())))
    show("JSON to JSON, both engines", whole, baseline, 1200)


def growth(ruleset: Ruleset, lines: Sequence[str]) -> None:
    """Rulesets of 20, 100 and 400 criteria: the time per criterion must not rise."""
    first = 0.0
    for count in (20, 100, 400):
        screener = make_screener(scaled(ruleset, count))
        sheets = [prepare(screener, json.loads(line)) for line in lines[:10]]
        seconds = per_item(sheets, lambda pair, screener=screener: decide(screener, *pair)) / count
        first = first or seconds
        what = f"{count} criteria, worksheet to findings, per criterion"
        print(f"{what:58}{seconds * 1e6:10,.1f} us {seconds / first:6.2f} x")


def jobs(lines: Sequence[str]) -> None:
    """The whole command with one process and with two."""
    with tempfile.TemporaryDirectory() as folder:
        source = many(lines, 6000, Path(folder))
        times = [min(command(source, "--jobs", str(count))[0] for _ in range(2)) for count in (1, 2)]
    print(f"{'--jobs 2 against --jobs 1, 6,000 subjects, wall time':58}{times[0] / times[1]:10.2f} x   (aim 1.6)")


def memory(lines: Sequence[str]) -> None:
    """The command's greatest memory on 1,000 and on 100,000 subjects."""
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        for count in (1_000, 100_000) if "--long" in sys.argv else (1_000, 10_000):
            source = many(lines, count, Path(folder))
            peaks.append((count, command(source)[1]))
    for count, peak in peaks:
        print(f"{f'peak memory, {count:,} subjects, ndjson':58}{peak / 1024:10.1f} MiB")


def decide(screener: Screener, context: Context, sheet: Worksheet) -> object:
    """Everything after the worksheet."""
    truths = reference.compare_all(screener.compiled, sheet.lo, sheet.hi)
    answers = fire(screener, sheet, truths, "benchmark")
    return find(Answered(context, screener.compiled, sheet, truths, answers))


def prepare(screener: Screener, raw: object) -> tuple[Context, Worksheet]:
    """A record's worksheet."""
    ruleset = screener.compiled.ruleset
    record = read_record(raw, 0, ruleset.dictionary, ruleset.anchors)
    if not isinstance(record, Record):
        raise TypeError(record)
    context = Context(record, ruleset)
    return context, fill(context, screener.compiled.measures)


def scaled(ruleset: Ruleset, count: int) -> Ruleset:
    """As many criteria as asked for: copies whose results count for other numbers of days."""
    criteria = [
        copy_of(ruleset.criteria[place % len(ruleset.criteria)], place // len(ruleset.criteria))
        for place in range(count)
    ]
    return evolve(ruleset, criteria=tuple(criteria))


def copy_of(criterion: Criterion, turn: int) -> Criterion:
    """The criterion under another id, with another greatest age of its results."""
    branches = tuple(evolve(branch, rule=older(branch.rule, turn)) for branch in criterion.branches)
    return evolve(criterion, id=f"{criterion.id}x{turn}", branches=branches, cases=())


def older(rule: Expression, turn: int) -> Expression:
    """The rule with results that count for ``turn`` days more."""
    match rule:
        case Comparison(measure) if isinstance(measure, Result):
            return evolve(rule, measure=evolve(measure, max_age=measure.max_age + turn))
        case Not(of):
            return Not(older(of, turn))
        case And(parts):
            return And(tuple(older(part, turn) for part in parts))
        case Or(parts):
            return Or(tuple(older(part, turn) for part in parts))
        case _:
            return rule


def per_item(items: Sequence[Any], work: Callable[[Any], object]) -> float:
    """Seconds of process time for one item: the best of several rounds."""
    best = float("inf")
    for _ in range(ROUNDS):
        start = time.process_time()
        for item in items:
            work(item)
        best = min(best, time.process_time() - start)
    return best / len(items)


def show(what: str, seconds: float, baseline: float, aim: int | None = None) -> None:
    """A line with subjects per second and the ratio to bare JSON."""
    target = f"   (aim {aim:,}/s)" if aim else ""
    print(f"{what:58}{1 / seconds:10,.0f}/s {seconds / baseline:6.1f} x bare JSON{target}")


def many(lines: Sequence[str], count: int, folder: Path) -> Path:
    """A file of so many subjects, each with a name of its own."""
    path = folder / f"{count}.ndjson"
    records = [json.loads(line) for line in lines]
    with path.open("w", encoding="utf-8") as file:
        for place in range(count):
            file.write(json.dumps({**records[place % len(records)], "subject": f"B-{place:06}"}) + "\n")
    return path


def command(source: Path, *more: str) -> tuple[float, int]:
    """Wall seconds and the greatest memory (KiB) of a whole screening command."""
    screen = "import sys; from ucmsc_rules.cli import main; sys.exit(main())"
    arguments = [sys.executable, "-c", screen, "screen", str(source), "--format", "ndjson", *more]
    before = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    start = time.perf_counter()
    subprocess.run(arguments, stdout=subprocess.DEVNULL, check=False)
    took = time.perf_counter() - start
    return took, max(before, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)


if __name__ == "__main__":
    if not durable.available():
        print(durable.why_not())
    main()
