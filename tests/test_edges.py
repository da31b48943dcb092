"""Edges of a ruleset: which there are, what must come out of them, and how they are kept and held against a change."""

from __future__ import annotations

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from typer.testing import CliRunner, Result

from oracle import possible
from ucmsc_rules import load_ruleset
from ucmsc_rules.cli.app import app
from ucmsc_rules.engines import durable
from ucmsc_rules.errors import EnginesDisagree
from ucmsc_rules.rules.model import Category
from ucmsc_rules.testing import Edge, check_edges, dump_edge, edges, read_edges
from ucmsc_rules.testing.boundaries import edge as edge_module
from ucmsc_rules.testing.boundaries.edge import LONGEST_LINE, EdgeError

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
IDS = [criterion.id for criterion in TRIAL.criteria]
GOLDEN = Path(__file__).parent / "golden" / "ucmsc-hbv-cirrhosis.ndjson"
DECIDED = {frozenset({True}): "true", frozenset({False}): "false"}


@cache
def made(name: str = "ucmsc-hbv-cirrhosis") -> tuple[Edge, ...]:
    """The edges of a shipped ruleset."""
    return tuple(edges(load_ruleset(name)))


@cache
def kept() -> tuple[Edge, ...]:
    """The trial's edges that were read through by a person once, and kept."""
    return read_edges(GOLDEN.read_text(encoding="utf-8").splitlines())


def run(*arguments: str) -> Result:
    """A command run in this process."""
    return CliRunner().invoke(app, arguments, catch_exceptions=False, env={"COLUMNS": "200"})


def found(criterion: str, reason: str) -> list[Edge]:
    """The trial's edges of a criterion whose reason has a form."""
    return [edge for edge in made() if edge.criterion == criterion and re.search(reason, edge.reason)]


# which there are


def test_there_are_hundreds_each_once() -> None:
    """Ids are unique, and the same on every run."""
    ids = [edge.id for edge in made()]
    assert len(ids) > 1000
    assert len(set(ids)) == len(ids)
    assert [edge.id for edge in edges(TRIAL)] == ids


@pytest.mark.parametrize("criterion", IDS)
@pytest.mark.parametrize("answer", ["true", "false", "unknown"])
def test_each_criterion_comes_out_each_way(criterion: str, answer: str) -> None:
    """True, false and unknown all stand at its edges."""
    assert any(edge.holds[criterion] == answer for edge in made() if edge.criterion == criterion)


KINDS = [
    ("I1", "^born on 29 February, 18 years old about 2026-02-2[78]", ("true", "false")),
    ("I1", "^the birthday that makes 76", ("false",)),
    ("I4", "at the bound 1000", ("true",)),
    ("I4", "one reporting step above 1000", ("false",)),
    ("I4", "one reporting step below 1000", ("true",)),
    ("I4", "is censored beside the bound", ("true", "false", "unknown")),
    ("I4", "log10.* logarithm beside the bound", ("true", "false")),
    ("I4", "with the assay's own factor", ("true", "false")),
    ("I4", "copies without the assay's factor", ("unknown",)),
    ("I4", "cannot be read", ("unknown",)),
    ("I4", "nothing is recorded", ("unknown",)),
    ("I4", "^two results of one day contradict", ("unknown",)),
    ("I4", "^a result of some day of the month may be the later", ("unknown",)),
    ("I4", "^a result a day too old", ("unknown",)),
    ("E4", "mmol/mol is a report next to 8 %", ("true", "false")),
    ("E4", "mg/dL is next to where rounding takes it up to 10 mmol/L", ("true", "false")),
    ("E4", "censored at the bound", ("true", "unknown", "false")),
    ("E4", "limit in another unit", ("true", "false")),
    ("E5", "an event on the edge of the window", ("true",)),
    ("E5", "an event the day before the edge of the window", ("false",)),
    ("E5", "an event on some day of 2025-12", ("true",)),
    ("E5", "an event on some day of 2026-03", ("unknown",)),
    ("E5", "some day of the month of the window's edge, counted from 2025-03-31", ("unknown",)),
    ("E5", "the edge of the window, counted from 2024-05-31", ("true", "false")),
    ("E5", "the edge of the window, counted from 2024-02-29", ("true", "false")),
    ("E5", "an event that ended the day before the first day in", ("false",)),
    ("E9", "an event on the edge of the window", ("true",)),
    ("E9", "while first_infusion is not given", ("true", "false", "unknown")),
    ("E2", "is censored", ("true", "false", "unknown")),
]


@pytest.mark.parametrize(("criterion", "reason", "answers"), KINDS)
def test_what_is_walked(criterion: str, reason: str, answers: tuple[str, ...]) -> None:
    """Bounds, steps, units, censoring, parts of dates, month ends and leap days, with the answers that they have."""
    assert found(criterion, reason)
    assert {edge.holds[criterion] for edge in found(criterion, reason)} <= set(answers)


