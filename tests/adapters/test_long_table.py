"""Tables of canonical facts: a row for each fact, and the same facts as from a wide table."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from io import StringIO
from typing import Any

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping_samples import dictionary
from adapters.table_samples import broken, read, read_long, shown, subjects
from ucmsc_rules import Problem
from ucmsc_rules.adapters.tables.long import COLUMNS
from ucmsc_rules.facts.read import KEYS, read_fact

HEAD = "subject,concept,value,unit,when\n"


def facts(source: Any) -> list[dict[str, Any]]:
    """The facts of a table with one subject, in which nothing is wrong."""
    (got,) = read_long(source)
    assert got.problems == ()
    return shown([got])[0][1]  # type: ignore[no-any-return]


def test_columns() -> None:
    """The columns are the keys of a fact, and its subject; the source is where the row stands."""
    assert {*COLUMNS, "source"} == {"subject", *KEYS}


def test_rows() -> None:
    """Each row is a fact, with the keys that have texts."""
    table = """\
subject,concept,value,unit,when,until,recorded,status,uln,lloq,copies_per_iu,detected,complete
A,hbv_dna,<20,IU/mL,2026-02-27,,,final,,20,5.82,false,
A,creatinine,92,umol/L,2026-02-27T08:10:59,,,,104,,,,
A,sex,female,,,,2026-03-01,,,,,,
A,conservative_treatment,,,2025-06,ongoing,,,,,,,
"""
    assert facts(table) == [
        {"concept": "hbv_dna", "value": "<20", "unit": "IU/mL", "when": "2026-02-27", "status": "final",
         "lloq": "20 IU/mL", "copies_per_iu": "5.82", "detected": False},
        {"concept": "creatinine", "value": "92", "unit": "umol/L", "when": "2026-02-27T08:10", "uln": "104 umol/L"},
        {"concept": "sex", "value": "female", "recorded": "2026-03-01"},
        {"concept": "conservative_treatment", "when": "2025-06", "until": "ongoing"},
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("line", "fact"),
    [
        ("human_albumin,,,2026-02", {"concept": "human_albumin", "when": "2026-02"}),
        ("human_albumin,yes,,2026-02", {"concept": "human_albumin", "value": "yes", "when": "2026-02"}),
        ("human_albumin,TRUE,,", {"concept": "human_albumin", "value": "yes"}),
        ("Human_Albumin,none,,", {"concept": "human_albumin", "value": "none"}),
        ("human_albumin,no,,", {"concept": "human_albumin", "value": "unreadable: no"}),
        ("pregnant,False,,", {"concept": "pregnant", "value": "no"}),
        ("birth_date,UN-APR-1961,,", {"concept": "birth_date", "value": "UN-APR-1961"}),
    ],
)
def test_events_and_answers(line: str, fact: dict[str, Any]) -> None:
    """An event may have a day alone; true and false serve where yes and no do, and nothing else does."""
    (got,) = read_long(f"{HEAD}A,{line}\n")
    assert shown([got])[0][1] == [fact]
    assert bool(got.problems) == ("unreadable" in str(fact))


@pytest.mark.parametrize(
    ("text", "complete"),
    [("", None), ("yes", None), ("TRUE", None), ("1", None), ("no", False), ("0", False), ("?", False)],
)
def test_completeness(text: str, complete: bool | None) -> None:
    """A list of events is whole where the column says so or is blank; anything else leaves others possible."""
    for cells in (",2026-02", "none,", "yes,2026-02"):
        value, when = cells.split(",")
        (fact,) = facts(f"subject,concept,value,when,complete\nA,gi_bleeding,{value},{when},{text}\n")
        assert fact.get("complete") is complete


def test_results_without_a_value() -> None:
    """A row of a result without a value was not done; an event without a day or value is counted."""
    (got,) = read_long(f"{HEAD}A,inr,,,2026-02-27\nA,human_albumin,,,\n")
    assert shown([got]) == [("A", [])]
    assert got.unread == {"table concept=human_albumin without when": 1}


def test_unknown_concepts() -> None:
    """A row of an unknown concept, or of none, is a problem, and all others are read."""
    (got,) = read_long(f"{HEAD}A,hbv_dan,1,,\nA,,1,,\nA,inr,1.1,,\n")
    assert shown([got]) == [("A", [{"concept": "inr", "value": "1.1"}])]
    assert got.problems == (
        Problem("error", "line 2.concept", '"hbv_dan" is no concept of the dictionary; did you mean "hbv_dna"?'),
        Problem("error", "line 3.concept", "the row names no concept, so nothing of it is read"),
    )


NOT_READ = "is no column of the table, so nothing of it is read"


@pytest.mark.parametrize(
    ("head", "said"),
    [
        ("subject,concept,value,untill", 'the column "untill" is none of a fact; did you mean "until"?'),
        ("subject,concept,Value", 'the column "Value" is none of a fact; did you mean "value"?'),
        ("subject,value", f'"concept" {NOT_READ}; name it, or use a mapping'),
        ("concept,value", f'"subject" {NOT_READ}; the columns are concept, value'),
        ("subject,concept,value,value", 'two columns are called "value", so nothing of the table is read; '),
    ],
)
def test_tables_that_cannot_be_read(head: str, said: str) -> None:
    """A table without its columns, or with one that looks like another's mistake, is not read at all."""
    (told,) = shown(read_long(f"{head}\nA,inr,1,1\n"))
    rest = ("", " Rename it, or name it otherwise", "name each column once")
    assert told in [said + more for more in rest]


