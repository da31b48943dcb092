"""The report on a cohort: one HTML file without scripts, fonts or anything else from a network."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import Any

from ucmsc_rules._version import __version__
from ucmsc_rules.cohort.attrition.model import Attrition
from ucmsc_rules.cohort.plots import draw
from ucmsc_rules.cohort.plots.words import note
from ucmsc_rules.cohort.report.fragments import figure
from ucmsc_rules.cohort.report.style import PAGE
from ucmsc_rules.cohort.report.tables import changes_table, criteria_table, headline, problems_table, wants_table

_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_SHOWN_PROBLEMS = 100
_TOLD_ORDER = (
    "A subject may fail several criteria. “First” counts each subject once, at the first criterion of the list that "
    "excludes it; another order would give other numbers. “Excluded” and “only” do not depend on the order."
)
_TOLD_OPEN = (
    "An undetermined subject is excluded by nothing, and at least one criterion is unknown for it. Below is what it "
    "lacks, or what is too old, too vague or unreadable."
)
_TOLD_CHANGES = (
    "Each line changes one rule and leaves all others as they are. “Gained” are eligible with the change only, "
    "“lost” without it only."
)


def report_html(attrition: Attrition, problems: Iterable[Any] = ()) -> str:
    """The report as HTML. ``problems`` are those of ``screen_cohort``; with ``min_cell``, without examples."""
    flow, bars, together = draw(attrition)
    sections = [
        ("flow", "Flow", figure(flow)),
        ("criteria", "Criteria", f"<p>{_TOLD_ORDER}</p>{figure(bars)}{criteria_table(attrition)}"),
        ("together", "Criteria together", figure(together)),
    ]
    if attrition.wants_known:
        sections.append(("wanting", "Undetermined", f"<p>{_TOLD_OPEN}</p>{wants_table(attrition)}"))
    if attrition.changes:
        sections.append(("changes", "Changed rules", f"<p>{_TOLD_CHANGES}</p>{changes_table(attrition)}"))
    if rows := _problems(problems, attrition):
        sections.append(("problems", "Data", problems_table(rows)))
    return _page(attrition, sections)


def write_report(attrition: Attrition, path: Path | str, problems: Iterable[Any] = ()) -> Path:
    """Writes the report into a file."""
    target = Path(path)
    target.write_text(report_html(attrition, problems), encoding="utf-8")
    return target


def _problems(problems: Iterable[Any], attrition: Attrition) -> list[tuple[str, str, int, str]]:
    """Problems as rows; small counts of them are not told either, since an example is somebody's."""
    rows = []
    for each in problems:
        if attrition.min_cell and each.count < attrition.min_cell:
            continue
        example = "" if attrition.min_cell else str(next(iter(each.examples), ""))
        rows.append((each.level, each.message, each.count, example))
    return rows[:_SHOWN_PROBLEMS]


def _page(attrition: Attrition, sections: list[tuple[str, str, str]]) -> str:
    title = escape(f"Attrition: {attrition.title}")
    contents = "".join(f'<li><a href="#{name}">{words}</a></li>' for name, words, _ in sections)
    body = "".join(
        f'<section aria-labelledby="{name}"><h2 id="{name}">{words}</h2>{inside}</section>'
        for name, words, inside in sections
    )
    tip = f"<p>{escape(words)}</p>" if (words := note(attrition)) else ""
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}</title><style>{PAGE}</style></head><body>"
        '<a class="skip" href="#main">To the numbers</a><main id="main">'
        f"<h1>{escape(attrition.title)}</h1><p>Attrition of a cohort by the ruleset "
        f"<code>{escape(attrition.ruleset)}</code>, version {escape(attrition.version)}.</p>"
        f'{headline(attrition)}{tip}<nav aria-label="Contents"><ul>{contents}</ul></nav>{body}'
        f"<footer><p>ucmsc-rules {escape(__version__)}; ruleset {escape(attrition.digest)}</p></footer>"
        "</main></body></html>\n"
    )