@pytest.mark.parametrize(
    ("concept", "units"),
    [
        ("fasting_glucose", {"mmol/L", "mg/dL"}),
        ("hba1c", {"%", "mmol/mol"}),
        ("creatinine", {"umol/L", "mg/dL"}),
        ("hbv_dna", {"[IU]/mL", "copies/mL", "log10 [IU]/mL"}),
        ("bilirubin_total", {"umol/L", "mg/dL"}),
        ("serum_albumin", {"g/L", "g/dL"}),
    ],
)
def test_every_unit_is_walked(concept: str, units: set[str]) -> None:
    """Each unit that the concept has stands in some edge."""
    values = [
        fact["value"]
        for edge in made()
        for fact in edge.record["facts"]
        if fact["concept"] == concept and isinstance(fact.get("value"), str)
    ]
    assert units <= {value.partition(" ")[2] for value in values}


# what must come out


@pytest.mark.parametrize("name", ["ucmsc-hbv-cirrhosis", "hcc-tace-washout"])
def test_the_shipped_rulesets_answer_their_edges(name: str) -> None:
    """Both engines against the worlds that the records allow: not one differs."""
    assert check_edges(load_ruleset(name), made(name)) == ()


@pytest.mark.parametrize("criterion", IDS)
def test_an_oracle_of_the_criteria_agrees(criterion: str) -> None:
    """What was written from the criteria alone, without any ruleset, decides no edge of the trial otherwise."""
    own = [edge for edge in made() if edge.criterion == criterion]
    differing = [
        (edge.reason, edge.holds[criterion], answer)
        for edge in own
        if (answer := DECIDED.get(possible(dict(edge.record))[criterion])) not in (None, edge.holds[criterion])
    ]
    assert differing == []


def test_the_oracle_decides_most_of_what_is_decided() -> None:
    """It leaves a few forms unread (censored scores, a limit in other words), and says less there."""
    decided = [edge for edge in made() if edge.holds[edge.criterion] != "unknown"]
    agreed = [edge for edge in decided if possible(dict(edge.record))[edge.criterion] in DECIDED]
    assert len(decided) - len(agreed) <= 50
    assert len(agreed) > 1200


# kept


def test_the_kept_edges_are_those_of_the_trial() -> None:
    """A change of meaning shows in a file that people read: make it anew, and read what moved."""
    assert [dump_edge(edge) for edge in made()] == GOLDEN.read_text(encoding="utf-8").splitlines()


def test_kept_edges_are_read_back_whole() -> None:
    """Every part of an edge survives the file."""
    for one, other in zip(kept(), made(), strict=True):
        assert one == other
        assert (one.record, one.holds) == (other.record, other.holds)


GOOD = dump_edge(Edge("E9-1", "E9", "exclusion", "", "about", {"subject": "E9"}, {"E9": "true"}, "reason"))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("{", "line 2: no JSON (Expecting property name enclosed in double quotes: line 1 column 2 (char 1))"),
        ("[]", "line 2: no edge; it needs id, criterion, category, branch, about, reason as texts, a record and holds"),
        (GOOD.replace('"true"', '"maybe"'),
         'line 2: "record" must be an object, "holds" one of true, false, unknown for each rule'),
        ("x" * (LONGEST_LINE + 1), "line 2: 100001 characters; an edge has at most 100000"),
    ],
    ids=["no JSON", "no edge", "no answer", "too long"],
)  # fmt: skip
def test_a_line_that_is_no_edge(line: str, message: str) -> None:
    """The number of the line, and what it should be."""
    with pytest.raises(EdgeError, match=re.escape(message)):
        read_edges([GOOD, line])


def test_empty_lines_are_passed_over() -> None:
    """A newline at the end is no edge."""
    assert len(read_edges([GOOD, "", "  "])) == 1


# held against a change


def test_a_criterion_that_is_gone_is_a_miss() -> None:
    """Its edges cannot be answered, and say so."""
    fewer = evolve(TRIAL, criteria=tuple(each for each in TRIAL.criteria if each.id != "E9"))
    misses = check_edges(fewer, found("E9", "on the edge of the window$"))
    assert [miss.message.partition(": ")[2] for miss in misses] == [
        "the ruleset has no criterion E9; it had when the edge was made"
    ]


def test_an_exclusion_that_became_an_inclusion_is_a_miss() -> None:
    """The rule answers as before, and still the subject would be taken for the opposite."""
    turned = tuple(evolve(each, category=Category.INCLUSION) if each.id == "E9" else each for each in TRIAL.criteria)
    misses = check_edges(evolve(TRIAL, criteria=turned), found("E9", "on the edge of the window$"))
    assert [miss.message.partition(": ")[2] for miss in misses] == [
        "E9 is an inclusion criterion here, and was an exclusion criterion"
    ]


