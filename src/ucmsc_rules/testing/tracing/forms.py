"""Writes what was traced as Markdown, CSV and JSON. The same ruleset gives the same bytes: nothing is dated."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterable, Iterator, Sequence
from io import StringIO

from attrs import asdict

from ucmsc_rules._version import __version__
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing.tracing.rows import Row

COLUMNS = (
    "ruleset", "version", "digest", "place", "criterion", "category", "text", "branch", "rule", "cases", "true",
    "false", "unknown", "failing", "lines", "conditions_shown", "conditions", "mutants_killed", "mutants_equivalent",
    "mutants_survived", "note",
)  # fmt: skip
_HEADINGS = (
    "Place", "Criterion", "Category", "Text", "Rule", "Cases", "True, false, unknown", "Lines", "Conditions shown",
    "Mutants killed, equivalent, survived", "Note",
)  # fmt: skip
_MARKS = re.compile(r"[\\`*_\[\]<>|#~&]")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def to_markdown(rows: Iterable[Row], ruleset: Ruleset) -> str:
    """The rows as a document: what was traced, a table, and totals."""
    kept = list(rows)
    head = [f"# Traceability of {_plain(ruleset.name)} {_plain(ruleset.version)}", "", _plain(ruleset.title), ""]
    head += [f"- digest: `{ruleset.digest}`", f"- library: ucmsc-rules {__version__}", ""]
    table = [_line(_HEADINGS), _line(["---"] * len(_HEADINGS)), *(_line(_cells(row)) for row in kept), ""]
    totals = [f"- {name.replace('_', ' ')}: {total}" for name, total in _totals(kept, ruleset).items()]
    return "\n".join([*head, *table, "## Totals", "", *totals, ""])


def to_csv(rows: Iterable[Row], ruleset: Ruleset) -> str:
    """The rows as CSV, in the order of ``COLUMNS``; a cell that a spreadsheet would reckon with gets an apostrophe."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for row in rows:
        record = (
            ruleset.name, ruleset.version, ruleset.digest, row.place, row.criterion, row.category, row.text, row.branch,
            row.rule, len(row.lines), len(row.true), len(row.false), len(row.unknown), len(row.failing),
            _ranges(row.lines), row.shown, row.conditions, *_numbers(row), row.note,
        )  # fmt: skip
        writer.writerow([_guarded(str(cell)) for cell in record])
    return text.getvalue()


def to_json(rows: Iterable[Row], ruleset: Ruleset) -> str:
    """The rows and their totals as JSON, with the line of every case and the id of every mutant."""
    kept = list(rows)
    document = {
        "ruleset": ruleset.name, "version": ruleset.version, "digest": ruleset.digest, "library": __version__,
        "rows": [asdict(row) for row in kept], "totals": _totals(kept, ruleset),
    }  # fmt: skip
    return json.dumps(document, ensure_ascii=False, allow_nan=False, indent=1) + "\n"


def _totals(rows: Sequence[Row], ruleset: Ruleset) -> dict[str, int]:
    """Every place, criterion, case, condition and mutant counted once, wherever it stands."""
    whole = {row.criterion: row for row in rows if row.criterion and not row.branch}
    totals = {
        "places": len(ruleset.places),
        "places_without_criterion": len({row.place for row in rows if not row.criterion}),
        "criteria": len(whole),
        "rules_without_cases": len({(row.criterion, row.branch) for row in rows if row.criterion and row.gap}),
        "cases": len({line for row in rows for line in row.lines}),
        "cases_failing": len({line for row in rows for line in row.failing}),
        "conditions": sum(row.conditions for row in whole.values()),
        "conditions_shown": sum(row.shown for row in whole.values()),
    }
    tried = [row.mutants for row in rows if row.mutants is not None]
    for fate in ("killed", "equivalent", "survived") if tried else ():
        totals[f"mutants_{fate}"] = len({each for mutants in tried for each in getattr(mutants, fate)})
    return totals


def _cells(row: Row) -> Iterator[str]:
    yield _plain(row.place)
    yield _plain(f"{row.criterion}.{row.branch}" if row.branch else row.criterion)
    yield row.category
    yield _plain(row.text)
    yield f"`{_one_line(row.rule).replace('|', chr(92) + '|')}`" if row.rule else ""
    if not row.criterion:
        yield from ("", "", "", "", "")
    else:
        yield str(len(row.lines))
        yield f"{len(row.true)}, {len(row.false)}, {len(row.unknown)}"
        yield _ranges(row.lines)
        yield f"{row.shown}/{row.conditions}"
        yield ", ".join(_numbers(row)) if row.mutants else "not tried"
    yield row.note


def _numbers(row: Row) -> tuple[str, ...]:
    """How many mutants were killed, equivalent and survived; nothing where none were tried."""
    if row.mutants is None:
        return ("", "", "")
    return tuple(str(len(ids)) for ids in (row.mutants.killed, row.mutants.equivalent, row.mutants.survived))


def _ranges(lines: Sequence[int]) -> str:
    """Line numbers in short.

    >>> _ranges((3, 4, 5, 8, 10, 11))
    '3-5, 8, 10-11'
    """
    runs: list[list[int]] = []
    for line in lines:
        if runs and line == runs[-1][-1] + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else str(run[0]) for run in runs)


def _line(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _plain(text: str) -> str:
    """A text that Markdown shows as it is."""
    return _MARKS.sub(r"\\\g<0>", _one_line(text))


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _guarded(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula.

    >>> _guarded("=1+1"), _guarded("1+1")
    ("'=1+1", '1+1')
    """
    return f"'{cell}" if cell.startswith(_FORMULA) else cell
