"""The text that is hashed, and entries as texts."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from audit.kept_trails import RECORD, RULESET, SAID, VERDICT, record_of, verdict_on
from ucmsc_rules import ValueTextError
from ucmsc_rules.audit import AuditError, Entry, Head, canonical_json, digest_of, head_from
from ucmsc_rules.audit.draft import Said, draft
from ucmsc_rules.audit.entry import Stored, content_of, entry_from, sealed
from ucmsc_rules.facts.json_text import Broken, parse_line
from ucmsc_rules.facts.ranges import read_ranges

PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(st.text(), each, max_size=4),
    max_leaves=12,
)


def drafted(record: Any = RECORD, verdict: Any = VERDICT, said: Said | None = None, ranges: Any = ()) -> Entry:
    """An entry that has no place in a chain yet."""
    return draft(verdict, record, ranges, said or Said("investigator 3", "2026-03-02", ""))


# the one text


@given(PLAIN)
def test_the_text_is_json_with_sorted_keys_and_no_blanks(value: Any) -> None:
    """Where there are no fractions, Python's own JSON is the same."""
    assert canonical_json(value) == json.dumps(value, sort_keys=True, separators=(",", ":"))


def test_the_order_of_keys_does_not_matter_and_that_of_facts_does() -> None:
    """Paths of facts are part of a verdict."""
    fact, other = {"concept": "sex", "value": "male"}, {"value": "male", "concept": "sex"}
    assert digest_of({"subject": "S", "facts": [fact]}) == digest_of({"facts": [other], "subject": "S"})
    assert digest_of([fact, 1]) != digest_of([1, fact])


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (8, "8"), (8.0, "8.0"), (Decimal("8.10"), "8.10"), (0.1, "0.1"), (True, "true"), (None, "null"),
        (Decimal("1E+5"), "1E+5"), (float("inf"), "inf"), ((1, 2), "[1,2]"),
        ("\ud800\x00é", '"\\ud800\\u0000\\u00e9"'),
    ],
)  # fmt: skip
def test_numbers_keep_their_digits_and_texts_are_ascii(value: Any, text: str) -> None:
    """What is read differently is written differently: 8, 8.0 and true."""
    assert canonical_json(value) == text


def test_a_number_of_any_length_is_written() -> None:
    """Also one that Python's ``str`` refuses."""
    assert canonical_json(10**5000) == "1" + "0" * 5000


def test_a_repeated_key_is_written_twice() -> None:
    """A record that wrote a key twice is answered otherwise than one that wrote it once."""
    assert canonical_json(parse_line(b'{"value": 1, "b": 2, "value": 3}')) == '{"b":2,"value":3,"value":3}'


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": {1, 2}}, "set is no plain data; write what JSON can hold"),
        ([b"bytes"], "bytes is no plain data; write what JSON can hold"),
        ({1: "a"}, "an object's keys are texts; one is a number"),
    ],
)
def test_what_is_no_plain_data_has_no_text(value: Any, message: str) -> None:
    """It is refused and not written in some way that means nothing."""
    with pytest.raises(ValueTextError) as refusal:
        canonical_json(value)
    assert str(refusal.value) == message


def test_the_digest_of_a_record_is_that_of_its_text() -> None:
    """As the documents define it, with nothing but the hash of a plain text."""
    text = (
        '{"anchors":{"screening":"2026-03-01"},"facts":[{"concept":"hbv_dna","value":"20 IU/mL","when":"2026-02-27"}],'
        '"subject":"S-001"}'
    )
    assert canonical_json(RECORD) == text
    assert drafted().input == digest_of(json.loads(text))


# entries


def test_an_entry_says_what_was_answered_on_what_and_by_which_versions() -> None:
    """All of it, with the answers of all criteria and branches."""
    record = record_of("S-009", "2000 IU/mL", {"concept": "fasting_glucose", "value": "12", "when": "2026-02-27"})
    entry = drafted(record, verdict_on(record), Said("a", "2026-03-02", "a second look"))
    holds = {each.criterion: each.holds.value for each in entry.findings}
    assert (entry.subject, entry.status.value, holds["I4"], holds["E4"]) == ("S-009", "ineligible", "false", "unknown")
    assert entry.findings[8].branches.keys() == set("abcde")
    assert entry.findings[4].needs == ("informed_consent",)
    assert (entry.errors, entry.warnings, entry.ranges) == (1, 0, None)
    assert (entry.ruleset, entry.ruleset_version, entry.ruleset_digest) == (RULESET.name, "1.0.0", RULESET.digest)
    assert (entry.engine, entry.reason, entry.anchors) == ("reference", "a second look", {"screening": "2026-03-01"})
    assert list(entry.versions) == ["ucmsc-rules", "python", "durable-rules", "pint"]


def test_any_change_of_the_input_changes_the_digest() -> None:
    """Of the record, and of the table of normal ranges that served it."""
    ranges = read_ranges([{"concept": "creatinine", "uln": "104 umol/L"}], RULESET.dictionary)
    other = record_of("S-001", "21 IU/mL")
    assert drafted().input != drafted(other, verdict_on(other)).input
    assert drafted(ranges=ranges).ranges not in (None, drafted(ranges=[evolve(ranges[0], text="105 umol/L")]).ranges)


