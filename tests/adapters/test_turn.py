"""Rows become canonical facts by a mapping; what is not certain is unreadable, and what is not named is counted."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from adapters.mapping_samples import dictionary, facts, mapping, problems, received, row, without_source
from ucmsc_rules.adapters.mapping import AnchorRule, FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN, Cell, Row
from ucmsc_rules.adapters.turn import DISORDERED, receive
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.fact import Fact, Problem
from ucmsc_rules.facts.read import read_fact

LB = """\
rows: {LB: {named_by: [LBTESTCD, LBSPEC], ignore: [STUDYID]}}
facts:
  - concept: hbv_dna
    from: LB
    where: {LBTESTCD: [HBVDNA, HBVLOAD], LBSPEC: [SERUM, ""]}
    unless: {LBSTAT: NOT DONE}
    value: LBORRES
    unit: LBORRESU
    when: LBDTC
"""
SEX = "facts:\n  - {concept: sex, value: {field: sex, values: {1: female, 2: male, 9: unknown, 8: not_done}}}\n"


def one(body: str, *rows: Row) -> dict[str, object]:
    """The one fact that rows give."""
    (fact,) = facts(body, *rows)
    return fact


def read(raw: dict[str, object], words: Dictionary | None = None) -> Fact:
    """The fact as the reader of records takes it."""
    noted: list[Problem] = []
    fact = read_fact(raw, "facts[0]", words or dictionary(), noted)
    assert fact is not None
    return fact


def test_a_result() -> None:
    """A row gives a fact with every key that the mapping takes, and where it stands."""
    got = received(LB, row(LBTESTCD="HBVDNA", LBORRES="<20", LBORRESU="IU/mL", LBDTC="2026-02-27T08:10:00"))
    assert got.record == {
        "subject": "S-001",
        "anchors": {},
        "facts": [
            {
                "concept": "hbv_dna",
                "value": "<20",
                "unit": "IU/mL",
                "when": "2026-02-27T08:10",
                "source": "LB[1].LBORRES",
            }
        ],
    }
    assert (got.problems, got.unread) == ((), {})


@pytest.mark.parametrize(
    ("cells", "count"),
    [
        ({"LBTESTCD": "HBVDNA"}, 1),
        ({"LBTESTCD": " hbvload "}, 1),
        ({"LBTESTCD": "HBVDN"}, 0),
        ({"LBTESTCD": "HBVDNA2"}, 0),
        ({"LBTESTCD": ""}, 0),
        ({}, 0),
        ({"LBTESTCD": "HBVDNA", "LBSPEC": "serum"}, 1),
        ({"LBTESTCD": "HBVDNA", "LBSPEC": ""}, 1),
        ({"LBTESTCD": "HBVDNA", "LBSPEC": Cell(absent=NOT_DONE)}, 1),
        ({"LBTESTCD": "HBVDNA", "LBSPEC": "URINE"}, 0),
        ({"LBTESTCD": "HBVDNA", "LBSTAT": "not done"}, 0),
        ({"LBTESTCD": "HBVDNA", "LBSTAT": ""}, 1),
    ],
)
def test_conditions(cells: dict[str, str | Cell], count: int) -> None:
    """All of where and none of unless must be met; case and outer blanks do not matter, blank is a text of its own."""
    assert len(facts(LB, row(**cells, LBORRES="850"))) == count


def test_other_kinds_of_rows() -> None:
    """A rule for one kind of rows leaves the others alone; one without kinds serves all that have its field."""
    assert facts(LB, row("VS", "VS[1]", LBTESTCD="HBVDNA", LBORRES="850")) == []
    assert one(SEX, row("DM", sex="1")) == one(SEX, row("any", sex="1")) == {"concept": "sex", "value": "female"}


@pytest.mark.parametrize(
    ("code", "count"),
    [("icd10 C22.0", 1), ("icd10 C22", 1), ("ICD10 c22.9", 1), ("icd10cm C22.0", 0), ("icd10 C2", 0), ("icd10 C23", 0)],
)
def test_beginnings(code: str, count: int) -> None:
    """A text that ends in * stands for all that begin so, of its own code system alone."""
    body = 'facts:\n  - {concept: malignancy, from: C, where: {code: "icd10 C22*"}, value: {is: yes}, when: onset}\n'
    assert len(facts(body, row("C", code=code))) == count
    assert len(facts(body, row("C", code=Cell("snomed 1", also=("Cancer", code))))) == count


def test_star_alone() -> None:
    """A lone * stands for any text, and not for a blank field."""
    body = 'facts:\n  - {concept: malignancy, from: C, where: {term: "*"}, value: {is: yes}}\n'
    assert [len(facts(body, row("C", term=text))) for text in ("cancer", "", " ")] == [1, 0, 0]


def test_several_rules_on_one_row() -> None:
    """Each rule that a row meets gives its fact, in the order of the mapping."""
    body = "facts:\n  - {concept: inr, value: b}\n  - {concept: nyha_class, value: a}\n"
    assert [fact["concept"] for fact in facts(body, row(a="I", b="1.1"))] == ["inr", "nyha_class"]


# values


def test_value_maps() -> None:
    """A text of the map is the word that it stands for."""
    assert one(SEX, row(sex=" 2 ")) == {"concept": "sex", "value": "male"}


def test_text_that_the_map_lacks() -> None:
    """A text that the map lacks is a problem that lists what is known, and a value that nobody can read."""
    got = received(SEX, row(sex="3"))
    assert without_source(got) == [{"concept": "sex", "value": "unreadable: 3"}]
    assert not read(without_source(got)[0]).readable
    assert problems(SEX, row(sex="3")) == [
        'error LB[1].sex: "3" is none of the texts that the mapping knows here; it knows 1, 2, 9, 8'
    ]


def test_word_that_the_map_lacks() -> None:
    """A text that the concept would know stays unreadable where the map does not list it."""
    assert without_source(received(SEX, row(sex="male"))) == [{"concept": "sex", "value": "unreadable: male"}]


def test_long_maps_are_cut() -> None:
    """A problem lists a dozen of the known texts at most."""
    values = ", ".join(f"{number}: yes" for number in range(13))
    (told,) = problems(f"facts:\n  - {{concept: pregnant, value: {{field: p, values: {{{values}}}}}}}\n", row(p="x"))
    assert told.endswith("it knows 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, ...")


def test_several_texts_of_one_cell() -> None:
    """Of a cell that says the same in several ways, those that the map lists must agree."""
    assert one(SEX, row(sex=Cell("F", also=("1",))))["value"] == "female"
    assert problems(SEX, row(sex=Cell("1", also=("2",)))) == [
        'error LB[1].sex: "1" stands for female and male at once; correct the mapping or the source'
    ]


MISSING = 'missing: {"-999": unknown, "-1": not_done}\n'


@pytest.mark.parametrize("cell", ["", " ", "8", "-1", Cell(absent=NOT_DONE), Cell("why not", absent=NOT_DONE)], ids=str)
def test_what_was_not_done(cell: str | Cell) -> None:
    """A blank cell, one that was not done, and a text that stands for that, give no fact."""
    assert facts(MISSING + SEX, row(sex=cell)) == []


@pytest.mark.parametrize(
    ("cell", "told"),
    [
        ("9", "no value: 9"),
        ("-999", "no value: -999"),
        (Cell(absent=UNKNOWN), "no value: unknown"),
        (Cell("masked", absent=UNKNOWN), "no value: masked"),
    ],
    ids=str,
)
def test_what_is_not_told(cell: str | Cell, told: str) -> None:
    """Where there is an answer that is not told, the fact has a value that nobody can read."""
    fact = one(MISSING + SEX, row(sex=cell))
    assert fact == {"concept": "sex", "value": told}
    assert not read(fact).readable


def test_a_map_goes_before_missing_texts() -> None:
    """What the map lists is what it says, even where the text stands for a missing value elsewhere."""
    body = 'missing: {"9": unknown}\nfacts:\n  - {concept: pregnant, value: {field: p, values: {9: no}}}\n'
    assert one(body, row(p="9"))["value"] == "no"


def test_words_of_a_category() -> None:
    """Where unknown is a word of the category, it is that word."""
    words = Dictionary({"sex": dictionary()["sex"].__class__(**_category())})
    rules = mapping(SEX)
    assert receive("S", [row(sex="9")], rules, words).record["facts"][0]["value"] == "unknown"  # type: ignore[index]


def _category() -> dict[str, object]:
    sex = dictionary()["sex"]
    return {"name": "sex", "kind": sex.kind, "label": sex.label, "categories": ("female", "male", "unknown")}


# numbers, units, limits


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", "1.5"),
        ("<0,5", "<0.5"),
        ("7", "7"),
        ("1,7E8", "1.7E8"),
        (",5 mg/dL", ".5 mg/dL"),
        ("2 x 10^5", "2 x 10^5"),
        ("not detected", "not detected"),
    ],
)
def test_decimal_commas(text: str, value: str) -> None:
    """Where decimals have a comma, the canonical text has a point."""
    assert one("decimals: comma\nfacts:\n  - {concept: creatinine, value: c}\n", row(c=text))["value"] == value


@pytest.mark.parametrize("text", ["1.234", "1.234,5", "1,234,5", "1.5"])
def test_points_among_commas(text: str) -> None:
    """Where decimals have a comma, a point may part thousands, so it is no value."""
    body = "decimals: comma\nfacts:\n  - {concept: creatinine, value: c, unit: {is: mg/dL}}\n"
    got = received(body, row(c=text))
    (fact,) = without_source(got)
    assert fact["value"] == f"unreadable: {text}"
    assert not read(fact).readable
    assert problems(body, row(c=text)) == [
        f'error LB[1].c: "{text}" has a point or two commas where decimals have one comma; write 1234,5'
    ]


def test_commas_stay_elsewhere() -> None:
    """Where decimals have a point, a comma stays for the reader to refuse; words are left alone everywhere."""
    body = "facts:\n  - {concept: creatinine, value: c}\n  - {concept: inr, value: {field: i, decimals: comma}}\n"
    assert [fact["value"] for fact in facts(body, row(c="1,5 mg/dL", i="1,5"))] == ["1,5 mg/dL", "1.5"]


UNITS = "facts:\n  - {concept: creatinine, value: v, unit: u, uln: high}\n"


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        ({"v": "92", "u": "umol/L"}, {"value": "92", "unit": "umol/L"}),
        ({"v": Cell("92", unit="umol/L")}, {"value": "92", "unit": "umol/L"}),
        ({"v": Cell("92", unit="UMOL/L"), "u": "umol/L"}, {"value": "92", "unit": "umol/L"}),
        ({"v": Cell("92", unit="mg/dL"), "u": "umol/L"}, {"value": "92 mg/dL", "unit": "umol/L"}),
        ({"v": "92", "u": "umol/L", "high": "104"}, {"value": "92", "unit": "umol/L", "uln": "104 umol/L"}),
        ({"v": "92", "u": "umol/L", "high": "1.1 mg/dL"}, {"value": "92", "unit": "umol/L", "uln": "1.1 mg/dL"}),
        ({"v": "92 umol/L", "high": "104"}, {"value": "92 umol/L", "uln": "104 umol/L"}),
        ({"v": "<92 umol/L", "high": "104"}, {"value": "<92 umol/L", "uln": "104 umol/L"}),
        ({"v": "92", "high": Cell("1.1", unit="mg/dL")}, {"value": "92", "uln": "1.1 mg/dL"}),
        ({"v": "92", "high": "104"}, {"value": "92", "uln": "104"}),
        ({"v": "2 x 10^5 umol/L", "high": "104"}, {"value": "2 x 10^5 umol/L", "uln": "104"}),
        ({"v": "2x10^5 umol/L", "high": "104"}, {"value": "2x10^5 umol/L", "uln": "104"}),
        ({"v": "150 10*9/L", "high": "104"}, {"value": "150 10*9/L", "uln": "104"}),
        ({"v": "1.5", "high": "104"}, {"value": "1.5", "uln": "104"}),
        ({"v": "92", "u": "umol/L", "high": "<104"}, {"value": "92", "unit": "umol/L", "uln": "<104"}),
        ({"v": "92", "u": "umol/L", "high": ""}, {"value": "92", "unit": "umol/L"}),
    ],
)
def test_units(cells: dict[str, str | Cell], keys: dict[str, str]) -> None:
    """A bare limit takes the unit of its result; the field's own unit serves where the mapping names none."""
    assert one(UNITS, row(**cells)) == {"concept": "creatinine", **keys}


