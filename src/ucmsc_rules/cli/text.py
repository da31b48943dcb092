"""Writes a verdict for a reader: the status in plain words, and for each criterion whether it holds and why."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from attrs import frozen

from ucmsc_rules.cli.printable import folded, styled
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Finding, Status, Verdict
from ucmsc_rules.verdicts.report import evidence_text

_GOOD, _BAD, _OPEN, _DIM = "green", "bold red", "yellow", "dim"
_HEADINGS = {"inclusion": "Inclusion criteria: each must hold", "exclusion": "Exclusion criteria: none may hold"}
_WORDS = {Truth.TRUE: "holds", Truth.FALSE: "does not hold", Truth.UNKNOWN: "unknown"}
_STATUS_STYLES = {Status.ELIGIBLE: "bold green", Status.INELIGIBLE: "bold red", Status.UNDETERMINED: "bold yellow"}


@frozen
class Page:
    """How wide a text may be, and whether it has colours."""

    columns: int
    colours: bool

    def style(self, text: str, style: str) -> str:
        """The text, styled where there are colours."""
        return styled(text, style) if self.colours else text


def verdict_text(verdict: Verdict, ruleset: Ruleset, page: Page) -> str:
    """The verdict as lines of text."""
    return "\n".join(_lines(verdict, ruleset, page)) + "\n"


def _lines(verdict: Verdict, ruleset: Ruleset, page: Page) -> Iterator[str]:
    who = "A record that was refused" if verdict.subject is None else f"Subject {verdict.subject}"
    head = folded(f"{who}: {verdict.status.value}", page.columns)
    yield from (page.style(line, _STATUS_STYLES[verdict.status]) for line in head)
    if verdict.findings:
        yield from folded(_because(verdict), page.columns, "  ")
    if verdict.anchors:
        days = ", ".join(f"{name} {day}" for name, day in verdict.anchors.items())
        yield from folded(f"Dates: {days}.", page.columns, "  ")
    yield from _problems(verdict.problems, page)
    texts = {criterion.id: criterion for criterion in ruleset.criteria}
    heading = ""
    for finding in verdict.findings:
        if finding.category != heading:
            heading = finding.category
            yield ""
            yield page.style(f"  {_HEADINGS[heading]}", "bold")
        yield from _finding(finding, texts[finding.criterion], page)
    yield ""


def _because(verdict: Verdict) -> str:
    """Why the status is what it is, in a sentence."""
    unknown = [finding.criterion for finding in verdict.findings if finding.holds is Truth.UNKNOWN]
    against = [finding for finding in verdict.findings if _weight(finding) == _BAD]
    still = f" Not decided yet: {', '.join(unknown)}." if unknown else ""
    match verdict.status:
        case Status.ELIGIBLE:
            return "Every inclusion criterion holds, and no exclusion criterion does."
        case Status.INELIGIBLE:
            return " ".join(f"{each.criterion} {_WORDS[each.holds]}." for each in against) + still
        case Status.UNDETERMINED:
            return f"Nothing rules the subject out so far.{still}"


def _weight(finding: Finding) -> str:
    if finding.holds is Truth.UNKNOWN:
        return _OPEN
    return _GOOD if (finding.holds is Truth.TRUE) == (finding.category == "inclusion") else _BAD


def _problems(problems: tuple[Problem, ...], page: Page) -> Iterator[str]:
    if problems:
        yield page.style("  Problems in the record", "bold")
    for problem in problems:
        style = _BAD if problem.level == "error" else _OPEN
        lines = folded(f"{problem.level} at {problem.path}: {problem.message}", page.columns, "    - ", "      ")
        yield from (page.style(line, style) for line in lines)


def _finding(finding: Finding, criterion: Criterion, page: Page) -> Iterator[str]:
    word = _WORDS[finding.holds]
    first, *rest = folded(f"{finding.criterion} {word}: {criterion.text}", page.columns, "  ", "      ")
    head = f"  {finding.criterion} {word}"
    yield page.style(head, _weight(finding)) + first[len(head) :]
    yield from rest
    yield from _all(_branches(finding), page, _DIM)
    yield from _all((f"{_of(each.branch)}{evidence_text(each)}" for each in finding.evidence), page, "")
    yield from _all((f"needed: {need.message}" for need in finding.needs), page, _OPEN)


def _branches(finding: Finding) -> Iterator[str]:
    if finding.branches:
        yield "parts: " + ", ".join(f"{key} {_WORDS[truth]}" for key, truth in finding.branches.items())


def _of(branch: str | None) -> str:
    return f"({branch}) " if branch else ""


def _all(texts: Iterator[str], page: Page, style: str) -> Iterator[str]:
    show: Callable[[str], str] = (lambda line: page.style(line, style)) if style else str
    for text in texts:
        yield from map(show, folded(text, page.columns, "      - ", "        "))
