"""The command line: what it prints in each form, and its exit status."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import ucmsc_rules
from ucmsc_rules import __version__, load_ruleset, screening
from ucmsc_rules.cli import answering, progress
from ucmsc_rules.cli.app import app
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.errors import EnginesDisagree
from ucmsc_rules.verdicts.report import COLUMNS

ROOT = Path(__file__).parent.parent
SUBJECTS = ROOT / "examples" / "subjects.ndjson"
CRITERIA_RECORD = ROOT / "examples" / "criteria-record.json"
RECORD: dict[str, Any] = {
    "subject": "S-001",
    "anchors": {"screening": "2026-03-01"},
    "facts": [{"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-02-27"}],
}
MAIN = "import sys; sys.argv[0] = 'ucmsc-rules'; from ucmsc_rules.cli import main; main()"
Write = Callable[..., str]


def run(*arguments: str, stdin: str | bytes | None = None) -> Result:
    """A command run in this process."""
    return CliRunner().invoke(app, arguments, input=stdin, catch_exceptions=False, env={"COLUMNS": "80"})


def started(*arguments: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """A command run in a process of its own."""
    environment = {**os.environ, "PYTHONPATH": str(Path(ucmsc_rules.__file__).parent.parent), "COLUMNS": "80"}
    return subprocess.run(
        [sys.executable, "-c", MAIN, *arguments], capture_output=True, check=False, env=environment, **options
    )


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes records to a file, one on each line, and gives its path."""

    def writing(*records: object, name: str = "records.ndjson") -> str:
        path = tmp_path / name
        text = (record if isinstance(record, str) else json.dumps(record) for record in records)
        path.write_text("\n".join(text), encoding="utf-8")
        return str(path)

    return writing


def subject(name: str, **more: object) -> dict[str, object]:
    """A record of a subject."""
    return {**RECORD, "subject": name, **more}


# the forms


def test_json_is_a_list_in_the_order_of_the_input(write: Write) -> None:
    """`--format json` prints one list of answers."""
    result = run("screen", write(subject("B"), subject("A")), "--format", "json")
    assert result.exit_code == 0
    answers = json.loads(result.stdout)
    assert [answer["subject"] for answer in answers] == ["B", "A"]
    assert {finding["criterion"]: finding["holds"] for finding in answers[0]["findings"]}["I4"] == "true"


def test_json_of_no_records_is_an_empty_list(write: Write) -> None:
    """A file of no lines gives an empty list."""
    result = run("screen", write(), "--format", "json")
    assert (json.loads(result.stdout), result.exit_code) == ([], 0)


def test_ndjson_has_a_line_for_each_record(write: Write) -> None:
    """`--format ndjson` prints an answer on each line, the same as in the list."""
    path = write(subject("A"), subject("B"))
    lines = run("screen", path, "--format", "ndjson").stdout.splitlines()
    assert [json.loads(line) for line in lines] == json.loads(run("screen", path, "--format", "json").stdout)


def test_csv_has_a_row_for_each_finding(write: Write) -> None:
    """`--format csv` prints a header and a row for each finding; a refused record has one row."""
    rows = list(csv.reader(StringIO(run("screen", write(subject("A, 1"), []), "--format", "csv").stdout)))
    criteria = len(load_ruleset("ucmsc-hbv-cirrhosis").criteria)
    assert tuple(rows[0]) == COLUMNS
    assert len(rows) == 1 + criteria + 1
    assert {row[0] for row in rows[1:-1]} == {"A, 1"}
    assert {len(row) for row in rows} == {len(COLUMNS)}