def test_two_units_that_differ() -> None:
    """Where the mapping's unit and the field's own differ, nobody can read the value."""
    assert not read(one(UNITS, row(v=Cell("92", unit="mg/dL"), u="umol/L"))).readable


def test_units_of_what_has_none() -> None:
    """An annotation says that a score has no unit; any other unit stays, for the reader to refuse."""
    body = "facts:\n  - {concept: child_pugh_score, value: v}\n"
    assert one(body, row(v=Cell("9", unit="{score}"))) == {"concept": "child_pugh_score", "value": "9"}
    assert one(body, row(v=Cell("9", unit="%")))["unit"] == "%"


def test_unitless_limit() -> None:
    """The limit of a result without a unit has none either."""
    assert one("facts:\n  - {concept: inr, value: v, uln: h}\n", row(v="1.1", h="1.2"))["uln"] == "1.2"


def test_further_keys() -> None:
    """The other keys of a fact are taken as they are; whether something was detected becomes true or false."""
    body = "facts:\n  - {concept: hbv_dna, value: v, status: s, lloq: l, copies_per_iu: c, detected: d}\n"
    cells = {"v": "not detected", "s": "Final", "l": "20 IU/mL", "c": "5.82", "d": "N"}
    keys = {"value": "not detected", "status": "Final", "lloq": "20 IU/mL", "copies_per_iu": "5.82", "detected": False}
    assert one(body, row(**cells)) == {"concept": "hbv_dna", **keys}


