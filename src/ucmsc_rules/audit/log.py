"""The screening log: a line for each verdict, from a trail or from verdicts, and its CSV."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from io import StringIO

from attrs import astuple, frozen

from ucmsc_rules.audit.draft import answer_of
from ucmsc_rules.audit.entry import Answer, Entry
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Verdict

COLUMNS = (
    "subject", "date", "status", "criteria not met", "undetermined", "anchors", "ruleset", "version", "who", "reason",
)  # fmt: skip
# what a spreadsheet program takes for the beginning of a formula, in its wide forms too, and our own mark
_FORMULA_SIGNS = "=+-@\t\r\n'＝＋－＠"
REFUSED = "the record was refused"


@frozen
class Line:
    """A line of the log, in the order of ``COLUMNS``; texts only."""

    subject: str
    date: str
    status: str
    not_met: str
    undetermined: str
    anchors: str
    ruleset: str
    version: str
    who: str
    reason: str


def lines_of(entries: Iterable[Entry], *, latest: bool = False) -> tuple[Line, ...]:
    """A line for each entry of a trail; with ``latest``, only the last one of each subject."""
    if latest:  # refused records have no subject and are each kept
        entries = sorted(
            {(each.subject, each.sequence if each.subject is None else 0): each for each in entries}.values(),
            key=lambda entry: entry.sequence,
        )
    return tuple([_line(each) for each in entries])


def line_of(verdict: Verdict, *, who: str, when: str, reason: str = "") -> Line:
    """The line of a verdict that stands in no trail."""
    answers = tuple([answer_of(finding) for finding in verdict.findings])
    return Line(
        verdict.subject or "", when, verdict.status.value, *_in_short(answers), _dates(verdict.anchors),
        verdict.ruleset, verdict.version, who, reason,
    )  # fmt: skip


def to_csv(lines: Iterable[Line]) -> bytes:
    """The log as CSV (RFC 4180) in UTF-8.

    A text that a spreadsheet program would take for a formula gets an apostrophe before it, and so does one that
    begins with an apostrophe: to take one apostrophe away gives every text back.
    """
    text = StringIO()
    writer = csv.writer(text, lineterminator="\r\n")  # of a text, only the signs of this one make it quoted
    writer.writerow(COLUMNS)
    writer.writerows([[as_plain_text(cell) for cell in astuple(line)] for line in lines])
    return text.getvalue().encode("utf-8", "backslashreplace")


def as_plain_text(text: str) -> str:
    """A text that no spreadsheet program takes for a formula.

    >>> as_plain_text("=1+1"), as_plain_text("S-001")
    ("'=1+1", 'S-001')
    """
    return f"'{text}" if text[:1] and text[0] in _FORMULA_SIGNS else text


def _line(entry: Entry) -> Line:
    return Line(
        entry.subject or "", entry.when, entry.status.value, *_in_short(entry.findings), _dates(entry.anchors),
        entry.ruleset, entry.ruleset_version, entry.who, entry.reason,
    )  # fmt: skip


def _in_short(answers: Sequence[Answer]) -> tuple[str, str]:
    """The criteria that are not met with the branches that decided, and those undetermined with what they need."""
    if not answers:
        return "", REFUSED
    not_met = [_beside(each, _deciding(each)) for each in answers if _is_not_met(each)]
    undetermined = [_beside(each, each.needs) for each in answers if each.holds is Truth.UNKNOWN]
    return "; ".join(not_met), "; ".join(undetermined)


def _is_not_met(answer: Answer) -> bool:
    return answer.holds is (Truth.FALSE if answer.category == "inclusion" else Truth.TRUE)


def _deciding(answer: Answer) -> tuple[str, ...]:
    return tuple(key for key, truth in answer.branches.items() if truth is answer.holds)


def _beside(answer: Answer, words: Sequence[str]) -> str:
    return f"{answer.criterion} ({', '.join(words)})" if words else answer.criterion


def _dates(anchors: Mapping[str, str]) -> str:
    """The anchors by their days, since a trail keeps no other order of them."""
    return ", ".join(f"{name} {day}" for name, day in sorted(anchors.items(), key=lambda each: (each[1], each[0])))
