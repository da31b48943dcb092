"""Facts: which of a record's facts count, when they are dated, and whether they can be read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from attrs import field, frozen

from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.testing.worlds.days import ANY_DAY, Days, read_days

_COUNTING = {"final", "amended", "corrected"}
_NOT_COUNTING = {"preliminary", "cancelled", "entered-in-error"}
_KEYS = {
    *("concept", "value", "unit", "when", "until", "recorded", "status", "source"),
    *("complete", "detected", "lloq", "copies_per_iu", "uln"),
}
Answers = frozenset[bool]
YES: Answers = frozenset({True})
NO: Answers = frozenset({False})
BOTH: Answers = frozenset({True, False})
_RANGE = re.compile(r"\s*(\w+)\s*(?:-|\u2013|/| to )\s*(\w+)\s*")
_BOUND = re.compile(r"\s*(<=|>=|<|>)\s*(\w+)\s*")


@frozen
class Fact:
    """One fact that counts. An unreadable one may say anything; a date that cannot be read may be any day."""

    raw: Mapping[str, Any] = field(eq=False)
    readable: bool
    when: Days | None
    until: Days | None
    ongoing: bool
    recorded: Days | None
    amended: bool
    complete: bool

    @property
    def value(self) -> Any:  # noqa: ANN401 - whatever a record holds
        """The value as it is written."""
        return self.raw.get("value")


def read_facts(record: Mapping[str, Any]) -> dict[str, list[Fact]]:
    """The facts by concept. Preliminary, cancelled and erroneous ones do not count at all."""
    told = record.get("facts")
    found: dict[str, list[Fact]] = {}
    for raw in told if isinstance(told, list) else []:
        if isinstance(raw, dict) and isinstance(raw.get("concept"), str) and _status(raw) not in _NOT_COUNTING:
            found.setdefault(raw["concept"], []).append(_fact(raw))
    return found


def _status(raw: Mapping[str, Any]) -> str:
    """The status, whatever its case; final unless told otherwise."""
    status = raw.get("status", "final")
    return status.lower() if isinstance(status, str) else "not a text"


def _fact(raw: Mapping[str, Any]) -> Fact:
    """Unreadable: its status or a date is, it has an unknown key or a null, or it certainly ends before it starts."""
    ongoing = raw.get("until") == "ongoing"
    when, until = _days(raw, "when"), None if ongoing else _days(raw, "until")
    recorded = _days(raw, "recorded")
    status = _status(raw)
    readable = status in _COUNTING and set(raw) <= _KEYS and None not in raw.values()
    readable &= ANY_DAY not in (when, until, recorded)
    readable &= not (when and until and until.last < when.first)
    complete = raw.get("complete", True) is True
    return Fact(raw, readable, when, until, ongoing, recorded, status in ("amended", "corrected"), complete)


def _days(raw: Mapping[str, Any], key: str) -> Days | None:
    """None where no date is given; any day where it cannot be read."""
    return (read_days(raw[key]) or ANY_DAY) if key in raw else None


def without_superseded(facts: list[Fact]) -> list[Fact]:
    """An amended or corrected fact takes the place of those of the same `when` that are neither."""
    mended = [fact.when for fact in facts if fact.amended and fact.when is not None and fact.when is not ANY_DAY]
    return [fact for fact in facts if fact.amended or fact.when not in mended]


def told_of(fact: Fact, concept: Concept) -> frozenset[int]:
    """The places or levels that a word, a level or a range of them may mean; all of them where it cannot be read."""
    every = _every(concept)
    if not fact.readable:
        return every
    if concept.levels is not None:
        return _levels(fact.value, concept) or every
    return _word(fact.value, concept) or every


def _every(concept: Concept) -> frozenset[int]:
    if concept.levels is not None:
        return frozenset(range(concept.levels.least, concept.levels.greatest + 1))
    return frozenset(range(len(concept.categories) if concept.kind is Kind.CATEGORY else 2))


def _word(value: object, concept: Concept) -> frozenset[int]:
    if concept.kind is Kind.YES_NO and isinstance(value, bool):
        return frozenset({int(value)})
    if not isinstance(value, str):
        return frozenset()
    word = value.strip().lower()
    words: tuple[str, ...]
    match concept.kind:
        case Kind.YES_NO:
            words = ("no", "yes")
        case Kind.TEST:
            words = ("negative", "positive")
        case _:
            words = concept.categories
    return frozenset({words.index(word)}) if word in words else frozenset()


def _levels(value: object, concept: Concept) -> frozenset[int]:
    if isinstance(value, bool) or not isinstance(value, str | int | float | Decimal):
        return frozenset()
    text, every = str(value), _every(concept)
    if match := _BOUND.fullmatch(text):
        limit = _level(match[2], concept)
        if limit is None:
            return frozenset()
        return frozenset(n for n in every if _compared(match[1], n, limit))
    if (exact := _level(text, concept)) is not None:
        return frozenset({exact})
    match = _RANGE.fullmatch(text) if concept.kind is Kind.SCALE else None
    if match is None:
        return frozenset()
    low, high = (_level(part, concept) for part in match.groups())
    return frozenset(range(low, high + 1)) if low is not None and high is not None else frozenset()


def _compared(comparator: str, number: int, limit: int) -> bool:
    return {"<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit}[comparator]


def _level(text: str, concept: Concept) -> int | None:
    levels, word = concept.levels, text.strip()
    if levels is None:
        return None
    lowered = {name.lower(): level for name, level in levels.words.items()}
    if word.lower() in lowered:
        return lowered[word.lower()]
    if not levels.numbers or not re.fullmatch(r"\d{1,3}(\.0+)?", word, re.ASCII):
        return None
    return int(float(word)) if levels.least <= int(float(word)) <= levels.greatest else None
