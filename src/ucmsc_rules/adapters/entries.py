"""Puts one canonical fact together from what the cells of a row say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from attrs import Factory, define

from ucmsc_rules.adapters.cells import NOTHING, Said
from ucmsc_rules.adapters.plan import KEYS, Plan
from ucmsc_rules.adapters.row import UNKNOWN, Row
from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.facts.fact import Problem

_BARE = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?\Z")
# a unit after a power of ten ("2 x 10^5 IU/mL") is left out: it is not known whether a limit would have the power too
_AMOUNT = re.compile(r"[<>=≤≥\s]*[+-]?[0-9.]++(?:[eE][+-]?[0-9]+)?\s*(?![x×*]\s*10)(?P<unit>[^0-9\s].*)\Z")
_NO_UNIT = re.compile(r"(?:1|\{[^{}]*\})\Z")
_LIMITS = ("uln", "lloq")
PERHAPS = "whether this row speaks of {} is not known, since a cell that decides it has no value"


@define
class Gathered:
    """What the rows of one subject gave so far; ``timed`` are facts with a time as it was written, zone and all."""

    facts: dict[tuple[tuple[str, Any], ...], dict[str, Any]] = Factory(dict)
    anchors: dict[str, dict[str, str]] = Factory(dict)
    problems: list[Problem] = Factory(list)
    unread: dict[str, int] = Factory(dict)
    timed: list[tuple[dict[str, Any], str]] = Factory(list)

    def complain(self, path: str, message: str) -> None:
        """Note something that could not be understood."""
        self.problems.append(Problem("error", path, message))

    def count(self, label: str) -> None:
        """Count something that the mapping does not name."""
        self.unread[label] = self.unread.get(label, 0) + 1


def add_fact(plan: Plan, row: Row, gathered: Gathered, *, surely: bool) -> bool:
    """Add the fact that a row gives by a rule, once; false where its cells say nothing."""
    reader = plan.readers.get("value")
    first = reader.read(row.cells.get(reader.field)) if reader is not None else NOTHING
    if reader is not None and reader.field and not first.text and not plan.own_day:
        return False
    cells = row.cells
    said = {
        key: each.read(cells.get(each.field))
        for key, each in plan.readers.items()
        if key != "value" and (not each.field or each.field in cells)
    }
    if reader is not None:
        said["value"] = first if first.text or plan.kind is not Kind.EVENT else _day_alone(plan, said)
    if not _arises(plan, said):
        return False
    for key, each in said.items():
        if each.trouble:
            gathered.complain(f"{row.path}.{plan.readers[key].field}", each.trouble)
    fact = _fact(plan, said)
    if not surely:
        gathered.complain(row.path, PERHAPS.format(plan.concept))
        fact["value"] = f"unreadable: {fact.get('value', 'yes')}"
    kept = gathered.facts.setdefault(tuple(fact.items()), {**fact, "source": _source(plan, row, fact)})
    if "when" in said and said["when"].time:
        gathered.timed.append((kept, said["when"].time))
    return True


def _day_alone(plan: Plan, said: Mapping[str, Said]) -> Said:
    """What an event's blank answer says beside a day of its own: it may have happened then, and nobody says so."""
    if "when" not in said or not said["when"].text:
        return NOTHING
    answer, day = plan.readers["value"].field, plan.readers["when"].field
    trouble = f'"{answer}" does not say whether it happened, and "{day}" gives a day; answer the one or clear the other'
    return Said(f"no value: {UNKNOWN}", trouble=trouble)


def _arises(plan: Plan, said: Mapping[str, Said]) -> bool:
    """Whether the cells say anything; a constant is said by a row that is evidence itself, or one that has a date."""
    if "value" not in said:
        return any(said[key].text for key in ("when", "until") if key in said)
    if plan.readers["value"].field:
        return bool(said["value"].text)
    return plan.says_itself or any(each.text for key, each in said.items() if plan.readers[key].field)


def _fact(plan: Plan, said: Mapping[str, Said]) -> dict[str, Any]:
    texts = {key: said[key].text for key in KEYS if key in said and said[key].text}
    if plan.kind is Kind.EVENT:
        _date_event(texts, said)
    if "value" in texts:
        _settle_unit(plan, texts, said)
    for limit in _LIMITS:
        if limit in texts and _BARE.match(texts[limit]):
            texts[limit] = f"{texts[limit]} {said[limit].unit or _unit_of_value(texts)}".strip()
    fact: dict[str, Any] = {"concept": plan.concept, **{key: texts[key] for key in KEYS if key in texts}}
    if texts.get("detected") in {"true", "false"}:
        fact["detected"] = texts["detected"] == "true"
    if not plan.complete:
        fact["complete"] = False
    return fact


def _date_event(texts: dict[str, str], said: Mapping[str, Said]) -> None:
    """An event whose day is not told happened on some day; so did one that has an end alone."""
    if "when" in said and not said["when"].told:
        del texts["when"]
    if "when" not in texts:
        texts.setdefault("value", "yes")


def _settle_unit(plan: Plan, texts: dict[str, str], said: Mapping[str, Said]) -> None:
    """The mapping's unit, or the value's own; where they differ both are written, and the reader refuses them."""
    own, unit = said["value"].unit.strip() if "value" in said else "", texts.get("unit", "")
    if plan.kind is not Kind.QUANTITY:
        texts["unit"] = unit or own
        if not texts["unit"] or _NO_UNIT.match(texts["unit"]):  # "{score}" says that there is no unit
            del texts["unit"]
    elif not unit and own:
        texts["unit"] = own
    elif own and own.casefold() != unit.casefold():
        texts["value"] = f"{texts['value']} {own}"


def _unit_of_value(texts: Mapping[str, str]) -> str:
    if "unit" in texts:
        return texts["unit"]
    amount = _AMOUNT.match(texts.get("value", ""))
    return amount["unit"] if amount else ""


def _source(plan: Plan, row: Row, fact: Mapping[str, Any]) -> str:
    """Where a fact stands: the row, and the field of its value or of its day."""
    for key in ("value", "when", "until"):
        if key in fact and key in plan.readers and plan.readers[key].field:
            return f"{row.path}.{plan.readers[key].field}"
    return row.path
