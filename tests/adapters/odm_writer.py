"""Writes canonical records as an ODM file of the example study, in 1.3.2 and in 2.0, so that reading gives them back.

1.3.2 is built with odmlib, as others build it; odmlib has no clinical data of ODM 2.0, so lxml serves.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Literal

from lxml import etree
from odmlib.odm_1_3_2 import model as odm

from ucmsc_rules import load_ruleset
from ucmsc_rules.adapters.load_mapping import load_mapping
from ucmsc_rules.adapters.mapping import FactRule, FieldMapping

Record = Mapping[str, Any]
Items = dict[str, str]
Version = Literal["1.3.2", "2.0"]

MAPPING = Path(__file__).parents[2] / "rulesets" / "mappings" / "example-odm.yaml"
STUDY, METADATA, MADE = "ST.UCMSC", "MDV.1", "2026-03-30T12:00:00"
ODM_2_0 = "http://www.cdisc.org/ns/odm/v2.0"
FORMS = {
    "IG.SV": "F.SV", "IG.DM": "F.DM", "IG.VS": "F.DM", "IG.IC": "F.IC", "IG.QA": "F.QA", "IG.MH": "F.MH",
    "IG.CM": "F.CM", "IG.LB": "F.LB", "IG.RS": "F.RS",
}  # fmt: skip
EVENT, SITE = "SE.SCREENING", "L.01"
UNIT_ITEM = {"IT.VSORRES": "IT.VSORRESU"}
CODES = {"Female": "F", "Male": "M"}
MILESTONES = {"screening": "SCREENING", "enrolment": "ENROLMENT", "first_infusion": "INFUSION"}
_AMOUNT = re.compile(r"(?P<value>[<>=≤≥ ]*[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?) (?P<unit>(?!x 10)[^0-9\s].*)\Z")


@cache
def example_mapping() -> FieldMapping:
    """The example mapping for ODM."""
    return load_mapping(MAPPING, load_ruleset("ucmsc-hbv-cirrhosis").dictionary)


def to_odm(records: Iterable[Record], version: Version) -> bytes:
    """An ODM file with the metadata of the example study and all that the records say.

    Raises ValueError where the study has no place for something.
    """
    return {"1.3.2": _to_1_3_2, "2.0": _to_2_0}[version]([_subject(record) for record in records])


def _subject(record: Record) -> tuple[str, list[tuple[str, Items]]]:
    """The subject's key and its item groups, in the order of the facts."""
    groups: list[tuple[str, Items]] = []
    for name, day in record.get("anchors", {}).items():
        groups.append(("IG.SV", {"IT.SVCAT": MILESTONES[name], "IT.SVENDTC": str(day)}))
    rules = example_mapping().facts
    groups += (_group(fact, rules) for fact in record.get("facts", ()))
    return record["subject"], groups


def _group(fact: Record, rules: Iterable[FactRule]) -> tuple[str, Items]:
    rule = next(
        each
        for each in rules
        if each.concept == fact["concept"] and each.complete is (fact.get("complete", True) is True)
    )
    items = {condition.field: condition.texts[0] for condition in rule.where}
    rest = {key: value for key, value in fact.items() if key not in {"concept", "complete", "source"}}
    value, unit = _amount(rest.pop("value", _left_out(fact)), rest.pop("unit", ""), rule)
    take = rule.takes["value"]
    words = {meaning: text for text, meaning in (take.values or {}).items()}
    items[take.field] = CODES.get(words.get(value, value), words.get(value, value))
    if unit:
        items[rule.takes["unit"].field if "unit" in rule.takes else UNIT_ITEM[take.field]] = unit
    for key, each in rest.items():
        if key not in rule.takes:
            raise ValueError(f"the example study has no place for the {key} of {fact['concept']}")
        items[rule.takes[key].field] = _text(each) or "a blank text"
    return rule.kinds[0], items


def _left_out(fact: Record) -> object:
    """What stands for a value that is left out: an event with a day happened; anything else cannot be read."""
    return "yes" if "when" in fact else "a blank text"


def _amount(value: object, unit: object, rule: FactRule) -> tuple[str, str]:
    """The value and the unit apart where the value is a number with a unit; as they are where it is not."""
    text = _text(value) or "a blank text"
    match = _AMOUNT.match(text)
    has_unit = "unit" in rule.takes or rule.takes["value"].field in UNIT_ITEM
    return (match["value"], match["unit"]) if match and has_unit and not unit else (text, _text(unit))


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


def _of_form(groups: Iterable[tuple[str, Items]], form: str) -> Iterator[tuple[str, int, Items]]:
    """The groups of a form, each kind numbered by itself."""
    numbers: dict[str, int] = {}
    for kind, items in groups:
        if FORMS[kind] == form:
            numbers[kind] = numbers.get(kind, 0) + 1
            yield kind, numbers[kind], items


