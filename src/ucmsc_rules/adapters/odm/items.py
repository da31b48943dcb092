"""Turns one value of an item group, of whatever version and type, into a cell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import Factory, define

from ucmsc_rules.adapters.odm.metadata import NO_DEFINITIONS, Definitions, ItemDefinition, unit_text
from ucmsc_rules.adapters.odm.names import attribute_name
from ucmsc_rules.adapters.odm.pieces import Element, local_name, namespace
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN, Cell
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.values.dates import shown

NULL = "@IsNull"
DOUBT = "{urn:ucmsc-rules:odm}doubt"
WAS = "{urn:ucmsc-rules:odm}was"
PLAIN_ATTRIBUTES = frozenset({
    "ItemOID", "Value", "IsNull", "TransactionType", "MeasurementUnitOID", "AuditRecordID", "SignatureID",
    DOUBT,
})  # fmt: skip
NO_DATA = frozenset({"AuditRecord", "Signature", "MeasurementUnitRef", "Value", "was"})
_UNDEFINED = ItemDefinition()
_MOST_PROBLEMS = 20
_MOST_REMEMBERED = 4096
_LONGEST_REMEMBERED = 40


@define
class Notes:
    """What is to be said of a subject's data beside its rows."""

    problems: list[Problem] = Factory(list)
    unread: dict[str, int] = Factory(dict)
    left_out: int = 0

    def complain(self, path: str, message: str, level: str = "error") -> None:
        """Adds a problem; of one subject, at most so many that somebody could read them."""
        if len(self.problems) < _MOST_PROBLEMS:
            self.problems.append(Problem(level, path, message))
        else:
            self.left_out += 1

    def pass_over(self, label: str) -> None:
        """Counts something that no mapping can speak of."""
        self.unread[label] = self.unread.get(label, 0) + 1

    def all_problems(self, path: str) -> tuple[Problem, ...]:
        """The problems, and how many more there are."""
        if not self.left_out:
            return tuple(self.problems)
        return (*self.problems, Problem("error", path, f"there are {self.left_out} more problems of the file's form"))


class PlainCells(dict[str, Cell]):
    """Cells of texts that have neither unit nor decodes: most texts come again and again."""

    def __missing__(self, text: str) -> Cell:
        """A cell for a text that was not met lately."""
        if len(self) >= _MOST_REMEMBERED:
            self.clear()
        cell = Cell(text.strip())
        if len(text) <= _LONGEST_REMEMBERED:
            self[text] = cell
        return cell


@define
class ItemReader:
    """Reads items by the definitions of one version; ``nulls`` says what the reasons for an empty item mean."""

    definitions: Definitions = NO_DEFINITIONS
    nulls: Mapping[str, str] = Factory(dict)
    notes: Notes = Factory(Notes)
    plain: PlainCells = Factory(PlainCells)

    @staticmethod
    def defined(definition: ItemDefinition, text: str) -> Cell:
        """The cell of an item that has a value and nothing else, but a definition that tells more."""
        text = text.strip()
        if not definition.decodes:
            return Cell(text, definition.unit)
        return Cell(text, definition.unit, "", _other(definition.decodes.get(text, ()), text))

    def read(self, item: Element, path: str, *, removed: bool = False) -> Cell:
        """The cell of any item. One that is removed in a snapshot, or that is contradicted, is unknown."""
        oid = item.get("ItemOID") or ""
        self._pass_over_the_rest(item)
        texts = self._texts(item, path)
        doubt = item.get(DOUBT) or ("it is removed, which a snapshot cannot say" if removed else "")
        null = (item.get("IsNull") or "").casefold() == "yes"
        if null and texts:
            doubt = "it is null and has a value"
        if doubt:
            self.notes.complain(path, f"{doubt}, so it is unknown; correct it at the source")
            was = [each.text or "" for each in item if each.tag == WAS]
            return Cell("", "", UNKNOWN, self._candidates(oid, [*texts, *was]))
        if null:
            return Cell("", "", self._null(item))
        return self._filled(item, oid, texts, path)

    def _filled(self, item: Element, oid: str, texts: list[str], path: str) -> Cell:
        definition = self.definitions.items.get(oid, _UNDEFINED)
        unit = self._unit(item, definition.unit, path)
        if len(texts) > 1:
            return Cell("; ".join(texts), unit, "", self._candidates(oid, texts))
        text = texts[0] if texts else ""
        return Cell(text, unit, "", _other(definition.decodes.get(text, ()), text))

    def _texts(self, item: Element, path: str) -> list[str]:
        """The values that are not blank, in their order: of the attribute, of elements, or the element's own text."""
        if local_name(item.tag) != "ItemData":
            found = [self._text(item, path)]
        else:
            values = [self._text(value, path) for value in item if value.tag == f"{{{namespace(item.tag)}}}Value"]
            found = [(item.get("Value") or "").strip(), *values]
        return list(dict.fromkeys(text for text in found if text))

    def _text(self, element: Element, path: str) -> str:
        """The text of an element; where others stand in it, nobody knows what it means."""
        inner = [child for child in element if child.tag != WAS]
        if inner:
            what = shown(local_name(inner[0].tag))
            self.notes.complain(path, f"its text has an element {what} in it, so it is unknown; write a plain text")
            return f"a text with an element {what} in it"
        return (element.text or "").strip()

    def _unit(self, item: Element, default: str, path: str) -> str:
        oids = [
            child.get("MeasurementUnitOID") or "" for child in item if local_name(child.tag) == "MeasurementUnitRef"
        ]
        oids += [oid for oid in [item.get("MeasurementUnitOID")] if oid]
        if not oids:
            return default
        symbols = dict.fromkeys(unit_text(oid, self.definitions.symbols) for oid in oids)
        if any(oid not in self.definitions.symbols for oid in oids):
            self.notes.complain(
                path, f"its unit {shown(oids[0])} is not defined in the file; give the study's metadata with it"
            )
        return " or ".join(symbols)

    def _null(self, item: Element) -> str:
        """What an item that is empty on purpose means: unknown, unless the mapping knows the reason, or IsNull."""
        reasons = [value for name, value in item.items() if local_name(name) == "ReasonForNull" and value.strip()]
        known = {text.strip().casefold(): meaning for text, meaning in self.nulls.items()}
        means = {known.get(text.strip().casefold(), UNKNOWN) for text in reasons or [NULL]}
        return NOT_DONE if means == {NOT_DONE} else UNKNOWN

    def _candidates(self, oid: str, texts: Iterable[str]) -> tuple[str, ...]:
        """Texts that may be the item's, with their decodes, each once."""
        decodes = self.definitions.items.get(oid, _UNDEFINED).decodes
        return tuple(dict.fromkeys(each for text in texts if text for each in (text, *decodes.get(text, ()))))

    def _pass_over_the_rest(self, item: Element) -> None:
        for name in dict(item.items()):
            if name not in PLAIN_ATTRIBUTES and local_name(name) != "ReasonForNull":
                self.notes.pass_over(f"attribute {attribute_name(name, item)} of items")
        for child in item:
            if local_name(child.tag) not in NO_DATA:
                self.notes.pass_over(f"{local_name(child.tag)} of items")


def _other(texts: tuple[str, ...], text: str) -> tuple[str, ...]:
    return tuple(each for each in texts if each != text)
