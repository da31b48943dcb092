"""Folds the transactions of one subject, in their order, into the data that hold at the end."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import Factory, define

from ucmsc_rules.adapters.odm.items import DOUBT, WAS, Notes
from ucmsc_rules.adapters.odm.pieces import Element, local_name, make
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import either

INSERT, UPDATE, REMOVE, UPSERT, CONTEXT = TRANSACTIONS = ("Insert", "Update", "Remove", "Upsert", "Context")
_KEYS = {
    "StudyEventData": ("StudyEventOID", "StudyEventRepeatKey"),
    "FormData": ("FormOID", "FormRepeatKey"),
    "ItemGroupData": ("ItemGroupOID", "ItemGroupRepeatKey"),
}
Key = tuple[str, str, str]


@define
class Entity:
    """A container as the transactions so far have left it, with what is in it by key."""

    element: Element
    parts: dict[Key, Entity] = Factory(dict)
    items: dict[str, Element] = Factory(dict)
    others: dict[str, Element] = Factory(dict)


@define
class Fold:
    """The data of a subject so far; ``subject`` is None where it does not exist, or was removed."""

    path: str
    notes: Notes
    subject: Entity | None = None
    _told: bool = False

    def apply(self, part: Element) -> None:
        """Applies one SubjectData of a transactional file."""
        kind = self._transaction(part, "", self.path)
        if kind == REMOVE:
            if self.subject is None:
                self._no_such(self.path, REMOVE)
            self.subject = None
            return
        if self.subject is None:
            if kind == UPDATE:
                self._no_such(self.path, UPDATE)
                kind = UPSERT  # which is told once, and not of all that stands in it
            self.subject = Entity(make(part.tag, _attributes(part)))
        if kind not in _KNOWN:
            _doubt_all(self.subject, _no_type(kind))
        self._fill(self.subject, part, kind, self.path)

    def _fill(self, entity: Entity, part: Element, kind: str, path: str) -> None:
        """Applies what stands in a container; a child without a transaction of its own has that of its parent."""
        for name, value in _attributes(part).items():
            entity.element.set(name, value)
        for child in list(part):
            name = local_name(child.tag)
            if name in _KEYS:
                self._part(entity, child, name, self._transaction(child, kind, path), path)
            elif name.startswith("ItemData"):
                self._item(entity, child, self._transaction(child, kind, path), path)
            else:
                _take_over(entity, child, name)

    def _part(self, entity: Entity, part: Element, name: str, kind: str, path: str) -> None:
        oid, repeat = (part.get(attribute) or "" for attribute in _KEYS[name])
        key, path = (name, oid, repeat), f"{path}/{oid}" + (f"[{repeat}]" if repeat else "")
        known = entity.parts.get(key)
        if known is None and kind in {UPDATE, REMOVE}:
            self._no_such(path, kind)
        if kind == REMOVE:
            if known is not None:
                entity.element.remove(entity.parts.pop(key).element)
            return
        if known is None:
            kind = UPSERT if kind == UPDATE else kind
            known = entity.parts[key] = Entity(make(part.tag, _attributes(part), entity.element))
        if kind not in _KNOWN:
            _doubt_all(known, _no_type(kind))
        self._fill(known, part, kind, path)

    def _item(self, entity: Entity, item: Element, kind: str, path: str) -> None:
        oid = item.get("ItemOID") or ""
        known, path = entity.items.get(oid), f"{path}.{oid}"
        if not kind and not self._told:
            self._told = True
            message = f"it has no TransactionType, nor has what it stands in; write {either(TRANSACTIONS)}"
            self.notes.complain(path, message, "warning")
        if known is None and kind in {UPDATE, REMOVE}:
            self._no_such(path, kind)
        if kind == REMOVE:
            if known is not None:
                entity.element.remove(entity.items.pop(oid))
            return
        if known is None:
            entity.items[oid] = item
            entity.element.append(item)
        elif kind in {UPDATE, UPSERT}:
            _update(entity, known, item)
        elif list(_content(known)) != list(_content(item)):
            _doubt(known, _WHY[kind] if kind in _WHY else _no_type(kind), item)
        if kind not in _KNOWN:
            _doubt(entity.items[oid], _no_type(kind))

    def _transaction(self, element: Element, inherited: str, path: str) -> str:
        """The kind of transaction of an element, which is its parent's where it has none, and "" where none has one."""
        own = element.get("TransactionType")
        if own is None:
            return inherited
        if own not in _KNOWN:
            self.notes.complain(path, f"{shown(own)} is no TransactionType; write {either(TRANSACTIONS)}")
        return own

    def _no_such(self, path: str, kind: str) -> None:
        message = f"{kind} of what this file has not inserted before; what an earlier file said is not known here"
        self.notes.complain(path, message, "warning")