# dates and events

BLEEDING = """\
facts:
  - concept: gi_bleeding
    value: {field: hx, values: {1: yes, 0: none, 2: not_done}}
    when: day
    until: end
    complete: false
"""
ALBUMIN = "facts:\n  - {concept: human_albumin, when: day, until: end}\n"


def test_dates_in_the_order_of_the_mapping() -> None:
    """A field's own order goes before that of the mapping; ISO 8601 is read everywhere."""
    body = "dates: dmy\nfacts:\n  - {concept: human_albumin, when: a, until: {field: b, dates: mdy}}\n"
    assert one(body, row(a="01/03/2026", b="04/05/2026")) == {
        "concept": "human_albumin", "when": "2026-03-01", "until": "2026-04-05",
    }  # fmt: skip
    assert one(body, row(a="2026-03-01", b="Ongoing"))["until"] == "Ongoing"


def test_birth_dates() -> None:
    """The value of a birth date is a date, in the order of the mapping."""
    body = "dates: dmy\nfacts:\n  - {concept: birth_date, value: dob}\n"
    assert one(body, row(dob="UN/04/1961"))["value"] == "1961-04"


def test_what_is_no_date() -> None:
    """A date that cannot be read stays as it is, for the reader to refuse, and is a problem."""
    got = received(ALBUMIN, row(day="01/03/2026"))
    assert without_source(got) == [{"concept": "human_albumin", "when": "01/03/2026"}]
    (told,) = problems(ALBUMIN, row(day="01/03/2026"))
    assert told == (
        'error LB[1].day: "01/03/2026" is no date; write YYYY-MM-DD, '
        "or say in the mapping how dates are written (here ymd)"
    )


