"""Windows over events, against every possible world: each start, end and anchor, counted with relativedelta.

The worlds are written from the statement alone ("some day of the event lies from X - N to X"), never from elapsed
time. What is decided must hold in all of them, and the measured interval must hold the exact elapsed time of each.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from datetime import date
from functools import lru_cache
from itertools import product

import pytest
from attrs import frozen
from dateutil.relativedelta import relativedelta
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import ANCHORS, RULESET, F, Raw, T, U, answer, comparison, fact, judged, known, measured_for, warned
from ucmsc_rules import Truth
from ucmsc_rules.facts.fact import YES, Fact
from ucmsc_rules.facts.records import Record, place_anchors
from ucmsc_rules.values.dates import Span

BLEEDING, TRIAL, TREATMENT = "gi_bleeding", "interventional_trial", "conservative_treatment"
BIRTHDAY = date(2024, 5, 31)  # three months earlier is a clipped leap day
UNITS = {"days": "days", "weeks": "weeks", "months": "months"}
World = tuple[int, int, int]  # start, end, anchor


@frozen
class Told:
    """An event: the days of its start, and of its end where that is not the same day."""

    start: Span
    end: Span | None


def moved(day: int, count: int, unit: str) -> int:
    """A day some units later, by dateutil."""
    return _moved(day, count, unit)


@lru_cache(maxsize=100_000)
def _moved(day: int, count: int, unit: str) -> int:
    delta = {
        "days": relativedelta(days=count),
        "weeks": relativedelta(weeks=count),
        "months": relativedelta(months=count),
    }
    return (date.fromordinal(day) + delta[unit]).toordinal()


def within_before(events: list[World], anchor: int, count: int, unit: str) -> bool:
    """Some day of some event lies from X - N to X."""
    return any(start <= anchor and end >= moved(anchor, -count, unit) for start, end, _ in events)


def within_after(events: list[World], anchor: int, count: int, unit: str) -> bool:
    """Some day of some event lies from X to X + N."""
    return any(end >= anchor and start <= moved(anchor, count, unit) for start, end, _ in events)


def more_than_before(events: list[World], anchor: int, count: int, unit: str) -> bool:
    """Some event was over strictly before X - N."""
    return any(end < moved(anchor, -count, unit) for _, end, _ in events)


def lasted_more_than(events: list[World], anchor: int, count: int, unit: str) -> bool:
    """Some event that began by X had begun strictly before its end, or X where that came first, less N."""
    return any(start <= anchor and start < moved(min(end, anchor), -count, unit) for start, end, _ in events)


RULES: dict[str, tuple[str, Callable[[list[World], int, int, str], bool]]] = {
    "within before": ("{concept} within {count} {unit} before screening", within_before),
    "within after": ("{concept} within {count} {unit} after screening", within_after),
    "more than before": ("{concept} more than {count} {unit} before screening", more_than_before),
    "lasted": ("{concept} lasted more than {count} {unit} by screening", lasted_more_than),
}


def record_with(concept: str, events: Iterable[Told], anchor: Span) -> Record:
    """A record of events on any days, and a screening that lies anywhere in a span."""
    facts = tuple(
        Fact(
            RULESET.dictionary[concept],
            YES,
            "",
            told.start,
            dated=True,
            path=f"facts[{n}]",
            reported="",
            when="",
            until=told.end,
        )
        for n, told in enumerate(events)
    )
    spans = dict.fromkeys(ANCHORS, anchor)
    return Record("S", {"screening": anchor.first} if anchor.first == anchor.last else {}, spans, {concept: facts}, ())


def worlds_of(told: Told) -> list[tuple[int, int]]:
    """Every start with every end that is not before it."""
    starts = range(told.start.first, told.start.last + 1)
    if told.end is None:
        return [(start, start) for start in starts]
    ends = range(told.end.first, told.end.last + 1)
    return [(start, end) for start, end in product(starts, ends) if end >= start]


def worlds(events: list[Told], anchor: Span) -> Iterator[tuple[list[World], int]]:
    """Every combination of the events' days with an anchor."""
    for day in range(anchor.first, anchor.last + 1):
        for chosen in product(*(worlds_of(told) for told in events)):
            yield [(start, end, day) for start, end in chosen], day


def truth_in_worlds(outcomes: set[bool]) -> Truth:
    """The answer that all worlds agree on, else unknown."""
    return U if len(outcomes) == 2 else T if True in outcomes else F