def test_columns_that_are_none_of_a_fact() -> None:
    """Any other column is counted where it has data."""
    (got,) = read_long("subject,concept,value,visit\nA,inr,1.1,V1\nA,inr,1.2,\n")
    assert got.unread == {"table.visit": 1}


# anchors


def anchors(*tables: Any) -> list[Any]:
    """The anchors of each subject."""
    return [(each.record["subject"], each.record["anchors"]) for each in read_long(*tables)]  # type: ignore[index]


def test_anchors_as_columns() -> None:
    """An anchor may be a column, in every row of a subject or in one."""
    table = "subject,concept,value,anchor_screening\nA,inr,1,2026-03-01\nA,hba1c,1,2026-03-01\nA,alt,1,\nB,inr,1,\n"
    assert anchors(table) == [("A", {"screening": "2026-03-01"}), ("B", {})]


def test_anchors_as_rows() -> None:
    """An anchor may be a row, whose day stands at when."""
    table = f"{HEAD}A,anchor_screening,,,2026-03-01\nA,Anchor_enrolment,,,2026-03-15\n"
    assert anchors(f"{table}B,anchor_first_infusion,,,2026-03-22\n") == [
        ("A", {"screening": "2026-03-01", "enrolment": "2026-03-15"}),
        ("B", {"first_infusion": "2026-03-22"}),
    ]


def test_anchors_in_a_table_of_their_own() -> None:
    """Anchors may stand in a table of their own, with or without the word before their names."""
    dates = "subject,screening,anchor_enrolment\nB,2026-03-01,\nA,2026-03-02,2026-03-15\nC,,2026-03-16\n"
    assert anchors(f"{HEAD}A,inr,1,,\nB,inr,1,,\n", dates) == [
        ("A", {"screening": "2026-03-02", "enrolment": "2026-03-15"}),
        ("B", {"screening": "2026-03-01"}),
        ("C", {"enrolment": "2026-03-16"}),
    ]


def test_anchors_that_differ() -> None:
    """An anchor that both tables give must be the same in both."""
    (got,) = read_long(f"{HEAD}A,anchor_screening,,,2026-03-01\n", "subject,screening\nA,2026-03-02\n")
    assert got.record["anchors"] == {}  # type: ignore[index]
    assert [problem.path for problem in got.problems] == ["line 2.screening"]