@pytest.mark.parametrize(
    ("cells", "keys"),
    [
        ({"day": "2026-02"}, {"when": "2026-02"}),
        ({"day": "2026-02", "end": "2026-03"}, {"when": "2026-02", "until": "2026-03"}),
        ({"end": "2026-03"}, {"value": "yes", "until": "2026-03"}),
        ({"day": Cell(absent=UNKNOWN)}, {"value": "yes"}),
        ({"day": "2026-02", "end": Cell(absent=UNKNOWN)}, {"when": "2026-02", "until": "no value: unknown"}),
    ],
)
def test_events_by_their_days(cells: dict[str, str | Cell], keys: dict[str, str]) -> None:
    """A day alone is an event; of one whose day is not told, no more is known than that it happened."""
    assert one(ALBUMIN, row(**cells)) == {"concept": "human_albumin", **keys}


def test_events_without_anything() -> None:
    """A field of an event that is blank says nothing."""
    assert facts(ALBUMIN, row(day="", end=Cell(absent=NOT_DONE))) == []


def test_results_whose_day_is_not_told() -> None:
    """A result whose day is not told is unreadable: it may be the one that counts, and may be not."""
    body = "facts:\n  - {concept: inr, value: v, when: d}\n"
    fact = one(body, row(v="1.1", d=Cell("masked", absent=UNKNOWN)))
    assert fact == {"concept": "inr", "value": "1.1", "when": "no value: masked"}
    assert not read(fact).readable


def test_answers_with_days() -> None:
    """An answer and its day make one fact, and its list is not whole where the mapping says so."""
    assert one(BLEEDING, row(hx="1", day="2026-02", end="")) == {
        "concept": "gi_bleeding", "value": "yes", "when": "2026-02", "complete": False,
    }  # fmt: skip
    assert one(BLEEDING, row(hx="0", day="")) == {"concept": "gi_bleeding", "value": "none", "complete": False}


@pytest.mark.parametrize("answer", ["", "2"])
def test_day_without_an_answer(answer: str) -> None:
    """A day of the event's own, with no answer whether it happened, leaves that unknown and is a problem."""
    (fact,) = without_source(received(BLEEDING, row(hx=answer, day="2026-02")))
    assert fact == {"concept": "gi_bleeding", "value": "no value: unknown", "when": "2026-02", "complete": False}
    assert not read(fact).readable
    (told,) = problems(BLEEDING, row(hx=answer, day="2026-02"))
    assert told == (
        'error LB[1].hx: "hx" does not say whether it happened, and "day" gives a day; '
        "answer the one or clear the other"
    )


def test_day_that_is_shared() -> None:
    """The day of a visit, which dates other facts as well, does not say that something happened."""
    body = BLEEDING + "  - {concept: inr, value: i, when: day}\n"
    assert facts(body, row(hx="", day="2026-02", i="")) == []


CONSTANT = "facts:\n  - {concept: human_albumin, %svalue: {is: yes}, when: day}\n"