def asked(kind: str, count: int, unit: str) -> tuple[str, str]:
    """The rule and its concept."""
    rule = RULES[kind][0].format(concept=BLEEDING, count=count, unit=UNITS[unit])
    return rule, rule.split(maxsplit=1)[0]


def verdicts(kind: str, events: list[Told], anchor: Span, count: int, unit: str) -> tuple[Truth, Truth]:
    """What the library says, and what the worlds say."""
    rule, concept = asked(kind, count, unit)
    holds = RULES[kind][1]
    outcomes = {holds(world, day, count, unit) for world, day in worlds(events, anchor)}
    return judged(rule, record_with(concept, events, anchor)), truth_in_worlds(outcomes)


def all_spans(first: int, last: int, longest: int) -> list[Span]:
    """Every span of days between two, up to a length."""
    return [Span(a, b) for a in range(first, last + 1) for b in range(a, min(last, a + longest - 1) + 1)]


BASE = BIRTHDAY.toordinal()
SHORT = all_spans(BASE, BASE + 4, 5)
EXACT = all_spans(BASE, BASE + 6, 1)


@pytest.mark.parametrize("kind", RULES)
def test_no_answer_is_wrong_in_any_world_of_a_few_days(kind: str) -> None:
    """Every span of start, end and anchor within five days, and windows of 0 to 2 days: no world contradicts."""
    vague = total = 0
    for start, end, anchor in product(SHORT, [None, *SHORT], SHORT):
        told = Told(start, end)
        if not worlds_of(told):
            continue
        for count in (0, 1, 2) if end is None else (1,):
            found, expected = verdicts(kind, [told], anchor, count, "days")
            total += 1
            assert found in {expected, U}, (told, anchor, count)
            vague += found is not expected
    # the two ends of an event of one day are kept apart, so its length may come out wider than it can be
    assert vague <= (total * 0.06 if kind == "lasted" else 0), f"needlessly vague {vague} of {total}"


@pytest.mark.parametrize("kind", RULES)
def test_nothing_is_needlessly_vague_where_the_anchor_is_a_day(kind: str) -> None:
    """With an anchor on a known day, which screening always is, the answer for one event is just that of the worlds."""
    for start, end, anchor in product(SHORT, [None, *SHORT], EXACT):
        told = Told(start, end)
        if worlds_of(told) and not is_short(kind, told):
            found, expected = verdicts(kind, [told], anchor, 1, "days")
            assert found is expected, (told, anchor)


def is_short(kind: str, told: Told) -> bool:
    """Whether a length is asked of an event of one day, on a day that is not known: its two ends are kept apart."""
    return kind == "lasted" and told.end is None


def spans_near(day: int, reach: int) -> st.SearchStrategy[Span]:
    """Spans of up to five days around a day."""
    return st.tuples(st.integers(day - reach, day + reach), st.integers(0, 4)).map(
        lambda pair: Span(pair[0], sum(pair))
    )


@st.composite
def told_events(draw: st.DrawFn, count: int, unit: str, *, ahead: bool) -> list[Told]:
    """One or two events whose days lie near the edge of the window or near the anchor."""
    edge = moved(BASE, count if ahead else -count, unit)
    events = []
    for _ in range(draw(st.integers(1, 2))):
        start = draw(spans_near(draw(st.sampled_from([edge, edge, BASE])), 5))
        end = draw(st.none() | spans_near(draw(st.sampled_from([edge, BASE])), 5))
        told = Told(start, end)
        if worlds_of(told):
            events.append(told)
    return events or [Told(Span(edge, edge), None)]


@pytest.mark.parametrize("kind", RULES)
@settings(max_examples=70, deadline=None)
@given(data=st.data())
def test_no_answer_is_wrong_in_any_world_around_month_ends(kind: str, data: st.DataObject) -> None:
    """Two events near a window's edge at month ends and leap days: decided answers hold in every world."""
    unit = data.draw(st.sampled_from(["days", "weeks", "months"]))
    count = data.draw(st.integers(0, 4))
    events = data.draw(told_events(count, unit, ahead=kind == "within after"))
    anchor = data.draw(spans_near(BASE, 2).map(lambda span: Span(span.first, min(span.last, span.first + 2))))
    found, expected = verdicts(kind, events, anchor, count, unit)
    assert found in {expected, U}
    if anchor.first == anchor.last and len(events) == 1 and not is_short(kind, events[0]):
        assert found is expected


