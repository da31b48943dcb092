"""The strategies: dates lie round the edges of the windows, values round the thresholds.

Each fact may be written in any way a site may write it.
"""

from collections.abc import Callable, Sequence
from datetime import date
from functools import cache
from typing import Any

from hypothesis import strategies as st

from oracle.days import MONTHS, ago

from .sharpening import narrower_records
from .values import ANSWERS, CONCEPTS, EVENTS, GRAVE, OF_CRITERION, PLAIN, RESULTS, SEXES

Record = dict[str, Any]
Fact = dict[str, Any]
Draw = Callable[[st.SearchStrategy[Any]], Any]
Given = tuple[date, date, date]  # screening, enrolment, first infusion: as given, or where they would lie

SCREENING = tuple(
    date.fromisoformat(day)
    for day in ("2026-03-01", "2024-05-31", "2024-02-29", "2025-02-28", "2026-03-31", "2025-12-31", "2024-03-01")
)
GAPS = ((14, 7), (0, 0), (1, 20), (14, 22), (15, 21), (30, 60))
ODD_ANCHORS: tuple[dict[str, Any], ...] = (
    {"enrolment": None},
    {"first_infusion": None},
    {"enrolment": None, "first_infusion": None},
    {"enrolment": "2026-03"},
    {"first_infusion": "2020-01-01"},
    {"enrolment": "2020-01-01"},
    {"screening": None},
    {"screening": "2026-02-30"},
)
STATUS = ("final", "amended", "corrected", "AMENDED", "preliminary", "cancelled", "entered-in-error", "rumoured")


def one_of(values: Sequence[Any]) -> st.SearchStrategy[Any]:
    """One of some values (positions are drawn: values may be dictionaries); the first is the simplest."""
    return st.sampled_from(range(len(values))).map(values.__getitem__)


def anchors(draw: Draw) -> tuple[Given, dict[str, Any]]:
    """The anchors: mostly all given, at times one missing, partial, impossible or out of order."""
    screening = draw(st.sampled_from(SCREENING))
    to_enrolment, to_infusion = draw(st.sampled_from(GAPS))
    enrolment = ago(screening, days=-to_enrolment)
    given = (screening, enrolment, ago(enrolment, days=-to_infusion))
    told: dict[str, Any] = dict(zip(("screening", "enrolment", "first_infusion"), map(str, given), strict=True))
    odd = draw(st.sampled_from(range(24)))
    if 0 < odd <= len(ODD_ANCHORS):
        told |= ODD_ANCHORS[odd - 1]
    return given, {name: day for name, day in told.items() if day is not None}


def writings(day: date) -> tuple[str, ...]:
    """A day in full (twice as likely) and with parts missing."""
    iso, month = day.isoformat(), MONTHS[day.month - 1]
    parts = (f"{day.day:02}-{month}-{day.year}", iso[:7], f"UN-{month}-{day.year}", iso[:4], f"{day.year}-UN-UN")
    return (iso,) * 6 + (*parts, f"{iso[:7]}-UN", f"{day.year}-UN-15")


@cache
def result_dates(screening: date) -> st.SearchStrategy[Fact]:
    """The `when` of a result: mostly in the last 28 days; also beside their ends, in part, with a time, missing."""
    inside = [ago(screening, days=n) for n in (1, 0, 2, 27, 28)]
    outside = [ago(screening, days=n) for n in (29, -1, 400)]
    days = [str(day) for day in inside] * 40 + [text for day in inside + outside for text in writings(day)]
    timed = [f"{day}T{time}" for day in inside[:2] for time in ("08:10", "16:40")] * 12
    return one_of(tuple({"when": text} for text in (*days, *timed, "2026-02-30", "last week")) + ({},) * 3)


@cache
def answer_dates(screening: date) -> st.SearchStrategy[Fact]:
    """The `when` of an answer: missing, on or before screening, at times after it or in part."""
    days = [ago(screening, days=n) for n in (5, 0, 1, 400, -1)]
    told = [{"when": text} for day in days for text in (str(day),) * 8 + writings(day)]
    return one_of(({},) * 60 + (*told, {"when": f"{days[0]}T08:10"}, {"when": f"{days[0]}T09:00"}, {"when": "soon"}))


@cache
def window_of(concept: str, given: Given) -> tuple[date, date]:
    """The first and the last day of the window that reads an event."""
    anchor, months, days = EVENTS[concept]
    last = given[("screening", "enrolment", "first_infusion").index(anchor)]
    first = ago(last, months, days)
    return min(first, last), max(first, last)


@cache
def event_dates(concept: str, given: Given) -> st.SearchStrategy[Fact]:
    """The `when` of an event, round the edges of its window; in part; missing."""
    first, last = window_of(concept, given)
    days = [ago(edge, days=n) for edge in (first, last) for n in (1, 0, -1, 40, 400)]
    told = tuple({"when": text} for day in days for text in (*(str(day),) * 6, *writings(day)))
    undated = ({"value": "yes"},) * 12
    return one_of(told + undated + ({"when": "2025-02-29"}, {"when": "spring"}, {"value": "maybe"}))


@cache
def endings(concept: str, given: Given) -> st.SearchStrategy[Fact]:
    """The `until` of an event: mostly none; "ongoing"; round the edges of its window; in part; unreadable."""
    first, last = window_of(concept, given)
    days = [ago(edge, days=n) for edge in (first, last) for n in (1, 0, -1)]
    told = tuple({"until": text} for day in days for text in (str(day), str(day)[:7], str(day.year)))
    return one_of(({},) * 20 + ({"until": "ongoing"},) * 6 + told + ({"until": "autumn"},))