def _item_oids(subjects: Iterable[tuple[str, list[tuple[str, Items]]]]) -> dict[str, list[str]]:
    """Every item that occurs, by its group."""
    found: dict[str, dict[str, None]] = {kind: {} for kind in FORMS}
    for _, groups in subjects:
        for kind, items in groups:
            found[kind] |= dict.fromkeys(items)
    return {kind: list(items) for kind, items in found.items() if items}


def _units(subjects: Iterable[tuple[str, list[tuple[str, Items]]]]) -> dict[str, str]:
    """The OID of each unit that 1.3.2 gives to an item itself."""
    units = {
        items[unit] for _, groups in subjects for _, items in groups for unit in UNIT_ITEM.values() if unit in items
    }
    return {unit: f"MU.{number}" for number, unit in enumerate(sorted(units), start=1)}


def _to_1_3_2(subjects: list[tuple[str, list[tuple[str, Items]]]]) -> bytes:
    units, items = _units(subjects), _item_oids(subjects)
    root = odm.ODM(
        FileOID="F.1",
        FileType="Snapshot",
        ODMVersion="1.3.2",
        CreationDateTime=MADE,
        Granularity="All",
        Originator="test",
    )
    root.Study.append(_study_1_3_2(units, items))
    clinical = odm.ClinicalData(StudyOID=STUDY, MetaDataVersionOID=METADATA)
    clinical.SubjectData.extend(_subject_1_3_2(key, groups, units) for key, groups in subjects)
    root.ClinicalData.append(clinical)
    return etree.tostring(etree.fromstring(root.to_xml_string().encode()), xml_declaration=True, encoding="UTF-8")


def _study_1_3_2(units: Mapping[str, str], items: Mapping[str, list[str]]) -> odm.Study:
    study = odm.Study(OID=STUDY)
    study.GlobalVariables = odm.GlobalVariables()
    for name in ("StudyName", "StudyDescription", "ProtocolName"):
        setattr(study.GlobalVariables, name, getattr(odm, name)(_content="Example"))
    study.BasicDefinitions = odm.BasicDefinitions()
    for unit, oid in units.items():
        symbol = odm.Symbol()
        symbol.TranslatedText.append(odm.TranslatedText(lang="en", _content=unit))
        study.BasicDefinitions.MeasurementUnit.append(odm.MeasurementUnit(OID=oid, Name=unit, Symbol=symbol))
    study.MetaDataVersion.append(_version_1_3_2(items))
    return study


def _version_1_3_2(items: Mapping[str, list[str]]) -> odm.MetaDataVersion:
    version = odm.MetaDataVersion(OID=METADATA, Name="Version 1")
    version.Protocol = odm.Protocol()
    version.Protocol.StudyEventRef.append(odm.StudyEventRef(StudyEventOID=EVENT, OrderNumber=1, Mandatory="Yes"))
    event = odm.StudyEventDef(OID=EVENT, Name="Screening", Repeating="No", Type="Scheduled")
    version.StudyEventDef.append(event)
    for form in dict.fromkeys(FORMS[kind] for kind in items):
        event.FormRef.append(odm.FormRef(FormOID=form, Mandatory="No"))
        definition = odm.FormDef(OID=form, Name=form, Repeating="No")
        definition.ItemGroupRef.extend(
            odm.ItemGroupRef(ItemGroupOID=kind, Mandatory="No") for kind in items if FORMS[kind] == form
        )
        version.FormDef.append(definition)
    for kind, oids in items.items():
        group = odm.ItemGroupDef(OID=kind, Name=kind, Repeating="Yes")
        group.ItemRef.extend(odm.ItemRef(ItemOID=oid, Mandatory="No") for oid in oids if oid not in UNIT_ITEM.values())
        version.ItemGroupDef.append(group)
    for oid in dict.fromkeys(oid for oids in items.values() for oid in oids if oid not in UNIT_ITEM.values()):
        item = odm.ItemDef(OID=oid, Name=oid, DataType="text", Length=200)
        if oid == "IT.SEX":
            item.CodeListRef = odm.CodeListRef(CodeListOID="CL.SEX")
        version.ItemDef.append(item)
    codes = odm.CodeList(OID="CL.SEX", Name="Sex", DataType="text")
    for word, code in CODES.items():
        decode = odm.Decode()
        decode.TranslatedText.append(odm.TranslatedText(lang="en", _content=word))
        codes.CodeListItem.append(odm.CodeListItem(CodedValue=code, Decode=decode))
    version.CodeList.append(codes)
    return version


