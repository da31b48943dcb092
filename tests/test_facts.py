"""Reading records: what each entry says, what becomes a problem, and that a problem loses nothing else."""

from __future__ import annotations

import math
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import ANCHORS, RULESET, SEEN, F, Raw, T, U, answer, fact, known, record_of
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.facts.records import Record, Refused, read_record
from ucmsc_rules.facts.words import level_word, read_level, read_word, unreadable_value
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span

NYHA, ASCITES, GRADE = (RULESET.dictionary[name] for name in ("nyha_class", "ascites", "encephalopathy_grade"))
PREGNANT, HIV, SCORE = (RULESET.dictionary[name] for name in ("pregnant", "hiv_antibody", "child_pugh_score"))
SEX, MALIGNANCY = RULESET.dictionary["sex"], RULESET.dictionary["malignancy"]


def read(raw: Any) -> tuple[Fact | None, list[str]]:
    """The fact of one entry, and the paths of its problems."""
    record = read_record({"subject": "S", "anchors": ANCHORS, "facts": [raw]}, 0, RULESET.dictionary, tuple(ANCHORS))
    assert isinstance(record, Record)
    facts = [found for many in record.facts.values() for found in many]
    return (facts[0] if facts else None), [problem.path for problem in record.problems]


def day(text: str) -> int:
    """A day as a number."""
    return date.fromisoformat(text).toordinal()


def problems(record: Record) -> list[tuple[str, str]]:
    """Levels and paths of a record's problems."""
    return [(problem.level, problem.path) for problem in record.problems]


# words and levels


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("none", 0, 0), ("None", 0, 0), ("I", 1, 1), ("iv", 4, 4), ("2", 2, 2), ("3.0", 3, 3), ("0", 0, 0),
        ("II-III", 2, 3), ("II - III", 2, 3), ("II–III", 2, 3), ("2-3", 2, 3), ("I to II", 1, 2), ("I/II", 1, 2),
        ("none-I", 0, 1), (">= II", 2, 4), (">2", 3, 4), ("<II", 0, 1), ("≤1", 0, 1), ("II-II", 2, 2),
    ],
)  # fmt: skip
def test_nyha_classes_in_every_spelling(text: str, low: int, high: int) -> None:
    """Roman or Arabic numerals, a range, a bound, or none, which is no heart failure."""
    value = read_level(NYHA, text)
    assert (value.lo, value.hi) == (low, high)


@pytest.mark.parametrize(
    "text", ["V", "5", "-1", "1.5", "III-II", "II-V", "", "class", "II,III", ">IV", "<0", "no", "2.5-3", "٢"]
)
def test_levels_that_a_scale_lacks_are_refused(text: str) -> None:
    """No level is guessed: between two, beyond the ends, backwards, or an empty bound."""
    with pytest.raises(ValueTextError):
        read_level(NYHA, text)


@pytest.mark.parametrize("text", ["1", "2", "moderate", "severe", "slight", "mild ascites", "no"])
def test_ascites_is_read_from_its_words_alone(text: str) -> None:
    """A numeral for ascites could be a grade or points, so it is refused."""
    with pytest.raises(ValueTextError):
        read_level(ASCITES, text)


def test_scores_and_tests_have_no_ranges() -> None:
    """``9-10`` is read for ordinal scales only; a score of it is a problem."""
    for concept, text in ((SCORE, "9-10"), (SCORE, "4"), (SCORE, "16"), (SCORE, "9.5"), (SCORE, "A"), (SCORE, "B9")):
        with pytest.raises(ValueTextError):
            read_level(concept, text)
    assert (read_level(GRADE, "1-2").lo, read_level(GRADE, "1-2").hi) == (1, 2)
    assert (read_level(SCORE, ">12").lo, read_level(SCORE, ">12").hi) == (13, 15)


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [("positive", 1, 1), ("Negative", 0, 0), ("indeterminate", 0, 1), ("borderline", 0, 1), (" POSITIVE ", 1, 1)],
)
def test_an_indeterminate_test_result_is_unknown(text: str, low: int, high: int) -> None:
    """Indeterminate and borderline are neither positive nor negative."""
    value = read_word(HIV, text)
    assert (value.lo, value.hi) == (low, high)


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        (HIV, "yes"), (HIV, "reactive"), (HIV, "non-reactive"), (HIV, "+"), (HIV, "not negative"),
        (PREGNANT, "positive"),
        (PREGNANT, "n"), (PREGNANT, "y"), (PREGNANT, ""), (PREGNANT, "unknown"), (SEX, "f"), (SEX, "other"),
        (SEX, "woman"),
        (MALIGNANCY, "no"), (MALIGNANCY, "absent"), (MALIGNANCY, "nonE?"),
    ],
)  # fmt: skip
def test_words_that_are_not_in_the_list_are_refused(concept: Any, text: str) -> None:
    """A word that is not listed may mean the opposite of the nearest one that is."""
    with pytest.raises(ValueTextError):
        read_word(concept, text)