@pytest.mark.parametrize(
    ("selecting", "cells", "count"),
    [
        ("where: {drug: ALBUMIN}, ", {"drug": "albumin", "day": ""}, 1),
        ("where: {drug: ALBUMIN}, ", {"drug": "albumin"}, 1),
        ("where: {drug: ALBUMIN}, ", {"drug": "aspirin", "day": "2026-02"}, 0),
        ("", {"day": "2026-02"}, 1),
        ("", {"day": ""}, 0),
        ('where: {drug: ["", ALBUMIN]}, ', {"drug": "", "day": ""}, 0),
        ('where: {drug: ["", ALBUMIN]}, ', {"drug": "", "day": "2026-02"}, 1),
    ],
)
def test_constants(selecting: str, cells: dict[str, str], count: int) -> None:
    """A constant is said by a row that a condition picks by a text, or whose fields hold something."""
    assert len(facts(CONSTANT % selecting, row(**cells))) == count


def test_rows_that_say_it_by_their_kind() -> None:
    """A rule without fields or conditions is met by every row of its kind."""
    body = "facts:\n  - {concept: stem_cell_therapy, from: CELLS, value: {is: yes}}\n"
    assert one(body, row("CELLS")) == {"concept": "stem_cell_therapy", "value": "yes"}


def test_event_that_a_condition_picks_without_a_day() -> None:
    """A row that a condition picks for an event, and that has no day, is counted where nothing else tells of it."""
    body = "rows: {CM: {named_by: [drug]}}\n"
    body += "facts:\n  - {concept: human_albumin, from: CM, where: {drug: ALB}, when: day}\n"
    assert received(body, row("CM", drug="ALB", day="")).unread == {"CM drug=ALB without day": 1}
    assert received(body, row("CM", drug="ALB", day=Cell(absent=NOT_DONE))).unread == {}


# whether a row speaks of something may not be known


@pytest.mark.parametrize("cell", [Cell(absent=UNKNOWN), "-999"], ids=str)
def test_conditions_that_nobody_can_decide(cell: str | Cell) -> None:
    """Where a cell that decides has no value, the row may speak of the concept, so its fact is unreadable."""
    rows = row(LBTESTCD="HBVDNA", LBSPEC=cell, LBORRES="850", LBDTC="2026-02-27")
    got = received(MISSING + LB, rows)
    assert without_source(got) == [{"concept": "hbv_dna", "value": "unreadable: 850", "when": "2026-02-27"}]
    assert problems(MISSING + LB, rows) == [
        "error LB[1]: whether this row speaks of hbv_dna is not known, since a cell that decides it has no value"
    ]


def test_what_leaves_out_may_not_be_known() -> None:
    """Where a row might have to be left out, its fact is unreadable."""
    rows = row(LBTESTCD="HBVDNA", LBSTAT=Cell(absent=UNKNOWN), LBORRES="850")
    assert without_source(received(LB, rows)) == [{"concept": "hbv_dna", "value": "unreadable: 850"}]


def test_field_of_one_concept() -> None:
    """A field that holds nothing but one concept is of that concept, even where no other condition tells."""
    body = "facts:\n  - {concept: hbv_dna, where: {spec: serum}, value: hbv}\n"
    assert without_source(received(body, row(spec=Cell(absent=UNKNOWN), hbv="850 IU/mL"))) == [
        {"concept": "hbv_dna", "value": "unreadable: 850 IU/mL"}
    ]


def test_row_whose_test_is_not_told() -> None:
    """A row of which nothing tells what it is about is counted, and is not said to be about everything."""
    body = "facts:\n" + "".join(
        f"  - {{concept: {name}, from: LB, where: {{test: {name}}}, value: v}}\n" for name in ("inr", "hba1c")
    )
    got = received(body, row(test=Cell(absent=UNKNOWN), v="1.1"))
    assert (without_source(got), got.unread) == ([], {"LB": 1})


def test_blank_value_of_a_doubtful_row() -> None:
    """A row that may speak of a concept and has no value says nothing."""
    assert facts(LB, row(LBTESTCD="HBVDNA", LBSPEC=Cell(absent=UNKNOWN), LBORRES="")) == []


# copies


def test_identical_facts() -> None:
    """Facts that say the same stand once, from the first of their rows; those that differ in anything stay."""
    rows = [row("LB", f"LB[{n}]", LBTESTCD="HBVDNA", LBORRES=text) for n, text in enumerate(["1", "1", "1.0"])]
    got = received(LB, *rows)
    assert [(fact["value"], fact["source"]) for fact in got.record["facts"]] == [  # type: ignore[index]
        ("1", "LB[0].LBORRES"),
        ("1.0", "LB[2].LBORRES"),
    ]


# anchors