def _subject_1_3_2(key: str, groups: list[tuple[str, Items]], units: Mapping[str, str]) -> odm.SubjectData:
    subject = odm.SubjectData(SubjectKey=key)
    subject.SiteRef = odm.SiteRef(LocationOID=SITE)
    event = odm.StudyEventData(StudyEventOID=EVENT)
    for form in dict.fromkeys(FORMS[kind] for kind, _ in groups):
        data = odm.FormData(FormOID=form)
        for kind, number, items in _of_form(groups, form):
            group = odm.ItemGroupData(ItemGroupOID=kind, ItemGroupRepeatKey=str(number))
            group.ItemData.extend(_item_1_3_2(oid, items, units) for oid in items if oid not in UNIT_ITEM.values())
            data.ItemGroupData.append(group)
        event.FormData.append(data)
    subject.StudyEventData.append(event)
    return subject


def _item_1_3_2(oid: str, items: Items, units: Mapping[str, str]) -> odm.ItemData:
    item = odm.ItemData(ItemOID=oid, Value=items[oid])
    if UNIT_ITEM.get(oid) in items:
        item.MeasurementUnitRef = odm.MeasurementUnitRef(MeasurementUnitOID=units[items[UNIT_ITEM[oid]]])
    return item


def _to_2_0(subjects: list[tuple[str, list[tuple[str, Items]]]]) -> bytes:
    items = _item_oids(subjects)
    root = etree.Element(
        f"{{{ODM_2_0}}}ODM", nsmap={None: ODM_2_0}, FileOID="F.1", FileType="Snapshot", ODMVersion="2.0",
        Granularity="All", CreationDateTime=MADE,
    )  # fmt: skip
    study = _add(root, "Study", OID=STUDY, StudyName="Example", ProtocolName="Example")
    _version_2_0(_add(study, "MetaDataVersion", OID=METADATA, Name="Version 1"), items)
    clinical = _add(root, "ClinicalData", StudyOID=STUDY, MetaDataVersionOID=METADATA)
    for key, groups in subjects:
        subject = _add(clinical, "SubjectData", SubjectKey=key)
        _add(subject, "SiteRef", LocationOID=SITE)
        event = _add(subject, "StudyEventData", StudyEventOID=EVENT)
        for form in dict.fromkeys(FORMS[kind] for kind, _ in groups):
            data = _add(event, "ItemGroupData", ItemGroupOID=form)
            for kind, number, values in _of_form(groups, form):
                group = _add(data, "ItemGroupData", ItemGroupOID=kind, ItemGroupRepeatKey=str(number))
                for oid, value in values.items():
                    _add(_add(group, "ItemData", ItemOID=oid), "Value").text = value
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", pretty_print=True)


def _version_2_0(version: etree._Element, items: Mapping[str, list[str]]) -> None:
    forms = list(dict.fromkeys(FORMS[kind] for kind in items))
    event = _add(version, "StudyEventDef", OID=EVENT, Name="Screening", Repeating="No", Type="Scheduled")
    for form in forms:
        _add(event, "ItemGroupRef", ItemGroupOID=form, Mandatory="No")
    for form in forms:
        group = _add(version, "ItemGroupDef", OID=form, Name=form, Repeating="No", Type="Form")
        for kind in [kind for kind in items if FORMS[kind] == form]:
            _add(group, "ItemGroupRef", ItemGroupOID=kind, Mandatory="No")
    for kind, oids in items.items():
        group = _add(version, "ItemGroupDef", OID=kind, Name=kind, Repeating="Dynamic", Type="Section")
        for oid in oids:
            units = {"UnitsItemOID": UNIT_ITEM[oid]} if oid in UNIT_ITEM else {}
            _add(group, "ItemRef", ItemOID=oid, Mandatory="No", **units)
    for oid in dict.fromkeys(oid for oids in items.values() for oid in oids):
        item = _add(version, "ItemDef", OID=oid, Name=oid, DataType="text", Length="200")
        if oid == "IT.SEX":
            _add(item, "CodeListRef", CodeListOID="CL.SEX")
    codes = _add(version, "CodeList", OID="CL.SEX", Name="Sex", DataType="text")
    for word, code in CODES.items():
        decode = _add(_add(codes, "CodeListItem", CodedValue=code), "Decode")
        text = _add(decode, "TranslatedText", Type="text/plain")
        text.set("{http://www.w3.org/XML/1998/namespace}lang", "en")
        text.text = word


def _add(around: etree._Element, name: str, **attributes: str) -> etree._Element:
    make: Callable[..., etree._Element] = etree.SubElement
    return make(around, f"{{{ODM_2_0}}}{name}", **attributes)
