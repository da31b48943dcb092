"""Turns one canonical record (a JSON object per subject) into facts and anchors, and lists what could not be read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.entry import kind_of
from ucmsc_rules.facts.fact import Fact, Problem
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.facts.read import read_fact
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span, day_text, parse_date, shown
from ucmsc_rules.wording import did_you_mean

KEYS = ("subject", "anchors", "facts")
LONGEST_SUBJECT = 200


@frozen
class Record:
    """A subject's facts by concept, the anchors that are given, and where the others lie."""

    subject: str
    given: Mapping[str, int]
    anchors: Mapping[str, Span]
    facts: Mapping[str, tuple[Fact, ...]]
    problems: tuple[Problem, ...]


@frozen
class Refused:
    """A record that cannot be answered, since it is no object or names no subject."""

    problem: Problem


def read_record(
    raw: object,
    index: int,
    dictionary: Dictionary,
    anchor_names: Sequence[str],
    default_anchors: Mapping[str, str] | None = None,
) -> Record | Refused:
    """The record of one subject; ``index`` is its place in the input, for the path of a refusal.

    ``default_anchors`` (dates as text) serve a record that does not give the anchor itself.
    """
    if isinstance(raw, Broken):
        return refuse(index, raw.message)
    if not isinstance(raw, Mapping):
        return refuse(index, f'a record is an object, not {kind_of(raw)}; write {{"subject": "S-001", ...}}')
    if twice := getattr(raw, "keys_twice", ()):
        return refuse(index, f"the key {shown(twice[0])} stands twice in the record; write it once")
    subject = raw.get("subject")
    if not isinstance(subject, str) or not subject.strip() or len(subject) > LONGEST_SUBJECT:
        return refuse(index, f'a record needs a "subject": a text of 1 to {LONGEST_SUBJECT} characters')
    problems: list[Problem] = []
    for key in [key for key in raw if key not in KEYS][:20]:
        message = f"{shown(str(key))} is no key of a record{did_you_mean(str(key), KEYS)}"
        problems.append(Problem("error", str(key)[:LONGEST_SUBJECT], message))
    given = _given(raw.get("anchors", {}), default_anchors or {}, anchor_names, problems)
    facts = _facts(raw.get("facts", []), dictionary, problems)
    return Record(subject, given, place_anchors(given, anchor_names), facts, tuple(problems))


def refuse(index: int, message: str) -> Refused:
    """A refusal of the record at an index of the input."""
    return Refused(Problem("error", f"[{index}]", message))


def place_anchors(given: Mapping[str, int], names: Sequence[str]) -> dict[str, Span]:
    """The days on which each anchor may lie: its own, or from the one before it to the one after it.

    >>> place_anchors({"screening": 5}, ["screening", "first_infusion"])["first_infusion"] == Span(5, FOREVER)
    True
    """
    spans: dict[str, Span] = {}
    earliest = BEGINNING
    for place, name in enumerate(names):
        earliest = given.get(name, earliest)
        later = (given[after] for after in names[place:] if after in given)
        spans[name] = Span(earliest, next(later, FOREVER))
    return spans


def _given(raw: object, defaults: Mapping[str, str], names: Sequence[str], problems: list[Problem]) -> dict[str, int]:
    if not isinstance(raw, Mapping):
        problems.append(Problem("error", "anchors", f"anchors are an object of dates, not {kind_of(raw)}"))
        raw = {}
    twice = getattr(raw, "keys_twice", ())
    for name in [name for name in raw if name not in names][:20]:
        message = f"{shown(str(name))} is no anchor of this ruleset; it has {', '.join(names)}"
        problems.append(Problem("error", f"anchors.{str(name)[:LONGEST_SUBJECT]}", message))
    given: dict[str, int] = {}
    latest, latest_name = BEGINNING, ""
    for name in names:
        text = raw[name] if name in raw else defaults.get(name)
        day = _anchor(name, text, problems, twice=name in twice) if name in raw or text is not None else None
        if day is None:
            continue
        if day < latest:
            message = f"{day_text(day)} lies before {latest_name} ({day_text(latest)}), so it counts as not given"
            problems.append(Problem("error", f"anchors.{name}", message))
            continue
        given[name], latest, latest_name = day, day, name
    return given


def _anchor(name: str, raw: object, problems: list[Problem], *, twice: bool) -> int | None:
    try:
        return full_date(raw, twice=twice)
    except ValueTextError as error:
        problems.append(Problem("error", f"anchors.{name}", str(error)))
        return None


def full_date(raw: object, *, twice: bool = False) -> int:
    """The day of an anchor. Raises ValueTextError for a partial date, and for what is none."""
    if twice:
        raise ValueTextError("the anchor stands twice in the record, so it counts as not given; write it once")
    if not isinstance(raw, str):
        raise ValueTextError(f"an anchor is a date as text, not {kind_of(raw)}; it counts as not given")
    span = parse_date(raw.strip())
    if span.first != span.last:
        raise ValueTextError(f"{shown(raw)} is a partial date, so it counts as not given; write the full date")
    return span.first


def _facts(raw: object, dictionary: Dictionary, problems: list[Problem]) -> dict[str, tuple[Fact, ...]]:
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        problems.append(Problem("error", "facts", f"facts are a list of objects, not {kind_of(raw)}"))
        return {}
    facts: dict[str, list[Fact]] = {}
    for place, entry in enumerate(raw):
        fact = read_fact(entry, f"facts[{place}]", dictionary, problems)
        if fact is not None:
            facts.setdefault(fact.concept.name, []).append(fact)
    return {name: tuple(found) for name, found in facts.items()}
