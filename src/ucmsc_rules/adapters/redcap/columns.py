"""Holds the columns that a mapping reads against those that an export has: exports of some fields only are usual."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ucmsc_rules.adapters.mapping import AnchorRule, FactRule, FieldMapping, Take
from ucmsc_rules.facts.json_text import Broken

_MOST_LISTED = 12
_DECIDING = frozenset({"when", "until", "recorded", "status"})
Rule = FactRule | AnchorRule


def rules_of(mapping: FieldMapping) -> Iterator[Rule]:
    """The rules of a mapping for facts and for anchors."""
    yield from mapping.facts
    yield from mapping.anchors


def takes_of(rule: Rule) -> dict[str, Take]:
    """The takes of a rule that read a column, by what they are for."""
    takes = rule.takes if isinstance(rule, FactRule) else {"value": rule.take}
    return {key: take for key, take in takes.items() if take.field}


def conditions_on(rule: Rule) -> list[str]:
    """The columns on which it depends whether a rule applies."""
    return [condition.field for condition in (*rule.where, *rule.unless)]


def leading_column(rule: Rule) -> str:
    """The column without which a rule gives nothing: that of its value or, where it has none, of its date."""
    takes = takes_of(rule)
    first = next((takes[key] for key in ("value", "when") if key in takes), None)
    return first.field if first is not None else next((take.field for take in takes.values()), "")


def missing_columns(mapping: FieldMapping, there: Collection[str]) -> Broken | None:
    """What to say of an export that lacks columns which the mapping reads; None where all are there."""
    named = (column for rule in rules_of(mapping) for column in _named(rule))
    lacking = [column for column in dict.fromkeys(named) if column not in there]
    if not lacking:
        return None
    more = f" and {len(lacking) - _MOST_LISTED} more" if len(lacking) > _MOST_LISTED else ""
    listed = ", ".join(lacking[:_MOST_LISTED])
    return Broken(f"the export has no column {listed}{more}; what they would say is unknown, so export them too")


def untold_columns(mapping: FieldMapping, there: Collection[str]) -> dict[str, tuple[str, ...]]:
    """By leading column, the columns that could change what a rule's fact says, and that nobody exported."""
    untold: dict[str, list[str]] = {}
    for rule in rules_of(mapping):
        deciding = [take.field for key, take in takes_of(rule).items() if key in _DECIDING]
        lacking = [column for column in (*deciding, *conditions_on(rule)) if column not in there]
        untold.setdefault(leading_column(rule), []).extend(lacking)
    return {column: tuple(dict.fromkeys(lacking)) for column, lacking in untold.items() if lacking}


def _named(rule: Rule) -> Iterator[str]:
    yield from (take.field for take in takes_of(rule).values())
    yield from conditions_on(rule)
