"""Turns a verdict and its record into an entry that only lacks its place in the chain."""

from __future__ import annotations

import platform
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cache
from importlib.metadata import PackageNotFoundError, version

from attrs import frozen

from ucmsc_rules.audit.canonical import digest_of
from ucmsc_rules.audit.entry import BEGINNING, FORM, Answer, AuditError, Entry
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.values.dates import shown
from ucmsc_rules.verdicts.finding import Finding, Verdict
from ucmsc_rules.verdicts.report import to_json

LONGEST_NAME, LONGEST_REASON = 200, 10_000


@frozen
class Said:
    """Who asked for a verdict, when, and why: texts from outside, since nothing here reads a clock."""

    who: str
    when: str
    reason: str


def draft(verdict: Verdict, record: object, normal_ranges: Iterable[NormalRange], said: Said) -> Entry:
    """The entry for a verdict on a record. Raises AuditError where the two do not fit, or what is said will not do.

    ``record`` is what was screened: plain data, or what a parser gave in the place of a record that was no JSON.
    """
    _check_said(said)
    _check_subject(verdict, record)
    ranges = [_range(each) for each in normal_ranges]
    levels = [problem.level for problem in verdict.problems]
    return Entry(
        form=FORM,
        sequence=0,
        subject=verdict.subject,
        status=verdict.status,
        anchors=dict(verdict.anchors),
        findings=tuple([answer_of(finding) for finding in verdict.findings]),
        errors=levels.count("error"),
        warnings=levels.count("warning"),
        input=None if isinstance(record, Broken) else digest_of(record),
        ranges=digest_of(ranges) if ranges else None,
        answer=digest_of(to_json(verdict)),
        ruleset=verdict.ruleset,
        ruleset_version=verdict.version,
        ruleset_digest=verdict.digest,
        engine=verdict.engine,
        versions={"ucmsc-rules": verdict.library, **_versions()},
        who=said.who,
        when=said.when,
        reason=said.reason,
        previous=BEGINNING,
    )


def _check_said(said: Said) -> None:
    for name, most in (("who", LONGEST_NAME), ("when", LONGEST_NAME), ("reason", LONGEST_REASON)):
        text = getattr(said, name)
        if not isinstance(text, str) or len(text) > most:
            raise AuditError(f'"{name}" is a text of at most {most:,} characters')
    if not said.who.strip():
        raise AuditError('"who" is blank; an entry tells who asked for the verdict')
    try:
        datetime.fromisoformat(said.when)
    except ValueError:
        message = f'"when" is {shown(said.when)}, which is no ISO 8601; write 2026-03-02 or 2026-03-02T09:30:00+00:00'
        raise AuditError(message) from None


def _check_subject(verdict: Verdict, record: object) -> None:
    """A refused record has no subject in its verdict, whatever the record says."""
    subject = record.get("subject") if isinstance(record, Mapping) else None
    if verdict.subject is not None and verdict.subject != subject:
        told = shown(subject) if isinstance(subject, str) else "nobody"
        message = (
            f"the verdict is on {shown(verdict.subject)}, and the record of {told}; give the one that was screened"
        )
        raise AuditError(message)


def answer_of(finding: Finding) -> Answer:
    """A finding in short."""
    needs = tuple(dict.fromkeys(need.concept for need in finding.needs))
    return Answer(finding.criterion, finding.category, finding.holds, dict(finding.branches), needs)


def _range(each: NormalRange) -> dict[str, object]:
    return {
        "concept": each.concept, "uln": each.text, "sex": each.sex, "age_from": each.age_from, "age_to": each.age_to,
    }  # fmt: skip


@cache
def _versions() -> dict[str, str | None]:
    """What the library stands on here, in the process that writes the entry."""
    return {
        "python": platform.python_version(),
        "durable-rules": _installed("durable-rules"),
        "pint": _installed("pint"),
    }


def _installed(name: str) -> str | None:
    try:
        return version(name)
    except PackageNotFoundError:
        return None
