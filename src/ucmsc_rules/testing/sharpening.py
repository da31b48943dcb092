"""Records that say the same as another more narrowly, or less: a date completed, a value bounded, a fact blurred."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from ucmsc_rules.facts.concepts import Concept, Kind, OpenEnd
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import Ever, Ruleset
from ucmsc_rules.testing.worlds.days import Days, ago, read_anchors, read_days

Record = dict[str, Any]
Fact = dict[str, Any]
_BOUND = re.compile(r"(<=|>=|<|>)(\d+(?:\.\d+)?)( .*)?", re.ASCII)
_EXACT = re.compile(r"(\d+(?:\.\d+)?)( .*)?", re.ASCII)
_RESULTS = {Kind.QUANTITY, Kind.SCALE, Kind.SCORE, Kind.TEST}
_LATER = (0, 1, 100)
_YEAR = 400


def sharper(ruleset: Ruleset, record: Mapping[str, Any]) -> list[Record]:
    """Every record that says the same as this one, but one fact of it more narrowly.

    A value inside a bound or a range, a day inside a partial date, an end for what still went on. What was decided
    has to stay as it is.
    """
    return _changed(ruleset, record, _narrower)


def blurred(ruleset: Ruleset, record: Mapping[str, Any]) -> list[Record]:
    """Every record that says less than this one in one fact: what was decided has to stay, or become unknown.

    A date without its day, a value behind a comparator or in a range, a fact that cannot be read, a list that is not
    complete, a concept of which nothing is recorded, an anchor that is not given.
    """
    found = _changed(ruleset, record, _wider)
    kept = _kept_concepts(ruleset)
    for name in dict.fromkeys(fact["concept"] for fact in _facts(record)):
        if name not in kept:
            found.append({**record, "facts": [fact for fact in _facts(record) if fact["concept"] != name]})
    for name in _droppable_anchors(ruleset, record):
        rest = {each: day for each, day in record["anchors"].items() if each != name}
        found.append({**record, "anchors": rest})
    return found


def _facts(record: Mapping[str, Any]) -> list[Fact]:
    return [fact for fact in record["facts"] if isinstance(fact, dict)]


def _changed(ruleset: Ruleset, record: Mapping[str, Any], change: Any) -> list[Record]:  # noqa: ANN401
    facts = _facts(record)
    at = read_anchors(record, ruleset.anchors).given.get(ruleset.settings.at)
    if at is None:
        return []
    return [
        {**record, "facts": [*facts[:place], other, *facts[place + 1 :]]}
        for place, fact in enumerate(facts)
        if fact["concept"] in ruleset.dictionary and not _has_twin(fact, facts)
        for other in change(fact, ruleset.dictionary[fact["concept"]], at)
        if other != fact
    ]


def _has_twin(fact: Fact, facts: list[Fact]) -> bool:
    """Whether another fact is of the same time: an amendment would lose the fact that it amends."""
    days = read_days(fact.get("when"))
    same = [each for each in facts if each["concept"] == fact["concept"] and read_days(each.get("when")) == days]
    return len(same) > 1


def _days(fact: Fact, key: str) -> Days | None:
    return read_days(fact.get(key))


# more narrowly


def _narrower(fact: Fact, concept: Concept, at: date) -> Iterator[Fact]:
    """One fact, narrowed in its value, its start, its end or its record date; no end comes before its start."""
    for value in _narrower_values(fact, concept):
        yield {**fact, "value": value}
    when, until, recorded = (_days(fact, key) for key in ("when", "until", "recorded"))
    if "when" not in fact:
        when = _undated(fact, concept, recorded, at)
    if when and not (until and until.first < when.first):
        last = min(when.last, until.first) if until else when.last
        yield from ({**fact, "when": str(day)} for day in _inside(Days(when.first, last), when))
    if until:
        first = max(until.first, when.last) if when else until.first
        yield from ({**fact, "until": str(day)} for day in _inside(Days(first, until.last), until))
    if recorded:
        yield from ({**fact, "recorded": str(day)} for day in _inside(recorded, recorded))
    yield from _ended(fact, concept, when, at)


def _undated(fact: Fact, concept: Concept, recorded: Days | None, at: date) -> Days | None:
    """Where an undated fact may lie; None for what has no date, or one that cannot be read."""
    if concept.kind in (Kind.BIRTH_DATE, Kind.CATEGORY) or (concept.kind is Kind.EVENT and fact.get("value") != "yes"):
        return None
    if "recorded" in fact and recorded is None:
        return None
    if concept.planned:
        first = recorded.last if recorded else at
        return Days(first, ago(first, days=-_YEAR))
    last = recorded.first if recorded else at
    return Days(ago(last, days=_YEAR), last)


def _inside(days: Days, before: Days) -> list[date]:
    """The ends and the middle of some days, where they are fewer than before."""
    if days.last < days.first or before.first == before.last:
        return []
    return sorted({days.first, days.first + timedelta(days=(days.last - days.first).days // 2), days.last})


def _ended(fact: Fact, concept: Concept, when: Days | None, at: date) -> Iterator[Fact]:
    """An end for an event that was still going on, or whose end is unknown because none is told."""
    recorded = _days(fact, "recorded")
    if concept.kind is not Kind.EVENT or when is None or ("recorded" in fact and recorded is None) or concept.planned:
        return
    if fact.get("until") == "ongoing":
        first = max(when.last, recorded.last if recorded else at)
    elif concept.open_end is OpenEnd.UNKNOWN and "until" not in fact and fact.get("value") != "none":
        first = when.last
    else:
        return
    yield from ({**fact, "until": str(first + timedelta(days=count))} for count in _LATER)


def _narrower_values(fact: Fact, concept: Concept) -> Iterator[object]:
    """Values inside a bound or a range; an answer for a test that gave none; a whole date of birth."""
    value = fact.get("value")
    if not isinstance(value, str):
        return
    if concept.kind is Kind.BIRTH_DATE and (born := read_days(value)):
        yield from map(str, _inside(born, born))
    elif concept.kind is Kind.TEST and value in ("indeterminate", "borderline"):
        yield from ("positive", "negative")
    elif concept.kind is Kind.SCALE and _are_levels(concept, ends := value.split("-")):
        yield from ends
    elif concept.kind is Kind.QUANTITY and (match := _BOUND.fullmatch(value)):
        yield from _inside_bound(*match.groups(default=""))


def _are_levels(concept: Concept, texts: list[str]) -> bool:
    levels = concept.levels
    if levels is None or len(texts) == 1:
        return False
    known = {*levels.words, *(map(str, range(levels.least, levels.greatest + 1)) if levels.numbers else ())}
    return all(text in known for text in texts)


def _inside_bound(sign: str, number: str, unit: str) -> Iterator[str]:
    limit = float(number)
    inside = (limit * 0.5, limit * 0.999) if sign[0] == "<" else (limit * 1.001, limit * 2)
    if not unit.strip().lower().startswith("log"):  # inside a logarithm's bound lies far more than here
        yield from (f"{one:.6f}{unit}" for one in inside)
    if "=" in sign:
        yield f"{number}{unit}"


# less


def _wider(fact: Fact, concept: Concept, _at: date) -> Iterator[Fact]:
    for key in ("when", "until", "recorded") if concept.kind is not Kind.BIRTH_DATE else ("value",):
        days = _days(fact, key)
        if days and days.first == days.last:
            yield {**fact, key: f"{days.first:%Y-%m}"}
            yield {**fact, key: f"{days.first:%Y}"}
    for value in _wider_values(fact, concept):
        yield {**fact, "value": value}
    if concept.kind is Kind.EVENT:
        yield {**fact, "complete": False}
    yield {**fact, "status": "guessed"}


def _wider_values(fact: Fact, concept: Concept) -> Iterator[object]:
    value = fact.get("value")
    if concept.kind in (Kind.YES_NO, *_RESULTS):
        yield "cannot be read"
    if concept.kind is Kind.TEST and value in ("positive", "negative"):
        yield "indeterminate"
    if concept.kind is Kind.QUANTITY and isinstance(value, str) and (match := _EXACT.fullmatch(value)):
        yield from (f"{sign}{value}" for sign in ("<=", ">="))
        yield f"<{float(match[1]) * 2 + 1:.6f}{match[2] or ''}"
    if concept.kind is Kind.SCALE and concept.levels is not None and concept.levels.numbers and isinstance(value, int):
        levels = concept.levels
        yield from (f"{low}-{low + 1}" for low in (value - 1, value) if levels.least <= low < levels.greatest)


def _kept_concepts(ruleset: Ruleset) -> set[str]:
    """Concepts that say nothing of themselves by being absent: results that count as events, and parts of scores."""
    counted = {counting.result for counting in ruleset.counts_as}
    scores = [ruleset.dictionary[name] for name in _read(ruleset) if ruleset.dictionary[name].kind is Kind.SCORE]
    parts = {part.concept for score in scores for part in score.parts}
    return counted | parts | {each.concept for score in scores for each in score.inputs}


def _read(ruleset: Ruleset) -> set[str]:
    return {each.measure.concept for criterion in ruleset.criteria for each in comparisons_of(criterion)}


def _droppable_anchors(ruleset: Ruleset, record: Mapping[str, Any]) -> Iterator[str]:
    """Anchors whose absence says less: not that of results, nor one that ends what "ever" counts."""
    measures = {each.measure for criterion in ruleset.criteria for each in comparisons_of(criterion)}
    limits = {measure.until for measure in measures if isinstance(measure, Ever)}
    told = read_anchors(record, ruleset.anchors)
    if set(told.given) == set(record["anchors"]):
        yield from (name for name in told.given if name != ruleset.settings.at and name not in limits)
