"""Reads what stands around the criteria of a ruleset: places, anchors, settings, what counts as an event, and arms."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ucmsc_rules.documents import ScalarNode, SequenceNode
from ucmsc_rules.documents.fields import NAME, Entry, Fields, fields_of
from ucmsc_rules.errors import Place, ValueTextError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.rules.arms import Arm
from ucmsc_rules.rules.concept_entries import RESERVED
from ucmsc_rules.rules.criterion_entries import Scope, read_rule
from ucmsc_rules.rules.model import Comparison, CountsAs, Result, Settings
from ucmsc_rules.rules.places import BETWEEN_PLACES
from ucmsc_rules.values.dates import parse_date
from ucmsc_rules.wording import did_you_mean

_SETTINGS = ("at", "results_not_older_than", "none_not_older_than", "ever_until")
_BIRTHDAYS = ("28 February", "1 March")
_WINDOW = re.compile(r"(?P<days>[0-9]{1,5}) days?\Z")
_DOSE = re.compile(r"[0-9]{1,15}(\.[0-9]{1,15})?(e[0-9]{1,2})? cells/kg\Z")
_NO_WEIGHT = Concept("", Kind.QUANTITY, "")


def read_places(fields: Fields) -> dict[str, Place]:
    """The places in the protocol that need a criterion, each with where it stands in the file."""
    places: dict[str, Place] = {}
    entries = list(fields.items("places"))
    if isinstance(fields.node.entries.get("places"), SequenceNode) and not entries:
        fields.note('"places" must name one place in the protocol or more', "places")
    for entry in entries:
        node = entry.node
        text = node.text.strip() if isinstance(node, ScalarNode) and node.value is not None else ""
        if not text:
            fields.notes.add(entry.place, "places", 'a place is a text, as "Inclusion, item 1"')
        elif BETWEEN_PLACES in text:
            message = f'"{text}" holds "{BETWEEN_PLACES}", which parts the places in a source; list each by itself'
            fields.notes.add(entry.place, "places", message)
        elif text in places:
            fields.notes.add(entry.place, "places", f'"{text}" stands at line {places[text].line} already; drop one')
        else:
            places[text] = entry.place
    return places


def read_anchors(fields: Fields, dictionary: Dictionary) -> tuple[str, ...]:
    """The names of the anchors, in the order of time."""
    anchors = fields.texts("anchors")
    if isinstance(fields.node.entries.get("anchors"), SequenceNode) and not anchors:
        fields.note('"anchors" must name one anchor or more, in the order of time', "anchors")
    for number, anchor in enumerate(anchors):
        if not NAME.match(anchor) or anchor in RESERVED:
            fields.note(
                f'"{anchor}" cannot name an anchor; write letters, digits and _, no word of the rules', "anchors"
            )
        if anchor in anchors[:number]:
            fields.note(f'the anchor "{anchor}" stands here twice', "anchors")
        if anchor in dictionary:
            fields.note(f'"{anchor}" is a concept already; name the anchor otherwise', "anchors")
    return anchors


def read_settings(fields: Fields, anchors: tuple[str, ...]) -> Settings:
    """The settings; every one but the birthday has to be written, since none has a safe default."""
    if "settings" not in fields:
        return Settings("", 0, 0, "")
    optional = ("birthday_of_29_february",)
    settings = fields_of(fields.below("settings"), "settings", fields.notes, _SETTINGS, optional)
    return Settings(
        at=settings.choice("at", anchors),
        results_not_older_than=_days(settings, "results_not_older_than"),
        none_not_older_than=_days(settings, "none_not_older_than"),
        ever_until=settings.choice("ever_until", anchors),
        leap_birthday=settings.choice("birthday_of_29_february", _BIRTHDAYS) or _BIRTHDAYS[0],
    )


def read_case_anchors(fields: Fields, anchors: tuple[str, ...]) -> dict[str, str]:
    """The days of anchors that hold for every case."""
    if "case_anchors" not in fields:
        return {}
    days = fields_of(fields.below("case_anchors"), "case_anchors", fields.notes, (), anchors)
    for anchor in anchors:
        _check_day(days, anchor)
    return {anchor: days.text(anchor) for anchor in anchors if anchor in days}


def read_counts_as(fields: Fields, scope: Scope) -> tuple[CountsAs, ...]:
    """The results that count as events."""
    found = [_counts_as(entry, fields, scope) for entry in fields.entries("counts_as")]
    return tuple(counting for counting in found if counting)


def read_arms(fields: Fields, dictionary: Dictionary) -> Mapping[str, Arm]:
    """The treatment arms by name."""
    arms = [_arm(entry, fields, dictionary) for entry in fields.entries("arms")]
    return {arm.name: arm for arm in arms if arm is not None}


def _days(settings: Fields, key: str) -> int:
    text = settings.text(key)
    match = _WINDOW.match(text)
    if text and not match:
        settings.note(f'"{key}" is "{text}"; write it in days, as "28 days"', key)
    return int(match["days"]) if match else 0


def _check_day(days: Fields, anchor: str) -> None:
    text = days.text(anchor)
    try:
        span = parse_date(text) if text else None
    except ValueTextError:
        days.note(f'"{text}" is no day; write YYYY-MM-DD', anchor)
        return
    if span and span.first != span.last:
        days.note(f'"{text}" is no full day; write YYYY-MM-DD', anchor)


def _counts_as(entry: Entry, fields: Fields, scope: Scope) -> CountsAs | None:
    dictionary, notes = scope.context.dictionary, fields.notes
    if entry.name not in dictionary or dictionary[entry.name].kind is not Kind.EVENT:
        events = [name for name, concept in dictionary.concepts.items() if concept.kind is Kind.EVENT]
        notes.add(entry.place, "counts_as", f'"{entry.name}" is no event{did_you_mean(entry.name, events)}')
    node = entry.node
    if not isinstance(node, ScalarNode):
        notes.add(node.place, "counts_as", "write one comparison")
        return None
    noted = len(notes.complaints)
    rule, settings = read_rule(node, "counts_as", scope), scope.context.settings
    match rule:
        case Comparison(Result(name, "", at, days), op, bound, text) if (at, days) == _plain(settings):
            return CountsAs(entry.name, name, op, bound, f"{name} {text}")
    if len(notes.complaints) == noted:
        notes.add(
            node.place, "counts_as", 'write one comparison of a scale, score or test, as "encephalopathy_grade >= 1"'
        )
    return None


def _plain(settings: Settings) -> tuple[str, int]:
    return settings.at, settings.results_not_older_than


def _arm(entry: Entry, fields: Fields, dictionary: Dictionary) -> Arm:
    arm = fields_of(entry, f"arms.{entry.name}", fields.notes, ("text", "dose", "weight"), ())
    weight, dose = arm.text("weight"), arm.text("dose")
    weights = [name for name, concept in dictionary.concepts.items() if "kg" in concept.units]
    if weight and weight not in weights:
        arm.note(f'"weight" must be a quantity in kg, not "{weight}"{did_you_mean(weight, weights)}', "weight")
    if dose and not _DOSE.match(dose):
        arm.note(f'the dose "{dose}" cannot be read; write it as "1e6 cells/kg"', "dose")
    concept = dictionary.concepts.get(weight, _NO_WEIGHT)
    return Arm(entry.name, arm.text("text"), dose, weight, concept, entry.place)
