"""Mappings and rows for tests: the data dictionary that is shipped, and short ways to write the rest."""

from __future__ import annotations

from functools import cache
from typing import Any

from ucmsc_rules import load_dictionary
from ucmsc_rules.adapters.load_mapping import parse_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.row import Cell, Row
from ucmsc_rules.adapters.turn import receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.rules.find import concept_files

HEAD = "mapping: example\nversion: 1.0.0\ntitle: An example\nreads: {reads}\n"

GOOD = """\
mapping: example
version: 1.0.0
title: An example
reads: odm
subject: record_id
dates: dmy
decimals: comma
missing: {"-999": unknown, NASK: not_done}
systems: {"http://loinc.org": loinc}
rows:
  LB: {named_by: [LBTESTCD, LBSPEC], ignore: [STUDYID]}
anchors:
  screening: {from: DS, where: {DSDECOD: SCREENED}, take: DSSTDTC}
coded:
  - from: Observation
    field: code
    systems: [loinc]
    kinds: [quantity, test]
    except: [inr]
    value: value
    unit: unit
    when: when
facts:
  - concept: hbv_dna
    from: LB
    where: {LBTESTCD: [HBVDNA], LBSPEC: [SERUM, ""]}
    unless: {LBSTAT: NOT DONE}
    value: LBORRES
    unit: LBORRESU
    when: LBDTC
    uln: LBORNRHI
    status: {field: LBSTATUS, values: {F: final, P: preliminary}}
  - concept: sex
    value: {field: sex, values: {1: female, 2: male, 9: unknown}}
  - concept: creatinine
    value: {field: crea, decimals: point}
    unit: {is: umol/L}
    when: {field: crea_date, dates: mdy}
  - concept: gi_bleeding
    value: {field: hx_gi, values: {1: yes, 0: none}}
    when: gi_date
    complete: false
"""


@cache
def dictionary() -> Dictionary:
    """The data dictionary that is shipped."""
    return load_dictionary(concept_files())


def mapping(body: str, reads: str = "odm") -> FieldMapping:
    """The mapping of a text, below the usual first lines."""
    return parse_mapping(HEAD.format(reads=reads) + body, dictionary(), "m.yaml")


def row(kind: str = "LB", path: str = "LB[1]", /, **cells: str | Cell) -> Row:
    """A row of texts or cells by field."""
    return Row(kind, {field: text if isinstance(text, Cell) else Cell(text) for field, text in cells.items()}, path)


def received(body: str, *rows: Row) -> Received:
    """What a subject's rows give by the mapping of a text."""
    return receive("S-001", rows, mapping(body), dictionary())


def facts(body: str, *rows: Row) -> list[dict[str, Any]]:
    """The facts that rows give, without where they stand; nothing is wrong with them."""
    got = received(body, *rows)
    assert got.problems == ()
    return without_source(got)


def without_source(got: Received) -> list[dict[str, Any]]:
    """The facts of a record without where they stand."""
    assert isinstance(got.record, dict)
    return [{key: value for key, value in fact.items() if key != "source"} for fact in got.record["facts"]]


def problems(body: str, *rows: Row) -> list[str]:
    """The problems that rows give, as text."""
    return [f"{problem.level} {problem.path}: {problem.message}" for problem in received(body, *rows).problems]
