"""Turns one entry of a canonical record into a fact. What cannot be read becomes a problem, and never a value."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any, TypeVar

from attrs import frozen

from ucmsc_rules.errors import UcmscRulesError, ValueTextError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.facts.fact import NO, ONGOING, YES, Fact, Problem, unknown_span
from ucmsc_rules.facts.suggest import did_you_mean
from ucmsc_rules.facts.words import read_level, read_word, unreadable_value
from ucmsc_rules.values.dates import ANY_DAY, Span, parse_date, shown
from ucmsc_rules.values.interval import INF, Interval
from ucmsc_rules.values.quantity import Quantity, below, is_not_detected, read_limit, read_number, read_quantity

KEYS = frozenset({
    "concept", "value", "unit", "when", "until", "uln", "status", "source", "recorded", "complete", "detected",
    "lloq", "copies_per_iu",
})  # fmt: skip
USUAL_KEYS = KEYS - {"complete", "source", "detected"}
COUNTING = {"final": False, "amended": True, "corrected": True}
NOT_COUNTING = frozenset({"preliminary", "cancelled", "entered-in-error"})
LONGEST_TEXT = 1000
LONGEST_REMEMBERED = 40
_GREATEST_NUMBER = 10**40
_T = TypeVar("_T")


@frozen
class _Entry:
    """The entry that is being read, where it stands, and the list that its problems go to."""

    raw: Mapping[str, Any]
    concept: Concept
    path: str
    problems: list[Problem]

    def complain(self, key: str, message: str) -> None:
        self.problems.append(Problem("error", f"{self.path}.{key}", message))

    def attempt(self, key: str, read: Callable[..., _T], *more: object) -> _T | None:
        """What ``read`` makes of a key's value; None, with a problem, where it cannot be read."""
        try:
            return read(self.raw[key], *more)
        except UcmscRulesError as error:
            self.complain(key, str(error))
            return None


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
        return _read_alone(value, concept) if len(value) <= LONGEST_REMEMBERED else None
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
    entry = _Entry(raw, concept, path, problems)
    amended = _status(entry) if "status" in raw else False
    if amended == NOT_COUNTED:
        return None
    known = (raw.keys() <= KEYS or _complain_of_keys(entry)) and not getattr(raw, "keys_twice", ())
    days, until, recorded, dates_readable = _dates(entry)
    usual = raw.keys() <= USUAL_KEYS or _harmless_keys(entry)
    quantity = _value(entry, dated=days is not None)
    readable = bool(quantity and dates_readable and known and usual and amended is not None)
    lost = days is None and ("when" in raw or not known)
    return Fact(
        concept,
        quantity.value if readable and quantity else unreadable_value(concept),
        quantity.unit if readable and quantity else "",
        days or (ANY_DAY if lost else unknown_span(recorded)),
        days is not None or lost,
        path,
        _reported(raw),
        _text(raw, "when"),
        readable,
        amended is not None,
        amended is True,
        until,
        recorded,
        raw.get("complete", True) is True,
        entry.attempt("uln", _limit, concept) if "uln" in raw else None,
        str(raw["uln"])[:LONGEST_TEXT] if "uln" in raw else "",
        entry.attempt("copies_per_iu", _factor) if "copies_per_iu" in raw else None,
        _text(raw, "source"),
        _text(raw, "until"),
        raw["detected"] if isinstance(raw.get("detected"), bool) else None,
    )


NOT_COUNTED = "not counted"


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


def _status(entry: _Entry) -> bool | str | None:
    """Whether the fact corrects another; ``NOT_COUNTED`` where it does not count, None where that is unreadable."""
    status = entry.raw["status"]
    known = status.strip().casefold() if isinstance(status, str) else ""
    if known in NOT_COUNTING:
        return NOT_COUNTED
    if known not in COUNTING:
        words = ", ".join([*COUNTING, *sorted(NOT_COUNTING)])
        entry.complain("status", f"{_as_shown(status)} is no status; write one of {words}")
    return COUNTING.get(known)


