"""The tables of an attrition as HTML: captions, headings with a scope, numbers to the right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from ucmsc_rules.cohort.attrition.model import Attrition, BranchRow, Change, Row
from ucmsc_rules.cohort.plots.words import number, share

_CRITERIA = (
    ("Criterion", ""),
    ("Text", ""),
    ("Excluded", "by this criterion, alone or with others"),
    ("Only", "by this criterion and no other"),
    ("First", "by this criterion first, in this order"),
    ("Left", "after this criterion, in this order"),
    ("Unknown", "of all subjects"),
    ("Open", "unknown, among the undetermined"),
    ("Last open", "unknown, and nothing else is"),
)
_CHANGES = ("Criterion", "Now", "Changed to", "Excluded", "Unknown", "Eligible", "Undetermined", "Gained", "Lost")


def headline(attrition: Attrition) -> str:
    """The four numbers that come first."""
    parts = (
        ("Screened", attrition.screened, ""),
        ("Excluded", attrition.excluded, share(attrition.excluded, attrition.screened)),
        ("Eligible", attrition.eligible, share(attrition.eligible, attrition.screened)),
        ("Undetermined", attrition.undetermined, share(attrition.undetermined, attrition.screened)),
    )
    cells = "".join(
        f"<div><dt>{words}</dt><dd>{number(count)}{f' <small>{part}</small>' if part else ''}</dd></div>"
        for words, count, part in parts
    )
    return f'<dl class="headline">{cells}</dl>'


def criteria_table(attrition: Attrition) -> str:
    """Every criterion with all of its counts, and its lettered branches below it."""
    head = "".join(
        f'<th scope="col">{words}{f"<small>{hint}</small>" if hint else ""}</th>' for words, hint in _CRITERIA
    )
    body = "".join(_criterion(row, attrition.branches) for row in attrition.rows)
    return _table("criteria", "Whom each criterion excludes or leaves open", head, body)


def _criterion(row: Row, branches: Iterable[BranchRow]) -> str:
    counts = (row.excluded, row.only, row.first, row.remaining, row.unknown, row.open, row.last_open)
    cells = "".join(f"<td>{number(count)}</td>" for count in counts)
    kind = f' <small class="kind">{escape(row.category)}</small>'
    main = (
        f'<tr><th scope="row">{escape(row.criterion)}</th><td class="words">{escape(row.text)}{kind}</td>{cells}</tr>'
    )
    below = "".join(
        f'<tr class="branch"><th scope="row">{escape(each.criterion)}.{escape(each.branch)}</th>'
        f'<td class="words">{escape(each.text)}</td><td>{number(each.excluded)}</td><td colspan="6"></td></tr>'
        for each in branches
        if each.criterion == row.criterion
    )
    return main + below


def wants_table(attrition: Attrition) -> str:
    """For want of what subjects are undetermined."""
    head = _heads(("What is wanting", "Undetermined subjects", "of whom nothing else is wanting"))
    body = "".join(
        f'<tr><th scope="row">{escape(want.label)} <code>{escape(want.concept)}</code></th>'
        f"<td>{number(want.subjects)}</td><td>{number(want.only)}</td></tr>"
        for want in attrition.wants
    )
    return _table("wants", "For want of what subjects are undetermined", head, body)


def changes_table(attrition: Attrition) -> str:
    """What each changed rule would bring."""
    now = (
        '<tr><th scope="row">all</th><td class="words">as they are</td><td class="words"></td><td></td><td></td>'
        f"<td>{number(attrition.eligible)}</td><td>{number(attrition.undetermined)}</td><td></td><td></td></tr>"
    )
    body = now + "".join(_change(each) for each in attrition.changes)
    return _table("changes", "What another rule would bring, each by itself", _heads(_CHANGES), body)


def _change(change: Change) -> str:
    counts = (change.excluded, change.unknown, change.eligible, change.undetermined, change.gained, change.lost)
    cells = "".join(f"<td>{number(count)}</td>" for count in counts)
    rules = "".join(f'<td class="words"><code>{escape(rule)}</code></td>' for rule in (change.before, change.after))
    return f'<tr><th scope="row">{escape(change.criterion)}</th>{rules}{cells}</tr>'


def problems_table(problems: Sequence[tuple[str, str, int, str]]) -> str:
    """What was wrong in the tables: level, message, rows, and a subject where one is told."""
    told = any(example for _, _, _, example in problems)
    head = _heads(("Level", "What", "Rows", "A subject, as an example")[: 4 if told else 3])
    body = "".join(_problem(each, told=told) for each in problems)
    return _table("problems", "What should be looked at in the data", head, body)


def _problem(problem: tuple[str, str, int, str], *, told: bool) -> str:
    level, message, rows, example = problem
    last = f'<td class="words"><code>{escape(example)}</code></td>' if told else ""
    words = f'<td class="words">{escape(level)}</td><td class="words">{escape(message)}</td>'
    return f"<tr>{words}<td>{number(rows)}</td>{last}</tr>"


def _heads(words: Iterable[str]) -> str:
    return "".join(f'<th scope="col">{escape(each)}</th>' for each in words)


def _table(name: str, caption: str, head: str, body: str) -> str:
    return (
        f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}"><table class="{name}">'
        f"<caption>{escape(caption)}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div>"
    )
