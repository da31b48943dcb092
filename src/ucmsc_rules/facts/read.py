"""Turns one entry of a canonical record into a fact. What cannot be read becomes a problem, and never a value."""

from __future__ import annotations

from functools import lru_cache

from ucmsc_rules.errors import UcmscRulesError, ValueTextError
from ucmsc_rules.facts.concepts import Concept, Dictionary
from ucmsc_rules.facts.entry import LONGEST_TEXT, Entry, as_shown, as_written, kind_of, reported, text_of
from ucmsc_rules.facts.fact import ONGOING, Fact, Problem, unknown_span
from ucmsc_rules.facts.read_value import read_alone, read_factor, read_limit_of, read_value
from ucmsc_rules.facts.words import unreadable_value
from ucmsc_rules.values.dates import ANY_DAY, Span, parse_date, shown
from ucmsc_rules.values.quantity import Quantity
from ucmsc_rules.wording import did_you_mean

KEYS = frozenset({
    "concept", "value", "unit", "when", "until", "uln", "status", "source", "recorded", "complete", "detected",
    "lloq", "copies_per_iu",
})  # fmt: skip
USUAL_KEYS = KEYS - {"complete", "source", "detected"}
COUNTING = {"final": False, "amended": True, "corrected": True}
NOT_COUNTING = frozenset({"preliminary", "cancelled", "entered-in-error"})
LONGEST_REMEMBERED = 40
NOT_COUNTED = "not counted"


def read_fact(raw: object, path: str, dictionary: Dictionary, problems: list[Problem]) -> Fact | None:
    """The fact of one entry; None where it does not count or names no concept. Problems are added to the list."""
    return _read_plain(raw, path, dictionary) or read_any(raw, path, dictionary, problems)


def _read_plain(raw: object, path: str, dictionary: Dictionary) -> Fact | None:
    """What ``read_any`` makes of an entry that has a concept, a value and perhaps a day, and nothing wrong with it.

    Most entries are such; this way takes a third of the time. None sends the entry on the long way.
    """
    if type(raw) is not dict:
        return None
    name, value, when = raw.get("concept"), raw.get("value"), raw.get("when")
    if type(name) is not str or type(value) is not str or len(raw) != (2 if when is None else 3):
        return None
    concept = dictionary.concepts.get(name)
    quantity = _remembered(concept, value) if concept is not None else None
    if concept is None or quantity is None:
        return None
    if when is None:
        return Fact(concept, quantity.value, quantity.unit, ANY_DAY, False, path, value, "")  # noqa: FBT003
    days = _remembered_day(when) if type(when) is str else None
    if days is None:
        return None
    return Fact(concept, quantity.value, quantity.unit, days, True, path, value, when)  # noqa: FBT003


@lru_cache(maxsize=16384)  # words and usual values come again and again; long texts never get here
def _remembered(concept: Concept, value: str) -> Quantity | None:
    """The value of a text that stands alone; None where it cannot be read."""
    try:
        return read_alone(value, concept) if len(value) <= LONGEST_REMEMBERED else None
    except UcmscRulesError:
        return None


@lru_cache(maxsize=4096)
def _remembered_day(when: str) -> Span | None:
    try:
        return parse_date(when.strip()) if len(when) <= LONGEST_REMEMBERED else None
    except UcmscRulesError:
        return None


def read_any(raw: object, path: str, dictionary: Dictionary, problems: list[Problem]) -> Fact | None:
    """As ``read_fact``, for every entry."""
    concept = _concept(raw, path, dictionary, problems)
    if concept is None or not isinstance(raw, dict):
        return None
    entry = Entry(raw, concept, path, problems)
    amended = _status(entry) if "status" in raw else False
    if amended == NOT_COUNTED:
        return None
    known = (raw.keys() <= KEYS or _complain_of_keys(entry)) and not getattr(raw, "keys_twice", ())
    days, until, recorded, dates_readable = _dates(entry)
    usual = raw.keys() <= USUAL_KEYS or _harmless_keys(entry)
    quantity = read_value(entry, dated=days is not None)
    readable = bool(quantity and dates_readable and known and usual and amended is not None)
    lost = days is None and ("when" in raw or not known)
    return Fact(
        concept,
        quantity.value if readable and quantity else unreadable_value(concept),
        quantity.unit if readable and quantity else "",
        days or (ANY_DAY if lost else unknown_span(recorded)),
        days is not None or lost,
        path,
        reported(raw),
        text_of(raw, "when"),
        readable,
        amended is not None,
        amended is True,
        until,
        recorded,
        raw.get("complete", True) is True,
        entry.attempt("uln", read_limit_of, concept) if "uln" in raw else None,
        as_written(raw["uln"]) if "uln" in raw else "",
        entry.attempt("copies_per_iu", read_factor) if "copies_per_iu" in raw else None,
        text_of(raw, "source"),
        text_of(raw, "until"),
        raw["detected"] if isinstance(raw.get("detected"), bool) else None,
    )


