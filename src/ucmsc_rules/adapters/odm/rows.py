"""Turns the data of one subject into rows: one for each item group, with cells that say where it stands."""

from __future__ import annotations

from collections.abc import Mapping

from attrs import Factory, define, evolve

from ucmsc_rules.adapters.odm.items import ItemReader
from ucmsc_rules.adapters.odm.names import attribute_name
from ucmsc_rules.adapters.odm.pieces import Element, local_name, namespace
from ucmsc_rules.adapters.row import UNKNOWN, Cell, Row

Cells = dict[str, Cell]
NO_DATA = frozenset({"AuditRecord", "Signature", "ArchiveLayoutRef", "SiteRef", "InvestigatorRef"})
NOTHING_AROUND: frozenset[str] = frozenset()
_NOT_PLAIN = [("", ""), ("", "")]
_OID = {"StudyEventData": "StudyEvent", "FormData": "Form", "ItemGroupData": "ItemGroup"}


@define
class Place:
    """Where in a subject's data one is: the cells that say so, the path, and the paths of the event and the form."""

    cells: Cells
    path: str
    removed: bool = False
    event: str = ""
    form: str = ""


@define
class Rows:
    """The rows of a subject so far; ``scopes`` are, row by row, the paths of the event and the form it stands in.

    ``around`` are the names of the cells that are to say where a row stands, None where it is to have all of them.
    """

    reader: ItemReader
    around: frozenset[str] | None = None
    rows: list[Row] = Factory(list)
    scopes: list[tuple[str, str]] = Factory(list)

    def add(self, subject: Element, outer: Mapping[str, str], path: str) -> None:
        """Adds the rows of one SubjectData; ``outer`` are the attributes of the clinical data that it stands in."""
        place = Place({}, path)
        self._say(place, outer)
        for child in subject:
            name = local_name(child.tag)
            if name in {"SiteRef", "InvestigatorRef"} and (value := child.get("LocationOID") or child.get("UserOID")):
                self._say(place, {name: value})
        self._add_attributes(subject, place)
        self._walk(subject, place)

    def _walk(self, container: Element, place: Place) -> None:
        """Goes through the containers in a container. Its items, if it is a group, are its row and were read before."""
        here, seen = namespace(container.tag), dict[str, int]()
        for child in container:
            name = local_name(child.tag)
            if namespace(child.tag) != here:
                self._pass_over(name, container)
            elif name in _OID:
                self._enter(child, name, place, seen)
            elif not name.startswith("ItemData") and name not in NO_DATA:
                self._pass_over(name, container)

    def _pass_over(self, name: str, container: Element) -> None:
        self.reader.notes.pass_over(f"{name} in {local_name(container.tag)}")

    def _enter(self, element: Element, name: str, outer: Place, seen: dict[str, int]) -> None:
        kind = _OID[name]
        oid, repeat = element.get(f"{kind}OID") or "", element.get(f"{kind}RepeatKey")
        seen[oid] = number = seen.get(oid, 0) + 1
        key = f"[{repeat}]" if repeat else f"#{number}" if number > 1 else ""
        place = Place(dict(outer.cells), f"{outer.path}/{oid}{key}", outer.removed, outer.event, outer.form)
        self._add_attributes(element, place)
        if name == "StudyEventData":
            place.event = place.path
        elif not place.form and (name == "FormData" or self._is_form(element, oid)):
            place.form = place.path
            self._say(place, {"FormOID": oid, "FormRepeatKey": repeat} if repeat else {"FormOID": oid})
        if name == "ItemGroupData":
            self._group(element, oid, place)
        else:
            self._walk(element, place)

    def _add_attributes(self, element: Element, place: Place) -> None:
        """Adds the attributes of a container as cells, and what its transaction says."""
        if self.around == NOTHING_AROUND:
            place.removed = place.removed or is_removed(element)
            return
        attributes = dict(element.items())
        if "TransactionType" in attributes:
            del attributes["TransactionType"]
            place.removed = place.removed or is_removed(element)
        self._say(place, {attribute_name(name, element): value for name, value in attributes.items()})

    def _say(self, place: Place, attributes: Mapping[str, str]) -> None:
        """Adds the cells that say where a row stands, as far as they are asked for."""
        for name, value in attributes.items():
            if self.around is None or f"@{name}" in self.around:
                place.cells[f"@{name}"] = Cell(value)

    def _is_form(self, group: Element, oid: str) -> bool:
        """Whether an outermost group takes the place of a form, as they do in ODM 2.0."""
        definition = self.reader.definitions.groups.get(oid)
        if definition is not None and definition.type:
            return definition.type == "Form"
        return any(local_name(child.tag) == "ItemGroupData" for child in group)

    def _group(self, group: Element, oid: str, place: Place) -> None:
        """The row of a group's own items, if there are any, and then the groups in it."""
        around = len(place.cells)
        outer = evolve(place, cells=dict(place.cells)) if self._read_items(group, place) else place
        if len(place.cells) > around:
            self._add_units(place.cells, oid)
            self.rows.append(Row(oid, place.cells, place.path))
            self.scopes.append((place.event, place.form))
        if outer is not place:
            outer.cells = {name: cell for name, cell in outer.cells.items() if name.startswith("@")}
            self._walk(group, outer)

    def _read_items(self, group: Element, place: Place) -> bool:
        """Adds a group's items to the cells; whether something else stands in the group too.

        The time goes here, so items with a value and nothing else are read in one go.
        """
        tag, cells, more = f"{{{namespace(group.tag)}}}ItemData", place.cells, False
        plain, telling = self.reader.plain, self.reader.definitions.telling
        for item in group:
            attributes = item.items()
            (name, oid), (other, text) = attributes if len(attributes) == 2 else _with_value(item, attributes)  # noqa: PLR2004
            alone = name == "ItemOID" and other == "Value" and (not len(item) or len(attributes) == 1)
            if alone and item.tag == tag and oid not in cells and not place.removed:
                cells[oid] = self.reader.defined(telling[oid], text) if oid in telling else plain[text]
                continue
            if local_name(item.tag).startswith("ItemData") and namespace(item.tag) == namespace(group.tag):
                self._item(item, place)
            else:
                more = True
        return more

    def _item(self, item: Element, place: Place) -> None:
        oid, cells, notes = item.get("ItemOID") or "", place.cells, self.reader.notes
        path = f"{place.path}.{oid}"
        if not oid:
            notes.complain(path, "an item has no ItemOID, so nobody knows what it is; correct it at the source")
        cell = self.reader.read(item, path, removed=place.removed or is_removed(item))
        if oid in cells and cells[oid] != cell:
            notes.complain(path, "it stands twice in its group, and differs, so it is unknown; keep one")
            cell = either_cell(cells[oid], cell)
        cells[oid] = cell

    def _add_units(self, cells: Cells, group: str) -> None:
        """ODM 2.0: an item's unit is the value of another item of its group."""
        definition = self.reader.definitions.groups.get(group)
        for oid, units_item in definition.units.items() if definition is not None else ():
            cell, unit = cells.get(oid), cells.get(units_item)
            if cell is not None and unit is not None and cell.text and not cell.unit:
                text = "an unknown unit" if unit.absent == UNKNOWN else unit.text
                cells[oid] = Cell(cell.text, text, cell.absent, cell.also)


def _with_value(item: Element, attributes: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """ODM 2.0: the attribute of an item and the one Value in it, as if that were an attribute too."""
    if len(attributes) == 1 and len(item) == 1:
        value = item[0]
        if local_name(value.tag) == "Value" and namespace(value.tag) == namespace(item.tag) and not len(value):
            return [attributes[0], ("Value", value.text or "")]
    return _NOT_PLAIN


def either_cell(one: Cell, other: Cell) -> Cell:
    """A cell that may be the one or the other, so that it is unknown."""
    texts = (one.text, *one.also, other.text, *other.also)
    return Cell("", "", UNKNOWN, tuple(dict.fromkeys(text for text in texts if text)))


def is_removed(element: Element) -> bool:
    """Whether an element says that it is removed."""
    return (element.get("TransactionType") or "").casefold() == "remove"