def test_words_and_numbers_go_both_ways() -> None:
    """The word that a message shows for a level is one that reads back as that level."""
    for concept, levels in ((NYHA, range(5)), (GRADE, range(5)), (ASCITES, range(3))):
        assert [int(read_level(concept, level_word(concept, level)).lo) for level in levels] == list(levels)
    for concept in (PREGNANT, HIV, SEX, MALIGNANCY):
        assert [int(read_word(concept, level_word(concept, level)).lo) for level in (0, 1)] == [0, 1]


def test_the_unreadable_spans_all_that_could_be_said() -> None:
    """An unreadable result may be any number, an unreadable answer yes or no."""
    assert (unreadable_value(NYHA).lo, unreadable_value(NYHA).hi) == (-math.inf, math.inf)
    assert (unreadable_value(PREGNANT).lo, unreadable_value(PREGNANT).hi) == (0, 1)
    assert (unreadable_value(SEX).lo, unreadable_value(SEX).hi) == (0, 1)


# one entry


def test_booleans_serve_where_yes_and_no_do() -> None:
    """JSON true and false answer yes/no facts and true affirms an event; elsewhere they are a problem."""
    assert answer("pregnant is yes", fact("pregnant", value=True, when=SEEN)) is T
    assert answer("pregnant is yes", fact("pregnant", value=False, when=SEEN)) is F
    assert answer("malignancy ever", fact("malignancy", value=True)) is T
    for concept, value in (
        ("malignancy", False),
        ("hiv_antibody", True),
        ("inr", True),
        ("sex", True),
        ("nyha_class", False),
    ):
        found, paths = read(fact(concept, value, SEEN))
        assert found is not None
        assert not found.readable
        assert paths == ["facts[0].value"]


@pytest.mark.parametrize("value", [1.7, Decimal("1.7"), "1.7", "1.70"])
def test_a_number_is_read_as_it_is_written(value: Any) -> None:
    """Floats and decimals mean their shortest numeral, so that 1.7 is no 1.6999."""
    assert known("inr < 2.3", fact("inr", value, SEEN)) == "[1.7, 1.7]"


@pytest.mark.parametrize(
    ("entry", "path"),
    [
        (fact("hbv_dna", "haemolysed", SEEN), "facts[0].value"),
        (fact("hbv_dna", None, SEEN), "facts[0].value"),
        (fact("hbv_dna", [850], SEEN), "facts[0].value"),
        (fact("hbv_dna", {"value": 850}, SEEN), "facts[0].value"),
        (fact("hbv_dna", math.nan, SEEN, unit="IU/mL"), "facts[0].value"),
        (fact("hbv_dna", math.inf, SEEN, unit="IU/mL"), "facts[0].value"),
        (fact("hbv_dna", 10**50, SEEN, unit="IU/mL"), "facts[0].value"),
        (fact("hbv_dna", 850, SEEN), "facts[0].value"),
        (fact("hbv_dna", 850, SEEN, unit=7), "facts[0].value"),
        (fact("hbv_dna", 850, SEEN, unit="mg/dL"), "facts[0].value"),
        (fact("hbv_dna", "1" * 2000, SEEN), "facts[0].value"),
        (fact("hbv_dna", when=SEEN), "facts[0]"),
        (fact("hbv_dna", "850 IU/mL", "2026-02-30"), "facts[0].when"),
        (fact("hbv_dna", "850 IU/mL", "last week"), "facts[0].when"),
        ({"concept": "hbv_dna", "value": "850 IU/mL", "when": 20260220}, "facts[0].when"),
        ({"concept": "hbv_dna", "value": "850 IU/mL", "when": None}, "facts[0].when"),
        (fact("hbv_dna", "850 IU/mL", SEEN, status="checked"), "facts[0].status"),
        (fact("hbv_dna", "850 IU/mL", SEEN, status=None), "facts[0].status"),
        (fact("hbv_dna", "850 IU/mL", SEEN, until="soon"), "facts[0].until"),
        (fact("hbv_dna", "850 IU/mL", SEEN, until="2026-02-19"), "facts[0].until"),
        (fact("hbv_dna", "850 IU/mL", SEEN, lloq="none"), "facts[0].lloq"),
        (fact("hbv_dna", "850 IU/mL", SEEN, whne="2026-02-21"), "facts[0].whne"),
        (fact("hbv_dna", "850 IU/mL", SEEN, complete="yes"), "facts[0].complete"),
    ],
)
def test_what_cannot_be_read_is_a_problem_and_says_anything(entry: Raw, path: str) -> None:
    """Each slip is reported at its place, and a good older result never stands in for the unreadable one."""
    older = fact("hbv_dna", "850 IU/mL", "2026-02-10")
    record = record_of(entry, older)
    assert ("error", path) in problems(record)
    assert all(problem.message for problem in record.problems)
    assert answer("hbv_dna <= 1000 [IU]/mL", entry, older) is U


