"""A small REDCap project for tests: its data dictionary, a mapping over it, and ways to write and read records."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from io import BytesIO, StringIO
from typing import Any

from ucmsc_rules import load_dictionary
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.rules.find import concept_files

DICTIONARY = load_dictionary(concept_files())
HEAD = "mapping: small\nversion: 1.0.0\ntitle: A small project\nreads: redcap\n"
FACTS = """
anchors:
  screening: {take: visit_date}
facts:
  - {concept: birth_date, value: dob}
  - {concept: sex, value: {field: sex, values: {0: female, 1: male}}}
  - {concept: pregnant, value: {field: hx___preg, values: {1: yes}}, when: hx_date}
  - {concept: alcohol_abuse, value: {field: hx___alc, values: {1: yes, 0: no}}, when: hx_date}
  - {concept: hbv_dna, value: hbv, unit: {is: IU/mL}, when: lab_date}
  - {concept: body_weight, value: weight, unit: {is: kg}, when: visit_date}
"""


def a_field(name: str, form: str, kind: str = "text", choices: str = "", validation: str = "") -> dict[str, str]:
    """A field of the data dictionary as the API gives it."""
    return {
        "field_name": name, "form_name": form, "section_header": "", "field_type": kind, "field_label": name,
        "select_choices_or_calculations": choices, "field_note": "",
        "text_validation_type_or_show_slider_number": validation,
    }  # fmt: skip


FIELDS = [
    a_field("record_id", "demographics"),
    a_field("dob", "demographics", validation="date_dmy"),
    a_field("sex", "demographics", "radio", "0, Female | 1, Male"),
    a_field("visit_date", "visit", validation="date_ymd"),
    a_field("weight", "visit", validation="number_comma_decimal"),
    a_field("hx", "history", "checkbox", "preg, Pregnant | alc, Alcohol abuse | -1, Nothing of these"),
    a_field("hx_date", "history", validation="date_ymd"),
    a_field("hbv", "labs", validation="number"),
    a_field("lab_date", "labs", validation="datetime_ymd"),
    a_field("lab_note", "labs", "notes"),
]
COLUMNS = (
    "record_id", "dob", "sex", "demographics_complete", "visit_date", "weight", "visit_complete", "hx___preg",
    "hx___alc", "hx____1", "hx_date", "history_complete", "hbv", "lab_date", "lab_note", "labs_complete",
)  # fmt: skip
ZEROS = tuple(name for name in COLUMNS if name.endswith("_complete") or "___" in name)


def a_mapping(text: str = FACTS) -> FieldMapping:
    """A mapping over the shipped dictionary, from all but its head."""
    return parse_mapping(HEAD + text, DICTIONARY)


def a_line(record: str = "1", **texts: str) -> dict[str, str]:
    """A line of the export as REDCap writes it: every column is there, no box is checked, no form was opened."""
    line = dict.fromkeys(COLUMNS, "") | dict.fromkeys(ZEROS, "0")
    return {**line, "record_id": record, **texts}


def a_repeat(form: str, instance: int, record: str = "1", event: str = "", **texts: str) -> dict[str, str]:
    """A line of a repeating form: all other forms are blank."""
    line = dict.fromkeys((*COLUMNS, "redcap_repeat_instrument", "redcap_repeat_instance"), "")
    heading = {"redcap_repeat_instrument": form, "redcap_repeat_instance": str(instance)}
    return {**line, "record_id": record, **({"redcap_event_name": event} if event else {}), **heading, **texts}


def as_csv(lines: Sequence[Mapping[str, str]]) -> bytes:
    """Lines as CSV, with the columns of all of them."""
    text = StringIO()
    columns = dict.fromkeys(name for line in lines for name in line)
    writer = csv.DictWriter(text, columns, lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return text.getvalue().encode()


def read(
    source: Any, facts: str = FACTS, fields: Iterable[Mapping[str, str]] | None = FIELDS, **more: str
) -> list[Received]:
    """What is received of records: bytes, or lines that are written as JSON first."""
    data = source if isinstance(source, bytes) else json.dumps(source).encode()
    dictionary = None if fields is None else list(fields)
    subject = "" if fields is not None or "subject:" in facts else "subject: record_id\n"
    mapping = a_mapping(subject + facts)
    return list(read_redcap(BytesIO(data), mapping, DICTIONARY, data_dictionary=dictionary, **more))


def facts_of(received: Received) -> list[tuple[str, ...]]:
    """The facts as concept, value and day, in their order."""
    assert not isinstance(received.record, Broken)
    return [
        tuple(str(fact[key]) for key in ("concept", "value", "unit", "when") if key in fact)
        for fact in received.record["facts"]
    ]


def only(received: list[Received]) -> Received:
    """The one subject that is received, whose record is whole."""
    (one,) = received
    assert not isinstance(one.record, Broken)
    return one


def problems_of(received: Received) -> list[tuple[str, str, str]]:
    """The problems as level, path and message."""
    return [(each.level, each.path, each.message) for each in received.problems]


def refusal(received: Received) -> str:
    """Why something is not answered."""
    assert isinstance(received.record, Broken)
    return received.record.message