def test_text_says_all_that_the_answer_says() -> None:
    """The text has the status, every criterion with its text, each piece of evidence and each need, in 80 columns."""
    text = run("screen", str(CRITERIA_RECORD)).stdout
    assert max(map(len, text.splitlines())) <= 80
    assert "\x1b" not in text
    words = " ".join(text.split())
    (answer,) = json.loads(run("screen", str(CRITERIA_RECORD), "--format", "json").stdout)
    assert words.startswith("Subject S-001: undetermined Nothing rules the subject out so far. Not decided yet: I2, I3")
    for criterion in load_ruleset("ucmsc-hbv-cirrhosis").criteria:
        assert f": {' '.join(criterion.text.split())}" in words
    for finding in answer["findings"]:
        for evidence in finding["evidence"]:
            assert f"{evidence['concept']} {evidence['reported']}" in words
        for need in finding["needs"]:
            assert f"needed: {need['message']}" in words


def test_text_of_one_finding() -> None:
    """A finding reads as a sentence, and its reasons stand below it with a hanging indent."""
    lines = run("screen", str(CRITERIA_RECORD)).stdout.splitlines()
    place = lines.index("  I4 holds: Hepatitis B virus DNA is at most 1000 IU/mL at screening.")
    assert lines[place + 1].startswith("      - hbv_dna <20 IU/mL on 2026-02-27")
    assert lines[place + 2].startswith("        ")


def test_text_tells_why_a_subject_is_out(write: Write) -> None:
    """The status names the criteria that rule the subject out."""
    facts = [{"concept": "hbv_dna", "value": "1001 IU/mL", "when": "2026-02-27"}]
    words = " ".join(run("screen", write(subject("A", facts=facts))).stdout.split())
    assert words.startswith("Subject A: ineligible I4 does not hold. Not decided yet: I1,")


def test_text_shows_problems_and_ends_with_a_count(write: Write) -> None:
    """Problems stand with their path, and several records end with how many there are of each status."""
    facts = [{"concept": "hbv_dna", "value": "850", "when": "2026-02-27"}]
    text = run("screen", write(subject("A", facts=facts), [])).stdout
    assert '    - error at facts[0].value: hbv_dna needs a unit; write "[IU]/mL"\n' in text
    assert "A record that was refused: undetermined\n" in text
    assert text.endswith("\n2 records: 2 undetermined; 2 with an error in the record\n")


def test_text_does_not_steer_the_terminal(write: Write) -> None:
    """Characters that a terminal would obey are shown, not written."""
    result = run("screen", write(subject("S\x1b[2J\u202e")))
    assert "Subject S\\x1b[2J\\u202e: undetermined" in result.stdout
    assert printable("plain\n") == "plain\n"


def test_lone_surrogate_is_written_and_read_back(write: Write) -> None:
    """A subject that no UTF-8 can hold comes back as the same JSON escape."""
    path = write('{"subject": "S\\ud800"}')
    for form in ("json", "ndjson", "csv", "text"):
        result = run("screen", path, "--format", form)
        assert "S\\ud800" in result.stdout
    assert json.loads(run("screen", path, "--format", "ndjson").stdout)["subject"] == "S\ud800"


def test_output_goes_to_a_file(write: Write, tmp_path: Path) -> None:
    """`--output` writes there, and nothing to stdout."""
    path = write(subject("A"))
    result = run("screen", path, "--format", "json", "--output", str(tmp_path / "out.json"))
    assert result.stdout == ""
    assert (tmp_path / "out.json").read_text("utf-8") == run("screen", path, "--format", "json").stdout


# what is read


def test_stdin_and_several_files(write: Write) -> None:
    """`-` is standard input, and files follow one another."""
    one, two = write(subject("A"), name="one.ndjson"), write(subject("B"), name="two.json")
    result = run("screen", one, "-", two, "--format", "json", stdin=json.dumps([subject("C")]))
    assert [answer["subject"] for answer in json.loads(result.stdout)] == ["A", "C", "B"]