@pytest.mark.parametrize("others", [{"source": 7}, {"detected": "no"}, {"copies_per_iu": "x"}, {"uln": "x"}])
def test_slips_beside_the_value_spoil_nothing_else(others: Raw) -> None:
    """A source, ``detected``, a factor or a limit that cannot be read is reported; the value stands."""
    entry = fact("hbv_dna", "850 IU/mL", SEEN, **others)
    assert problems(record_of(entry)) == [("error", f"facts[0].{next(iter(others))}")]
    assert answer("hbv_dna <= 1000 [IU]/mL", entry) is T


@pytest.mark.parametrize(
    "entry", [7, None, "hbv_dna", [], {}, {"concept": 5}, {"concept": "creatinin"}, {"concept": None}]
)
def test_an_entry_that_names_no_concept_is_reported_alone(entry: Any) -> None:
    """What it would have said is unknown, and the fact beside it counts as before."""
    good = fact("hbv_dna", "850 IU/mL", SEEN)
    found = read_record(
        {"subject": "S", "anchors": ANCHORS, "facts": [entry, good]}, 0, RULESET.dictionary, tuple(ANCHORS)
    )
    assert isinstance(found, Record)
    assert [level for level, _ in problems(found)] == ["error"]
    assert problems(found)[0][1].startswith("facts[0]")
    assert list(found.facts) == ["hbv_dna"]


def test_a_misspelt_concept_is_told_its_name() -> None:
    """The message names the concept that was probably meant."""
    found = record_of(fact("creatinin", "92 umol/L", SEEN))
    assert '"creatinine"' in found.problems[0].message


@pytest.mark.parametrize("status", ["final", "FINAL", " Final ", "amended", "Corrected"])
def test_counting_states_count(status: str) -> None:
    """Final, amended and corrected results count; case does not matter."""
    assert answer("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", "850 IU/mL", SEEN, status=status)) is T


@pytest.mark.parametrize("status", ["preliminary", "Cancelled", "ENTERED-IN-ERROR"])
def test_other_states_do_not_count_and_are_no_problem(status: str) -> None:
    """A preliminary, cancelled or mistaken result is as if it had not been recorded, its slips included."""
    for value in ("850 IU/mL", "haemolysed"):
        found, paths = read(fact("hbv_dna", value, SEEN, status=status))
        assert found is None
        assert paths == []
    older = fact("hbv_dna", "850 IU/mL", "2026-02-10")
    assert answer("hbv_dna <= 1000 [IU]/mL", older, fact("hbv_dna", "9000 IU/mL", SEEN, status=status)) is T


def test_an_unreadable_status_replaces_nothing() -> None:
    """A result whose status cannot be read may not count at all, so it neither hides nor confirms another."""
    older = fact("hbv_dna", "9000 IU/mL", "2026-02-10")
    doubtful = fact("hbv_dna", "850 IU/mL", SEEN, status="reviewed")
    assert answer("hbv_dna <= 1000 [IU]/mL", older, doubtful) is U
    assert answer("hbv_dna <= 1000 [IU]/mL", doubtful) is U


def test_an_undated_entry_lies_on_some_day_up_to_its_record_date() -> None:
    """Without ``when`` only ``recorded`` bounds the day; without both it is any day."""
    undated, _ = read(fact("pregnant", "no"))
    recorded, _ = read(fact("pregnant", "no", recorded="2026-02"))
    assert undated is not None
    assert recorded is not None
    assert undated.days == Span(BEGINNING, FOREVER)
    assert recorded.days == Span(BEGINNING, day("2026-02-28"))