def test_a_refused_record_is_entered_too() -> None:
    """With no subject; where it was no JSON there is no digest of it either."""
    for record, has_digest in ((7, True), (Broken("no JSON"), False)):
        entry = drafted(record, verdict_on(record))
        assert (entry.subject, entry.findings, entry.errors, entry.input is not None) == (None, (), 1, has_digest)


@given(st.text(min_size=1, max_size=200).filter(str.strip), st.text(max_size=50))
def test_an_entry_comes_back_from_its_text(subject: str, reason: str) -> None:
    """Whatever characters a subject or a reason has."""
    record = record_of(subject)
    entry, content = sealed(drafted(record, verdict_on(record), Said("a", "2026-03-02", reason)))
    assert content.isascii()
    assert entry_from(Stored(1, None, content, entry.hash)) == entry


@given(PLAIN.map(json.dumps) | st.text() | st.binary())
def test_what_is_no_entry_is_an_error_and_nothing_else(content: object) -> None:
    """Whatever stands in the database, no other exception comes out."""
    with pytest.raises(AuditError, match="this is no entry"):
        entry_from(Stored(1, None, content, ""))


@given(st.data())
def test_a_text_that_is_nearly_an_entry_is_an_error(data: st.DataObject) -> None:
    """Any one value replaced by one of another kind, or written in another way."""
    plain = json.loads(content_of(drafted()))
    key = data.draw(st.sampled_from(sorted(plain)))
    plain[key] = data.draw(PLAIN.filter(lambda value: type(value) is not type(plain[key])))
    try:
        entry = entry_from(Stored(1, None, canonical_json(plain), ""))
    except AuditError:
        return
    assert content_of(entry) == canonical_json(plain)


def test_an_entry_with_blanks_between_is_an_error() -> None:
    """Only the one text of an entry is one."""
    loose = json.dumps(json.loads(content_of(drafted())), sort_keys=True)
    with pytest.raises(AuditError, match="this is no entry: its content is not written as entries are"):
        entry_from(Stored(1, None, loose, ""))


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (Said(" ", "2026-03-02", ""), '"who" is blank; an entry tells who asked for the verdict'),
        (Said("a" * 201, "2026-03-02", ""), '"who" is a text of at most 200 characters'),
        (Said("a", "2026-03-02", "b" * 10_001), '"reason" is a text of at most 10,000 characters'),
        (Said("a", 5, ""), '"when" is a text of at most 200 characters'),  # type: ignore[arg-type]
        (
            Said("a", "yesterday", ""),
            '"when" is "yesterday", which is no ISO 8601; write 2026-03-02 or 2026-03-02T09:30:00+00:00',
        ),
    ],
)
def test_who_and_when_are_asked_for(said: Said, message: str) -> None:
    """Both have to be told, since nothing reads a clock or asks who is there."""
    with pytest.raises(AuditError) as refusal:
        drafted(said=said)
    assert str(refusal.value) == message


@pytest.mark.parametrize(
    ("record", "told"), [(record_of("S-002"), '"S-002"'), ({"facts": []}, "nobody"), (Broken("no JSON"), "nobody")]
)
def test_a_verdict_is_not_entered_with_another_subjects_record(record: Any, told: str) -> None:
    """The digest would speak of another person."""
    with pytest.raises(AuditError) as refusal:
        drafted(record)
    assert str(refusal.value) == f'the verdict is on "S-001", and the record of {told}; give the one that was screened'


def test_a_verdict_is_entered_whoever_reads_the_record() -> None:
    """A record from the library's own parser, with decimals as written, has the digest of the same data in Python."""
    text = b'{"subject": "S-1", "facts": [{"concept": "inr", "value": 1.10, "when": "2026-02-27"}]}'
    parsed: Any = parse_line(text)
    assert drafted(parsed, verdict_on(parsed)).input == digest_of(parsed)
    assert '"value":1.10' in canonical_json(parsed)


# heads


@pytest.mark.parametrize("head", [Head(0), Head(37), Head(37, "ab" * 32)])
def test_a_head_comes_back_from_its_text(head: Head) -> None:
    """A count alone, or the number with the hash."""
    assert head_from(f" {head}\n") == head


@pytest.mark.parametrize("text", ["", "latest", "37:", "37:abc", "-1", "37:" + "g" * 8])
def test_another_text_is_no_head(text: str) -> None:
    """A head that was cut or retyped wrongly must not pass for one."""
    with pytest.raises(AuditError) as refusal:
        head_from(text)
    assert str(refusal.value) == f'"{text}" is no head of a trail; write the number of its last entry, or NUMBER:HASH'


def test_who_and_when_are_the_callers() -> None:
    """They stand in the entry as they were told."""
    entry = drafted(said=Said(SAID["who"], SAID["when"], ""))
    assert (entry.who, entry.when) == ("investigator 3", "2026-03-02T09:30:00+00:00")
