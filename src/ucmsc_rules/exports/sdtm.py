"""Verdicts as the SDTM domain IE, which has the criteria that were not met, and a ruleset as the trial domain TI.

A criterion that could not be decided is not one that was not met: it is not in IE, and stands in a listing of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping

from attrs import frozen

from ucmsc_rules.errors import UcmscRulesError, ValueTextError
from ucmsc_rules.exports.dataset import Column, Dataset, Value
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.rules.model import Category, Criterion, Ruleset
from ucmsc_rules.values.dates import parse_date, shown
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Finding, Verdict

LONGEST_TEXT = 200
LONGEST_CODE = 8
_CODE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*\Z")
_FULL_DATE = 10
_STUDY = Column("STUDYID", "Study Identifier", key=1)
_DOMAIN = Column("DOMAIN", "Domain Abbreviation")
_SUBJECT = Column("USUBJID", "Unique Subject Identifier", key=2)
_NAME = Column("IETEST", "Inclusion/Exclusion Criterion")
_CATEGORY = Column("IECAT", "Inclusion/Exclusion Category")
_IE = (
    _STUDY, _DOMAIN, _SUBJECT, Column("IESEQ", "Sequence Number", "integer"),
    Column("IETESTCD", "Inclusion/Exclusion Criterion Short Name", key=3), _NAME, _CATEGORY,
    Column("IEORRES", "I/E Criterion Original Result"), Column("IESTRESC", "I/E Criterion Result in Std Format"),
    Column("EPOCH", "Epoch"), Column("IEDTC", "Date/Time of Collection", "date"),
)  # fmt: skip
_TI = (
    _STUDY, _DOMAIN, Column("IETESTCD", "Incl/Excl Criterion Short Name", key=2), _NAME, _CATEGORY,
    Column("TIVERS", "Protocol Criteria Versions", key=3),
)  # fmt: skip
_OPEN = (
    _STUDY, _SUBJECT, Column("IETESTCD", "Inclusion/Exclusion Criterion Short Name", key=3), _NAME, _CATEGORY,
    Column("STATUS", "Status of the Subject"), Column("NEEDED", "What Would Decide"),
)  # fmt: skip


@frozen
class Exported:
    """A dataset, and what somebody should know of it, such as texts that were shortened."""

    dataset: Dataset
    problems: tuple[Problem, ...] = ()


def to_ie(
    verdicts: Iterable[Verdict], ruleset: Ruleset, *, study: str, site: str = "", dates: Mapping[str, str] | None = None
) -> Exported:
    """The criteria that were not met, as SDTM IE: N for an inclusion, Y for an exclusion.

    With a ``site``, a subject's identifier is made of study, site and subject; without one it is taken as it stands.
    ``dates`` has the day of assessment by subject; else it is that of the anchor at which the ruleset reads results.
    A record that was refused has no subject, and is told as a problem.
    """
    codes = {criterion.id: criterion for criterion in ruleset.criteria}
    rows: list[tuple[Value, ...]] = []
    problems: list[Problem] = []
    for subject, verdict in _by_subject(verdicts, ruleset, study, site, problems):
        day = _day(verdict, ruleset, dates or {})
        missed = [finding for finding in verdict.findings if _not_met(finding)]
        for number, finding in enumerate(missed, start=1):
            answer = "N" if finding.category == Category.INCLUSION.value else "Y"
            told = _criterion(codes[finding.criterion])
            rows.append((study, "IE", subject, number, *told, answer, answer, "SCREENING", day))
    problems += _shortened(ruleset)
    return Exported(Dataset("IE", "Inclusion/Exclusion Criteria Not Met", _IE, tuple(rows)), tuple(problems))


def to_ti(ruleset: Ruleset, *, study: str) -> Exported:
    """The ruleset's criteria as SDTM TI; the version of the ruleset is that of the criteria."""
    rows = [(study, "TI", *_criterion(each), ruleset.version) for each in ruleset.criteria]
    dataset = Dataset("TI", "Trial Inclusion/Exclusion Criteria", _TI, tuple(rows))
    return Exported(dataset, tuple(_shortened(ruleset)))