def least(holds: Callable[[int], bool]) -> float:
    """The smallest whole n that holds, infinite where none up to 40 does."""
    return next((n for n in range(41) if holds(n)), math.inf)


@settings(max_examples=70, deadline=None)
@given(data=st.data())
def test_the_measured_interval_holds_the_elapsed_time_of_every_world(data: st.DataObject) -> None:
    """In each world the smallest n for which "within n" is true lies between the measured ends."""
    unit = data.draw(st.sampled_from(["weeks", "months"]))
    kind = data.draw(st.sampled_from(["within before", "within after"]))
    events = data.draw(told_events(2, unit, ahead=kind == "within after"))
    anchor = data.draw(spans_near(BASE, 2).map(lambda span: Span(span.first, min(span.last, span.first + 1))))
    rule, concept = asked(kind, 2, unit)
    value = measured_for(rule, record_with(concept, events, anchor)).value
    for world, day in worlds(events, anchor):
        near = least(lambda n, w=world, d=day: RULES[kind][1](w, d, n, unit))  # type: ignore[misc]
        assert float(value.lo) <= near <= float(value.hi)


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_ever_counts_days_up_to_a_first_infusion_that_is_given(data: st.DataObject) -> None:
    """An event holds ever where it surely began by the first infusion's date, and is open where it may have."""
    start = data.draw(spans_near(BASE, 6))
    record = record_with("malignancy", [Told(start, None)], Span(BASE, BASE))
    assert judged("malignancy ever", record) is T  # no first infusion is given: any recorded day
    given_days = {"screening": BASE, "first_infusion": BASE}
    dated = Record("S", given_days, place_anchors(given_days, tuple(ANCHORS)), record.facts, ())
    expected = truth_in_worlds({day <= BASE for day in range(start.first, start.last + 1)})
    assert judged("malignancy ever", dated) is expected


# edges of the trial's own windows, by hand


def event(concept: str, when: str | None = None, **others: object) -> Raw:
    """One event; without ``when`` it is affirmed as ``yes``."""
    return fact(concept, "yes", **others) if when is None else fact(concept, when=when, **others)


NONE_UPPER = [fact("upper_gi_haemorrhage", "none")]


@pytest.mark.parametrize(
    ("rule", "when", "screening", "expected"),
    [
        ("gi_bleeding within 3 months before screening", "2025-12-01", "2026-03-01", T),
        ("gi_bleeding within 3 months before screening", "2025-11-30", "2026-03-01", F),
        ("gi_bleeding within 3 months before screening", "2026-03-01", "2026-03-01", T),
        ("gi_bleeding within 3 months before screening", "2026-03-02", "2026-03-01", F),
        ("gi_bleeding within 3 months before screening", "2025-12", "2026-03-31", U),  # 3 or 4 months
        ("gi_bleeding within 3 months before screening", "2025-12-31", "2026-03-31", T),
        ("gi_bleeding within 3 months before screening", "2024-02-29", "2024-05-31", T),  # clipped
        ("gi_bleeding within 3 months before screening", "2024-02-28", "2024-05-31", F),
        ("gi_bleeding within 3 months before screening", "2023-02-28", "2023-05-31", T),
        ("gi_bleeding within 3 months before screening", "2025-11", "2026-03-01", F),
        ("gi_bleeding within 3 months before screening", "2026", "2026-03-01", U),
        ("upper_gi_haemorrhage within 4 weeks before screening", "2026-02-01", "2026-03-01", T),
        ("upper_gi_haemorrhage within 4 weeks before screening", "2026-01-31", "2026-03-01", F),
        ("serious_mental_disorder within 24 months before screening", "2024-03-01", "2026-03-01", T),
        ("serious_mental_disorder within 24 months before screening", "2024-02-29", "2026-03-01", F),
        ("serious_mental_disorder within 24 months before screening", "2022-02-28", "2024-02-29", T),  # clipped
        ("serious_mental_disorder within 24 months before screening", "2022-02-27", "2024-02-29", F),
        ("serious_mental_disorder within 24 months before screening", "2024-02-29", "2026-02-28", T),
        ("liver_transplantation_planned within 3 months after screening", "2026-06-01", "2026-03-01", T),
        ("liver_transplantation_planned within 3 months after screening", "2026-06-02", "2026-03-01", F),
        ("liver_transplantation_planned within 3 months after screening", "2026-03-01", "2026-03-01", T),
        ("liver_transplantation_planned within 3 months after screening", "2026-02-28", "2025-11-30", T),  # clipped
        ("liver_transplantation_planned within 3 months after screening", "2026-03-01", "2025-11-30", F),
        ("conservative_treatment lasted more than 3 months by screening", "2025-11-30", "2026-03-01", T),
        ("conservative_treatment lasted more than 3 months by screening", "2025-12-01", "2026-03-01", F),
        ("conservative_treatment lasted more than 3 months by screening", "2024-02-29", "2024-05-31", F),
        ("conservative_treatment lasted more than 3 months by screening", "2024-02-28", "2024-05-31", T),
    ],
)
def test_edges_of_the_windows(rule: str, when: str, screening: str, expected: object) -> None:
    """Both ends are in; months are subtracted from the anchor and clipped; weeks are seven days."""
    later = {"enrolment": None, "first_infusion": None}
    assert answer(rule, event(rule.split(maxsplit=1)[0], when), screening=screening, **later) is expected