def _complain_of_keys(entry: _Entry) -> bool:
    """A problem for each key that is none of a fact's; always false, since the fact cannot be trusted then."""
    for key in [key for key in entry.raw if key not in KEYS][:5]:
        entry.complain(str(key)[:LONGEST_TEXT], f"{shown(str(key))} is no key of a fact{did_you_mean(str(key), KEYS)}")
    return False


def _harmless_keys(entry: _Entry) -> bool:
    """Whether ``complete`` can be read; ``source`` and ``detected`` are evidence only and spoil nothing."""
    if not isinstance(entry.raw.get("source", ""), str):
        entry.complain("source", f"a source is a text, not {kind_of(entry.raw['source'])}")
    if not isinstance(entry.raw.get("detected", True), bool):
        entry.complain("detected", f"write true or false, not {_as_shown(entry.raw['detected'])}")
    if isinstance(entry.raw.get("complete", True), bool):
        return True
    entry.complain("complete", f"write true or false, not {_as_shown(entry.raw['complete'])}")
    return False


def _text(raw: Mapping[str, Any], key: str) -> str:
    text = raw.get(key, "")
    return text[:LONGEST_TEXT] if isinstance(text, str) else ""


# dates


def _dates(entry: _Entry) -> tuple[Span | None, Span | None, Span | None, bool]:
    """When, until, recorded, and whether all that is given of them could be read."""
    raw = entry.raw
    when = entry.attempt("when", _date) if "when" in raw else None
    until = entry.attempt("until", _until) if "until" in raw else None
    recorded = entry.attempt("recorded", _date) if "recorded" in raw else None
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


def _date(raw: object) -> Span:
    if isinstance(raw, str):
        return parse_date(raw.strip())
    raise ValueTextError(f"a date is a text, not {kind_of(raw)}; write YYYY-MM-DD")


def _until(raw: object) -> Span:
    return ONGOING if isinstance(raw, str) and raw.strip().casefold() == "ongoing" else _date(raw)


# values


def _value(entry: _Entry, *, dated: bool) -> Quantity | None:
    raw, concept = entry.raw, entry.concept
    if "value" not in raw:
        if concept.kind is Kind.EVENT and dated:
            return Quantity(YES, "")
        if concept.kind is not Kind.EVENT or "when" not in raw:
            what = 'a "when", or "value": "yes" or "none"' if concept.kind is Kind.EVENT else 'a "value"'
            entry.problems.append(Problem("error", entry.path, f"{concept.name} needs {what}"))
        return None
    lloq = entry.attempt("lloq", _limit, concept) if "lloq" in raw else None
    quantity = entry.attempt("value", _read, entry, lloq)
    if lloq is None and "lloq" in raw:
        return None
    if concept.kind is Kind.EVENT and quantity is not None and quantity.value == NO and "until" in raw:
        entry.complain("until", '"none" has no end; leave the key out, and give the day it was asked as "recorded"')
        return None
    return quantity


def _read(value: object, entry: _Entry, lloq: Quantity | None) -> Quantity:
    concept = entry.concept
    text = value if type(value) is str and len(value) <= LONGEST_TEXT else _text_of(concept, value)
    if concept.kind is not Kind.QUANTITY:
        _refuse_unit(entry)
    elif not is_not_detected(text):
        return read_quantity(concept.unit_rules, text, _unit(entry))
    elif lloq is not None:
        return below(lloq)
    return _read_alone(text, concept)


def _read_alone(text: str, concept: Concept) -> Quantity:
    """A value without a unit or a limit beside it."""
    if concept.kind is Kind.QUANTITY:
        if is_not_detected(text):
            return Quantity(Interval(Decimal(0), INF), next(iter(concept.units)))
        return read_quantity(concept.unit_rules, text)
    if concept.levels is not None:
        return Quantity(read_level(concept, text), "")
    if concept.kind is Kind.BIRTH_DATE:
        days = parse_date(text.strip())
        return Quantity(Interval(Decimal(days.first), Decimal(days.last)), "")
    return Quantity(read_word(concept, text), "")


