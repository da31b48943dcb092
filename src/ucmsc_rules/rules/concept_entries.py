"""Reads the entries of a data dictionary, one by one: all that an entry says by itself."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal

from ucmsc_rules.documents import MappingNode, ScalarNode
from ucmsc_rules.documents.fields import NAME, Entry, Fields, Notes, fields_of
from ucmsc_rules.facts.concepts import Concept, Figure, Kind, Levels, OpenEnd, Reported
from ucmsc_rules.values.units import Line
from ucmsc_rules.values.vocabulary import FAMILIES

RESERVED = frozenset({
    "and", "or", "not", "is", "at", "age", "x", "ULN", "within", "more", "than", "before", "after", "lasted", "by",
    "ever", "given", "recorded", "as", "older", "day", "days", "week", "weeks", "month", "months", "year", "years",
    "holds", "branch", "uln", "note",
})  # fmt: skip
MOST_LEVELS = 1000
CODE_SYSTEMS = ("loinc", "snomed", "icd10", "icd10cm", "atc", "rxnorm")
_ANY = ("label", "source", "note", "codes")
_KEYS: Mapping[Kind, tuple[tuple[str, ...], tuple[str, ...]]] = {
    Kind.QUANTITY: (("units",), ("unit_family", "unit_aliases", "molar_mass", "lines", "plausible")),
    Kind.SCALE: (("levels",), ()),
    Kind.SCORE: (("levels",), ("parts", "inputs", "steps")),
    Kind.TEST: ((), ()),
    Kind.YES_NO: ((), ()),
    Kind.CATEGORY: (("categories",), ()),
    Kind.BIRTH_DATE: ((), ()),
    Kind.EVENT: ((), ("without_until", "planned")),
}
_MOLAR_MASS = re.compile(r"[0-9]+(\.[0-9]+)? g/mol\Z")
_AMOUNT = re.compile(r"(?P<number>[0-9]+(\.[0-9]+)?) (?P<unit>\S+)\Z")


def concept_of(entry: Entry, notes: Notes) -> Concept | None:
    """The concept that an entry describes, without what it refers to; None where even its kind is not known."""
    kind = _kind(entry, notes)
    if kind is None:
        return None
    needed, optional = _KEYS[kind]
    fields = fields_of(entry, entry.name, notes, ("kind", "label", *needed), (*_ANY[1:], *optional))
    if not NAME.match(entry.name) or entry.name in RESERVED:
        fields.note(f'"{entry.name}" cannot be a name; write letters, digits and _, and no word of the rules')
    family = fields.choice("unit_family", tuple(FAMILIES)) or ("" if "unit_family" in fields else "common")
    return Concept(
        name=entry.name,
        kind=kind,
        label=fields.text("label"),
        source=fields.text("source"),
        note=fields.text("note"),
        codes=_codes(fields),
        units=_units(fields, family),
        unit_family=family or "common",
        unit_aliases=_aliases(fields, family),
        molar_mass=_molar_mass(fields),
        lines=_lines(fields),
        plausible=_plausible(fields),
        levels=_levels(fields),
        categories=_categories(fields),
        open_end=OpenEnd(fields.choice("without_until", [end.value for end in OpenEnd]) or "one_day"),
        planned=fields.flag("planned", default=False),
    )


def _kind(entry: Entry, notes: Notes) -> Kind | None:
    known = ("kind", *_ANY, *(key for keys in _KEYS.values() for part in keys for key in part))
    kinds = [kind.value for kind in Kind]
    if not isinstance(entry.node, MappingNode) or "kind" not in entry.node.entries:
        notes.add(entry.place, entry.name, f'"kind" is missing; write one of {", ".join(kinds)}')
        return None
    fields = Fields(entry.node, entry.place, entry.name, notes)
    written = fields.choice("kind", kinds)
    if not written:
        fields_of(entry, entry.name, notes, ("kind", "label"), known)
    return Kind(written) if written else None


def _codes(fields: Fields) -> dict[str, tuple[str, ...]]:
    if "codes" not in fields:
        return {}
    systems = fields_of(fields.below("codes"), fields.subject, fields.notes, (), CODE_SYSTEMS)
    return {entry.name: systems.texts(entry.name) for entry in fields.entries("codes")}


def _units(fields: Fields, family: str) -> dict[str, Reported]:
    units: dict[str, Reported] = {}
    for entry in fields.entries("units"):
        reported = fields_of(entry, fields.subject, fields.notes, ("quantum",), ("source",))
        quantum = reported.number("quantum")
        if quantum is not None and quantum <= 0:
            reported.note('"quantum" must be above 0', "quantum")
        if _code(entry.name, family) != entry.name:
            reported.note(f'"{entry.name}" is not the code of a unit{_instead(entry.name, family)}')
        units[entry.name] = Reported(quantum or Decimal(1), reported.text("source"))
    if "units" in fields and not units:
        fields.note('"units" must name a unit; write {"1": {quantum: 0.01}} where there is none', "units")
    return units


def _aliases(fields: Fields, family: str) -> dict[str, str]:
    """From the code that is meant otherwise elsewhere to the code that is meant here."""
    aliases: dict[str, str] = {}
    for entry in fields.entries("unit_aliases"):
        written = entry.node.text if isinstance(entry.node, ScalarNode) else ""
        for unit in (entry.name, written):
            if _code(unit, family) is None:
                fields.notes.add(entry.place, fields.subject, f'"{unit}" is no unit that is known')
        aliases[_code(entry.name, family) or ""] = _code(written, family) or ""
    return aliases


def _code(unit: str, family: str) -> str | None:
    """The code of a unit's spelling; the spelling itself where not even the family is known."""
    if unit == "1" or not family:
        return unit
    known = FAMILIES[family].get(unit)
    return known.code if known else None