@pytest.mark.parametrize(
    ("when", "first_infusion", "expected"),
    [
        ("2026-03-01", "2026-03-22", T),  # day 21
        ("2026-02-28", "2026-03-22", F),
        ("2026-03-22", "2026-03-22", T),
        ("2026-03-23", "2026-03-22", F),
        ("2026-03", "2026-03-22", U),  # the 23rd to the 31st come after
        ("2026-02-10", None, F),  # the infusion lies on or after 15 March
        ("2026-02-25", None, U),
        ("2026-03-20", None, U),
    ],
)
def test_albumin_is_counted_from_the_first_infusion(when: str, first_infusion: str | None, expected: object) -> None:
    """Three weeks before the infusion; one that is not planned yet lies anywhere from enrolment on."""
    rule = "human_albumin within 3 weeks before first_infusion"
    assert answer(rule, event("human_albumin", when), first_infusion=first_infusion) is expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"when": "2025-06", "until": "2025-11-30"}, F),
        ({"when": "2025-06", "until": "2025-12-01"}, T),
        ({"when": "2025-06", "until": "2025-12"}, T),
        ({"when": "2025-06", "until": "2025"}, U),
        ({"when": "2020", "until": "2027-01-01"}, T),  # goes on at screening
        ({"when": "2020"}, U),  # its end is unknown
        ({"when": "2026-02-20"}, T),
        ({"when": "2026-03-02"}, F),
        ({"when": "2025-06", "until": "ongoing"}, T),
        ({"when": "2025-06", "until": "ongoing", "recorded": "2026-02-10"}, T),
        ({"when": "2025-06", "until": "ongoing", "recorded": "2025-10-10"}, U),
        ({"value": "yes"}, U),
        ({"value": "none"}, F),
    ],
)
def test_a_trial_without_an_end_may_still_go_on(others: Raw, expected: object) -> None:
    """Another trial is measured from its end: unknown without ``until``, not before its record date if ongoing."""
    assert answer(f"{TRIAL} within 3 months before screening", {"concept": TRIAL} | others) is expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([{"when": "2025-10"}], T),  # without until it still goes on
        ([{"when": "2025-10", "until": "2025-11-30"}], F),
        ([{"when": "2025-01", "until": "2025-11-30"}], T),
        ([{"when": "2025-10-01", "until": "2026-01-01"}], F),
        ([{"when": "2025-09-30", "until": "2026-01-01"}], T),
        ([{"when": "2025-10", "until": "2026-01-15"}], U),
        ([{"when": "2025-10-01", "until": "ongoing", "recorded": "2025-12-01"}], U),
        ([{"when": "2026-02-01"}, {"when": "2025-01", "until": "2025-10-01"}], T),  # any one suffices
        ([{"when": "2026-01-15", "until": "2026-03-01"}, {"when": "2025-11-01", "until": "2026-01-10"}], F),
        ([{"when": "2026-04-01"}], F),
        ([{"value": "yes"}], U),
        ([{"value": "none"}], F),
        ([{"when": "2026-02-01", "complete": False}], U),
        ([], U),
    ],
)
def test_conservative_treatment_lasted_long_enough(facts: list[Raw], expected: object) -> None:
    """Strictly more than three calendar months by screening, in one treatment; treatments do not add up."""
    said = [{"concept": TREATMENT} | each for each in facts]
    assert answer(f"{TREATMENT} lasted more than 3 months by screening", *said) is expected


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"recorded": "2025-11-30"}, F),
        ({"recorded": "2025-12-01"}, U),
        ({"recorded": "2026-02-20"}, U),
        ({}, U),
        ({"until": "2025-11-30"}, F),
        ({"until": "2026-02-20"}, T),
    ],
)
def test_an_undated_event_happened_up_to_its_record_date(others: Raw, expected: object) -> None:
    """A ``yes`` without ``when`` lies on some day up to ``recorded``, else up to the anchor of its window."""
    assert answer("gi_bleeding within 3 months before screening", event("gi_bleeding", **others)) is expected
    assert answer("malignancy ever", event("malignancy")) is T