ANCHORS = """\
facts: []
anchors:
  screening: {from: DS, where: {term: SCREENED}, take: day}
  enrolment:
    - {from: DS, where: {term: ENROLLED}, take: day}
    - {from: DM, take: enrolled}
"""


def anchors(*rows: Row) -> object:
    """The anchors that rows give."""
    record = received(ANCHORS, *rows).record
    assert isinstance(record, dict)
    return record["anchors"]


def test_anchors() -> None:
    """An anchor is the day of its rows; a time of day is dropped, and rows that agree are one."""
    day = row("DS", "DS[1]", term="SCREENED", day="2026-03-01T08:10:00")
    same = row("DS", "DS[2]", term="SCREENED", day="2026-03-01")
    other = row("DM", "DM[1]", enrolled="2026-03-15")
    assert anchors(day, same, other, row("DS", "DS[3]", term="ELSE", day="2026-01-01")) == {
        "screening": "2026-03-01", "enrolment": "2026-03-15",
    }  # fmt: skip


def test_anchors_that_differ() -> None:
    """Rows that give several days for an anchor are a problem, and the anchor is not given."""
    rows = [row("DS", f"DS[{n}]", term="SCREENED", day=f"2026-03-0{n}") for n in (1, 2)]
    assert anchors(*rows) == {}
    (told,) = problems(ANCHORS, *rows)
    assert told == (
        "error DS[2].day: screening is 2026-03-01 and 2026-03-02 in different rows, so it counts as not given; "
        "correct one of them"
    )


def test_anchors_that_are_not_given() -> None:
    """A blank anchor, or one whose day is not told, is not given; one that is no full date is left to the reader."""
    assert anchors(row("DS", term="SCREENED", day="")) == {}
    assert anchors(row("DS", term="SCREENED", day=Cell(absent=UNKNOWN))) == {}
    assert anchors(row("DS", term="SCREENED", day="2026-03")) == {"screening": "2026-03"}
    assert anchors(row("DS", term="SCREENED", day="soon")) == {"screening": "soon"}


def test_anchors_of_doubtful_rows() -> None:
    """A row that may be about something else gives no anchor, and is a problem; other rows may give it."""
    body = "facts: []\nanchors: {screening: {where: {term: SCREENED}, unless: {done: N}, take: day}}\n"
    doubtful = row("DS", "DS[1]", term="SCREENED", done=Cell(absent=UNKNOWN), day="2026-03-02")
    surely = row("DS", "DS[2]", term="SCREENED", day="2026-03-01")
    got = received(body, doubtful, surely)
    assert got.record["anchors"] == {"screening": "2026-03-01"}  # type: ignore[index]
    assert [(problem.path, problem.message) for problem in got.problems] == [
        ("DS[1]", "whether this row speaks of screening is not known, since a cell that decides it has no value")
    ]


def test_constant_anchors() -> None:
    """An anchor may be the same for all subjects of whom a row tells."""
    body = "facts: []\nanchors: {screening: {from: DS, take: {is: 2026-03-01}}}\n"
    assert received(body, row("DS", "DS[1]")).record["anchors"] == {"screening": "2026-03-01"}  # type: ignore[index]


# what is not named


def test_rows_that_no_rule_matches() -> None:
    """A row that no rule matches is counted by its kind and the fields that name it; one without data is not."""
    got = received(
        LB,
        row(LBTESTCD="AFP", LBORRES="3", STUDYID="X"),
        row(LBTESTCD="AFP", LBORRES="4"),
        row(LBTESTCD="HBVDNA", LBSPEC="URINE", LBORRES="1"),
        row("VS", "VS[1]", VSORRES="70"),
        row("VS", "VS[2]", VSORRES=""),
    )
    assert got.unread == {"LB LBTESTCD=AFP": 2, "LB LBTESTCD=HBVDNA LBSPEC=URINE": 1, "VS": 1}


def test_rows_left_out_on_purpose() -> None:
    """A row that a rule leaves out on purpose is understood."""
    assert received(LB, row(LBTESTCD="HBVDNA", LBSTAT="NOT DONE", LBORRES="")).unread == {}


def test_fields_that_no_rule_names() -> None:
    """Of a row that a rule matches, each field with data that the mapping does not name is counted."""
    cells = {"LBORRES": "1", "LBNAM": "Lab", "STUDYID": "X", "LBREASND": "", "LBX": Cell(absent=UNKNOWN)}
    got = received(LB, row(LBTESTCD="HBVDNA", **cells), row(LBTESTCD="HBVDNA", LBORRES="2", LBNAM="Lab"))
    assert got.unread == {"LB.LBNAM": 2, "LB.LBX": 1}


