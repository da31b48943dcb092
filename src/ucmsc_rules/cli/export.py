"""Writes answers in the forms that EDC systems take: SDTM IE and TI, FHIR, REDCap import rows, ODM."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import typer
from attrs import frozen

from ucmsc_rules.cli.complaints import asked_for
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.cli.usage import UsageError
from ucmsc_rules.exports.dataset import Dataset, dumps, to_csv, to_dataset_json
from ucmsc_rules.facts.intake import read_records
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.verdicts.finding import Verdict
from ucmsc_rules.verdicts.reading import from_json


@frozen
class Export:
    """What was asked for. ``created`` is when the file is made, in ISO 8601: nothing here reads a clock."""

    answers: str
    to: str
    ruleset: str
    study: str
    created: str
    form: str
    output: str | None


def write_export(order: Export) -> int:
    """Writes what was asked for; gives the exit status. Raises UsageError and the errors of the exports."""
    ruleset = asked_for(order.ruleset)
    written = _WRITERS[order.to](order, ruleset)
    if order.output is None:
        sys.stdout.buffer.write(written)
        sys.stdout.buffer.flush()
    else:
        Path(order.output).write_bytes(written)
    return 0


def _verdicts(order: Export, ruleset: Ruleset) -> Iterator[Verdict]:
    """The verdicts in a file of answers, as JSON or NDJSON. Those of refused records name no subject, and are told."""
    with Path(order.answers).open("rb") as stream:
        for answer in read_records(stream):
            if isinstance(answer, Broken) or not isinstance(answer, Mapping):
                why = answer.message if isinstance(answer, Broken) else "an answer is an object"
                raise UsageError(f"{order.answers}: {why}; give what screen --format json prints")
            verdict = from_json(answer)
            if verdict.digest != ruleset.digest:
                message = f"{order.answers}: answered by {verdict.ruleset} {verdict.version} ({verdict.digest})"
                raise UsageError(f"{message}, and the ruleset is another one; name it with --ruleset")
            if verdict.subject is None:
                _tell(f"left out, since it names no subject: {'; '.join(each.message for each in verdict.problems)}")
            else:
                yield verdict


def _tell(message: str) -> None:
    typer.echo(printable(f"ucmsc-rules: {message}"), err=True)


def _ie(order: Export, ruleset: Ruleset) -> bytes:
    from ucmsc_rules.exports.sdtm import to_ie  # noqa: PLC0415 - each form imports what it needs

    exported = to_ie(_verdicts(order, ruleset), ruleset, study=order.study)
    for problem in exported.problems:
        _tell(f"{problem.path}: {problem.message}")
    return _dataset(exported.dataset, order)


def _ti(order: Export, ruleset: Ruleset) -> bytes:
    from ucmsc_rules.exports.sdtm import to_ti  # noqa: PLC0415

    exported = to_ti(ruleset, study=order.study)
    for problem in exported.problems:
        _tell(f"{problem.path}: {problem.message}")
    return _dataset(exported.dataset, order)


def _open(order: Export, ruleset: Ruleset) -> bytes:
    from ucmsc_rules.exports.sdtm import to_open_criteria  # noqa: PLC0415

    return _dataset(to_open_criteria(_verdicts(order, ruleset), ruleset, study=order.study).dataset, order)


def _dataset(dataset: Dataset, order: Export) -> bytes:
    if order.form == "csv":
        return to_csv(dataset).encode()
    return dumps(to_dataset_json(dataset, created=_created(order), study=order.study)).encode()


def _created(order: Export) -> str:
    if not order.created:
        raise UsageError(f"--to {order.to} needs --created, when the file is made, as 2026-03-01T12:00:00")
    return order.created


def _fhir(order: Export, ruleset: Ruleset) -> bytes:
    """A Bundle on each line."""
    from ucmsc_rules.exports.fhir import to_fhir  # noqa: PLC0415

    recorded, study = _created(order), f"ResearchStudy/{order.study}"
    bundles = (to_fhir(verdict, ruleset, recorded=recorded, study=study) for verdict in _verdicts(order, ruleset))
    return "".join(f"{json.dumps(bundle, ensure_ascii=False)}\n" for bundle in bundles).encode()


def _redcap(order: Export, ruleset: Ruleset) -> bytes:
    from ucmsc_rules.exports.redcap import to_redcap_csv, to_redcap_rows  # noqa: PLC0415

    verdicts = list(_verdicts(order, ruleset))
    if order.form == "csv":
        return to_redcap_csv(verdicts).encode()
    return (json.dumps(to_redcap_rows(verdicts), ensure_ascii=False, indent=1) + "\n").encode()


def _odm(order: Export, ruleset: Ruleset) -> bytes:
    from ucmsc_rules.exports.odm import to_odm  # noqa: PLC0415
    from ucmsc_rules.exports.odm_form import OdmForm  # noqa: PLC0415

    form = OdmForm(study=order.study)
    return to_odm(_verdicts(order, ruleset), ruleset, file_oid=f"{order.study}.IE", created=_created(order), form=form)


_WRITERS: Mapping[str, Callable[[Export, Ruleset], bytes]] = {
    "sdtm-ie": _ie,
    "sdtm-ti": _ti,
    "sdtm-open": _open,
    "fhir": _fhir,
    "redcap": _redcap,
    "odm": _odm,
}