def _concept(raw: object, path: str, dictionary: Dictionary, problems: list[Problem]) -> Concept | None:
    if not isinstance(raw, dict):
        problems.append(Problem("error", path, f'a fact is an object, not {kind_of(raw)}; write {{"concept": ...}}'))
        return None
    if twice := getattr(raw, "keys_twice", ()):
        message = f"the key {shown(twice[0])} stands twice in one object, so neither can be trusted; write it once"
        problems.append(Problem("error", f"{path}.{twice[0][:LONGEST_TEXT]}", message))
    name = raw.get("concept")
    concept = dictionary.concepts.get(name) if isinstance(name, str) else None
    if concept is not None:
        return concept
    if not isinstance(name, str):
        message = 'a fact needs the name of its concept, as "concept": "hbv_dna"'
    else:
        message = f"{shown(name)} is no concept of the dictionary{did_you_mean(name, dictionary.concepts)}"
    problems.append(Problem("error", f"{path}.concept", message))
    return None


def _status(entry: Entry) -> bool | str | None:
    """Whether the fact corrects another; ``NOT_COUNTED`` where it does not count, None where that is unreadable."""
    status = entry.raw["status"]
    known = status.strip().casefold() if isinstance(status, str) else ""
    if known in NOT_COUNTING:
        return NOT_COUNTED
    if known not in COUNTING:
        words = ", ".join([*COUNTING, *sorted(NOT_COUNTING)])
        entry.complain("status", f"{as_shown(status)} is no status; write one of {words}")
    return COUNTING.get(known)


def _complain_of_keys(entry: Entry) -> bool:
    """A problem for each key that is none of a fact's; always false, since the fact cannot be trusted then."""
    for key in [key for key in entry.raw if key not in KEYS][:5]:
        entry.complain(str(key)[:LONGEST_TEXT], f"{shown(str(key))} is no key of a fact{did_you_mean(str(key), KEYS)}")
    return False


def _harmless_keys(entry: Entry) -> bool:
    """Whether ``complete`` can be read; ``source`` and ``detected`` are evidence only and spoil nothing."""
    if not isinstance(entry.raw.get("source", ""), str):
        entry.complain("source", f"a source is a text, not {kind_of(entry.raw['source'])}")
    if not isinstance(entry.raw.get("detected", True), bool):
        entry.complain("detected", f"write true or false, not {as_shown(entry.raw['detected'])}")
    if isinstance(entry.raw.get("complete", True), bool):
        return True
    entry.complain("complete", f"write true or false, not {as_shown(entry.raw['complete'])}")
    return False


def _dates(entry: Entry) -> tuple[Span | None, Span | None, Span | None, bool]:
    """When, until, recorded, and whether all that is given of them could be read."""
    raw = entry.raw
    when = entry.attempt("when", read_day) if "when" in raw else None
    until = entry.attempt("until", read_until) if "until" in raw else None
    recorded = entry.attempt("recorded", read_day) if "recorded" in raw else None
    read = (when is not None or "when" not in raw) and (until is not None or "until" not in raw)
    read = read and (recorded is not None or "recorded" not in raw)
    if when is not None and until is not None and _ends_before(until, when):
        entry.complain("until", "the end lies before the start; check both dates")
        read = False
    return when, until, recorded, read


def _ends_before(until: Span, when: Span) -> bool:
    if until.last == when.first and until.minute is not None and when.minute is not None:
        return until.minute < when.minute
    return until.last < when.first


def read_day(raw: object) -> Span:
    """The days that a text allows. Raises ValueTextError for what is no date."""
    if isinstance(raw, str):
        return parse_date(raw.strip())
    raise ValueTextError(f"a date is a text, not {kind_of(raw)}; write YYYY-MM-DD")


def read_until(raw: object) -> Span:
    """As ``read_day``, or ``ONGOING``."""
    return ONGOING if isinstance(raw, str) and raw.strip().casefold() == "ongoing" else read_day(raw)
