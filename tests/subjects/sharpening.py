"""Records that say the same as another, more narrowly: a date completed, a value bounded more closely."""

import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from oracle.days import Days, ago, read_anchors, read_days

from .values import EVENTS, RESULTS

Record = dict[str, Any]
Fact = dict[str, Any]
BOUND = re.compile(r"([<>]=?)(\d+(?:\.\d+)?)( .*)?", re.ASCII)
LEVELS = ("0", "1", "2", "3", "4", "I", "II", "III", "IV")


def narrower_records(record: Record) -> list[Record]:
    """Every record that has one fact narrowed in one of the ways below."""
    screening = read_anchors(record).screening
    facts = record["facts"]
    if screening is None:
        return []
    return [
        record | {"facts": [*facts[:n], narrow, *facts[n + 1 :]]}
        for n, fact in enumerate(facts)
        if not _has_twin(fact, facts)
        for narrow in narrower_facts(fact, screening)
    ]


def _has_twin(fact: Fact, facts: list[Fact]) -> bool:
    """Whether another fact has the same partial date: an amendment would lose the fact that it amends."""
    days = read_days(fact.get("when"))
    same = [other for other in facts if other["concept"] == fact["concept"] and read_days(other.get("when")) == days]
    return days is not None and days.first < days.last and len(same) > 1


def narrower_facts(fact: Fact, screening: date) -> Iterator[Fact]:
    """One fact, narrowed in its value, its start, its end or its record date; no end comes before its start."""
    for value in narrower_values(fact):
        yield fact | {"value": value}
    when, until, recorded = (_days(fact, key) for key in ("when", "until", "recorded"))
    if "when" not in fact:
        when = _undated(fact, recorded, screening)
    if when and not (until and until.first < when.first):
        last = min(when.last, until.first) if until else when.last
        yield from ({**fact, "when": str(day)} for day in _days_of(Days(when.first, last), when))
    if until:
        first = max(until.first, when.last) if when else until.first
        yield from ({**fact, "until": str(day)} for day in _days_of(Days(first, until.last), until))
    if recorded:
        yield from ({**fact, "recorded": str(day)} for day in _days_of(recorded, recorded))
    yield from _ended(fact, when, recorded, screening)


def _days(fact: Fact, key: str) -> Days | None:
    return read_days(fact.get(key))


def _undated(fact: Fact, recorded: Days | None, screening: date) -> Days | None:
    """Where an undated fact may lie; None for what has no date, or one that cannot be read."""
    concept = fact["concept"]
    if concept in ("birth_date", "sex") or (concept in EVENTS and fact.get("value") != "yes"):
        return None
    if "recorded" in fact and recorded is None:
        return None
    if concept == "liver_transplantation_planned":
        first = recorded.last if recorded else screening
        return Days(first, ago(first, days=-400))
    last = recorded.first if recorded else screening
    return Days(ago(last, days=400), last)


def _days_of(days: Days, before: Days) -> list[date]:
    """The ends and the middle of some days, where they are fewer than before."""
    if days.last < days.first or before.first == before.last:
        return []
    return sorted({days.first, days.first + timedelta(days=(days.last - days.first).days // 2), days.last})


def _ended(fact: Fact, when: Days | None, recorded: Days | None, screening: date) -> Iterator[Fact]:
    """An end for an event that was still going on, or whose end is unknown because none is told."""
    if fact["concept"] not in EVENTS or when is None or ("recorded" in fact and recorded is None):
        return
    if fact.get("until") == "ongoing":
        first = max(when.last, recorded.last if recorded else screening)
    elif fact["concept"] == "interventional_trial" and "until" not in fact and fact.get("value") != "none":
        first = when.last
    else:
        return
    yield from ({**fact, "until": str(first + timedelta(days=n))} for n in (0, 1, 100))


def narrower_values(fact: Fact) -> list[Any]:
    """Values inside a bound or a range; an answer for a test that gave none; a whole date of birth."""
    value, concept = fact.get("value"), fact["concept"]
    if concept == "birth_date" and (born := read_days(value)):
        return list(map(str, _days_of(born, born)))
    if not isinstance(value, str) or concept not in RESULTS:
        return []
    return _narrower_texts(fact, value)


def _narrower_texts(fact: Fact, value: str) -> list[str]:
    if value in ("indeterminate", "borderline"):
        return ["positive", "negative"]
    if value == "Target not detected" and fact.get("lloq", "20 IU/mL") != "low":
        return ["0 IU/mL", "<1 IU/mL"]
    ends = value.split("-")
    if len(ends) == 2 and all(end in LEVELS for end in ends):
        return ends
    if not (match := BOUND.fullmatch(value)):
        return []
    sign, number, rest = match.group(1), match.group(2), match.group(3) or ""
    inside = (float(number) * 0.5, float(number) * 0.999) if sign[0] == "<" else (float(number) * 1.001, 1e6)
    return [f"{_plain(x)}{rest}" for x in inside] + ([f"{number}{rest}"] if "=" in sign else [])


def _plain(number: float) -> str:
    """Six decimals, which is exact enough to stay inside."""
    return f"{number:.6f}"
