"""Reads how the keys of a fact are had: fields, constants, value maps; each word is held against its concept."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import frozen

from ucmsc_rules.adapters.mapping import Condition, DateOrder, Take
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN
from ucmsc_rules.documents import Node, ScalarNode, SequenceNode
from ucmsc_rules.documents.fields import Entry, Fields, fields_of
from ucmsc_rules.errors import UcmscRulesError, ValueTextError
from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.facts.read import COUNTING, NOT_COUNTING
from ucmsc_rules.facts.read_value import read_alone, read_factor, read_limit_of
from ucmsc_rules.values.dates import parse_date, shown
from ucmsc_rules.values.quantity import is_not_detected, read_quantity
from ucmsc_rules.values.units import canonical
from ucmsc_rules.wording import did_you_mean, either

DATES = ("when", "until", "recorded")
MEASURED = ("unit", "uln", "lloq", "copies_per_iu")
NUMBERS = ("value", "uln", "lloq", "copies_per_iu")
NOTHING_THERE = (NOT_DONE, UNKNOWN)
_STATUSES = (*COUNTING, *sorted(NOT_COUNTING))


@frozen
class Wanted:
    """What a take is for: a key of the facts of a concept, with a unit beside its value or without one."""

    key: str
    concept: Concept | None
    with_unit: bool = False

    @property
    def is_date(self) -> bool:
        """Whether dates are read there."""
        birth = self.concept is not None and self.concept.kind is Kind.BIRTH_DATE
        return self.key in DATES or (self.key == "value" and (birth or self.concept is None))

    @property
    def is_number(self) -> bool:
        """Whether numbers may be read there."""
        kinds = (Kind.QUANTITY, Kind.SCALE, Kind.SCORE)
        return self.key in NUMBERS and (self.concept is None or self.concept.kind in kinds)


def read_take(fields: Fields, key: str, wanted: Wanted) -> Take:
    """How one key is had: the name of a field, or a mapping with ``field`` or ``is``."""
    entry = fields.below(key)
    if isinstance(entry.node, ScalarNode):
        return Take(field=fields.text(key))
    if isinstance(entry.node, SequenceNode):
        fields.note(f'"{key}" must be the name of a field, or a mapping with "field" or "is"', key)
        return Take()
    take = fields_of(entry, fields.subject, fields.notes, (), ("field", "is", "values", "dates", "decimals"))
    if ("field" in take) == ("is" in take):
        take.note(f'"{key}" needs either "field", the name of a field, or "is", a constant')
    if "is" in take:
        return _constant(take, wanted)
    return Take(
        take.text("field"), "", _values(take, wanted), _dates(take, key, wanted), _decimal_comma(take, key, wanted)
    )


def _constant(take: Fields, wanted: Wanted) -> Take:
    for key in ("values", "dates", "decimals"):
        if key in take:
            take.note(f'"{key}" says how a field is read, and a constant is no field; leave it out', key)
    text = take.text("is")
    if text and (message := refused(wanted, text)):
        take.note(message, "is")
    return Take(constant=text)


def _values(take: Fields, wanted: Wanted) -> Mapping[str, str] | None:
    if "values" not in take:
        return None
    values: dict[str, str] = {}
    for entry in take.entries("values"):
        word = entry.node.text.strip() if isinstance(entry.node, ScalarNode) and entry.node.value is not None else ""
        if not entry.name.strip():
            take.notes.add(entry.place, take.subject, "a blank field says nothing, so it cannot stand for a value")
        elif not word:
            message = f'what "{entry.name}" stands for must be a text; write {NOT_DONE} where it says nothing'
            take.notes.add(entry.place, take.subject, message)
        elif word not in NOTHING_THERE and (message := refused(wanted, word)):
            take.notes.add(entry.node.place, take.subject, message)
        values[entry.name] = word
    _refuse_twins(values, take)
    return values


def _refuse_twins(values: Mapping[str, str], take: Fields) -> None:
    """Texts that differ in case alone are the same text, so they must stand for the same."""
    folded: dict[str, str] = {}
    for text in filter(str.strip, values):
        first = folded.setdefault(text.strip().casefold(), text)
        if values[first] != values[text]:
            take.note(f'"{first}" and "{text}" differ in case alone, and case does not matter; keep one', "values")


def _dates(take: Fields, key: str, wanted: Wanted) -> DateOrder | None:
    if "dates" not in take:
        return None
    if not wanted.is_date:
        take.note(f'"{key}" holds no date here; leave "dates" out', "dates")
    order = take.choice("dates", [order.value for order in DateOrder])
    return DateOrder(order) if order else None


def _decimal_comma(take: Fields, key: str, wanted: Wanted) -> bool | None:
    if "decimals" not in take:
        return None
    if not wanted.is_number:
        take.note(f'"{key}" holds no number here; leave "decimals" out', "decimals")
    return take.choice("decimals", ("point", "comma")) == "comma"


def refused(wanted: Wanted, text: str) -> str:
    """Why a text of the mapping itself cannot stand at a key; "" where it can."""
    try:
        _check(wanted, text)
    except UcmscRulesError as error:
        return str(error)
    return ""


def _check(wanted: Wanted, text: str) -> None:
    concept = wanted.concept
    match wanted.key:
        case "value" if concept is not None:
            _check_value(concept, text, with_unit=wanted.with_unit)
        case "unit" if concept is not None and concept.kind is Kind.QUANTITY:
            canonical(concept.unit_rules, text)
        case "uln" | "lloq" if concept is not None:
            read_limit_of(text, concept)
        case "copies_per_iu":
            read_factor(text)
        case "when" | "until" | "recorded":
            if wanted.key != "until" or text.casefold() != "ongoing":
                parse_date(text)
        case "status":
            _one_of(text, _STATUSES, "status")
        case "detected":
            _one_of(text, ("true", "false"), "answer to whether something was detected")


def _check_value(concept: Concept, text: str, *, with_unit: bool) -> None:
    if concept.kind is Kind.QUANTITY and with_unit and not is_not_detected(text):
        read_quantity(concept.unit_rules, text, next(iter(concept.units)))
    else:
        read_alone(text, concept)


def _one_of(text: str, words: tuple[str, ...], what: str) -> None:
    if text.casefold() not in words:
        raise ValueTextError(f"{shown(text)} is no {what}{did_you_mean(text, words) or f'; write {either(words)}'}")


def read_kinds(fields: Fields) -> tuple[str, ...]:
    """The kinds of rows below ``from``: one or a list."""
    if "from" not in fields:
        return ()
    return _texts(fields.below("from"), fields, blank=False)


def read_conditions(fields: Fields, key: str) -> tuple[Condition, ...]:
    """The conditions below ``where`` or ``unless``: for each field a text or a list of them, "" for a blank field."""
    return tuple(Condition(entry.name, _texts(entry, fields, blank=True)) for entry in fields.entries(key))


def _texts(entry: Entry, fields: Fields, *, blank: bool) -> tuple[str, ...]:
    items: tuple[Node, ...] = entry.node.items if isinstance(entry.node, SequenceNode) else (entry.node,)
    texts = tuple(item.text.strip() for item in items if isinstance(item, ScalarNode) and item.value is not None)
    if len(texts) < len(items) or not texts or (not blank and "" in texts):
        also = ', or "" for a blank field' if blank else ""
        message = f'"{entry.name}" must be a text or a list of texts, as [one, another]{also}'
        fields.notes.add(entry.node.place, fields.subject, message)
    return texts