# what a history says


@pytest.mark.parametrize(
    ("facts", "within", "ever"),
    [
        ([], U, U),
        ([("none", {})], F, F),
        ([("none", {"when": "2026-02-01"})], F, F),  # 28 days before screening
        ([("none", {"recorded": "2026-02-01"})], F, F),
        ([("none", {"when": "2026-01-31"})], U, U),  # speaks only up to its date
        ([("none", {"recorded": "2026-01-31"})], U, U),
        ([("none", {"when": "2026"})], U, U),
        ([("none", {"when": "2026-01-01"}), ("none", {"when": "2026-02-15"})], F, F),
        ([("none", {"complete": False})], U, U),
        ([("yes", {"when": "2020-05"})], F, T),  # one event completes the history
        ([("yes", {"when": "2020-05", "complete": False})], U, T),
        ([("yes", {"when": "2020-05"}), ("yes", {"when": "2021-05", "complete": False})], U, T),
        ([("yes", {"when": "2020-05"}), ("none", {})], F, T),
        ([("yes", {"when": "2026-01-05"}), ("none", {"when": "2026-02-20"})], T, T),  # an event beats a none
        ([("yes", {"when": "2020-05"}), ("yes", {"when": "sometime"})], U, T),
        ([("yes", {"when": "2020-05"}), ("maybe", {})], U, T),
        ([("none", {}), ("maybe", {})], U, U),
        ([("yes", {"when": "2020-05"}), ("yes", {"when": "2026-01", "status": "cancelled"})], F, T),
        ([("yes", {"when": "2020-05"}), ("yes", {"when": "2026-01", "status": "odd"})], U, T),
        ([("yes", {"when": "2020-05", "status": "odd"})], U, U),
        ([("yes", {"when": "2020-05", "until": "2019"})], U, U),
    ],
)
def test_histories(facts: list[tuple[str, Raw]], within: object, ever: object) -> None:
    """What one event, a ``none``, an incomplete list or an unreadable fact leave open."""
    for concept, rule, expected in (
        ("gi_bleeding", "gi_bleeding within 3 months before screening", within),
        ("malignancy", "malignancy ever", ever),
    ):
        said = [fact(concept, value, **others) for value, others in facts]
        assert answer(rule, *said) is expected
        assert answer(rule, *reversed(said)) is expected


def test_an_old_none_still_speaks_for_the_time_before_it() -> None:
    """A none of a year ago says nothing of last month, but rules out an event of long ago."""
    old = fact("gi_bleeding", "none", "2025-03-01")
    assert answer("gi_bleeding within 3 months before screening", old) is U
    assert answer("gi_bleeding more than 12 months before screening", old) is F
    assert known("gi_bleeding more than 12 months before screening", old) == "(-inf, 12]"


def test_a_none_that_an_event_contradicts_is_reported() -> None:
    """The contradiction is told at the none's path; a later event contradicts nothing."""
    rule = "gi_bleeding within 3 months before screening"
    both = (fact("gi_bleeding", "none"), event("gi_bleeding", "2026-01-05"))
    assert warned(rule, *both) == ["facts[0].value"]
    assert warned(rule, fact("gi_bleeding", "none", "2026-02-10"), event("gi_bleeding", "2026-02-20")) == []
    assert warned(rule, *NONE_UPPER) == []


def test_an_end_in_the_future_or_on_the_anchor_is_no_time_away() -> None:
    """An infection that goes on at enrolment lies within two weeks before it."""
    rule = "severe_infection within 2 weeks before enrolment"
    for until in ("ongoing", "2026-04-01", "2026-03-15", "2026-03-01"):
        assert answer(rule, event("severe_infection", "2025-01-01", until=until)) is T
    assert answer(rule, event("severe_infection", "2025-01-01", until="2026-02-28")) is F
    assert answer(rule, event("severe_infection", "2025-01-01")) is F