@cache
def record_dates(screening: date) -> st.SearchStrategy[Fact]:
    """The `recorded` of a fact: mostly none; round the age at which a `none` is too old; in part."""
    days = [str(ago(screening, days=n)) for n in (1, 0, 28, 29, -1, 27, 100)]
    return one_of(({},) * 20 + tuple({"recorded": text} for text in (*days, days[0][:7], days[3][:7], days[6][:4])))


TWISTS: st.SearchStrategy[Fact] = one_of(
    ({},) * 60
    + ({"complete": False}, {"complete": False}, {"complete": True}, {"source": "form 3"}, {"colour": "red"})
    + tuple({"status": status} for status in STATUS)
)


@cache
def births(screening: date) -> st.SearchStrategy[Fact]:
    """Birth dates round the 18th and 76th birthday, and ordinary ones."""
    years = [ago(screening, 12 * n) for n in (50, 18, 76, 75, 17)]
    days = [ago(day, days=n) for day in years for n in (0, 1, -1)] + [date(1952, 2, 29), date(2008, 2, 29)]
    return one_of((*tuple({"value": text} for day in days for text in writings(day)), {"value": "old"}))


VALUES = {concept: one_of(values) for concept, values in RESULTS.items()}
ANY_ANSWER, ANY_SEX = one_of(ANSWERS), one_of(SEXES)
NO_EVENT = one_of((False, False, False, True))


def any_fact(draw: Draw, concept: str, given: Given) -> Fact:
    """One fact of a concept, in any form."""
    fact: Fact = {"concept": concept}
    for part in (*parts_of(draw, concept, given), TWISTS):
        fact |= draw(part)
    return fact


def parts_of(draw: Draw, concept: str, given: Given) -> list[st.SearchStrategy[Fact]]:
    """What a fact of the concept is drawn from, besides its twists."""
    screening = given[0]
    recorded = record_dates(screening)
    if concept == "birth_date":
        return [births(screening)]
    if concept == "sex":
        return [ANY_SEX]
    if concept in RESULTS:
        return [VALUES[concept], result_dates(screening), recorded]
    if concept not in EVENTS:
        return [ANY_ANSWER, answer_dates(screening), recorded]
    if draw(NO_EVENT):
        return [st.just({"value": "none"}), answer_dates(screening), recorded]
    return [event_dates(concept, given), endings(concept, given), recorded]


@cache
def plain_fact(concept: str, screening: date) -> Fact:
    """The fact an eligible subject has, in its usual form."""
    day = {"when": str(ago(screening, days=2))}
    if concept == "birth_date":
        return {"concept": concept, "value": str(ago(screening, 12 * 50))}
    if concept == "conservative_treatment":
        return {"concept": concept, "when": str(ago(screening, 12))}
    if concept == "informed_consent":
        return {"concept": concept, "value": "yes"} | day
    if concept in RESULTS:
        return {"concept": concept} | PLAIN[concept] | day
    return {"concept": concept, "value": "none" if concept in EVENTS else "no"} | PLAIN.get(concept, {})


HOW_MANY = one_of((1, 0, 1, 2, 2, 3))
ROLE = one_of(("plain",) * 9 + ("missing",) + ("any",) * 3)
FEW = one_of((0, 1, 2, 3, 4, 6))
COMPLETENESS = one_of(("sparse", "whole", "whole"))
ANY_CONCEPT = one_of(CONCEPTS)


def any_facts(draw: Draw, concept: str, given: Given) -> list[Fact]:
    """None to three facts of a concept."""
    return [any_fact(draw, concept, given) for _ in range(draw(HOW_MANY))]


@st.composite
def records(draw: Draw) -> Record:
    """Whole records: an eligible subject's facts, or none, with those of a few concepts in any form instead."""
    given, told = anchors(draw)
    plain = draw(COMPLETENESS) == "whole"
    odd = {draw(ANY_CONCEPT) for _ in range(draw(FEW))}
    facts: list[Fact] = []
    for concept in CONCEPTS:
        if concept in odd:
            facts += any_facts(draw, concept, given)
        elif plain:
            facts.append(plain_fact(concept, given[0]))
    return {"subject": "S-001", "anchors": told, "facts": facts}


@st.composite
def focused(draw: Draw, criterion: str) -> Record:
    """Records with the facts of one criterion: one of its concepts in any form, the others mostly plain."""
    given, told = anchors(draw)
    concepts = OF_CRITERION[criterion]
    usual = GRAVE if criterion == "E2" and draw(st.booleans()) else {}
    chief = draw(st.sampled_from(concepts))
    facts: list[Fact] = []
    for concept in concepts:
        role = "any" if concept == chief else draw(ROLE)
        if role == "any":
            facts += any_facts(draw, concept, given)
        elif role == "plain":
            facts.append(plain_fact(concept, given[0]) | usual.get(concept, {}))
    return {"subject": "S-001", "anchors": told, "facts": facts}


def sharpenings(record: Record) -> st.SearchStrategy[Record]:
    """Records that say the same more narrowly in one fact; the record itself where nothing can be narrowed."""
    return one_of(narrower_records(record) or [record])
