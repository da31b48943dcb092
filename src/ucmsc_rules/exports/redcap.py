"""Writes verdicts as rows that REDCap imports, and the data dictionary of the form that takes them.

Nothing is left blank, since a blank field leaves in REDCap what stood there before.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator
from io import StringIO

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.exports.redcap_form import AGAINST, HEADER, OPEN, VerdictForm, code_of, dictionary_lines, field_of
from ucmsc_rules.rules.model import Category, Ruleset
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Finding, Verdict

__all__ = ["VerdictForm", "redcap_data_dictionary", "to_redcap_csv", "to_redcap_rows"]

NOTHING = "nothing"
USUAL = VerdictForm()


def to_redcap_rows(verdicts: Iterable[Verdict], form: VerdictForm = USUAL) -> list[dict[str, str]]:
    """A row for each verdict, as PyCap's ``import_records`` and the API take them.

    Raises UcmscRulesError for a verdict that names no subject, which there is no record for.
    """
    return [_row(verdict, form) for verdict in verdicts]


def to_redcap_csv(verdicts: Iterable[Verdict], form: VerdictForm = USUAL) -> str:
    """The rows as the CSV text that REDCap's data import tool takes."""
    rows = to_redcap_rows(verdicts, form)
    columns = list(dict.fromkeys(column for row in rows for column in row))
    return _csv(columns, ([row.get(column, "") for column in columns] for row in rows))


def redcap_data_dictionary(ruleset: Ruleset, form: VerdictForm = USUAL) -> str:
    """The form's data dictionary as CSV text; append its lines to those of the project.

    The field that names the record comes first, as in every project; leave that line out where the project has it.
    """
    return _csv(HEADER, dictionary_lines(ruleset, form))


def _row(verdict: Verdict, form: VerdictForm) -> dict[str, str]:
    if verdict.subject is None:
        why = "; ".join(problem.message for problem in verdict.problems)
        raise UcmscRulesError(f"a verdict without a subject has no record to go to, so leave it out ({why})")
    row = _heading(verdict.subject, form)
    for name, text in _cells(verdict, form):
        if name in row:
            raise UcmscRulesError(f'two texts would both be in the field "{name}"; rename the criterion')
        row[name] = text
    return row


def _cells(verdict: Verdict, form: VerdictForm) -> Iterator[tuple[str, str]]:
    yield f"{form.prefix}status", form.statuses[verdict.status.value]
    yield from _found(verdict.findings, form)
    needs = (f"{finding.criterion}: {need.message}" for finding in verdict.findings for need in finding.needs)
    yield f"{form.prefix}needs", _listed(needs)
    problems = (f"{problem.level} {problem.path}: {problem.message}" for problem in verdict.problems)
    yield f"{form.prefix}problems", _listed(problems)
    yield f"{form.prefix}ruleset", f"{verdict.ruleset} {verdict.version} {verdict.digest}"
    yield f"{form.prefix}engine", f"{verdict.engine}, ucmsc-rules {verdict.library}"
    yield f"{form.instrument}_complete", form.complete


def _heading(subject: str, form: VerdictForm) -> dict[str, str]:
    heading = {form.record_id: subject}
    if form.event:
        heading["redcap_event_name"] = form.event
    if form.instance:
        repeated = form.instrument if form.repeats == "form" else ""
        heading |= {"redcap_repeat_instrument": repeated, "redcap_repeat_instance": form.instance}
    return heading


def _found(findings: Iterable[Finding], form: VerdictForm) -> Iterator[tuple[str, str]]:
    """The cells of the criteria."""
    for finding in findings:
        if form.shape == "radio":
            yield field_of(finding.criterion, form), form.answers[finding.holds.value]
        else:
            yield f"{form.prefix}{AGAINST}___{code_of(finding.criterion)}", "1" if _speaks_against(finding) else "0"
            yield f"{form.prefix}{OPEN}___{code_of(finding.criterion)}", "1" if finding.holds is Truth.UNKNOWN else "0"


def _speaks_against(finding: Finding) -> bool:
    return finding.holds is (Truth.FALSE if finding.category == Category.INCLUSION.value else Truth.TRUE)


def _listed(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(texts)) or NOTHING


def _csv(header: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(lines)
    return text.getvalue()
