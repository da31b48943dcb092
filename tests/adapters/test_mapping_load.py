"""Loading mappings: what a good file says, and each kind of mistake in a bad one, told in its place."""

from __future__ import annotations

import re
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping_samples import GOOD, dictionary, mapping
from ucmsc_rules import RulesetError
from ucmsc_rules.adapters.find_mapping import shipped_mappings
from ucmsc_rules.adapters.load_mapping import load_mapping, parse_mapping
from ucmsc_rules.adapters.mapping import AnchorRule, Condition, DateOrder, FactRule, FieldMapping, Rows, System, Take
from ucmsc_rules.errors import Place

FILE = "m.yaml"


def good() -> FieldMapping:
    """The mapping of the good file."""
    return parse_mapping(GOOD, dictionary(), FILE)


def said(text: str) -> str:
    """What is said of a text that is no mapping."""
    with pytest.raises(RulesetError) as caught:
        parse_mapping(text, dictionary(), FILE)
    return str(caught.value)


def blocks() -> list[tuple[str, str, str]]:
    """Each mistake: the lines of the good file (-), what stands in their place (+), and the complaints."""
    text = (Path(__file__).parent / "mistakes" / "mappings.txt").read_text(encoding="utf-8")
    return [_parted(block.splitlines()) for block in text.strip("\n").split("\n\n")]


def _parted(lines: list[str]) -> tuple[str, str, str]:
    right, wrong = ("".join(f"{line[1:]}\n" for line in lines if line[0] == sign) for sign in "-+")
    return right, wrong, "\n".join(line for line in lines if line[0] not in "-+")


@pytest.mark.parametrize(("right", "wrong", "complaints"), blocks())
def test_bad_mapping(right: str, wrong: str, complaints: str) -> None:
    """Each mistake is told with its place, its subject and what to write instead, and nothing else is."""
    assert right in GOOD
    assert said(GOOD.replace(right, wrong, 1)) == complaints


def test_header() -> None:
    """The first lines say what the mapping is called and how the source writes dates, numbers and missing values."""
    rules = good()
    assert (rules.name, rules.version, rules.title, rules.reads) == ("example", "1.0.0", "An example", System.ODM)
    assert (rules.subject, rules.dates, rules.decimal_comma) == ("record_id", DateOrder.DMY, True)
    assert rules.missing == {"-999": "unknown", "NASK": "not_done"}
    assert rules.systems == {"http://loinc.org": "loinc"}
    assert rules.rows == {"LB": Rows(("LBTESTCD", "LBSPEC"), ("STUDYID",))}


def test_defaults() -> None:
    """What the first lines leave out is ISO 8601, a decimal point, and nothing that stands for missing."""
    rules = mapping("facts: []\n")
    assert (rules.subject, rules.dates, rules.decimal_comma) == ("", DateOrder.YMD, False)
    assert (rules.missing, rules.systems, rules.rows, rules.anchors, rules.facts) == ({}, {}, {}, (), ())


def test_fact_rules() -> None:
    """An entry says which rows it is about, and how each key is had."""
    rule = good().facts[0]
    assert rule == FactRule(
        concept="hbv_dna",
        takes={
            "value": Take("LBORRES"),
            "unit": Take("LBORRESU"),
            "when": Take("LBDTC"),
            "status": Take("LBSTATUS", values={"F": "final", "P": "preliminary"}),
            "uln": Take("LBORNRHI"),
        },
        kinds=("LB",),
        where=(Condition("LBTESTCD", ("HBVDNA",)), Condition("LBSPEC", ("SERUM", ""))),
        unless=(Condition("LBSTAT", ("NOT DONE",)),),
        place=Place(FILE, 24, 5),
    )


