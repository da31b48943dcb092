"""Changes of a record that must change no answer: other units, another order, copies, irrelevant facts, other years."""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing.strategies.values import spellings
from ucmsc_rules.testing.worlds.days import MONTHS, read_days
from ucmsc_rules.values.interval import plain
from ucmsc_rules.values.units import LOG, canonical, factor

Record = dict[str, Any]
_YEARS = 400  # the Gregorian calendar repeats itself after so many


def in_other_units(ruleset: Ruleset, record: Record, _chance: random.Random) -> Sequence[Record]:
    """Records with one quantity spelled otherwise, or in a unit that is a power of ten away."""
    found = []
    parts = _table_units(ruleset)
    for place, fact in enumerate(record["facts"]):
        for other in _respelled(ruleset, fact, parts.get(fact["concept"], ())):
            found.append({**record, "facts": [*record["facts"][:place], other, *record["facts"][place + 1 :]]})  # noqa: PERF401
    return found


def _table_units(ruleset: Ruleset) -> Mapping[str, tuple[str, ...]]:
    """The units of the tables by which concepts are scored: a result is not moved from one to another."""
    return {
        part.concept: tuple(part.tables) for concept in ruleset.dictionary.concepts.values() for part in concept.parts
    }


_TENFOLD = {"/L": "/mL", "/mL": "/L", "/dL": "/L"}


def _respelled(ruleset: Ruleset, fact: Mapping[str, Any], tables: Sequence[str]) -> list[Record]:
    """The same quantity with capitals of another laboratory, and in a unit that is a power of ten away."""
    concept, value = ruleset.dictionary[fact["concept"]], fact.get("value")
    if concept.kind is not Kind.QUANTITY or not isinstance(value, str) or "uln" in fact or "unit" in fact:
        return []
    number, _, unit = value.partition(" ")
    digits = number.lstrip("<>=≤≥")
    if not unit or unit.startswith(LOG) or not digits.replace(".", "", 1).isdigit() or tables:
        return [{**fact, "value": f"  {value} "}] if unit else []
    rules, sign = concept.unit_rules, number[: len(number) - len(digits)]
    found = [] if unit[0].isdigit() else [{**fact, "value": f"{number}{unit}"}]
    for end, other in _TENFOLD.items():
        if unit.endswith(end) and not concept.lines and "copies" not in unit:
            moved = unit.removesuffix(end) + other
            if moved not in spellings(concept):
                continue
            times = factor(rules, canonical(rules, unit), canonical(rules, moved))
            found.append({**fact, "value": f"{sign}{_exact(digits, times)} {moved}"})
    return found


def _exact(digits: str, times: Fraction) -> str:
    """A numeral times a power of ten."""
    return plain(Decimal(digits) * Decimal(times.numerator) / Decimal(times.denominator))


def shuffled(_ruleset: Ruleset, record: Record, chance: random.Random) -> Sequence[Record]:
    """The record with its facts in another order, some of them twice."""
    facts = list(record["facts"])
    again = [*facts, *chance.sample(facts, k=min(3, len(facts)))]
    chance.shuffle(again)
    return [{**record, "facts": again}]


def with_irrelevant(ruleset: Ruleset, record: Record, _chance: random.Random) -> Sequence[Record]:
    """The record with facts that no rule reads, withdrawn copies, and sources."""
    read = _all_read(ruleset)
    others = [
        {"concept": name, "value": "yes" if concept.kind in (Kind.YES_NO, Kind.EVENT) else "1"}
        for name, concept in ruleset.dictionary.concepts.items()
        if name not in read
    ]
    withdrawn = [{**fact, "status": "entered-in-error"} for fact in record["facts"]]
    sourced = [{**fact, "source": "another form"} for fact in record["facts"]]
    return [{**record, "facts": [*sourced, *others, *withdrawn]}]


def _all_read(ruleset: Ruleset) -> set[str]:
    """Every concept that may matter to an answer: those of rules, of what counts as an event, and of scores."""
    read = {each.measure.concept for criterion in ruleset.criteria for each in comparisons_of(criterion)}
    read |= {counting.result for counting in ruleset.counts_as}
    for concept in ruleset.dictionary.concepts.values():
        read |= {part.concept for part in concept.parts} | {each.concept for each in concept.inputs}
        read |= {each.replaced_when for each in concept.inputs if each.replaced_when}
    return read


def in_other_years(_ruleset: Ruleset, record: Record, _chance: random.Random) -> Sequence[Record]:
    """The record with every date 400 years later."""
    anchors = {name: _later(day) for name, day in record["anchors"].items()}
    facts = [
        {key: _later(value) if key in ("when", "until", "recorded", "value") else value for key, value in fact.items()}
        for fact in record["facts"]
    ]
    return [{"subject": record["subject"], "anchors": anchors, "facts": facts}]


def _later(text: Any) -> Any:  # noqa: ANN401 - whatever a record holds
    """A date 400 years later; anything else as it is."""
    if read_days(text) is None:
        return text
    if text[:4].isdigit():
        return f"{int(text[:4]) + _YEARS}{text[4:]}"
    return f"{text[:-4]}{int(text[-4:]) + _YEARS}" if text[3:6].upper() in (*MONTHS, "UN-") else text
