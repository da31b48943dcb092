"""Holds the fields that a mapping names against those that a source has, where the source says which it has."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from ucmsc_rules.adapters.mapping import AnchorRule, FactRule, FieldMapping
from ucmsc_rules.errors import Complaint, Place
from ucmsc_rules.wording import did_you_mean


def missing_fields(mapping: FieldMapping, kind: str, there: Collection[str], what: str) -> list[Complaint]:
    """A complaint for each field that rules for a kind of rows name and the source lacks; once for each field.

    ``what`` is what the source calls its fields, as "column of the table". A field that may be blank by all conditions
    and is not taken may be left out of the source.
    """
    complaints: dict[str, Complaint] = {}
    for field, subject, place in _named(mapping, kind):
        if field not in there and field not in complaints:
            message = f'"{field}" is no {what}{did_you_mean(field, there)}'
            complaints[field] = Complaint(place, subject, message)
    return list(complaints.values())


def deciding_fields(mapping: FieldMapping, kind: str) -> frozenset[str]:
    """The fields without which a fact could say something else: of conditions, of dates and of the status."""
    keys = ("when", "until", "recorded", "status")
    fields = {rule.takes[key].field for rule in mapping.facts for key in keys if key in rule.takes and _for(rule, kind)}
    for rule in rules_of(mapping):
        if _for(rule, kind):
            fields.update(condition.field for condition in rule.where if "" not in condition.texts)
            fields.update(condition.field for condition in rule.unless)
    return frozenset(fields) - {""}


def _named(mapping: FieldMapping, kind: str) -> Iterator[tuple[str, str, Place]]:
    for rule in rules_of(mapping):
        if not _for(rule, kind):
            continue
        subject = rule.concept if isinstance(rule, FactRule) else rule.anchor
        takes = rule.takes.values() if isinstance(rule, FactRule) else (rule.take,)
        fields = [take.field for take in takes if take.field]
        fields += [condition.field for condition in rule.where if "" not in condition.texts]
        fields += [condition.field for condition in rule.unless]
        yield from ((field, subject, rule.place) for field in fields)


def rules_of(mapping: FieldMapping) -> tuple[FactRule | AnchorRule, ...]:
    """The rules of a mapping for facts and for anchors."""
    return (*mapping.facts, *mapping.anchors)


def _for(rule: FactRule | AnchorRule, kind: str) -> bool:
    return not rule.kinds or kind in rule.kinds