def test_paths_and_repeated_subjects_count_over_files(write: Write) -> None:
    """The index of a refused record, and a subject that comes again, are counted over all files."""
    one, two = write(subject("A"), name="one.ndjson"), write([], subject("A"), name="two.ndjson")
    answers = json.loads(run("screen", one, two, "--format", "json").stdout)
    assert answers[1]["problems"][0]["path"] == "[1]"
    assert [problem["path"] for problem in answers[2]["problems"]] == ["subject"]


def test_anchor_serves_records_that_lack_it(write: Write) -> None:
    """`--anchor` gives a date to the records that have none, and leaves the others alone."""
    path = write(subject("A", anchors={}), subject("B"))
    answers = json.loads(run("screen", path, "--format", "json", "--anchor", "screening=2026-02-28").stdout)
    assert [answer["anchors"] for answer in answers] == [{"screening": "2026-02-28"}, {"screening": "2026-03-01"}]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ranges.json", '[{"concept": "creatinine", "uln": "104 umol/L", "sex": "male"}]'),
        (
            "ranges.yaml",
            "- {concept: creatinine, uln: 104 umol/L, age_from: 18, age_to: 120}\n- {concept: alt, uln: 40 U/L}",
        ),
    ],
)
def test_normal_ranges_serve_results_without_a_limit(write: Write, tmp_path: Path, name: str, text: str) -> None:
    """`--normal-ranges` gives the upper limit that a result lacks, and the evidence shows it."""
    facts = [
        {"concept": "creatinine", "value": "300 umol/L", "when": "2026-02-27"},
        {"concept": "sex", "value": "male"},
        {"concept": "birth_date", "value": "1961-04-02"},
    ]
    (tmp_path / name).write_text(text, encoding="utf-8")
    arguments = ("screen", write(subject("A", facts=facts)), "--format", "json")
    (without,), (answer,) = (
        json.loads(run(*arguments, *more).stdout) for more in ((), ("--normal-ranges", str(tmp_path / name)))
    )
    found = {finding["criterion"]: finding for finding in answer["findings"]}["E4"]
    assert (without["status"], answer["status"], found["branches"]["d"]) == ("undetermined", "ineligible", "true")
    assert "104 umol/L" in found["evidence"][0]["limit"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{}", "a table of normal ranges is a list of rows"),
        ('[{"concept": "creatinine", "uln": "104 umol/L"}, {"concept": "hbv"}]', 'row 2: "hbv" is no quantity'),
        ('[{"concept": "creatinine"}]', 'row 1: "uln" is missing'),
        ('[{"concept": "creatinine", "uln": "104"}]', "row 1: "),
        ('[{"concept": "creatinine", "uln": "104 umol/L", "gender": "male"}]', 'row 1: "gender" is no key of a row'),
        ('[{"concept": "creatinine", "uln": "104 umol/L", "sex": "man"}]', 'row 1: "man" is no sex'),
        (
            '[{"concept": "creatinine", "uln": "104 umol/L", "age_from": 9, "age_to": 8}]',
            'row 1: "age_from" lies above',
        ),
        ('[{"concept": "creatinine", "uln": "104 umol/L", "age_from": "9"}]', 'row 1: "age_from" is a whole number'),
        ("[nope]", "this is no JSON"),
    ],
)
def test_normal_ranges_that_cannot_be_read(write: Write, tmp_path: Path, text: str, message: str) -> None:
    """A table that cannot be read is wrong usage, with the number of the row."""
    path = tmp_path / "ranges.json"
    path.write_text(text, encoding="utf-8")
    result = run("screen", write(subject("A")), "--normal-ranges", str(path))
    assert result.exit_code == 2
    assert f"ranges.json: {message}" in result.stderr


def test_other_ruleset_by_name_and_path() -> None:
    """`--ruleset` takes a name, a folder or a file, and all give the same answer."""
    folder = ROOT / "rulesets" / "hcc-tace-washout"
    records = str(ROOT / "examples" / "second-trial.ndjson")
    answers = [
        run("screen", records, "--ruleset", name, "--format", "ndjson").stdout
        for name in ("hcc-tace-washout", str(folder), str(folder / "ruleset.yaml"))
    ]
    assert answers[0] == answers[1] == answers[2]
    assert json.loads(answers[0].splitlines()[0])["ruleset"] == "hcc-tace-washout"


