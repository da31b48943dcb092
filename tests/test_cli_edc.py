"""The command line on what EDC systems send: facts, screening, an audit trail, and answers that go back."""

from __future__ import annotations

import csv
import json
import sqlite3
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from adapters.odm_writer import to_odm
from adapters.redcap_writer import to_redcap_csv, to_redcap_json
from adapters.sdtm_writer import to_sdtm
from ucmsc_rules import load_ruleset, screen, to_json
from ucmsc_rules.adapters.mapping import System
from ucmsc_rules.adapters.sources import recognised
from ucmsc_rules.cli.app import app

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
RECORDS: list[dict[str, Any]] = [
    {
        "subject": "S-001",
        "anchors": {"screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-22"},
        "facts": [
            {"concept": "birth_date", "value": "1961-04-02"},
            {"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-02-27"},
        ],
    },
    {
        "subject": "S-002",
        "anchors": {"screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-22"},
        "facts": [{"concept": "hbv_dna", "value": "2000 IU/mL", "when": "2026-02-27"}],
    },
]
OBSERVATION = {
    "resourceType": "Observation",
    "id": "dna",
    "status": "final",
    "subject": {"reference": "Patient/p1"},
    "code": {"coding": [{"system": "http://loinc.org", "code": "42595-9"}]},
    "effectiveDateTime": "2026-02-27",
    "valueQuantity": {"value": 20, "comparator": "<", "unit": "IU/mL"},
}
OTHER = {
    **OBSERVATION,
    "id": "x",
    "code": {"coding": [{"system": "http://loinc.org", "code": "0000-0", "display": "Z"}]},
}
PATIENT = {"resourceType": "Patient", "id": "p1", "birthDate": "1961-04-02"}
BUNDLE = {
    "resourceType": "Bundle",
    "type": "collection",
    "entry": [{"resource": each} for each in (PATIENT, OBSERVATION, OTHER)],
}
AT = ("--anchor", "screening=2026-03-01")


def run(*arguments: str, stdin: bytes | None = None) -> Result:
    """A command run in this process."""
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False, env={"COLUMNS": "100"})


@pytest.fixture
def bundle(tmp_path: Path) -> str:
    """A Bundle of one patient, with an Observation that no mapping names."""
    path = tmp_path / "bundle.json"
    path.write_text(json.dumps(BUNDLE), encoding="utf-8")
    return str(path)


@pytest.fixture
def answers(tmp_path: Path) -> str:
    """What screen prints of two subjects."""
    path = tmp_path / "answers.json"
    path.write_text(json.dumps([to_json(screen(RULESET, record)) for record in RECORDS]), encoding="utf-8")
    return str(path)


def holds(result: Result, criterion: str = "I4") -> dict[str, str]:
    """The answer of a criterion by subject, of what screen printed as JSON."""
    return {
        answer["subject"]: finding["holds"]
        for answer in json.loads(result.stdout)
        for finding in answer["findings"]
        if finding["criterion"] == criterion
    }


# what a file is