def test_table_of_anchors_that_cannot_be_read() -> None:
    """What is wrong with the table of anchors is told, and its subjects are not answered; the facts are read."""
    assert shown(read_long(f"{HEAD}A,inr,1,,\n", "id,screening\nA,2026-03-01\n"))[0] == (
        '"subject" is no column of the table, so nothing of it is read; the columns are id, screening'
    )
    got = read_long(f"{HEAD}A,inr,1,,\nB,inr,1,,\n", "subject,screening\nA,2026-03-01,x\nB,2026-03-01\n")
    assert (subjects(got), len(broken(got))) == (["B"], 1)


# wide and long say the same


CONCEPTS = {
    "hbv_dna": ["850 IU/mL", "<20 IU/mL", "not detected", "lots", "1,200 IU/mL"],
    "inr": ["1.1", "1", "9.99", "-1"],
    "nyha_class": ["I", "II-III", "none", "5"],
    "sex": ["female", "male", "other"],
    "birth_date": ["1961-04-02", "1961", "UN-APR-1961", "1961-02-30"],
    "hiv_antibody": ["negative", "positive", "borderline"],
}
DAYS = ["", "2026-02-27", "2026-02", "2026-02-27T08:10", "soon", "2026-UN-15"]
RECORDS = st.fixed_dictionaries({
    name: st.none() | st.tuples(st.sampled_from(values), st.sampled_from(DAYS)) for name, values in CONCEPTS.items()
} | {"human_albumin": st.none() | st.tuples(st.just(""), st.sampled_from(DAYS[1:]))})  # fmt: skip
WIDE = "subject: id\nfacts:\n" + "".join(
    f"  - {{concept: {name}, value: {name}, when: {name}_day}}\n" for name in CONCEPTS
) + "  - {concept: human_albumin, when: human_albumin_day}\n"  # fmt: skip


def written(rows: list[list[str]]) -> str:
    """Rows as CSV."""
    text = StringIO()
    csv.writer(text).writerows(rows)
    return text.getvalue()


def wide(records: Mapping[str, Mapping[str, tuple[str, str] | None]]) -> str:
    """A row for each subject."""
    names = [*CONCEPTS, "human_albumin"]
    head = ["id", *(f"{name}{end}" for name in names for end in ("", "_day"))]
    return written(
        [
            head,
            *(
                [subject, *(cell for name in names for cell in record[name] or ("", ""))]
                for subject, record in records.items()
            ),
        ]
    )


def long(records: Mapping[str, Mapping[str, tuple[str, str] | None]]) -> str:
    """A row for each fact, the subjects mixed."""
    names = [*CONCEPTS, "human_albumin"]
    rows = [[subject, name, *record[name]] for name in names for subject, record in records.items() if record[name]]  # type: ignore[misc]
    return written([["subject", "concept", "value", "when"], *rows])


@given(st.dictionaries(st.sampled_from("ABC"), RECORDS, min_size=1))
def test_wide_and_long_agree(records: dict[str, dict[str, tuple[str, str] | None]]) -> None:
    """The same record in wide and in long form gives the same facts, as the reader of records takes them."""
    texts = [
        dict(pair for pair in shown(got) if isinstance(pair, tuple))
        for got in (read(wide(records).replace("\r", ""), WIDE), read_long(long(records)))
    ]
    for subject, record in records.items():
        if any(record.values()):
            one, other = ([_read(fact) for fact in table[subject]] for table in texts)
            assert one == other
            assert len(one) == sum(fact is not None for fact in record.values())


def _read(raw: dict[str, Any]) -> object:
    return read_fact(raw, "facts[0]", dictionary(), [])


def test_frames() -> None:
    """A frame of canonical facts is read as its text would be."""
    frame = pd.DataFrame({
        "subject": ["A", "A", "B"], "concept": ["inr", "pregnant", "body_weight"], "value": [1.10, False, 70.0],
        "unit": [None, None, "kg"], "when": pd.to_datetime(["2026-02-27", None, "2026-02-27 08:10"], format="mixed"),
    })  # fmt: skip
    assert shown(read_long(frame)) == [
        ("A", [{"concept": "inr", "value": "1.1", "when": "2026-02-27"}, {"concept": "pregnant", "value": "no"}]),
        ("B", [{"concept": "body_weight", "value": "70", "unit": "kg", "when": "2026-02-27T08:10"}]),
    ]