# exit statuses


def test_verdict_never_sets_the_status(write: Write) -> None:
    """Eligible, ineligible or undetermined, and with warnings: everything was read."""
    late = {"concept": "hepatitis_c", "value": "yes", "when": "2026-03-05"}
    out = {"concept": "hbv_dna", "value": "1001 IU/mL", "when": "2026-02-27"}
    result = run("screen", write(subject("A", facts=[late]), subject("B", facts=[out])), "--format", "json")
    answers = json.loads(result.stdout)
    assert [problem["level"] for problem in answers[0]["problems"]] == ["warning"]
    assert [answer["status"] for answer in answers] == ["undetermined", "ineligible"]
    assert result.exit_code == 0


@pytest.mark.parametrize("bad", ["nope", [], {}, subject("A", facts=[{"concept": "nope"}]), subject("S-001")])
def test_an_error_gives_1(write: Write, bad: object) -> None:
    """A refused record, an unreadable fact and a repeated subject are errors."""
    assert run("screen", write(RECORD, bad), "--format", "ndjson").exit_code == 1


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["nothere.json"], "there is no file nothere.json"),
        (["."], ". is a folder"),
        (["-", "-"], "- stands twice"),
        (["{}", "--ruleset", "ucmsc-hbv"], 'there is no ruleset "ucmsc-hbv"; did you mean "ucmsc-hbv-cirrhosis"?'),
        (["{}", "--format", "xml"], "'xml'"),
        (["{}", "--engine", "fast"], "'fast'"),
        (["{}", "--jobs", "0"], "--jobs"),
        (["{}", "--anchor", "screning=2026-03-01"], 'did you mean "screening"?'),
        (["{}", "--anchor", "screening"], "NAME=YYYY-MM-DD"),
        (["{}", "--anchor", "screening=2026-03"], "partial date"),
        (["{}", "--anchor", "screening=2026-02-30"], "2026-02-30"),
        (["{}", "--normal-ranges", "nothere.yaml"], "nothere.yaml: No such file"),
        (["{}", "--output", "{}"], "is the file that is read"),
        (["{}", "--output", "nothere/out.json"], "nothere/out.json: No such file"),
        ([], "FILE"),
    ],
)
def test_wrong_usage_gives_2(write: Write, arguments: list[str], message: str) -> None:
    """Wrong usage has a message of its own, no traceback, and prints no answer."""
    path = write(RECORD)
    result = run("screen", *(argument.replace("{}", path) for argument in arguments))
    assert result.exit_code == 2
    assert message in result.stderr
    assert (result.stdout, "Traceback" in result.stderr) == ("", False)


def test_unreadable_ruleset_gives_2(write: Write, tmp_path: Path) -> None:
    """A ruleset with mistakes is not used; every mistake is told with its place."""
    path = tmp_path / "ruleset.yaml"
    path.write_text("ruleset: twice\nversion: 1.0.0\nversion: 1.0.1\n", encoding="utf-8")
    result = run("screen", write(RECORD), "--ruleset", str(path))
    assert result.exit_code == 2
    assert f'{path}:3:1: the key "version" is already at line 2' in result.stderr


