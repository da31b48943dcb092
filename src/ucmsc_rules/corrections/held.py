"""The entries of a record as a screening holds them: copied, and read once, since no fact depends on another."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from attrs import evolve, frozen

from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.fact import Fact, Problem
from ucmsc_rules.facts.json_text import RepeatedKeys
from ucmsc_rules.facts.read import read_fact
from ucmsc_rules.facts.records import Record

WITHDRAWN = "entered-in-error"
NO_FACT = "withdrawn; what stood here was no fact of a concept of the dictionary"


@frozen(eq=False)
class Held:
    """One entry: as it was given, the fact that it is (None where it does not count), and what could not be read."""

    raw: Any
    fact: Fact | None
    problems: tuple[Problem, ...]
    withdrawn: bool = False


def hold(raw: object, path: str, dictionary: Dictionary) -> Held:
    """An entry, read. The caller's own object may change afterwards."""
    kept = copied(raw)
    problems: list[Problem] = []
    return Held(kept, read_fact(kept, path, dictionary, problems), tuple(problems))


def withdraw(held: Held, path: str, dictionary: Dictionary) -> Held:
    """The entry in its place, as one that does not count; every other entry keeps its path.

    What is no fact at all cannot be cancelled; a cancelled fact without content takes its place.
    """
    kept = hold({**held.raw, "status": WITHDRAWN}, path, dictionary) if isinstance(held.raw, dict) else None
    if kept is None or kept.problems:
        placeholder = {"concept": next(iter(dictionary.concepts)), "status": WITHDRAWN, "source": NO_FACT}
        kept = hold(placeholder, path, dictionary)
    return evolve(kept, withdrawn=True)


def record_of(header: Record, entries: Iterable[Held]) -> Record:
    """The record as if it had been read as a whole; ``header`` is what was read of it without facts."""
    facts: dict[str, list[Fact]] = {}
    problems = [*header.problems]
    for held in entries:
        problems += held.problems
        if held.fact is not None:
            facts.setdefault(held.fact.concept.name, []).append(held.fact)
    by_concept = {name: tuple(found) for name, found in facts.items()}
    return Record(header.subject, header.given, header.anchors, by_concept, tuple(problems))


def copied(raw: object) -> Any:  # noqa: ANN401 - an entry may be anything that JSON can hold
    """The same plain data, sharing nothing that can be changed; a mapping of any kind becomes a dict."""
    if isinstance(raw, RepeatedKeys):
        repeated = RepeatedKeys({key: copied(value) for key, value in raw.items()})
        repeated.keys_twice = raw.keys_twice
        return repeated
    if isinstance(raw, Mapping):
        return {key: copied(value) for key, value in raw.items()}
    return [copied(each) for each in raw] if isinstance(raw, list | tuple) else raw


def same(one: object, other: object) -> bool:
    """Whether two entries say the same to a reader of records: 1 is not true, and 8.0 is not 8.

    >>> same({"value": 1}, {"value": True}), same({"value": 1}, {"value": 1})
    (False, True)
    """
    if type(one) is not type(other):
        return False
    if isinstance(one, dict) and isinstance(other, dict):
        twice = getattr(one, "keys_twice", ()) == getattr(other, "keys_twice", ())
        return twice and one.keys() == other.keys() and all(same(one[key], other[key]) for key in one)
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(same, one, other))
    return repr(one) == repr(other) if isinstance(one, float | Decimal) else one == other
