"""What the ODM export of a REDCap project says of the project itself: its data dictionary, and what repeats."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import frozen

from ucmsc_rules.adapters.odm.pieces import Element, local_name
from ucmsc_rules.adapters.redcap.project import CHECKBOX, COMPLETE, DataField, Project, choices_of

_SPACE = "https://projectredcap.org"


@frozen(eq=False)
class OdmProject:
    """A project, the names of its forms by OID, and the events and the forms of an event that repeat."""

    project: Project
    forms: Mapping[str, str]
    repeating_events: frozenset[str]
    repeating_forms: frozenset[tuple[str, str]]


def of_redcap(element: Element, name: str) -> str:
    """An attribute that REDCap adds to ODM; "" where it is not there."""
    return (element.get(f"{{{_SPACE}}}{name}") or "").strip()


def read_odm_project(study: Element) -> OdmProject | None:
    """The project of a Study element; None where REDCap did not write it."""
    version = next(_named(study, "MetaDataVersion"), None)
    record_id = of_redcap(version, "RecordIdField") if version is not None else ""
    if version is None or not record_id:
        return None
    fields = _fields(version)
    if record_id not in fields:
        return None
    ordered = {record_id: fields[record_id], **fields}
    missing = " | ".join(each.text or "" for each in _named(study, "MissingDataCodes"))
    return OdmProject(
        Project(ordered, choices_of(missing)),
        {form.get("OID") or "": of_redcap(form, "FormName") for form in _named(version, "FormDef")},
        frozenset(of_redcap(each, "UniqueEventName") for each in _named(study, "RepeatingEvent")),
        frozenset(
            (of_redcap(each, "UniqueEventName"), of_redcap(each, "RepeatInstrument"))
            for each in _named(study, "RepeatingInstrument")
        ),
    )


def _named(element: Element, name: str) -> Iterator[Element]:
    """The elements of a name below another, at any depth."""
    for child in element:
        if local_name(child.tag) == name:
            yield child
        yield from _named(child, name)


def _fields(version: Element) -> dict[str, DataField]:
    """The fields in the order of the file; the boxes of a checkbox are one field."""
    forms, choices = _forms(version), {each.get("OID") or "": each for each in _named(version, "CodeList")}
    fields: dict[str, DataField] = {}
    for item in _named(version, "ItemDef"):
        oid, name = item.get("OID") or "", of_redcap(item, "Variable") or item.get("OID") or ""
        form = forms.get(oid, "")
        if name == f"{form}{COMPLETE}" or name in fields:
            continue
        kind = of_redcap(item, "FieldType") or "text"
        lists = [
            choices[each.get("CodeListOID") or ""]
            for each in _named(item, "CodeListRef")
            if each.get("CodeListOID") in choices
        ]
        held = _boxes(lists) if kind == CHECKBOX else _choices(lists)
        fields[name] = DataField(name, form, kind, _question(item), held, of_redcap(item, "TextValidationType"))
    return fields


def _forms(version: Element) -> dict[str, str]:
    """The form of each item: form, item group and item refer to one another."""
    groups = {
        each.get("OID") or "": [item.get("ItemOID") or "" for item in _named(each, "ItemRef")]
        for each in _named(version, "ItemGroupDef")
    }
    return {
        item: of_redcap(form, "FormName")
        for form in _named(version, "FormDef")
        for group in _named(form, "ItemGroupRef")
        for item in groups.get(group.get("ItemGroupOID") or "", ())
    }


def _choices(lists: list[Element]) -> dict[str, str]:
    items = (item for each in lists for item in _named(each, "CodeListItem"))
    return {(item.get("CodedValue") or "").strip(): _text(item) for item in items}


def _boxes(lists: list[Element]) -> dict[str, str]:
    return choices_of(" | ".join(of_redcap(each, "CheckboxChoices") for each in lists))


def _question(item: Element) -> str:
    return next((_text(question) for question in _named(item, "Question")), "")


def _text(element: Element) -> str:
    return next(((each.text or "").strip() for each in _named(element, "TranslatedText")), "")