def _instead(unit: str, family: str) -> str:
    code = _code(unit, family)
    return f'; write "{code}"' if code else " that is known"


def _molar_mass(fields: Fields) -> Figure | None:
    if "molar_mass" not in fields:
        return None
    figure = fields_of(fields.below("molar_mass"), fields.subject, fields.notes, ("value", "source"), ())
    value = figure.text("value")
    if value and not _MOLAR_MASS.match(value):
        figure.note(f'the molar mass "{value}" cannot be read; write it as "113.12 g/mol"', "value")
    return Figure(value, figure.text("source"))


def _lines(fields: Fields) -> tuple[Line, ...]:
    return tuple(_line(entry, fields) for entry in fields.items("lines"))


def _line(entry: Entry, fields: Fields) -> Line:
    line = fields_of(entry, fields.subject, fields.notes, ("from", "to", "slope", "intercept", "source"), ())
    for key in ("from", "to"):
        line.choice(key, [unit.name for unit in fields.entries("units")])
    slope, intercept = line.number("slope"), line.number("intercept")
    if slope == 0:
        line.note('"slope" must not be 0', "slope")
    return Line(line.text("from"), line.text("to"), slope or Decimal(1), intercept or Decimal(0), line.text("source"))


def _plausible(fields: Fields) -> tuple[str, str] | None:
    if "plausible" not in fields:
        return None
    ends = [_AMOUNT.match(text) for text in fields.texts("plausible")]
    units = [unit.name for unit in fields.entries("units")]
    if len(ends) == 2:  # noqa: PLR2004 - a pair
        low, high = ends
        if low and high and low["unit"] == high["unit"] in units and Decimal(low["number"]) < Decimal(high["number"]):
            return low[0], high[0]
    fields.note('"plausible" must be a low and a high value in a unit of the concept, as [20 kg, 300 kg]', "plausible")
    return None


def _levels(fields: Fields) -> Levels | None:
    if "levels" not in fields:
        return None
    levels = fields_of(fields.below("levels"), fields.subject, fields.notes, ("from", "to"), ("words", "numbers"))
    least, greatest = levels.whole("from"), levels.whole("to")
    words = {word.name: _word(word, levels) for word in levels.entries("words")}
    numbers = levels.flag("numbers", default=True)
    if "from" in levels and "to" in levels and least >= greatest:
        levels.note('the levels have no order; "from" must be below "to"')
    if greatest - least >= MOST_LEVELS:
        levels.note(f"there are more than {MOST_LEVELS} levels; write fewer")
        greatest = least
    if outside := [word for word, level in words.items() if not least <= level <= greatest]:
        levels.note(f'the level of "{outside[0]}" lies outside of {least} to {greatest}', "words")
    if not numbers and set(words.values()) != set(range(least, greatest + 1)):
        levels.note('with "numbers: false" each level needs a word', "words")
    return Levels(least, greatest, words, numbers)


def _word(entry: Entry, levels: Fields) -> int:
    word = Fields(MappingNode({entry.name: entry.node}, {}, entry.place), entry.place, levels.subject, levels.notes)
    if not NAME.match(entry.name):
        word.note(f'"{entry.name}" cannot be a word; write letters, digits and _')
    return word.whole(entry.name)


def _categories(fields: Fields) -> tuple[str, ...]:
    categories = fields.texts("categories")
    if "categories" in fields and (len(set(categories)) < 2 or len(set(categories)) < len(categories)):  # noqa: PLR2004
        fields.note('"categories" must be two different words or more', "categories")
    for word in categories:
        if not NAME.match(word):
            fields.note(f'"{word}" cannot be a word; write letters, digits and _', "categories")
    return categories