def test_takes() -> None:
    """A key may be a field with its own map, date order or decimals, or a constant."""
    sex, creatinine, bleeding = good().facts[1:4]
    assert sex.takes == {"value": Take("sex", values={"1": "female", "2": "male", "9": "unknown"})}
    assert creatinine.takes == {
        "value": Take("crea", decimal_comma=False),
        "unit": Take(constant="umol/L"),
        "when": Take("crea_date", dates=DateOrder.MDY),
    }
    assert not bleeding.complete
    assert bleeding.takes["value"].values == {"1": "yes", "0": "none"}


def test_anchor_rules() -> None:
    """An anchor has one place or several."""
    assert good().anchors == (
        AnchorRule(
            "screening", Take("DSSTDTC"), ("DS",), (Condition("DSDECOD", ("SCREENED",)),), place=Place(FILE, 13, 3)
        ),
    )
    several = mapping(
        "facts: []\nanchors:\n  first_infusion:\n    - {from: EX, take: EXSTDTC}\n    - {take: planned}\n"
    )
    assert [(rule.anchor, rule.take.field, rule.kinds) for rule in several.anchors] == [
        ("first_infusion", "EXSTDTC", ("EX",)),
        ("first_infusion", "planned", ()),
    ]


def coded(entry: str) -> dict[str, FactRule]:
    """The rules by concept that one entry below coded stands for."""
    return {rule.concept: rule for rule in mapping(f"coded:\n  - {{{entry}}}\n").facts}


def test_coded_entries() -> None:
    """An entry stands for a rule for each concept that has codes in its systems, of its kinds, but those excepted."""
    rules = coded("from: O, field: code, systems: [loinc], kinds: [quantity, test], except: [inr], value: v, when: w")
    concepts = dictionary().concepts.values()
    assert list(rules) == [
        concept.name
        for concept in concepts
        if "loinc" in concept.codes and concept.kind.value in {"quantity", "test"} and concept.name != "inr"
    ]
    assert rules["creatinine"] == FactRule(
        "creatinine",
        {"value": Take("v"), "when": Take("w")},
        ("O",),
        (Condition("code", ("loinc 2160-0", "loinc 14682-9", "loinc 38483-4")),),
        place=Place(FILE, 6, 5),
    )


def test_codes_of_three_characters() -> None:
    """A code of three characters stands for its category in ICD-10 and ICD-10-CM, and each system for itself."""
    rules = coded("from: C, field: code, systems: [icd10, snomed], kinds: [event], value: {is: yes}, complete: false")
    texts = rules["venous_thrombosis"].where[0].texts
    assert texts == ("icd10 I81*", "icd10 I82*", "snomed 111293003", "snomed 128053003", "snomed 17920008")
    assert rules["upper_gi_haemorrhage"].where[0].texts[:3] == ("icd10 I85.0", "icd10 I98.3", "icd10 K92.0")
    assert not any(rule.complete for rule in rules.values())


def test_further_conditions_of_coded_entries() -> None:
    """The conditions of an entry hold for each of its rules, beside the code."""
    rules = coded("from: C, field: code, systems: [atc], where: {a: b}, unless: {c: d}, value: {is: yes}")
    assert rules["human_albumin"].where[1:] == (Condition("a", ("b",)),)
    assert rules["human_albumin"].unless == (Condition("c", ("d",)),)


def test_keys_that_do_not_suit_all() -> None:
    """A key that facts of a kind cannot have is left out for them."""
    rules = coded("from: O, field: code, systems: [loinc], kinds: [quantity, test], value: v, uln: h, copies_per_iu: c")
    assert list(rules["creatinine"].takes) == ["value", "uln", "copies_per_iu"]
    assert list(rules["hiv_antibody"].takes) == ["value"]


def test_all_kinds_at_once() -> None:
    """Where an entry says nothing of kinds, it serves them all; only events can then be partial."""
    rules = coded("from: O, field: code, systems: [icd10], value: {is: yes}, complete: false")
    assert rules["malignancy"].complete is False
    assert rules["hepatitis_c"].complete is True