def to_open_criteria(verdicts: Iterable[Verdict], ruleset: Ruleset, *, study: str, site: str = "") -> Exported:
    """The criteria that could not be decided, which IE has no place for, with what would decide each."""
    codes = {criterion.id: criterion for criterion in ruleset.criteria}
    problems: list[Problem] = []
    rows = [
        (study, subject, *_criterion(codes[each.criterion]), verdict.status.value, _needed(each))
        for subject, verdict in _by_subject(verdicts, ruleset, study, site, problems)
        for each in verdict.findings
        if each.holds is Truth.UNKNOWN
    ]
    return Exported(Dataset("IEOPEN", "Criteria That Could Not Be Decided", _OPEN, tuple(rows)), tuple(problems))


def _needed(finding: Finding) -> str:
    return "; ".join(need.message for need in finding.needs)


def _not_met(finding: Finding) -> bool:
    wanted = Truth.FALSE if finding.category == Category.INCLUSION.value else Truth.TRUE
    return finding.holds is wanted


def _by_subject(
    verdicts: Iterable[Verdict], ruleset: Ruleset, study: str, site: str, problems: list[Problem]
) -> Iterator[tuple[str, Verdict]]:
    """The verdicts of this ruleset by the subjects' unique identifiers, in their order."""
    found: dict[str, Verdict] = {}
    for place, verdict in enumerate(verdicts):
        if verdict.digest != ruleset.digest:
            other = f"{verdict.ruleset} {verdict.version}"
            raise UcmscRulesError(
                f"verdict {place} is of {other} or of an edited file, not of this ruleset; screen again"
            )
        if verdict.subject is None:
            why = "; ".join(problem.message for problem in verdict.problems)
            problems.append(Problem("error", f"[{place}]", f"a record was refused, so it is in no dataset: {why}"))
            continue
        subject = f"{study}-{site}-{verdict.subject}" if site else verdict.subject
        if subject in found:
            raise UcmscRulesError(f"{shown(subject)} has two verdicts; give the one that counts")
        found[subject] = verdict
    yield from sorted(found.items())


def _day(verdict: Verdict, ruleset: Ruleset, dates: Mapping[str, str]) -> str | None:
    """The day of assessment; None where nobody told it."""
    told = dates.get(verdict.subject or "", verdict.anchors.get(ruleset.settings.at))
    if told is not None and (len(told) != _FULL_DATE or parse_date(told).first != parse_date(told).last):
        raise ValueTextError(f"{shown(told)} is no full date; write YYYY-MM-DD")
    return told


def _criterion(criterion: Criterion) -> tuple[str, str, str]:
    """Short name, name and category of a criterion."""
    if len(criterion.id) > LONGEST_CODE or not _CODE.match(criterion.id):
        form = f"up to {LONGEST_CODE} letters, digits and _, and no digit first"
        raise UcmscRulesError(f"{shown(criterion.id)} cannot be an IETESTCD, which has {form}; give it another id")
    return criterion.id, _short(criterion.text), criterion.category.value.upper()


def _short(text: str) -> str:
    """The text, or as many whole words of it as the length of a variable allows.

    >>> len(_short("word " * 50)), _short("word " * 50)[-12:]
    (197, 'word word...')
    """
    plain = " ".join(text.split())
    if len(plain) <= LONGEST_TEXT:
        return plain
    return f"{plain[: LONGEST_TEXT - 3].rpartition(' ')[0]}..."


def _shortened(ruleset: Ruleset) -> list[Problem]:
    message = f"is longer than {LONGEST_TEXT} characters, so IETEST has its beginning; tell all of it in the metadata"
    return [
        Problem("warning", f"{each.id}.text", f"the text of {each.id} {message}")
        for each in ruleset.criteria
        if len(" ".join(each.text.split())) > LONGEST_TEXT
    ]
