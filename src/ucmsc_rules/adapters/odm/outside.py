"""Item groups that stand outside of any subject, as in Dataset-XML: gathered by the item that names the subject."""

from __future__ import annotations

from collections.abc import Iterator

from attrs import define

from ucmsc_rules.adapters.odm.pieces import Element, local_name, make, namespace
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.values.dates import shown

_MOST_AT_ONCE = 500


@define
class Outside:
    """The groups of one subject that stand one after another; ``item`` is the OID of the item that names it."""

    item: str
    gathered: Element | None = None
    nameless: int = 0
    passed_over: int = 0

    def add(self, group: Element) -> Iterator[Element]:
        """Takes a group out of the file; gives what is gathered of the subject before, where another one begins."""
        subject = _value(group, self.item) if self.item else ""
        if not subject:
            self.passed_over += not self.item
            self.nameless += bool(self.item)
            return
        full = self.gathered is not None and len(self.gathered) >= _MOST_AT_ONCE
        if self.gathered is not None and (full or self.gathered.get("SubjectKey") != subject):
            yield from self.rest()
        if self.gathered is None:
            self.gathered = make(f"{{{namespace(group.tag)}}}SubjectData", {"SubjectKey": subject})
        self.gathered.append(group)

    def rest(self) -> Iterator[Element]:
        """What is gathered and has not been given yet."""
        if self.gathered is not None:
            yield self.gathered
        self.gathered = None

    def complaints(self) -> Iterator[Broken]:
        """What is to be said of groups of which nobody knows whose they are."""
        if self.passed_over:
            yield Broken(
                f"{self.passed_over} item groups stand outside of any subject, as in Dataset-XML; name the item that"
                ' holds the subject in the mapping, as "subject: IT.USUBJID"'
            )
        if self.nameless:
            yield Broken(f"{self.nameless} item groups have no {shown(self.item)}, so nobody knows whose they are")


def _value(group: Element, oid: str) -> str:
    for item in group:
        if item.get("ItemOID") == oid:
            values = [child.text or "" for child in item if local_name(child.tag) == "Value"]
            return (item.get("Value") or (values[0] if len(values) == 1 else item.text) or "").strip()
    return ""