# encephalopathy, read out of its grades

E6 = "hepatic_encephalopathy within 3 months before screening"


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([("encephalopathy_grade", "1", "2026-02-10")], T),
        ([("encephalopathy_grade", "1", "2025-12-01")], T),  # older than 28 days, and yet it was
        ([("encephalopathy_grade", "1", "2025-11-30")], U),  # no grade completes the history
        ([("encephalopathy_grade", "0", "2026-02-10")], U),
        ([("encephalopathy_grade", "0", "2026-02-10"), ("hepatic_encephalopathy", "none", "")], F),
        ([("encephalopathy_grade", "2", "2026-01-10"), ("encephalopathy_grade", "0", "2026-02-10")], T),  # superseded
        ([("encephalopathy_grade", "2", "2026-01-10"), ("hepatic_encephalopathy", "none", "")], T),
        ([("encephalopathy_grade", "2", "2025-01-10"), ("hepatic_encephalopathy", "yes", "2020")], F),
        ([("encephalopathy_grade", "0-1", "2026-02-10"), ("hepatic_encephalopathy", "none", "")], U),
        ([("encephalopathy_grade", "1-2", "2026-02-10"), ("hepatic_encephalopathy", "none", "")], T),
        ([("encephalopathy_grade", "?", "2026-02-10"), ("hepatic_encephalopathy", "none", "")], U),
        ([("encephalopathy_grade", "?", "2026-02-10"), ("hepatic_encephalopathy", "yes", "2020")], U),
        ([("encephalopathy_grade", "?", "2026-02-10"), ("hepatic_encephalopathy", "yes", "2026-01-10")], T),
        # a none speaks for the days up to screening, so a grade after it contradicts nothing
        ([("encephalopathy_grade", "1", "2026-03-02"), ("hepatic_encephalopathy", "none", "")], F),
        ([("encephalopathy_grade", "1", "2026-03-02"), ("hepatic_encephalopathy", "yes", "2020")], F),
        ([("hepatic_encephalopathy", "none", "")], F),
    ],
)
def test_a_grade_of_one_is_encephalopathy_on_its_day(facts: list[tuple[str, str, str]], expected: object) -> None:
    """Grades add events, superseded ones too; none of them says that there were no others."""
    said = [fact(concept, value, when or None) for concept, value, when in facts]
    assert answer(E6, *said) is expected
    assert answer(E6, *reversed(said)) is expected


# plans

E16 = "liver_transplantation_planned within 3 months after screening"


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        ({"value": "none"}, F),
        ({"value": "none", "when": "2026-02-01"}, F),
        ({"value": "none", "when": "2026-01-31"}, U),
        ({"value": "yes"}, U),  # some day from screening on
        ({"value": "yes", "recorded": "2026-02-20"}, U),
        ({"value": "yes", "recorded": "2026-06-02"}, F),  # not before it was planned
        ({"when": "2026-05"}, T),
        ({"when": "2026-06"}, U),
        ({"when": "2026-07"}, F),
        ({"when": "2026-02"}, U),  # past: does not count
    ],
)
def test_a_planned_transplantation_lies_ahead(others: Raw, expected: object) -> None:
    """A plan without a day lies on some day from its record date on; a past one does not count."""
    assert answer(E16, {"concept": "liver_transplantation_planned"} | others) is expected


def test_a_plan_for_a_past_day_is_warned_about() -> None:
    """It neither holds nor completes the history, and somebody is told to give the new plan."""
    past = event("liver_transplantation_planned", "2026-02-28")
    assert warned(E16, past) == ["facts[0].when"]
    assert answer(E16, past) is U
    assert answer(E16, past, fact("liver_transplantation_planned", "none")) is F
    assert answer(E16, past, event("liver_transplantation_planned", "2026-08-01")) is F


def test_rules_of_one_comparison_are_what_this_file_asks() -> None:
    """The rule texts above parse to the measures that they are meant for."""
    kinds = {kind: type(comparison(asked(kind, 3, "months")[0]).measure).__name__ for kind in RULES}
    assert kinds == {
        "within before": "Nearest", "within after": "Nearest", "more than before": "Earliest", "lasted": "Longest",
    }  # fmt: skip