def test_disagreement_gives_3(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the engines disagree, the findings are unknown, the others go on, and 3 beats 1."""
    fire = screening.fire

    def disagreeing(*arguments: Any) -> Any:
        if "B" in arguments:
            raise EnginesDisagree("the engines disagree on subject B (I4: durable true, reference false)")
        return fire(*arguments)

    monkeypatch.setattr(screening, "fire", disagreeing)
    result = run("screen", write(subject("A"), subject("B"), [], subject("C")), "--format", "json")
    answers = json.loads(result.stdout)
    assert result.exit_code == 3
    assert {finding["holds"] for finding in answers[1]["findings"]} == {"unknown"}
    assert "durable true, reference false" in answers[1]["problems"][0]["message"]
    assert answers[3]["findings"] == answers[0]["findings"]


def test_a_key_named_engines_is_no_disagreement(write: Write) -> None:
    """A record with an unknown key of that name is an error like any other."""
    assert run("screen", write(subject("A", engines=1)), "--format", "json").exit_code == 1


# processes


def test_jobs_change_nothing(write: Write) -> None:
    """Two processes give the same answers in the same order, with repeated subjects and refused records noticed."""
    lines = SUBJECTS.read_text("utf-8").splitlines()
    path = write(*lines, "nope", lines[0], *lines[:3])
    one, two = (started("screen", path, "--format", "ndjson", "--jobs", jobs) for jobs in "12")
    assert (two.stdout, two.stderr, two.returncode) == (one.stdout, one.stderr, 1)
    assert one.stdout.count(b"stands in the input before") == 4


def test_jobs_on_a_list(write: Write) -> None:
    """Records of a list are shared out too, in text as well."""
    records = [json.loads(line) for line in SUBJECTS.read_text("utf-8").splitlines() if line.strip()]
    path = write(json.dumps([*records, {"subject": "X", "subject ": 1}], indent=1), name="list.json")
    one, two = (started("screen", path, "--jobs", jobs) for jobs in "12")
    assert (two.stdout, two.returncode) == (one.stdout, one.returncode)


def test_process_that_ends_is_reported(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies ends the command with a message."""
    monkeypatch.setattr(answering, "SIG_IGN", "no handler")  # what each process does first, fails
    result = run("screen", write(RECORD), "--jobs", "2", "--engine", "reference")
    assert result.exit_code == 2
    assert "a screening process ended before it answered" in result.stderr


def test_changed_ruleset_is_noticed() -> None:
    """A process that loads another ruleset than the first did, does not answer."""
    with pytest.raises(ucmsc_rules.UcmscRulesError, match="was changed while it was in use"):
        answering.screener_for("ucmsc-hbv-cirrhosis", "sha256:other", "reference")


def test_broken_pipe_ends_quietly(tmp_path: Path) -> None:
    """Where nobody reads on, the command ends without a word."""
    path = tmp_path / "many.ndjson"
    path.write_text("\n".join(json.dumps(subject(f"S-{number}")) for number in range(300)), encoding="utf-8")
    for jobs in "12":
        command = f'"{sys.executable}" -c "{MAIN}" screen "{path}" --format json --jobs {jobs} | head -c 100'
        environment = {**os.environ, "PYTHONPATH": str(Path(ucmsc_rules.__file__).parent.parent)}
        ended = subprocess.run(command, shell=True, capture_output=True, check=False, env=environment)  # noqa: S602
        assert (len(ended.stdout), ended.stderr) == (100, b"")


def test_progress_is_counted_on_long_input(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """On a terminal, a long input is counted on stderr; the answers pass through as they are."""
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    monkeypatch.setattr(progress, "LONG", 3)
    assert list(progress.shown_on_stderr(range(10), "out.json")) == list(range(10))
    assert "screened" in capsys.readouterr().err
    assert list(progress.shown_on_stderr(range(3), "out.json")) == [0, 1, 2]
    assert capsys.readouterr().err == ""


# the other commands


def test_check_of_a_good_ruleset() -> None:
    """A ruleset without complaints says how much was checked."""
    result = run("check")
    assert result.exit_code == 0
    assert result.stdout.startswith("ucmsc-hbv-cirrhosis 1.0.0: 22 criteria, ")


def test_check_prints_every_complaint(tmp_path: Path) -> None:
    """Complaints are printed with their place, and give 1; a ruleset that is not there gives 2."""
    path = tmp_path / "ruleset.yaml"
    path.write_text("ruleset: twice\nversion: 1.0.0\nversion: 1.0.1\n", encoding="utf-8")
    result = run("check", str(path))
    assert result.exit_code == 1
    assert result.stdout.startswith(f'{path}:3:1: the key "version" is already at line 2')
    assert run("check", str(tmp_path / "nothere.yaml")).exit_code == 2


def test_explain_shows_every_criterion() -> None:
    """Each criterion is explained: its text, source, reading, rules and number of cases, in 80 columns."""
    ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    text = run("explain").stdout
    words = " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    for criterion in ruleset.criteria:
        assert f"{criterion.id}, {criterion.category.value}: " in words
        for part in (
            criterion.text,
            criterion.reading,
            criterion.source,
            *(each.rule_text for each in criterion.branches),
        ):
            assert " ".join(part.split()) in words
    assert "the latest result of the 28 days up to screening, in [IU]/mL" in words


def test_explain_of_one_criterion() -> None:
    """`--criterion` shows that one; an unknown one is wrong usage."""
    text = run("explain", "--criterion", "E9").stdout
    assert text.startswith("E9, exclusion: must not hold (Exclusion, item 9)\n")
    assert "the event that is nearest, up to first_infusion" in " ".join(text.split())
    assert run("explain", "--criterion", "E99").exit_code == 2


@pytest.mark.parametrize("name", ["ucmsc-hbv-cirrhosis", "hcc-tace-washout"])
def test_every_shipped_ruleset_can_be_explained(name: str) -> None:
    """There are words for every kind of measure that a ruleset reads."""
    assert run("explain", name).exit_code == 0


def test_dose() -> None:
    """The cells and the volume for a weight; what no dose can be reckoned from is wrong usage."""
    given = ("--arm", "high", "--weight", "62 kg", "--concentration", "1e7 cells/mL")
    assert run("dose", *given).stdout == "high: 248000000 cells in 24.8 mL for 62 kg\n"
    for arm, weight in (("high", "62"), ("high", "620 kg"), ("highest", "62 kg")):
        result = run("dose", "--arm", arm, "--weight", weight)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith("ucmsc-rules: ")


def test_list_and_version() -> None:
    """The rulesets that are shipped are listed with their digests, and the engine is named."""
    digests = {name: load_ruleset(name).digest for name in ("ucmsc-hbv-cirrhosis", "hcc-tace-washout")}
    listed, version = run("list").stdout, run("--version").stdout
    assert version.startswith(f"ucmsc-rules {__version__}\nengine: ")
    for name, digest in digests.items():
        assert f"{name} 1.0.0, {len(load_ruleset(name).criteria)} criteria, {digest}\n" in listed
        assert f"{name} 1.0.0 {digest}\n" in version
    one = run("--version", "--ruleset", "hcc-tace-washout").stdout
    assert one.splitlines()[2:] == [f"hcc-tace-washout 1.0.0 {digests['hcc-tace-washout']}"]


@pytest.mark.parametrize("name", ["record", "answer", "ruleset"])
def test_schema(name: str) -> None:
    """Each JSON Schema is printed as it is shipped."""
    assert json.loads(run("schema", name).stdout)["$id"] == f"urn:ucmsc-rules:{name}"


def test_no_command_shows_the_help() -> None:
    """Without a command there is help, and that is wrong usage; `--help` is not."""
    assert run().exit_code == 2
    assert run("--help").exit_code == run("screen", "--help").exit_code == 0


def test_whole_command_prints_utf8_everywhere() -> None:
    """The answer is UTF-8 whatever the locale, and records come from standard input."""
    record = json.dumps(subject("Zoë 山"), ensure_ascii=False).encode()
    ended = started("screen", "-", "--format", "ndjson", "--engine", "reference", input=record)
    assert json.loads(ended.stdout)["subject"] == "Zoë 山"
    assert (ended.returncode, ended.stderr) == (0, b"")