def test_value_that_no_rule_took() -> None:
    """A value whose own rule does not apply is counted, although the mapping names its field."""
    body = (
        "facts:\n  - {concept: sex, value: sex}\n  - {concept: fasting_glucose, where: {fasting: 1}, value: glucose}\n"
    )
    assert received(body, row("labs", sex="male", fasting="0", glucose="99 mg/dL")).unread == {"labs.glucose": 1}
    assert received(body, row("labs", sex="male", fasting="1", glucose="99 mg/dL")).unread == {}
    ignoring = "rows: {labs: {ignore: [glucose]}}\n" + body
    assert received(ignoring, row("labs", sex="male", fasting="0", glucose="99 mg/dL")).unread == {}


def test_value_that_a_condition_lists() -> None:
    """A value that picks the rule is understood, though another rule takes it and this one has a constant."""
    body = """\
facts:
  - {concept: hbv_dna, where: {code: HBV}, unless: {result: ND}, value: result}
  - {concept: hbv_dna, where: {code: HBV, result: ND}, value: {is: not detected}}
  - {concept: sex, where: {code: SEX}, value: {is: female}}
"""
    got = received(body, row("labs", code="HBV", result="ND"))
    assert (without_source(got), got.unread) == ([{"concept": "hbv_dna", "value": "not detected"}], {})
    assert received(body, row("labs", code="SEX", result="ND")).unread == {"labs.result": 1}


def test_name_that_is_long() -> None:
    """The fields that name a row are cut where they are long."""
    got = received(LB, row(LBTESTCD="A" * 200, LBORRES="1"))
    assert got.unread == {f"LB LBTESTCD={'A' * 80}": 1}


# all of it


CELLS = st.sampled_from(
    ["", "x", "-999", "-1", Cell(absent=UNKNOWN), Cell(absent=NOT_DONE), Cell("y", also=("HBVDNA",))]
)
ROWS = st.lists(
    st.fixed_dictionaries(
        {"LBTESTCD": st.sampled_from(["HBVDNA", "AFP", ""]) | CELLS, "LBORRES": st.sampled_from(["1", "2"]) | CELLS},
        optional={
            "LBSPEC": st.sampled_from(["SERUM", "URINE"]) | CELLS,
            "LBSTAT": st.sampled_from(["NOT DONE"]) | CELLS,
            "LBORRESU": st.sampled_from(["IU/mL", "mg/dL"]) | CELLS,
            "LBDTC": st.sampled_from(["2026-02-27", "2026---01"]) | CELLS,
        },
    ),
    max_size=4,
)


@given(ROWS)
def test_nothing_is_lost_without_a_word(rows: list[dict[str, str | Cell]]) -> None:
    """A row with a result gives a fact, or is counted, or is left out on purpose; what is doubtful is unreadable."""
    for cells in rows:
        got = received(MISSING + LB, row(**cells))
        result, status = (_cell(cells.get(field, "")) for field in ("LBORRES", "LBSTAT"))
        says = result.absent == UNKNOWN or (not result.absent and result.text not in {"", "-1"})
        if says and status.text != "NOT DONE":
            assert bool(without_source(got)) != any(label.startswith("LB") for label in got.unread)
        for fact in without_source(got):
            certain = fact["value"] in {"1", "2"} and fact.get("unit") == "IU/mL"
            assert read(fact).readable == (certain and fact.get("when", "2026-02-27") in {"2026-02-27", "2026-UN-01"})


def _cell(text: str | Cell) -> Cell:
    return text if isinstance(text, Cell) else Cell(text)


@given(ROWS)
def test_rows_together_and_alone(rows: list[dict[str, str | Cell]]) -> None:
    """Rows give together what each gives alone, identical facts once."""
    all_of_them = [row("LB", f"LB[{place}]", **cells) for place, cells in enumerate(rows)]
    together = without_source(received(MISSING + LB, *all_of_them))
    alone = [fact for each in all_of_them for fact in without_source(received(MISSING + LB, each))]
    assert together == [fact for place, fact in enumerate(alone) if fact not in alone[:place]]


def test_another_dictionary() -> None:
    """A mapping serves any dictionary; a concept that it lacks is left to the reader to tell of."""
    rules = mapping(SEX)
    for words in (Dictionary({}), dictionary(), Dictionary({})):
        got = receive("S", [row(sex="1")], rules, words)
        assert got.record["facts"][0]["value"] == "female"  # type: ignore[index]


def test_order_of_rows_and_rules() -> None:
    """What comes out has the order of the rows, and for each row that of the mapping."""
    body = "facts:\n" + "".join(f"  - {{concept: {name}, value: {name}}}\n" for name in ("hba1c", "inr", "creatinine"))
    got = facts(body, row("a", inr="1", creatinine="2"), row("b", hba1c="3", inr="4"))
    assert [fact["value"] for fact in got] == ["1", "2", "3", "4"]


