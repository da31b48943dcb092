"""What a study's metadata say of its items: units, decodes of codes, and which item holds the unit of which."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TypeVar

from attrs import Factory, define, evolve, field, frozen

from ucmsc_rules.adapters.odm.pieces import Element, local_name


@frozen
class ItemDefinition:
    """An ItemDef: its default unit, and the decodes of each code."""

    unit: str = ""
    decodes: Mapping[str, tuple[str, ...]] = Factory(dict)


@frozen
class GroupDefinition:
    """An ItemGroupDef: its type in ODM 2.0 ("Form"), and by item which other item of the group holds its unit."""

    type: str = ""
    units: Mapping[str, str] = Factory(dict)


@frozen
class Definitions:
    """One MetaDataVersion, and the units of its study by OID. ``disputed`` are items with several definitions.

    ``telling`` are the items that have a unit or decodes; most have neither.
    """

    items: Mapping[str, ItemDefinition] = Factory(dict)
    groups: Mapping[str, GroupDefinition] = Factory(dict)
    symbols: Mapping[str, str] = Factory(dict)
    disputed: frozenset[str] = frozenset()
    telling: Mapping[str, ItemDefinition] = field(init=False, eq=False)

    @telling.default
    def _tell(self) -> dict[str, ItemDefinition]:
        return {oid: item for oid, item in self.items.items() if item.unit or item.decodes}


Thing = TypeVar("Thing")
NO_DEFINITIONS = Definitions()


@define
class Metadata:
    """All that the studies of a file define, by OIDs of study and version."""

    versions: dict[tuple[str, str], Definitions] = Factory(dict)

    def of(self, study: str, version: str) -> Definitions | None:
        """The definitions that clinical data refer to, or None where they have not been read."""
        return self.versions.get((study, version))

    def add(self, study: Element) -> None:
        """Takes in a Study element."""
        oid = study.get("OID") or ""
        symbols, twice = _distinct(_symbols(study))
        symbols.update(dict.fromkeys(twice, ""))
        for version in _children(study, "MetaDataVersion"):
            key, definitions = (oid, version.get("OID") or ""), self._version(version, oid, symbols)
            self.versions[key] = agreed([self.versions[key], definitions]) if key in self.versions else definitions

    def _version(self, version: Element, study: str, symbols: Mapping[str, str]) -> Definitions:
        base = NO_DEFINITIONS
        for include in _children(version, "Include"):
            named = (include.get("StudyOID") or study, include.get("MetaDataVersionOID") or "")
            base = self.versions.get(named, NO_DEFINITIONS)
        symbols = {**base.symbols, **symbols}
        lists, twice = _distinct((_oid(each), _decodes(each)) for each in _children(version, "CodeList"))
        lists.update({oid: {} for oid in twice})
        items, twice = _distinct((_oid(each), _item(each, lists, symbols)) for each in _children(version, "ItemDef"))
        groups, parted = _distinct((_oid(each), _group(each)) for each in _children(version, "ItemGroupDef"))
        groups.update({oid: evolve(groups[oid], units={}) for oid in parted})
        here = Definitions(items, groups, symbols, frozenset(twice))
        disputed = here.disputed | (base.disputed - items.keys())
        return Definitions({**base.items, **_settled(here)}, {**base.groups, **groups}, symbols, disputed)


def agreed(versions: Iterable[Definitions]) -> Definitions:
    """What several versions say alike; an item that they define differently keeps no unit and no decodes."""
    first, *others = list(versions) or [NO_DEFINITIONS]
    if not others:
        return first
    items, groups, symbols = dict(first.items), dict(first.groups), dict(first.symbols)
    disputed = set(first.disputed)
    for other in others:
        disputed |= {oid for oid, item in other.items.items() if items.setdefault(oid, item) != item} | other.disputed
        disputed |= _units_that_differ(groups, other.groups)
        differing = {oid for oid, symbol in other.symbols.items() if symbols.setdefault(oid, symbol) != symbol}
        symbols.update(dict.fromkeys(differing, ""))
    merged = Definitions(items, groups, symbols, frozenset(disputed))
    return evolve(merged, items=_settled(merged))


def _settled(definitions: Definitions) -> dict[str, ItemDefinition]:
    """The items, without unit and decodes where they are disputed."""
    bare = {
        oid: evolve(definitions.items[oid], unit="", decodes={})
        for oid in definitions.disputed & definitions.items.keys()
    }
    return {**definitions.items, **bare}


def _distinct(pairs: Iterable[tuple[str, Thing]]) -> tuple[dict[str, Thing], set[str]]:
    """What is defined by OID, and the OIDs that are defined twice, and differently."""
    found: dict[str, Thing] = {}
    return found, {oid for oid, thing in pairs if found.setdefault(oid, thing) != thing}


def _units_that_differ(groups: dict[str, GroupDefinition], others: Mapping[str, GroupDefinition]) -> set[str]:
    """The items whose units stand elsewhere in another version; their groups then name no units any more."""
    differing: set[str] = set()
    for oid, group in others.items():
        known = groups.setdefault(oid, group)
        if known.units != group.units:
            differing |= known.units.keys() | group.units.keys()
            groups[oid] = evolve(known, units={})
    return differing


def _oid(element: Element) -> str:
    return element.get("OID") or ""


def _children(element: Element, name: str) -> Iterator[Element]:
    return (child for child in element if local_name(child.tag) == name)


def _symbols(study: Element) -> Iterator[tuple[str, str]]:
    """The units of a study by OID, "" where a unit has no symbol."""
    for basic in _children(study, "BasicDefinitions"):
        for unit in _children(basic, "MeasurementUnit"):
            texts = [text for symbol in _children(unit, "Symbol") for text in _translations(symbol)]
            yield unit.get("OID") or "", texts[0] if texts else ""


def _translations(element: Element) -> list[str]:
    """The texts of an element, English ones first, then those of no language; each once."""
    found = []
    for text in _children(element, "TranslatedText"):
        language = (text.get("{http://www.w3.org/XML/1998/namespace}lang") or "").casefold()
        rank = 0 if language.startswith("en") else 1 if not language else 2
        found.append((rank, " ".join((text.text or "").split())))
    return list(dict.fromkeys(text for _, text in sorted(found, key=lambda each: each[0]) if text))


def _decodes(code_list: Element) -> dict[str, tuple[str, ...]]:
    """The decodes of a CodeList by code; those of a code that stands twice are all given."""
    decodes: dict[str, tuple[str, ...]] = {}
    for item in _children(code_list, "CodeListItem"):
        code = item.get("CodedValue") or ""
        texts = [text for decode in _children(item, "Decode") for text in _translations(decode)]
        decodes[code] = tuple(dict.fromkeys((*decodes.get(code, ()), *texts)))
    return decodes


def _item(
    item: Element, lists: Mapping[str, Mapping[str, tuple[str, ...]]], symbols: Mapping[str, str]
) -> ItemDefinition:
    """An ItemDef. With several units, data have to say which, so there is no default."""
    units = [unit.get("MeasurementUnitOID") or "" for unit in _children(item, "MeasurementUnitRef")]
    codes = [lists.get(each.get("CodeListOID") or "", {}) for each in _children(item, "CodeListRef")]
    unit = unit_text(units[0], symbols) if len(units) == 1 else ""
    return ItemDefinition(unit, codes[0] if codes else {})


def _group(group: Element) -> GroupDefinition:
    units = {
        reference.get("ItemOID") or "": units_item
        for reference in _children(group, "ItemRef")
        if (units_item := reference.get("UnitsItemOID"))
    }
    return GroupDefinition(group.get("Type") or "", units)


def unit_text(oid: str, symbols: Mapping[str, str]) -> str:
    """The symbol of a unit; where there is none, a text that says so and that nobody can take for a unit.

    >>> unit_text("MU.1", {"MU.1": "mg/dL"}), unit_text("mmol/L", {})
    ('mg/dL', 'the undefined unit mmol/L')
    """
    return symbols.get(oid) or f"the undefined unit {oid}"