def test_an_end_before_the_start_leaves_the_event_open() -> None:
    """An ``until`` certainly before ``when`` is a problem; a partial one that may be later is none."""
    found, paths = read(fact("human_albumin", when="2026-02-10", until="2026-02-09"))
    assert found is not None
    assert not found.readable
    assert paths == ["facts[0].until"]
    for until in ("2026-02", "2026-02-10", "2026", "ongoing", "Ongoing"):
        found, paths = read(fact("human_albumin", when="2026-02-10", until=until))
        assert found is not None
        assert found.readable
        assert paths == []


def test_an_event_needs_a_date_or_a_word() -> None:
    """An event without ``when`` and ``value`` says nothing and leaves its history unknown."""
    assert problems(record_of(fact("malignancy"))) == [("error", "facts[0]")]
    assert answer("malignancy ever", fact("malignancy")) is U
    assert answer("malignancy ever", fact("malignancy", when="sometime")) is U
    assert answer("malignancy ever", fact("malignancy", None)) is U


@pytest.mark.parametrize("unit", ["class", "IU/mL", "points"])
def test_a_unit_beside_a_word_is_a_problem(unit: str) -> None:
    """A scale, a test or an answer has no unit."""
    for concept, value in (
        ("nyha_class", "II"),
        ("hiv_antibody", "negative"),
        ("pregnant", "no"),
        ("child_pugh_score", 9),
    ):
        found, paths = read(fact(concept, value, SEEN, unit=unit))
        assert found is not None
        assert not found.readable
        assert paths == ["facts[0].value"]


def test_evidence_keeps_the_words_of_the_site() -> None:
    """A fact carries its value, dates and source as they were written."""
    found, _ = read(fact("hbv_dna", 850, "27-FEB-2026", unit="iu/ml", source="lab file 7"))
    assert found is not None
    assert (found.reported, found.when, found.source) == ("850 iu/ml", "27-FEB-2026", "lab file 7")


def test_a_unit_given_twice_is_shown_once() -> None:
    """Value and unit may agree; evidence then shows the unit once."""
    found, _ = read(fact("body_weight", "62 kg", SEEN, unit="kg"))
    assert found is not None
    assert found.reported == "62 kg"


# whole records


@pytest.mark.parametrize(
    "raw", [None, 5, "S-001", [], [{}], {}, {"subject": ""}, {"subject": "  "}, {"subject": 7}, {"subject": None}]
)
def test_a_record_without_a_subject_is_refused_by_its_place(raw: Any) -> None:
    """A refusal names the index of the record in the input."""
    found = read_record(raw, 3, RULESET.dictionary, tuple(ANCHORS))
    assert isinstance(found, Refused)
    assert (found.problem.level, found.problem.path) == ("error", "[3]")


@pytest.mark.parametrize("facts", [None, {}, "none", 7])
def test_facts_of_the_wrong_shape_leave_the_subject_standing(facts: Any) -> None:
    """Facts that are no list are a problem, and the record is answered without any."""
    found = read_record({"subject": "S", "anchors": ANCHORS, "facts": facts}, 0, RULESET.dictionary, tuple(ANCHORS))
    assert isinstance(found, Record)
    assert problems(found) == [("error", "facts")]


def test_unknown_keys_of_a_record_are_reported() -> None:
    """A misspelt key would otherwise lose all its facts without a word."""
    found = read_record({"subject": "S", "fact": []}, 0, RULESET.dictionary, tuple(ANCHORS))
    assert isinstance(found, Record)
    assert problems(found) == [("error", "fact")]