_KNOWN = frozenset({*TRANSACTIONS, ""})
_WHY = {
    INSERT: "it is inserted twice, and differs",
    CONTEXT: "it is given as context, and differs from what stood before",
    "": "it stands there twice, without a TransactionType, and differs",
}


def _no_type(kind: str) -> str:
    return f"{shown(kind)} is no TransactionType"


def _attributes(element: Element) -> dict[str, str]:
    return {name: value for name, value in element.items() if name != "TransactionType"}


def _take_over(entity: Entity, child: Element, name: str) -> None:
    """Keeps the latest of what is neither a container nor an item, such as the site."""
    if name in entity.others:
        entity.element.remove(entity.others[name])
    entity.others[name] = child
    entity.element.append(child)


def _update(entity: Entity, known: Element, item: Element) -> None:
    """Puts an item in the place of another. What it does not mention, its unit or its value, is taken from before."""
    units, before = _units(item), _units(known)
    if _has_value(item):
        for unit in before if not units and not item.get("MeasurementUnitOID") else ():
            item.append(unit)
        if not units and not item.get("MeasurementUnitOID") and (oid := known.get("MeasurementUnitOID")):
            item.set("MeasurementUnitOID", oid)
        entity.element.remove(known)
        entity.element.append(item)
        entity.items[item.get("ItemOID") or ""] = item
    elif units:
        for unit in before:
            known.remove(unit)
        for unit in units:
            known.append(unit)
    else:
        _doubt(known, "it is updated, but with no value")


def _has_value(item: Element) -> bool:
    """Whether an item says what its value is, be it none."""
    given = local_name(item.tag) != "ItemData" or item.get("Value") is not None or item.get("IsNull") is not None
    return given or any(local_name(child.tag) == "Value" for child in item)


def _units(item: Element) -> list[Element]:
    return [child for child in item if local_name(child.tag) == "MeasurementUnitRef"]


def _values(item: Element) -> list[str]:
    """The values of an item, of whatever type and version."""
    own = [item.get("Value") or ""] if local_name(item.tag) == "ItemData" else [item.text or ""]
    own += [child.text or "" for child in item if local_name(child.tag) == "Value"]
    return [text.strip() for text in own if text.strip()]


def _content(item: Element) -> Iterator[object]:
    """What an item says: two that say the same are copies."""
    yield _values(item)
    yield sorted((name, value) for name, value in item.items() if name not in {"TransactionType", "Value"})
    yield [child.get("MeasurementUnitOID") for child in item if local_name(child.tag) == "MeasurementUnitRef"]


def _doubt(item: Element, why: str, other: Element | None = None) -> None:
    """Marks an item as unknown, with what else it may be."""
    item.set(DOUBT, item.get(DOUBT) or why)
    for text in _values(other) if other is not None else ():
        was = make(WAS, {}, item)
        was.text = text


def _doubt_all(entity: Entity, why: str) -> None:
    for item in entity.items.values():
        _doubt(item, why)
    for part in entity.parts.values():
        _doubt_all(part, why)
