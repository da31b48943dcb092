"""Which results and answers count: the window, the latest, ties, corrections, copies, and what is warned about."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import SEEN, F, Raw, T, U, answer, fact, known, record_of, warned
from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.values.dates import Span
from ucmsc_rules.worksheet.select import select

HBV = "hbv_dna <= 1000 [IU]/mL"
LOW, HIGH = "850 IU/mL", "9000 IU/mL"


def dna(value: str, when: str | None = SEEN, **others: Any) -> Raw:
    """One result of HBV DNA."""
    return fact("hbv_dna", value, when, **others)


# the window


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-01", T), ("2026-03-01T23:59", T), ("2026-02-01", T), ("2026-02", T),
        ("2026-01-31", U), ("2026-01-31T23:59", U), ("2026-03-02", U), ("2026-03", U), ("2026", U), (None, U),
    ],
)  # fmt: skip
def test_results_count_for_28_days_both_ends_in(when: str | None, expected: object) -> None:
    """Day 28 before screening and the day itself count; a result that may lie outside says nothing."""
    assert answer(HBV, dna(LOW, when)) is expected


def test_a_rule_may_set_its_own_greatest_age() -> None:
    """``not older than`` moves the window for that rule alone."""
    result = dna(LOW, "2026-02-22")
    assert answer(f"{HBV} not older than 7 days", result) is T
    assert answer(f"{HBV} not older than 6 days", result) is U
    assert answer(f"{HBV} not older than 90 days", dna(LOW, "2025-12-01")) is T


def test_a_result_that_certainly_lies_outside_is_as_none() -> None:
    """An old result neither supports nor spoils a current one, however it reads."""
    for old in (dna(HIGH, "2026-01-31"), dna("haemolysed", "2025"), dna(HIGH, "2026-03-02"), dna("lost", "2026-04")):
        assert answer(HBV, dna(LOW), old) is T
        assert answer(HBV, old) is U


# the latest


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("2026-02-19", "2026-02-20", F),
        ("2026-02-20", "2026-02-20", U),
        ("2026-02-20T08:00", "2026-02-20T08:01", F),
        ("2026-02-20T08:01", "2026-02-20T08:00", T),
        ("2026-02-20T08:00", "2026-02-20T08:00", U),
        ("2026-02-20", "2026-02-20T08:00", U),
        ("2026-02-20T08:00", "2026-02-20", U),
        ("2026-02", "2026-02-20", U),
        ("2026-02", "2026-03-01", F),
        ("2026-02-20", "2026-02", U),
        ("2026", "2026-02-20", U),
        ("2026-02-20", None, U),
        ("2025-12", "2026-02", F),
    ],
)
def test_only_a_certainly_later_result_supersedes(one: str, other: str | None, expected: object) -> None:
    """Of a low and a high result, the one that surely came later counts; if neither did, both do."""
    for facts in permutations((dna(LOW, one), dna(HIGH, other))):
        assert answer(HBV, *facts) is expected


@pytest.mark.parametrize("latest", ["haemolysed", "850", "12 mg/dL", ""])
def test_an_unreadable_latest_result_is_not_replaced_by_an_older_one(latest: str) -> None:
    """What cannot be read may say anything; an older readable value never stands in for it."""
    assert answer(HBV, dna(LOW, "2026-02-19"), dna(latest)) is U
    assert answer(HBV, dna(LOW, "2026-02-21"), dna(latest)) is T
    assert answer(HBV, dna(LOW), dna(latest)) is U


def test_an_unreadable_date_may_be_the_latest() -> None:
    """A result whose ``when`` cannot be read lies on any day, and so it may be the one that counts."""
    assert answer(HBV, dna(LOW, "2026-03-01"), dna(LOW, "30-FEB-2026")) is U
    assert answer(HBV, dna(LOW, "2026-03-01"), dna(LOW, "soon")) is U


@pytest.mark.parametrize("status", ["amended", "corrected"])
@pytest.mark.parametrize("when", ["2026-02-20", "2026-02-20T08:10", "2026-02"])
def test_a_correction_replaces_what_was_reported_for_the_same_time(status: str, when: str) -> None:
    """Of two results with the same ``when``, the corrected one counts alone, in any order."""
    for facts in permutations((dna(HIGH, when), dna(LOW, when, status=status))):
        assert answer(HBV, *facts) is T


def test_a_correction_replaces_nothing_else() -> None:
    """A correction of another time, or a second correction of the same, leaves the others standing."""
    assert answer(HBV, dna(HIGH), dna(LOW, "2026-02-19", status="corrected")) is F
    assert answer(HBV, dna(HIGH, status="corrected"), dna(LOW, status="amended")) is U
    assert answer(HBV, dna(HIGH, "2026-02-20T08:00"), dna(LOW, "2026-02-20", status="corrected")) is U
    assert answer(HBV, dna(HIGH, None), dna(LOW, None, status="corrected")) is U


def test_an_unreadable_correction_leaves_nothing_known() -> None:
    """A corrected result that cannot be read replaces the one that it corrects, and says nothing itself."""
    assert answer(HBV, dna(LOW), dna("haemolysed", status="corrected")) is U


def test_two_final_results_of_one_minute_are_a_hull_and_a_conflict() -> None:
    """Values that contradict each other are both possible, and somebody is told."""
    pair = (fact("hba1c", "6.9 %", "2026-02-20T08:00"), fact("hba1c", "8.2 %", "2026-02-20T08:00"))
    assert known("hba1c >= 8 %", *pair) == "[6.9, 8.2]"
    assert answer("hba1c >= 8 %", *pair) is U
    assert answer("hba1c >= 6.5 %", *pair) is T
    assert warned("hba1c >= 8 %", *pair) == ["facts[1].value"]


def test_identical_copies_count_once() -> None:
    """The same report sent twice changes nothing and is no conflict."""
    assert known(HBV, dna(LOW), dna(LOW), dna(LOW, source="import")) == "[850, 850]"
    assert warned(HBV, dna(LOW), dna(LOW)) == []


def test_the_same_value_in_another_unit_is_no_conflict() -> None:
    """The same quantity in another unit contradicts nothing."""
    assert warned(HBV, dna(LOW), dna("0.85 kIU/mL")) == []


# yes and no


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([("yes", "2026-02-20")], T),
        ([("no", "2019")], F),  # however old
        ([("no", "2026-03-01")], F),
        ([("yes", None)], T),
        ([("yes", "2026-03-02")], U),  # after screening: does not count
        ([("no", "2026-03-02")], U),
        ([("no", "2026-02-20"), ("yes", "2026-03-02")], F),
        ([("no", "2026-02-20"), ("yes", "2026-02-21")], T),
        ([("no", "2026-02-20"), ("yes", "2026-02-20")], U),
        ([("no", "2026-02-20"), ("yes", None)], U),
        ([("no", "2026-03-01"), ("yes", None)], U),
        ([("no", "2026-02-20"), ("yes", "2026-02")], U),
        ([("no", "2026-02-20"), ("perhaps", "2026-02-21")], U),
        ([("no", "2026-02-20"), ("perhaps", "2026-02-19")], F),
        ([("no", "2026-02-20"), ("perhaps", "2026-03-02")], F),
        ([("no", "2026-03")], U),
        ([], U),
    ],
)
def test_the_latest_answer_up_to_screening_counts(facts: list[tuple[str, str | None]], expected: object) -> None:
    """Answers hold from their day on, never expire, and tie where neither is surely later."""
    said = [fact("pregnant", value, when) for value, when in facts]
    for order in permutations(said):
        assert answer("pregnant is yes", *order) is expected


@pytest.mark.parametrize(
    ("recorded", "expected"), [("2026-01-10", F), ("2026-02-20", U), ("2026-02-25", U), ("2026-03-10", U)]
)
def test_an_undated_answer_lies_on_some_day_up_to_its_record_date(recorded: str, expected: object) -> None:
    """A dated no of 15 February supersedes an undated yes only where that was recorded before it."""
    undated = fact("pregnant", "yes", recorded=recorded)
    assert answer("pregnant is yes", undated, fact("pregnant", "no", "2026-02-15")) is expected


def test_a_yes_after_screening_is_warned_about() -> None:
    """It does not count, and it is not passed over in silence."""
    late = fact("pregnant", "yes", "2026-03-05")
    assert warned("pregnant is yes", fact("pregnant", "no", SEEN), late) == ["facts[1].when"]
    assert warned("pregnant is yes", fact("pregnant", "yes", SEEN)) == []


@pytest.mark.parametrize(
    ("words", "woman"), [(["female"], T), (["male"], F), (["female", "male"], U), (["f"], U), ([], U)]
)
def test_differing_sexes_are_unknown(words: list[str], woman: object) -> None:
    """Sex has no latest: records that differ leave it open."""
    assert answer("sex is female", *(fact("sex", word) for word in words)) is woman
    assert answer("sex is female", *(fact("sex", word, "2020-01-01") for word in words)) is woman


def test_recorded_as_sees_every_counting_fact() -> None:
    """``recorded as`` reads superseded and later answers too, but none that does not count."""
    rule = "pregnant recorded as yes"
    assert answer(rule, fact("pregnant", "yes", "2019-01-01"), fact("pregnant", "no", SEEN)) is T
    assert answer(rule, fact("pregnant", "yes", "2026-05-01")) is T
    assert answer(rule, fact("pregnant", "yes", SEEN, status="entered-in-error")) is F
    assert answer(rule, fact("pregnant", "perhaps", SEEN)) is U
    assert answer(rule, fact("pregnant", "no", SEEN)) is F
    assert answer(rule) is F


# consent


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([("yes", "2026-02-20")], T),
        ([("yes", "2026-03-01")], T),
        ([("yes", "2026-03-02")], F),  # a signature after screening
        ([("yes", "2026-03")], U),
        ([("yes", None)], U),  # undated
        ([("yes", "2026-02-20"), ("no", "2026-02-21")], F),
        ([("yes", "2026-02-20"), ("no", "2026-03-10")], F),  # taken back after screening
        ([("yes", "2026-02-20"), ("no", "2026-02-20")], U),
        ([("yes", "2026-02-20T09:00"), ("no", "2026-02-20T10:00")], F),
        ([("yes", "2026-02-20T10:00"), ("no", "2026-02-20T09:00")], T),
        ([("yes", "2026-02-20"), ("no", "2026-02")], U),
        ([("yes", "2026-02-20"), ("no", None)], U),
        ([("yes", "2026-02-20"), ("no", "2026-02-10")], T),
        ([("no", "2026-02-10")], F),
        ([("yes", "2026-02-20"), ("signed?", "2026-02-25")], U),
        ([("yes", "2026-02-20"), ("no", "2026-03-05"), ("yes", "2026-03-08")], U),  # signed anew too late
        ([], U),
    ],
)
def test_consent_is_signed_by_screening_and_not_taken_back(
    facts: list[tuple[str, str | None]], expected: object
) -> None:
    """A dated signature up to screening holds, unless a no surely came after every yes."""
    said = [fact("informed_consent", value, when) for value, when in facts]
    for order in permutations(said):
        assert answer("informed_consent given by screening", *order) is expected


def test_a_no_between_two_signatures_leaves_consent_open() -> None:
    """A no before screening that a signature after screening follows is not later than every yes: not decided."""
    said = [("yes", "2026-02-01"), ("no", "2026-02-15"), ("yes", "2026-03-10")]
    facts = [fact("informed_consent", value, when) for value, when in said]
    assert answer("informed_consent given by screening", *facts) is U


# against possible worlds

AT, AGE = 40, 10
small_spans = st.tuples(st.integers(25, 44), st.integers(0, 8)).map(lambda pair: Span(pair[0], pair[0] + pair[1]))


def latest_in_worlds(facts: list[Fact]) -> set[int | None]:
    """Every fact that is the latest in the window in some world, by its place; None where a world has none there."""
    found: set[int | None] = set()

    def place(days: list[int]) -> None:
        if len(days) < len(facts):
            span = facts[len(days)].days
            for day in range(span.first, span.last + 1):
                place([*days, day])
            return
        inside = [day for day in days if AT - AGE <= day <= AT]
        found.update([index for index, day in enumerate(days) if inside and day == max(inside)] or [None])

    place([])
    return found


@settings(max_examples=150, deadline=None)
@given(st.lists(small_spans, min_size=1, max_size=3))
def test_no_fact_that_could_be_the_latest_is_lost(spans: list[Span]) -> None:
    """Over every world of days, each possible latest result is kept, and "surely" is said only where one always is."""
    record = record_of(*(dna(f"{n + 1} IU/mL", SEEN) for n in range(len(spans))))
    facts = [_moved(each, span) for each, span in zip(record.facts["hbv_dna"], spans, strict=True)]
    worlds = latest_in_worlds(facts)
    chosen = select(facts, Span(AT, AT), AGE)
    kept = {facts.index(each) for each in chosen.facts}
    assert {place for place in worlds if place is not None} <= kept
    if chosen.surely:
        assert None not in worlds


@settings(max_examples=60, deadline=None)
@given(st.lists(small_spans, min_size=1, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_facts_changes_nothing(spans: list[Span], random: Any) -> None:
    """Any order of the same facts selects the same ones."""
    record = record_of(*(dna(f"{n + 1} IU/mL", SEEN) for n in range(len(spans))))
    facts = [_moved(each, span) for each, span in zip(record.facts["hbv_dna"], spans, strict=True)]
    shuffled = random.sample(facts, len(facts))
    one, other = select(facts, Span(AT, AT), AGE), select(shuffled, Span(AT, AT), AGE)
    assert {each.path for each in one.facts} == {each.path for each in other.facts}
    assert one.surely == other.surely


def _moved(one: Fact, days: Span) -> Fact:
    """A fact on other days."""
    return evolve(one, days=days)
