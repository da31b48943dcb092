"""The JSON Schemas of record, answer and ruleset, held against the code both ways."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from attrs import fields
from jsonschema import Draft202012Validator

from ucmsc_rules import Evidence, Finding, Need, Problem, Status, Truth, Verdict, load_ruleset, screen_all, to_json
from ucmsc_rules.documents import plain, read_document
from ucmsc_rules.facts import read, records
from ucmsc_rules.facts.concepts import Kind, OpenEnd
from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.facts.intake import form_of, read_records
from ucmsc_rules.rules import concept_entries, criterion_entries, header_entries, load
from ucmsc_rules.rules.find import concept_files, ruleset_file, shipped_rulesets
from ucmsc_rules.rules.model import Category

EXAMPLES = Path(__file__).parent.parent / "examples"
NAMES = ("record", "answer", "ruleset")
RULESET_OF = {"second-trial.ndjson": "hcc-tace-washout"}
CASE = {"holds", "branch", "note", "uln"}


@cache
def schema(name: str) -> dict[str, Any]:
    """A schema as it is shipped."""
    text = files("ucmsc_rules").joinpath("schemas", f"{name}.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def complaints(name: str, data: object, part: str = "") -> list[str]:
    """What a schema, or one of its parts, says against some data."""
    whole = schema(name)
    checked = {"$ref": f"#/$defs/{part}", "$defs": whole["$defs"]} if part else whole
    return [f"{error.json_path}: {error.message}" for error in Draft202012Validator(checked).iter_errors(data)]


def keys(name: str, part: str = "") -> set[str]:
    """The keys that an object of a schema may have."""
    found = schema(name)["$defs"][part] if part else schema(name)
    assert found["additionalProperties"] is False
    return set(found["properties"])


def required(name: str, part: str = "") -> set[str]:
    """The keys that an object of a schema must have."""
    found = schema(name)["$defs"][part] if part else schema(name)
    return set(found["required"])


def example_files() -> list[str]:
    """The names of the files of records among the examples."""
    return sorted(path.name for path in EXAMPLES.glob("*.*json"))


def answered(file: str) -> list[tuple[object, Verdict]]:
    """Every record of a file of the examples, with its verdict."""
    with (EXAMPLES / file).open("rb") as stream:
        raw = list(read_records(stream, form_of(file)))
    ruleset = load_ruleset(RULESET_OF.get(file, "ucmsc-hbv-cirrhosis"))
    return list(zip(raw, screen_all(ruleset, raw, engine="reference"), strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_schema_is_well_formed(name: str) -> None:
    """Each file is a JSON Schema of the 2020-12 draft."""
    Draft202012Validator.check_schema(schema(name))


def test_records_that_are_read_are_valid() -> None:
    """Every record of the examples in which no error is found has the form of the schema."""
    read_well = 0
    for file in example_files():
        for record, verdict in answered(file):
            if all(problem.level != "error" for problem in verdict.problems):
                read_well += 1
                assert complaints("record", record) == []
    assert read_well > 40


@pytest.mark.parametrize("file", example_files())
def test_answers_are_valid(file: str) -> None:
    """The answer to every example, good or bad, has the form of the schema."""
    for _, verdict in answered(file):
        assert complaints("answer", json.loads(json.dumps(to_json(verdict)))) == []


def test_full_answer_has_every_key() -> None:
    """An answer with everything that can be said has exactly the keys of the schema, part by part."""
    more: dict[str, Any] = dict.fromkeys((field.name for field in fields(Evidence)), "text")
    flags = {"rounding_decided": True, "detected": False, "outcome": "true"}
    evidence = Evidence(**{**more, **flags})
    need = Need("hba1c", "2026-02-01", "2026-03-01", "a value", "Give it.")
    finding = Finding("I1", "inclusion", Truth.UNKNOWN, {"a": Truth.TRUE}, (evidence,), (need,))
    verdict = Verdict(
        "S-001", "trial", "1.0.0", f"sha256:{'0' * 64}", "reference", "0.1.0", {"screening": "2026-03-01"},
        Status.UNDETERMINED, (finding,), (Problem("warning", "facts[0]", "Look."),),
    )  # fmt: skip
    answer = to_json(verdict)
    assert complaints("answer", answer) == []
    assert set(answer) == keys("answer") == required("answer")
    assert set(answer["findings"][0]) == keys("answer", "finding") == required("answer", "finding")
    assert set(answer["findings"][0]["evidence"][0]) == keys("answer", "evidence")
    assert set(answer["findings"][0]["needs"][0]) == keys("answer", "need") == required("answer", "need")
    assert set(answer["problems"][0]) == keys("answer", "problem") == required("answer", "problem")


def test_words_of_the_answer_are_those_of_the_code() -> None:
    """Statuses, truths and categories are listed in full."""
    properties, parts = schema("answer")["properties"], schema("answer")["$defs"]
    assert set(properties["status"]["enum"]) == {status.value for status in Status}
    assert set(parts["truth"]["enum"]) == {truth.value for truth in Truth}
    assert set(parts["finding"]["properties"]["category"]["enum"]) == {category.value for category in Category}


def test_record_has_the_keys_of_the_code() -> None:
    """The schema knows the keys that the reader knows, of a record and of a fact."""
    assert keys("record") == set(records.KEYS)
    assert keys("record", "fact") == set(read.KEYS)


DATES = (
    "2026", "2026-03", "2026-03-01", "2026-03-01T08:10", "01-MAR-2026", "UN-MAR-2026", "UN-UN-2026", "2026-UN-UN",
    "2026-UN-15", "un-mar-2026", "2026-3-1", "2026/03/01", "March 2026", "2026-03-01T08", "2026-03-01 08:10", "26", "",
)  # fmt: skip


@pytest.mark.parametrize("text", DATES)
def test_dates_of_the_schema_are_those_that_are_read(text: str) -> None:
    """A date passes the schema exactly where the reader takes it."""
    assert (complaints("record", text, "date") == []) == (_read_fact(when=text) is not None)


@pytest.mark.parametrize(
    "status", ["final", " Final", "AMENDED", "corrected", "preliminary", "entered-in-error", "ok", ""]
)
def test_statuses_of_the_schema_are_those_that_are_read(status: str) -> None:
    """A status passes the schema exactly where the reader takes it."""
    problems: list[Problem] = []
    entry = {"concept": "hbv_dna", "value": "1 IU/mL", "when": "2026-02-27", "status": status}
    read.read_fact(entry, "facts[0]", load_ruleset("ucmsc-hbv-cirrhosis").dictionary, problems)
    assert (complaints("record", entry, "fact") == []) == (problems == [])


def _read_fact(when: str) -> Fact | None:
    problems: list[Problem] = []
    entry = {"concept": "human_albumin", "when": when}
    fact = read.read_fact(entry, "facts[0]", load_ruleset("ucmsc-hbv-cirrhosis").dictionary, problems)
    return None if problems else fact


@pytest.mark.parametrize("name", shipped_rulesets())
def test_shipped_rulesets_are_valid(name: str) -> None:
    """Every ruleset that is shipped has the form of the schema."""
    path = ruleset_file(name)
    assert complaints("ruleset", _without_decimals(plain(read_document(path.read_bytes(), str(path))))) == []


@pytest.mark.parametrize("path", concept_files(), ids=lambda path: path.stem)
def test_shipped_concepts_are_valid(path: Path) -> None:
    """Every entry of the data dictionary has the form of the schema."""
    data = _without_decimals(plain(read_document(path.read_bytes(), str(path))))
    wrong = {
        name: found for name, entry in data["concepts"].items() if (found := complaints("ruleset", entry, "concept"))
    }
    assert wrong == {}


def test_ruleset_has_the_keys_of_the_code() -> None:
    """The schema knows the keys that the loader knows, and needs those that it needs."""
    assert required("ruleset") == set(load._NEEDED)
    assert keys("ruleset") == {*load._NEEDED, *load._OPTIONAL}
    assert required("ruleset", "settings") == set(header_entries._SETTINGS)
    assert required("ruleset", "criterion") == set(criterion_entries._KEYS)
    assert keys("ruleset", "criterion") == {*criterion_entries._KEYS, *criterion_entries._OPTIONAL}
    assert set(schema("ruleset")["$defs"]["case"]["properties"]) == CASE
    assert set(schema("ruleset")["$defs"]["case_fact"]["anyOf"][1]["properties"]) == set(read.KEYS) - {"concept"}


def test_concepts_have_the_keys_of_the_code() -> None:
    """The schema knows the keys, kinds and code systems of the data dictionary."""
    properties = schema("ruleset")["$defs"]["concept"]["properties"]
    of_kinds = {key for needed, optional in concept_entries._KEYS.values() for key in (*needed, *optional)}
    assert keys("ruleset", "concept") == {"kind", *concept_entries._ANY, *of_kinds}
    assert set(properties["kind"]["enum"]) == {kind.value for kind in Kind}
    assert set(properties["without_until"]["enum"]) == {end.value for end in OpenEnd}
    assert set(properties["codes"]["propertyNames"]["enum"]) == set(concept_entries.CODE_SYSTEMS)


def test_ruleset_without_cases_is_invalid() -> None:
    """A criterion needs its cases, and one of a rule and lettered branches."""
    criterion = {"category": "inclusion", "text": "t", "source": "s", "rule": "sex is female"}
    assert complaints("ruleset", {**criterion, "cases": [{"holds": True}]}, "criterion") == []
    assert complaints("ruleset", criterion, "criterion") != []
    assert complaints("ruleset", {**criterion, "cases": [{"holds": True}], "any": {}}, "criterion") != []


def _without_decimals(data: object) -> Any:
    """The data with the numbers that a JSON parser gives."""
    match data:
        case Decimal():
            return float(data)
        case dict():
            return {key: _without_decimals(each) for key, each in data.items()}
        case list():
            return [_without_decimals(each) for each in data]
        case _:
            return data