@pytest.mark.parametrize(
    ("given_days", "placed", "wrong"),
    [
        ({}, {"enrolment": ("2026-03-15", "2026-03-15"), "first_infusion": ("2026-03-22", "2026-03-22")}, []),
        ({"enrolment": None}, {"enrolment": ("2026-03-01", "2026-03-22")}, []),
        ({"first_infusion": None}, {"first_infusion": ("2026-03-15", None)}, []),
        ({"enrolment": None, "first_infusion": None}, {"enrolment": ("2026-03-01", None)}, []),
        ({"screening": None}, {"screening": (None, "2026-03-15")}, []),
        ({"enrolment": "2026-03"}, {"enrolment": ("2026-03-01", "2026-03-22")}, ["anchors.enrolment"]),
        ({"enrolment": "2026-02-30"}, {"enrolment": ("2026-03-01", "2026-03-22")}, ["anchors.enrolment"]),
        ({"enrolment": "2026-02-28"}, {"enrolment": ("2026-03-01", "2026-03-22")}, ["anchors.enrolment"]),
        ({"first_infusion": "2026-03-14"}, {"first_infusion": ("2026-03-15", None)}, ["anchors.first_infusion"]),
        ({"screening": "2026-03-01T10:30"}, {"screening": ("2026-03-01", "2026-03-01")}, []),
        (
            {"enrolment": "2026-03-01", "first_infusion": "2026-03-01"},
            {"first_infusion": ("2026-03-01", "2026-03-01")},
            [],
        ),
        ({"enrolment": "01-MAR-2026"}, {"enrolment": ("2026-03-01", "2026-03-01")}, []),
    ],
)
def test_anchors_that_are_missing_or_wrong_lie_between_their_neighbours(
    given_days: dict[str, str | None], placed: dict[str, tuple[str | None, str | None]], wrong: list[str]
) -> None:
    """A partial, impossible or disordered anchor counts as not given, and then lies anywhere in its place."""
    record = record_of(**given_days)
    for name, (first, last) in placed.items():
        expected = Span(BEGINNING if first is None else day(first), FOREVER if last is None else day(last))
        assert record.anchors[name] == expected
    assert [path for _, path in problems(record)] == wrong


@pytest.mark.parametrize("anchors", [None, [], "2026-03-01", 5])
def test_anchors_of_the_wrong_shape_are_none(anchors: Any) -> None:
    """Anchors that are no object are a problem, and nothing is given."""
    found = read_record({"subject": "S", "anchors": anchors, "facts": []}, 0, RULESET.dictionary, tuple(ANCHORS))
    assert isinstance(found, Record)
    assert problems(found) == [("error", "anchors")]
    assert found.given == {}


def test_an_anchor_that_the_ruleset_lacks_is_reported() -> None:
    """``enrollment`` is no anchor, and must not leave the subject without a word."""
    found = record_of(enrollment="2026-03-15")
    assert problems(found) == [("error", "anchors.enrollment")]


def test_default_anchors_serve_only_where_none_is_given() -> None:
    """The record's own date goes before the default, even a date that cannot be read."""
    defaults = {"screening": "2026-01-01"}
    for own, expected in (
        ({}, day("2026-01-01")),
        ({"screening": "2026-03-01"}, day("2026-03-01")),
        ({"screening": "soon"}, None),
    ):
        found = read_record({"subject": "S", "anchors": own}, 0, RULESET.dictionary, tuple(ANCHORS), defaults)
        assert isinstance(found, Record)
        assert found.given.get("screening") == expected


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = [
    "value",
    "unit",
    "when",
    "until",
    "status",
    "recorded",
    "complete",
    "uln",
    "lloq",
    "copies_per_iu",
    "source",
    "x",
]


@settings(max_examples=80, deadline=None)
@given(st.sampled_from(sorted(RULESET.dictionary.concepts)), st.dictionaries(st.sampled_from(KEYS), JSON, max_size=5))
def test_no_json_breaks_the_reader_and_no_slip_goes_unreported(concept: str, keys: Raw) -> None:
    """Whatever stands under the keys of a fact, it is read, not counted, or unreadable with a problem."""
    found, paths = read({"concept": concept} | keys)
    if found is not None and not found.readable:
        assert paths
        assert all(path.startswith("facts[0]") for path in paths)


@settings(max_examples=60)
@given(JSON)
def test_no_json_breaks_a_record(raw: Any) -> None:
    """Any JSON value as a record, its anchors or its facts is answered or refused with a message."""
    for whole in (raw, {"subject": "S", "anchors": raw, "facts": raw}, {"subject": raw, "facts": [raw]}):
        found = read_record(whole, 0, RULESET.dictionary, tuple(ANCHORS))
        messages = [found.problem] if isinstance(found, Refused) else list(found.problems)
        assert all(problem.message and problem.path for problem in messages)


@pytest.mark.parametrize("key", ["value", "uln"])
def test_a_number_of_thousands_of_digits_is_a_problem_and_nothing_more(key: str) -> None:
    """Python refuses to write such numbers down; the fact says so instead of failing."""
    entry = {"concept": "creatinine", "value": "92 umol/L", "when": SEEN, key: 10**5000}
    found, problems = read(entry)
    assert found is not None
    assert problems == [f"facts[0].{key}"]
