"""Bad input of every kind: a clear error with its path, in time proportional to the input, and nothing else lost."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from io import BytesIO
from typing import Any

import pytest

from ucmsc_rules import Verdict, load_ruleset, screen_all
from ucmsc_rules.facts.intake import read_records

BEFORE: dict[str, Any] = {
    "subject": "before",
    "anchors": {"screening": "2026-03-01"},
    "facts": [{"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-02-27"}],
}
AFTER = {**BEFORE, "subject": "after"}
MEGABYTE = 1_000_000


def screened(*pieces: str | bytes, as_list: bool) -> list[Verdict]:
    """The verdicts on a record, some pieces of text, and another record; as a list or on lines."""
    parts = [json.dumps(BEFORE), *pieces, json.dumps(AFTER)]
    data = (b", " if as_list else b"\n").join(part.encode() if isinstance(part, str) else part for part in parts)
    stream = BytesIO(b"[" + data + b"]" if as_list else data)
    return list(screen_all(load_ruleset("ucmsc-hbv-cirrhosis"), read_records(stream), engine="reference"))


def between(*pieces: str | bytes) -> list[Verdict]:
    """The verdicts on some pieces of text, after making sure that the records around them are answered as ever."""
    found = []
    for as_list in (True, False):
        before, *middle, after = screened(*pieces, as_list=as_list)
        assert (before.subject, before["I4"].holds.value, before.problems) == ("before", "true", ())
        assert (after.subject, after.findings, after.problems) == ("after", before.findings, ())
        found.append(middle)
    assert found[0] == found[1]
    return found[0]


def problems(*pieces: str | bytes) -> list[tuple[str, str]]:
    """The paths and messages of all errors."""
    every = [problem for verdict in between(*pieces) for problem in verdict.problems]
    assert {problem.level for problem in every} <= {"error"}
    assert all(len(problem.message) < 400 and len(problem.path) < 1100 for problem in every)
    return [(problem.path, problem.message) for problem in every]


def refusal(piece: str | bytes) -> str:
    """Why one record was refused; its path is its index."""
    (verdict,) = between(piece)
    (problem,) = verdict.problems
    assert (verdict.subject, verdict.findings, verdict.status.value) == (None, (), "undetermined")
    assert (problem.level, problem.path) == ("error", "[1]")
    return problem.message


def record(*facts: object, **more: object) -> str:
    """A record with some facts, as JSON."""
    return json.dumps({"subject": "S-001", "anchors": {"screening": "2026-03-01"}, "facts": list(facts), **more})


def fact(concept: Any = "hbv_dna", value: object = "<20 IU/mL", **more: Any) -> dict[str, object]:
    """A fact dated before screening."""
    return {"concept": concept, "value": value, "when": "2026-02-27", **more}


def in_proportion(make: Callable[[int], str], size: int) -> None:
    """Four times the input takes no more than about four times as long: far from the sixteen of a square."""

    def took(text: str) -> float:
        start = time.process_time()
        screened(text, as_list=True)
        return time.process_time() - start

    small, large = make(size), make(4 * size)
    least = min(took(small) for _ in range(3))
    assert min(took(large) for _ in range(2)) < 9 * least + 0.2


# no JSON


@pytest.mark.parametrize("text", ["nope", "{nope}", '{"subject": }', "'S-001'", '{"subject": "S-001",}', "<xml/>"])
def test_not_json(text: str) -> None:
    """Text that is no JSON is refused by itself, with the place where it stops being JSON."""
    assert refusal(text).startswith("this is no JSON at character ")


def test_not_utf8() -> None:
    """Bytes that are no UTF-8 refuse their record."""
    for as_list in (True, False):
        _, broken, after = screened(b'{"subject": "\xff"}', as_list=as_list)
        assert "is no UTF-8; save the file as UTF-8" in broken.problems[0].message
        assert after.subject == "after"


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity"])
def test_nan_is_no_value(number: str) -> None:
    """NaN and Infinity are problems of their fact, wherever they stand, and never a value."""
    text = record(fact("inr", "X"), fact("hbv_dna", "X", unit="IU/mL")).replace('"X"', number)
    assert [path for path, _ in problems(text)] == ["facts[0].value", "facts[1].value"]
    for key in ("when", "uln", "lloq", "copies_per_iu", "status", "complete", "detected", "source", "unit", "until"):
        paths = [path for path, _ in problems(record(fact(**{key: "X"})).replace('"X"', number))]
        assert any(path in {f"facts[0].{key}", "facts[0].value"} for path in paths)
    assert 'needs a "subject"' in refusal(f'{{"subject": {number}}}')
    assert refusal(number) == 'a record is an object, not a number; write {"subject": "S-001", ...}'


def test_duplicate_keys() -> None:
    """A key that stands twice refuses the record, the fact or the anchor, each at its own path."""
    assert refusal('{"subject": "A", "subject": "B"}') == 'the key "subject" stands twice in the record; write it once'
    twice = '{"concept": "hbv_dna", "value": "1 IU/mL", "value": "2000 IU/mL", "when": "2026-02-27"}'
    text = f'{{"subject": "S-001", "anchors": {{"screening": "2026-03-01"}}, "facts": [{twice}]}}'
    (verdict,) = between(text)
    assert [problem.path for problem in verdict.problems] == ["facts[0].value"]
    assert verdict["I4"].holds.value == "unknown"
    anchors = '{"screening": "2026-03-01", "screening": "2026-03-02"}'
    (verdict,) = between(f'{{"subject": "S-001", "anchors": {anchors}}}')
    assert verdict.problems[0].path == "anchors.screening"
    assert verdict.anchors == {}


LONG = "x" * (10 * MEGABYTE)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("facts[0].value", record(fact(value=LONG))),
        ("facts[0].concept", record(fact(concept=LONG))),
        ("facts[0].value", record(fact(value=1, unit=LONG))),
        ("facts[0].when", record(fact(when=LONG))),
        ("facts[0].until", record({"concept": "human_albumin", "when": "2026-02-01", "until": LONG})),
        ("facts[0].recorded", record(fact(recorded=LONG))),
        ("facts[0].status", record(fact(status=LONG))),
        ("facts[0].uln", record(fact(uln=LONG))),
        ("facts[0].lloq", record(fact(lloq=LONG))),
        ("facts[0].copies_per_iu", record(fact(copies_per_iu=LONG))),
        ("facts[0].complete", record(fact(complete=LONG))),
        ("anchors.enrolment", record(anchors={"screening": "2026-03-01", "enrolment": LONG})),
    ],
    ids=lambda each: each if len(each) < 100 else "",
)
def test_string_of_10_megabytes(path: str, text: str) -> None:
    """A string of ten megabytes is told at its path, in a short message."""
    (found,) = screened(text, as_list=False)[1:-1]
    told = [problem for problem in found.problems if problem.level == "error"]
    assert path in {problem.path for problem in told}
    assert all(len(problem.message) < 400 for problem in told)


def test_long_key_and_subject() -> None:
    """A key or a subject of ten megabytes is cut in the message and in the path."""
    ((path, _),) = problems(record(**{LONG: 1}))
    assert set(path) == {"x"}
    assert any(path.startswith("facts[0].xxx") for path, _ in problems(record(fact(**{LONG: 1}))))
    assert "a text of 1 to 200 characters" in refusal(json.dumps({"subject": LONG}))


@pytest.mark.parametrize("levels", [1_000, 100_000])
def test_deep_nesting(levels: int) -> None:
    """A thousand levels and more refuse their record, wherever they stand."""
    deep = "[" * levels + "]" * levels
    for text in (f'{{"subject": "S-001", "facts": {deep}}}', deep, '{"a": ' * levels + "1" + "}" * levels):
        assert refusal(text) == "it is nested more than 32 levels deep; a record needs no more than 3"


def test_number_of_5000_digits() -> None:
    """A number longer than Python will read as an int is a problem of its fact."""
    digits = "9" * 5000
    paths = [path for path, _ in problems(record(fact("inr", "X"), fact("inr", 1, uln="X")).replace('"X"', digits))]
    assert {"facts[0].value"} <= set(paths) <= {"facts[0].value", "facts[1].uln"}


# wrong types


ANYTHING: tuple[object, ...] = (None, True, 7, 1.5, "text", "", [], [1, [2]], {}, {"a": {"b": None}})


@pytest.mark.parametrize("wrong", [each for each in ANYTHING if not isinstance(each, dict)])
def test_record_of_a_wrong_type(wrong: object) -> None:
    """A record that is no object is refused by itself."""
    assert refusal(json.dumps(wrong)).startswith("a record is an object, not ")


@pytest.mark.parametrize("wrong", [each for each in ANYTHING if each != []])
@pytest.mark.parametrize("key", ["facts", "anchors"])
def test_facts_and_anchors_of_a_wrong_type(key: str, wrong: object) -> None:
    """What is no list of facts, or no object of anchors, is told; the record is answered."""
    (verdict,) = between(json.dumps({"subject": "S-001", key: wrong}))
    assert verdict.subject == "S-001"
    if wrong != {} or key == "facts":
        assert any(problem.path.startswith(key) for problem in verdict.problems if problem.level == "error")


@pytest.mark.parametrize("wrong", ANYTHING)
def test_fact_of_a_wrong_type(wrong: object) -> None:
    """A fact that is no object with a concept is told at its place, and the next one is read."""
    (verdict,) = between(record(wrong, fact()))
    assert verdict.problems[0].path in {"facts[0]", "facts[0].concept"}
    assert verdict["I4"].holds.value == "true"


KEYS = (
    "concept", "value", "unit", "when", "until", "uln", "status", "source", "recorded", "complete", "detected", "lloq",
    "copies_per_iu",
)  # fmt: skip
CONCEPTS = (
    "hbv_dna",
    "nyha_class",
    "child_pugh_score",
    "hiv_antibody",
    "pregnant",
    "sex",
    "birth_date",
    "human_albumin",
)


@pytest.mark.parametrize("key", KEYS)
@pytest.mark.parametrize("concept", CONCEPTS)
def test_wrong_types_in_every_key(key: str, concept: str) -> None:
    """Whatever stands in a key, of whatever kind of concept, the record is answered; lists and objects are told."""
    sound = {"concept": concept, "value": "yes", "when": "2026-02-27"}
    pieces = [record({**sound, key: wrong}, subject=f"S-{place}") for place, wrong in enumerate(ANYTHING)]
    for place, (wrong, verdict) in enumerate(zip(ANYTHING, between(*pieces), strict=True)):
        assert verdict.subject == f"S-{place}"
        assert len(verdict.findings) == 22
        paths = [problem.path for problem in verdict.problems]
        assert all(path.startswith("facts[0]") for path in paths)
        if isinstance(wrong, list | dict):
            assert f"facts[0].{key}" in paths or "facts[0].value" in paths


# values


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (fact(value="1e999999 IU/mL"), "1e999999"),
        (fact(value="850 furlongs"), "furlongs"),
        (fact("creatinine", "92 IU/mL"), '"IU/mL" is of another dimension than creatinine; write umol/L or mg/dL'),
        (fact(value="850"), 'hbv_dna needs a unit; write "[IU]/mL"'),
        (fact(value=850), 'hbv_dna needs a unit; write "[IU]/mL"'),
        (fact(value="1,200 IU/mL"), "1,200"),
        (fact(value="haemolysed"), "haemolysed"),
        (fact(value=""), ""),
        (fact(value=None), "null"),
    ],
)
def test_value_that_cannot_be_read(wrong: dict[str, object], message: str) -> None:
    """A value that is none is told at its path, and what it would have said is unknown."""
    (found,) = problems(record(wrong))
    assert found[0] == "facts[0].value"
    assert message in found[1]
    (verdict,) = between(record(wrong))
    assert verdict["I4"].holds.value == "unknown"


@pytest.mark.parametrize(
    "day", ["2026-02-30", "2026-13-01", "30-FEB-2026", "2026-2-3", "tomorrow", "2026-W10", "0000-01-01"]
)
def test_day_that_is_none(day: str) -> None:
    """30 February and its like are told at their path, in a fact and in an anchor."""
    assert [path for path, _ in problems(record(fact(when=day)))] == ["facts[0].when"]
    anchors = {"screening": "2026-03-01", "enrolment": day}
    assert [path for path, _ in problems(record(anchors=anchors))] == ["anchors.enrolment"]


def test_event_after_its_end() -> None:
    """An event that ends before it starts is told at its end, and its history is unknown."""
    wrong = {"concept": "gi_bleeding", "when": "2025-01-10", "until": "2025-01-01"}
    (verdict,) = between(record(wrong))
    assert [(problem.path, problem.message) for problem in verdict.problems] == [
        ("facts[0].until", "the end lies before the start; check both dates")
    ]
    assert verdict["E5"].branches["a"].value == "unknown"


def test_unknown_key() -> None:
    """A misspelt key is told with the one that is meant, and the fact says nothing."""
    (verdict,) = between(record(fact(untill="2026-02-28"), annchors={}))
    told = {problem.path: problem.message for problem in verdict.problems}
    assert told["facts[0].untill"].endswith('did you mean "until"?')
    assert told["annchors"].endswith('did you mean "anchors"?')
    assert verdict["I4"].holds.value == "unknown"


# subjects


@pytest.mark.parametrize("text", ["{}", '{"subject": null}', '{"subject": ""}', '{"subject": "  "}', '{"subject": 7}'])
def test_record_without_subject(text: str) -> None:
    """A record that names no subject is refused by itself."""
    assert refusal(text) == 'a record needs a "subject": a text of 1 to 200 characters'


def test_two_records_for_one_subject() -> None:
    """Both are answered, and the second says that the subject came before."""
    first, second = between(record(fact()), record(fact(value="2000 IU/mL")))
    assert (first.problems, first["I4"].holds.value, second["I4"].holds.value) == ((), "true", "false")
    assert [problem.path for problem in second.problems] == ["subject"]


# time


@pytest.mark.thorough
@pytest.mark.parametrize(
    "make",
    [
        lambda size: record(fact(value="x" * size)),
        lambda size: record(fact(value="9" * size + " IU/mL")),
        lambda size: record(fact(value='"' * size)),
        lambda size: record(fact(concept="x" * size)),
        lambda size: record(fact(when=" " * size)),
        lambda size: record(fact(value="1 " + "m" * size)),
        lambda size: '{"subject": "' + "\\\\" * size,
        lambda size: '{"subject": ' + "9" * size + "}",
        lambda size: "[" * size,
        lambda size: "[" * size + "]" * size,
        lambda size: '{"subject": "S-001", ' + '"a": 1, ' * (size // 8) + '"a": 1}',
        lambda size: "{nope}, " * (size // 200) + "{}",
    ],
    ids=["text", "digits", "quotes", "name", "blanks", "unit", "escapes", "number", "open", "deep", "twice", "broken"],
)
def test_time_is_in_proportion(make: Callable[[int], str]) -> None:
    """Four times as much bad input takes about four times as long."""
    in_proportion(make, 50_000)


@pytest.mark.thorough
@pytest.mark.parametrize(
    "make",
    [
        lambda count: record(*[fact(f"hbv_{number}") for number in range(count)]),
        lambda count: record(*[fact(value="1,200 IU/mL") for _ in range(count)]),
        lambda count: record(**{f"key_{number}": 1 for number in range(count)}),
        lambda count: record(fact(**{f"key_{number}": 1 for number in range(count)})),
        lambda count: record(anchors={f"anchor_{number}": "2026-03-01" for number in range(count)}),
        lambda count: record(*[fact(when=f"2026-02-{number % 28 + 1:02}") for number in range(count)]),
        lambda count: record(*[{"concept": "gi_bleeding", "when": f"{1900 + number % 99}"} for number in range(count)]),
    ],
    ids=["concepts", "values", "keys", "keys of a fact", "anchors", "results", "events"],
)
def test_time_is_in_proportion_to_the_facts(make: Callable[[int], str]) -> None:
    """Four times as many facts, good or bad, take about four times as long."""
    in_proportion(make, 250)