@pytest.mark.parametrize(
    ("head", "system"),
    [
        (b'{"resourceType": "Bundle"}', System.FHIR),
        (b'\xef\xbb\xbf [ {"id": "1", "resourceType" : "Patient"}', System.FHIR),
        ('{"resourceType": "Bundle"}'.encode("utf-16"), System.FHIR),
        (b'{"subject": "S", "facts": [{"source": "\\"resourceType\\": \\"Bundle\\""}]}', None),
        (b'{"datasetJSONCreationDateTime": "2026-03-01T12:00:00"', System.SDTM),
        (b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!", System.SDTM),
        (b'<?xml version="1.0"?>\n<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3">', System.ODM),
        (b'<odm:ODM xmlns:odm="http://www.cdisc.org/ns/odm/v2.0">', System.ODM),
        (b"<html>", None),
        (b"PAR1\x00", System.TABLE),
        (b'[{"record_id": "1", "demographics_complete": "2"}]', None),
        (b"record_id,sex\n1,2\n", None),
        (b"", None),
    ],
)  # fmt: skip
def test_content_is_recognised_where_that_is_safe(head: bytes, system: System | None) -> None:
    """CSV, REDCap's JSON and canonical records are nobody's in particular."""
    assert recognised(head) is system


# reading


def test_a_bundle_is_recognised_and_screened(bundle: str) -> None:
    """By the mapping that is shipped; what it does not name is told on stderr."""
    result = run("screen", bundle, *AT, "--format", "json")
    assert result.exit_code == 0
    assert holds(result) == {"p1": "true"}
    assert "not read, since the mapping does not name it:\n  1 x Observation code=loinc 0000-0" in result.stderr
    assert run("screen", bundle, *AT, "--format", "json", "--from", "fhir").stdout == result.stdout


def test_stdin_is_read_as_it_is_told(bundle: str) -> None:
    """A stream is not looked into."""
    data = Path(bundle).read_bytes()
    assert holds(run("screen", "-", *AT, "--format", "json", "--from", "fhir", stdin=data)) == {"p1": "true"}
    assert run("screen", "-", *AT, "--format", "json", stdin=data).exit_code == 1


def test_facts_shows_what_was_read_and_what_was_not(bundle: str) -> None:
    """Each fact with its source, and the things that the mapping does not name."""
    result = run("facts", bundle)
    assert result.exit_code == 0
    assert result.stdout == (
        "Subject p1\n"
        "  birth_date: 1961-04-02, source Bundle.entry[0] Patient/p1.birth_date\n"
        "  hbv_dna: <20, IU/mL, when 2026-02-27, source Bundle.entry[1] Observation/dna.value\n"
        "  not read, since the mapping does not name it:\n"
        "    1 x Observation code=loinc 0000-0 name=Z\n"
        "\n"
    )


def test_facts_as_lines_are_records_that_screen_takes(bundle: str) -> None:
    """The way over canonical records gives the same findings."""
    lines = run("facts", bundle, "--format", "ndjson")
    again = run("screen", "-", *AT, "--format", "json", stdin=lines.stdout.encode())
    assert holds(again) == holds(run("screen", bundle, *AT, "--format", "json"))


def test_facts_of_canonical_records_tells_their_problems(tmp_path: Path) -> None:
    """As screen would; exit status 1 where there is an error."""
    path = tmp_path / "records.ndjson"
    path.write_text(json.dumps({"subject": "S", "facts": [{"concept": "hbv_dan"}]}) + "\nno record\n", encoding="utf-8")
    result = run("facts", str(path))
    assert result.exit_code == 1
    assert 'error facts[0].concept: "hbv_dan" is no concept of the dictionary; did you mean "hbv_dna"?' in result.stdout
    assert "A part of the input that no subject can be made of" in result.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
@pytest.mark.parametrize("kind", ["odm", "odm2", "redcap-json", "redcap-csv", "sdtm"])
def test_every_system_is_screened(kind: str, jobs: str, tmp_path: Path) -> None:
    """Two subjects written in each form, in one process and in two."""
    path, more = _written(kind, tmp_path)
    result = run("screen", path, *more, "--format", "json", "--jobs", jobs)
    assert result.exit_code == 0, result.output
    assert holds(result) == {"S-001": "true", "S-002": "false"}


def _written(kind: str, folder: Path) -> tuple[str, tuple[str, ...]]:
    example = Path(__file__).parent.parent / "examples" / "redcap-dictionary.csv"
    if kind == "sdtm":
        to_sdtm(RECORDS, folder, form="dataset-json")
        return str(folder), ("--from", "sdtm")
    path = folder / kind
    if kind.startswith("odm"):
        path.write_bytes(to_odm(RECORDS, "2.0" if kind == "odm2" else "1.3.2"))
        return str(path), ("--mapping", "example-odm")
    path.write_bytes(to_redcap_json(RECORDS) if kind == "redcap-json" else to_redcap_csv(RECORDS))
    return str(path), ("--mapping", "example-redcap", "--data-dictionary", str(example))


def test_a_long_table_needs_no_mapping(tmp_path: Path) -> None:
    """Its columns are the keys of canonical facts."""
    path = tmp_path / "facts.csv"
    path.write_text("subject,concept,value,when\nS-001,hbv_dna,<20 IU/mL,2026-02-27\n", encoding="utf-8")
    assert holds(run("screen", str(path), *AT, "--from", "table", "--format", "json")) == {"S-001": "true"}


# wrong usage


@pytest.mark.parametrize(
    ("more", "message"),
    [
        (("--from", "odm"), "reading odm needs --mapping FILE, which says what the study's fields mean"),
        (("--from", "redcap", "--mapping", "fhir-r4"), 'the mapping "fhir-r4" reads fhir, and the files are redcap'),
        (("--mapping", "fhir-r5"), 'there is no mapping "fhir-r5"; did you mean "fhir-r4"?'),
        (("--data-dictionary", "nowhere.csv"), "there is no file nowhere.csv"),
    ],
)
def test_wrong_usage(more: tuple[str, ...], message: str, bundle: str) -> None:
    """Exit status 2, a sentence, and no traceback."""
    result = run("screen", bundle, *more)
    assert result.exit_code == 2
    assert message in result.stderr
    assert "Traceback" not in result.output


def test_files_of_several_kinds_are_not_mixed(bundle: str, tmp_path: Path) -> None:
    """Each kind has a mapping of its own."""
    other = tmp_path / "records.ndjson"
    other.write_text(json.dumps(RECORDS[0]), encoding="utf-8")
    result = run("screen", bundle, str(other))
    assert result.exit_code == 2
    assert "the files are of several kinds (fhir, record); screen each kind by itself" in result.stderr


def test_a_mapping_with_mistakes_tells_each_with_its_place(bundle: str, tmp_path: Path) -> None:
    """As a ruleset does."""
    path = tmp_path / "mine.yaml"
    path.write_text(
        "mapping: mine\nversion: 1.0.0\ntitle: Mine\nreads: fhir\nfacts:\n"
        "  - {concept: hbv_dan, from: Observation, value: value}\n",
        encoding="utf-8",
    )
    result = run("screen", bundle, "--mapping", str(path))
    assert result.exit_code == 2
    assert f"{path}:6:" in result.stderr
    assert 'did you mean "hbv_dna"?' in result.stderr


def test_a_part_that_is_broken_loses_nothing_else(tmp_path: Path) -> None:
    """It is answered in its place, and the exit status is 1."""
    path = tmp_path / "bulk.ndjson"
    path.write_text(f"{json.dumps(PATIENT)}\n{json.dumps(OBSERVATION)}\n{{", encoding="utf-8")
    result = run("screen", str(path), *AT, "--from", "fhir", "--format", "json")
    assert result.exit_code == 1
    assert {answer["subject"] for answer in json.loads(result.stdout)} == {"p1", None}


# the audit trail


def audited(bundle: str, trail: Path, when: str = "2026-03-01T10:00:00Z") -> Result:
    """A screening that is recorded."""
    return run("screen", bundle, *AT, "--format", "json", "--audit", str(trail), "--who", "me", "--when", when)


def test_verdicts_are_recorded_and_verified(bundle: str, tmp_path: Path) -> None:
    """Each in the trail before it is printed; what was printed is not changed by it."""
    trail = tmp_path / "trail.sqlite"
    assert audited(bundle, trail).stdout == run("screen", bundle, *AT, "--format", "json").stdout
    audited(bundle, trail, "2026-03-02T10:00:00Z")
    result = run("verify", str(trail))
    assert result.exit_code == 0
    assert result.stdout.splitlines()[0] == "2 entries, unbroken"
    head = result.stdout.splitlines()[-1].removeprefix("head ")
    assert run("verify", str(trail), "--head", head).exit_code == 0


def test_a_trail_that_was_edited_does_not_verify(bundle: str, tmp_path: Path) -> None:
    """Exit status 1, and where."""
    trail = tmp_path / "trail.sqlite"
    audited(bundle, trail)
    with sqlite3.connect(trail) as database:
        guards = database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for (name,) in guards:
            database.execute(f"DROP TRIGGER {name}")
        table = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchone()[0]
        database.execute(f"UPDATE {table} SET content = replace(content, 'undetermined', 'eligible')")  # noqa: S608 - its own table
    database.close()
    result = run("verify", str(trail))
    assert result.exit_code == 1
    assert any(line.startswith("entry 1: ") for line in result.stdout.splitlines())
    assert run("log", str(trail)).exit_code == 2


def test_the_screening_log(bundle: str, tmp_path: Path) -> None:
    """A line for each verdict, as CSV and as a workbook."""
    trail = tmp_path / "trail.sqlite"
    audited(bundle, trail)
    (line,) = csv.DictReader(StringIO(run("log", str(trail)).stdout))
    assert (line["subject"], line["date"], line["status"]) == ("p1", "2026-03-01T10:00:00Z", "undetermined")
    book = tmp_path / "log.xlsx"
    assert run("log", str(trail), "--format", "xlsx", "--output", str(book)).exit_code == 0
    from openpyxl import load_workbook

    assert load_workbook(BytesIO(book.read_bytes())).active is not None


@pytest.mark.parametrize("missing", ["--who", "--when"])
def test_an_audit_needs_who_and_when(missing: str, bundle: str, tmp_path: Path) -> None:
    """Nothing reads the clock, and nobody is guessed at."""
    told = {"--who": "me", "--when": "2026-03-01T10:00:00Z"}
    more = [each for name, value in told.items() if name != missing for each in (name, value)]
    result = run("screen", bundle, *AT, "--audit", str(tmp_path / "trail.sqlite"), *more)
    assert result.exit_code == 2
    assert missing.removeprefix("--") in result.stderr


def test_a_trail_that_is_not_there(tmp_path: Path) -> None:
    """Verifying makes none."""
    result = run("verify", str(tmp_path / "nowhere.sqlite"))
    assert result.exit_code == 2
    assert not (tmp_path / "nowhere.sqlite").exists()


# going back


def test_ie_lists_only_what_was_not_met(answers: str) -> None:
    """I4 of the second subject, and nothing that is unknown."""
    result = run("export", answers, "--to", "sdtm-ie", "--study", "ABC", "--format", "csv")
    assert result.exit_code == 0
    rows = list(csv.DictReader(StringIO(result.stdout)))
    assert [(row["USUBJID"], row["IETESTCD"], row["IEORRES"]) for row in rows] == [("S-002", "I4", "N")]


@pytest.mark.parametrize(
    ("to", "more", "shown"),
    [
        ("sdtm-ie", ("--created", "2026-03-01T12:00:00"), '"name": "IE"'),
        ("sdtm-ti", ("--format", "csv"), "ABC,TI,I1,"),
        ("sdtm-open", ("--format", "csv"), "ABC,S-001,I2,"),
        ("fhir", ("--created", "2026-03-01T12:00:00Z"), '"resourceType": "ResearchSubject"'),
        ("redcap", (), '"record_id": "S-001"'),
        ("redcap", ("--format", "csv"), "S-001,9,"),
        ("odm", ("--created", "2026-03-01T12:00:00Z"), 'SubjectKey="S-002"'),
    ],
)
def test_answers_are_written_for_each_system(
    to: str, more: tuple[str, ...], shown: str, answers: str, tmp_path: Path
) -> None:
    """To stdout, and the same to a file."""
    result = run("export", answers, "--to", to, "--study", "ABC", *more)
    assert result.exit_code == 0, result.output
    assert shown in result.stdout
    path = tmp_path / "out"
    assert run("export", answers, "--to", to, "--study", "ABC", *more, "--output", str(path)).exit_code == 0
    assert path.read_bytes().decode() == result.stdout


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[1]", "an answer is an object; give what screen --format json prints"),
        ("{", "give what screen --format json prints"),
        ('[{"subject": "S"}]', "this is no answer"),
    ],
)
def test_what_is_no_answer(content: str, message: str, tmp_path: Path) -> None:
    """Exit status 2, and what to give instead."""
    path = tmp_path / "answers.json"
    path.write_text(content, encoding="utf-8")
    result = run("export", str(path), "--to", "redcap", "--study", "ABC")
    assert result.exit_code == 2
    assert message in result.stderr


def test_answers_of_another_ruleset_are_refused(answers: str) -> None:
    """Their criteria are not this ruleset's."""
    result = run("export", answers, "--to", "redcap", "--study", "ABC", "--ruleset", "hcc-tace-washout")
    assert result.exit_code == 2
    assert "and the ruleset is another one; name it with --ruleset" in result.stderr


def test_a_refused_record_is_told_and_left_out(tmp_path: Path) -> None:
    """There is no subject to write it for."""
    path = tmp_path / "answers.json"
    told = [to_json(screen(RULESET, record)) for record in ({"facts": []}, RECORDS[0])]
    path.write_text(json.dumps(told), encoding="utf-8")
    result = run("export", str(path), "--to", "redcap", "--study", "ABC")
    assert result.exit_code == 0
    assert "left out, since it names no subject" in result.stderr
    assert [row["record_id"] for row in json.loads(result.stdout)] == ["S-001"]


def test_when_a_file_is_made_has_to_be_told(answers: str) -> None:
    """Nothing here reads a clock."""
    result = run("export", answers, "--to", "odm", "--study", "ABC")
    assert result.exit_code == 2
    assert "--to odm needs --created, when the file is made, as 2026-03-01T12:00:00" in result.stderr