def test_texts_are_texts() -> None:
    """Words that YAML 1.1 took for truth, and numbers, are the texts that stand there."""
    body = "facts:\n  - {concept: pregnant, where: {a: no, b: 1.0}, value: {field: p, values: {0x1: yes, no: no}}}\n"
    (rule,) = mapping(body).facts
    assert rule.where == (Condition("a", ("no",)), Condition("b", ("1.0",)))
    assert rule.takes["value"].values == {"0x1": "yes", "no": "no"}


def test_digest() -> None:
    """The digest is that of what the file says: comments and layout do not change it, a word does."""
    digest = good().digest
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", digest)
    assert parse_mapping(f"# a comment\n{GOOD}".replace("{F: final, ", "{F:   final, "), dictionary()).digest == digest
    assert parse_mapping(GOOD.replace("SERUM", "PLASMA"), dictionary()).digest != digest


def test_all_mistakes_at_once() -> None:
    """Every mistake is told, in the order of the file."""
    text = GOOD.replace("concept: sex", "concept: sexx").replace("version", "verson").replace("dmy", "dym")
    assert [line.split(" ")[0] for line in said(text).splitlines()] == [
        "m.yaml:1:1:", "m.yaml:2:1:", "m.yaml:6:8:", "m.yaml:33:14",
    ]  # fmt: skip


@pytest.mark.parametrize("text", ["", "3", "[a]", "{}", "facts: 3\ncoded: x\nanchors: []\nrows: 1\n", "a: &b c", "\0"])
def test_other_documents(text: str) -> None:
    """A document of quite another form is complained about like any other."""
    assert said(text).startswith("m.yaml:")


def test_files(tmp_path: Path) -> None:
    """A mapping is loaded from a path; one that is not there is told as such."""
    file = tmp_path / "m.yaml"
    file.write_text(GOOD, encoding="utf-8")
    assert load_mapping(file, dictionary()).digest == load_mapping(str(file), dictionary()).digest == good().digest
    with pytest.raises(RulesetError, match=r'there is no mapping ".*none.yaml"'):
        load_mapping(tmp_path / "none.yaml", dictionary())


@pytest.mark.parametrize("name", shipped_mappings())
def test_shipped_mappings(name: str) -> None:
    """Each mapping that is shipped loads by its name, which is that of its file."""
    assert load_mapping(name, dictionary()).name == name


def test_many_mistakes() -> None:
    """A file that is wrong throughout is told a hundred mistakes, in a time that does not grow with the rest."""
    entries = "".join(f"  - {{concept: x{number}, value: v{number}}}\n" for number in range(3000))
    start = time.process_time()
    assert len(said(f"{GOOD}{entries}").splitlines()) == 100
    assert time.process_time() - start < 10


VALUES = ["{}", "[]", "[a]", "{a: b}", "null", "true", "3", "''", "[[]]", "yes", "hbv_dna", "9" * 21, "x: y", "{is: 1}",
          "{field: a}", "{field: a, values: {1: yes}}", "unknown", "IU/mL", "table", "event", ""]  # fmt: skip
ANY_PART = re.compile(r"[A-Za-z0-9_./%<>=\"' ]+|\{[^{}]*\}|\[[^\[\]]*\]")


@given(st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(VALUES)), min_size=1, max_size=3))
def test_any_edit(edits: list[tuple[int, str]]) -> None:
    """Whatever is put in place of any part of a mapping, it loads, or a RulesetError says what is wrong."""
    text = GOOD
    for number, value in edits:
        parts = list(ANY_PART.finditer(text))
        part = parts[number % len(parts)]
        text = text[: part.start()] + value + text[part.end() :]
    complaints: Any = ()
    try:
        parse_mapping(text, dictionary(), FILE)
    except RulesetError as error:
        complaints = error.complaints
    assert all(complaint.message and complaint.place.line > 0 for complaint in complaints)