def test_time_is_proportional_to_rows() -> None:
    """Hundreds of rules by code cost a row no more than a few."""
    few, many = (
        mapping(f"coded:\n  - {{from: C, field: code, systems: [{systems}], kinds: [event], value: {{is: yes}}}}\n")
        for systems in ("atc", "atc, icd10, icd10cm, snomed")
    )
    rows = [row("C", f"C[{n}]", code="snomed 1", onset="2020") for n in range(2000)]

    def seconds(rules: FieldMapping) -> float:
        receive("S", rows[:1], rules, dictionary())
        start = time.process_time()
        receive("S", rows, rules, dictionary())
        return time.process_time() - start

    assert min(seconds(many) for _ in range(5)) < 6 * min(seconds(few) for _ in range(5))


def test_anchor_rules_alone() -> None:
    """A mapping in code may have anchors alone."""
    rule = AnchorRule("screening", mapping(ANCHORS).anchors[0].take)
    rules = FieldMapping("x", "1", "x", mapping(ANCHORS).reads, (), (rule,))
    assert receive("S", [row(day="2026-03-01")], rules, dictionary()).record["anchors"] == {"screening": "2026-03-01"}  # type: ignore[index]


# time zones


def in_zones(*days: str) -> Received:
    """Results of one concept at times that are written in zones."""
    rows = (row(LBTESTCD="HBVDNA", LBORRES=str(n), LBORRESU="IU/mL", LBDTC=day) for n, day in enumerate(days, 1))
    return received(LB, *rows)


def days_of(got: Received) -> list[str]:
    """The days of the facts."""
    assert isinstance(got.record, dict)
    return [fact["when"] for fact in got.record["facts"]]


def test_times_of_one_zone_keep_their_order() -> None:
    """As they are written, without the zone."""
    got = in_zones("2026-02-27T08:10:00+08:00", "2026-02-27T16:40:00+08:00")
    assert days_of(got) == ["2026-02-27T08:10", "2026-02-27T16:40"]
    assert got.problems == ()


def test_times_of_several_zones_cannot_be_ordered_within_a_day() -> None:
    """The day stays, and the two results tie."""
    got = in_zones("2026-02-27T08:10:00+08:00", "2026-02-27T07:40:00-05:00")
    assert days_of(got) == ["2026-02-27", "2026-02-27"]
    assert got.problems == ()


def test_days_that_a_zone_turns_round_are_not_known() -> None:
    """The one that is written a day later was really earlier; both are told."""
    got = in_zones("2026-02-27T23:30:00-05:00", "2026-02-28T01:00:00+08:00")
    assert days_of(got) == ["2026-02-27 in another time zone", "2026-02-28 in another time zone"]
    assert [(problem.path, problem.message) for problem in got.problems] == [("LB[1].LBORRES", DISORDERED)] * 2


def test_a_day_apart_in_the_right_order_stays() -> None:
    """A zone does not matter to days that stand as the times do."""
    got = in_zones("2026-02-26T08:10:00+08:00", "2026-02-28T07:40:00-05:00")
    assert days_of(got) == ["2026-02-26", "2026-02-28"]
    assert got.problems == ()


def test_a_time_without_a_zone_cannot_be_ordered_beside_one_with_a_zone() -> None:
    """Nobody says which zone it is of."""
    got = in_zones("2026-02-27T08:10", "2026-02-27T07:40:00-05:00")
    assert days_of(got) == ["2026-02-27", "2026-02-27"]


def test_a_condition_on_a_cell_with_several_texts_of_which_one_is_right() -> None:
    """A row that may be of either test is a doubtful result of both, so that no older one stands in for it."""
    disputed = Cell(absent=UNKNOWN, also=("HBVDNA", "CREAT"))
    older = row(LBTESTCD="HBVDNA", LBORRES="500", LBORRESU="IU/mL", LBDTC="2026-02-20")
    got = received(LB, older, row(LBTESTCD=disputed, LBORRES="9000", LBORRESU="IU/mL", LBDTC="2026-02-27"))
    assert isinstance(got.record, dict)
    assert [fact["value"] for fact in got.record["facts"]] == ["500", "unreadable: 9000"]
    assert [problem.message for problem in got.problems] == [
        "whether this row speaks of hbv_dna is not known, since a cell that decides it has no value"
    ]


def test_a_condition_on_a_cell_with_several_texts_of_which_none_is_wanted() -> None:
    """A row that is surely of another test is listed."""
    got = received(LB, row(LBTESTCD=Cell(absent=UNKNOWN, also=("ALT", "AST")), LBORRES="9", LBDTC="2026-02-27"))
    assert isinstance(got.record, dict)
    assert (got.record["facts"], list(got.unread)) == ([], ["LB LBTESTCD=ALT"])