def _text_of(concept: Concept, value: object) -> str:
    """A value as text; booleans serve where yes and no do."""
    if isinstance(value, str):
        if len(value) > LONGEST_TEXT:
            raise ValueTextError(f"{shown(value)} is too long for a value; write at most {LONGEST_TEXT} characters")
        return value
    if isinstance(value, bool):
        if concept.kind is Kind.YES_NO or (concept.kind is Kind.EVENT and value):
            return "yes" if value else "no"
        raise ValueTextError(f"true and false are no values of {concept.name}")
    if isinstance(value, int | float | Decimal) and concept.kind not in {Kind.YES_NO, Kind.EVENT, Kind.CATEGORY}:
        return _numeral(value)
    raise ValueTextError(f"{kind_of(value)} is no value of {concept.name}; write a text")


def _numeral(value: float | Decimal) -> str:
    if isinstance(value, int) and abs(value) > _GREATEST_NUMBER:
        raise ValueTextError("a number of more than 40 digits is beyond any quantity that is measured")
    return str(value)


def _unit(entry: _Entry) -> str | None:
    unit = entry.raw.get("unit")
    if unit is None and "unit" not in entry.raw:
        return None
    if not isinstance(unit, str):
        raise ValueTextError(f"a unit is a text, not {kind_of(unit)}")
    return unit


def _refuse_unit(entry: _Entry) -> None:
    unit = _unit(entry)
    if unit is not None and unit.strip() not in {"", "1"}:
        raise ValueTextError(f"{entry.concept.name} has no unit, so {shown(unit)} cannot belong to it; leave it out")


def _limit(raw: object, concept: Concept) -> Quantity:
    """A limit that belongs to the result, with a unit of its own where the concept has units."""
    if concept.kind is not Kind.QUANTITY:
        raise ValueTextError(f"{concept.name} has no such limit; leave it out")
    if isinstance(raw, str):
        return read_limit(concept.unit_rules, raw)
    if isinstance(raw, int | float | Decimal) and not isinstance(raw, bool):
        return read_limit(concept.unit_rules, _numeral(raw))
    raise ValueTextError(f'a limit is a text with its unit, not {kind_of(raw)}; write it as "104 umol/L"')


def _factor(raw: object) -> Fraction:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        raise ValueTextError(f"a factor is a number, not {kind_of(raw)}; write it as 5.82")
    number = read_number(raw if isinstance(raw, str) else _numeral(raw))
    if number <= 0:
        raise ValueTextError("the copies in one IU are more than zero; check the factor")
    return Fraction(number)


# words


def kind_of(value: object) -> str:
    """What JSON calls a value's kind, with its article.

    >>> kind_of(None), kind_of([1])
    ('null', 'a list')
    """
    if value is None:
        return "null"
    kinds = ((bool, "true or false"), (str, "a text"), (int | float | Decimal, "a number"), (Mapping, "an object"))
    return next((name for kind, name in kinds if isinstance(value, kind)), "a list")


def _as_shown(value: object) -> str:
    return shown(value) if isinstance(value, str) else kind_of(value)


def _reported(raw: Mapping[str, Any]) -> str:
    """The entry's value as the site wrote it, for a reader."""
    value, unit = raw.get("value"), raw.get("unit")
    if type(value) is str and unit is None:
        return value[:LONGEST_TEXT]
    if isinstance(value, bool):
        return "yes" if value else "no"
    if not isinstance(value, str | int | float | Decimal):
        return _shown_when(raw) if value is None else f"({kind_of(value)})"
    text = value if isinstance(value, str) else str(value)[:LONGEST_TEXT]
    beside = isinstance(unit, str) and unit and not text.endswith(unit)
    return f"{text} {unit}"[:LONGEST_TEXT] if beside else text[:LONGEST_TEXT]


def _shown_when(raw: Mapping[str, Any]) -> str:
    start, until = _text(raw, "when"), _text(raw, "until")
    return f"{start} until {until}" if until else start