def test_a_miss_says_what_must_be_and_what_is() -> None:
    """The rule, both answers, why the record is there, and the evidence."""
    edge = evolve(found("I4", "at the bound")[0], holds={"I4": "false"})
    (miss,) = check_edges(TRIAL, [edge])
    assert miss.got == {"I4": "true"}
    assert miss.message == (
        f"{edge.id}: I4 must be false and is true. hbv_dna <= 1000 [IU]/mL: "
        "1000 [IU]/mL is at the bound 1000 [IU]/mL. Evidence: hbv_dna 1000 [IU]/mL on 2026-03-01: "
        '"<= 1000 [IU]/mL" is true'
    )


def test_a_disagreement_of_the_engines_is_a_miss(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is told like any other, and the edges after it are still answered."""

    def disagree(*_: Any) -> None:
        raise EnginesDisagree("they differ")

    monkeypatch.setattr(edge_module, "screen_one", disagree)
    assert [miss.message for miss in check_edges(TRIAL, made()[:2])] == [
        f"{edge.id}: they differ" for edge in made()[:2]
    ]


@pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is here")
def test_both_engines_are_asked() -> None:
    """The reference alone answers the same edges."""
    assert check_edges(TRIAL, made(), "reference") == check_edges(TRIAL, made(), "durable") == ()


# the command


def test_the_command_prints_a_table() -> None:
    """Each edge with its answer, the reason, and the facts; and a last line that counts."""
    result = run("edges", "--criterion", "E9")
    lines = result.stdout.splitlines()
    assert result.exit_code == 0
    assert lines[0].split("  ")[0] == "rule"
    assert any(line.split()[-1] == "2026-03-08" and " true " in line for line in lines)
    assert (
        lines[-1]
        == f"ucmsc-hbv-cirrhosis 1.0.0: {len(found('E9', ''))} of {len(found('E9', ''))} edges come out as they must"
    )


def test_the_command_prints_lines_that_can_be_kept(tmp_path: Path) -> None:
    """What it prints is what it holds a ruleset to."""
    result = run("edges", "--format", "ndjson", "--criterion", "I4")
    assert result.exit_code == 0
    path = tmp_path / "kept.ndjson"
    path.write_text(result.stdout, encoding="utf-8")
    assert [json.loads(line)["id"] for line in result.stdout.splitlines()] == [edge.id for edge in found("I4", "")]
    again = run("edges", "--against", str(path))
    count = len(found("I4", ""))
    assert (again.exit_code, again.stdout) == (
        0,
        f"ucmsc-hbv-cirrhosis 1.0.0: {count} of {count} edges come out as they must\n",
    )


def test_the_command_finds_what_a_change_moved(tmp_path: Path) -> None:
    """The exit status is 1, and each edge that moved is told."""
    path = tmp_path / "kept.ndjson"
    edge = evolve(found("I4", "at the bound")[0], holds={"I4": "false"})
    path.write_text(dump_edge(edge) + "\n", encoding="utf-8")
    result = run("edges", "--against", str(path))
    assert result.exit_code == 1
    assert "I4 must be false and is true" in result.stdout
    assert result.stdout.splitlines()[-1] == "ucmsc-hbv-cirrhosis 1.0.0: 0 of 1 edges come out as they must"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--criterion", "E99"), 'ucmsc-hbv-cirrhosis has no criterion "E99"'),
        (("--against", "nowhere.ndjson"), "nowhere.ndjson"),
        (("no-such-ruleset",), "no-such-ruleset"),
    ],
)
def test_wrong_usage(arguments: tuple[str, ...], message: str) -> None:
    """Exit status 2, and a sentence in place of a traceback."""
    result = run("edges", *arguments)
    assert result.exit_code == 2
    assert message in result.output
    assert "Traceback" not in result.output


def test_edges_that_cannot_be_read(tmp_path: Path) -> None:
    """The line is named."""
    path = tmp_path / "kept.ndjson"
    path.write_text("[]\n", encoding="utf-8")
    result = run("edges", "--against", str(path))
    assert result.exit_code == 2
    assert "line 1: no edge" in result.output


@pytest.mark.parametrize("command", ["edges", "mutate", "trace"])
def test_a_ruleset_with_mistakes_gives_its_complaints(command: str, tmp_path: Path) -> None:
    """Each with its place, exit status 1, and no traceback."""
    path = tmp_path / "mine.yaml"
    text = Path(TRIAL.file).read_text(encoding="utf-8")
    path.write_text(text.replace("rule: hbv_dna <= 1000", "rule: hbv_dan <= 1000"), encoding="utf-8")
    result = run(command, str(path))
    assert result.exit_code == 1
    assert "hbv_dan" in result.output
    assert f"{path}:" in result.output
    assert "Traceback" not in result.output
