"""Writes the lines of an export as the ODM file that REDCap makes of the same project."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from html import escape
from itertools import groupby

from ucmsc_rules.adapters.redcap.project import (
    BOX,
    CHECKBOX,
    EVENT,
    INSTANCE,
    INSTRUMENT,
    DataField,
    Project,
)

_HEAD = """<?xml version="1.0" encoding="UTF-8" ?>
<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" xmlns:redcap="https://projectredcap.org" ODMVersion="1.3.1"
 FileType="Snapshot" SourceSystem="REDCap">
"""
_STATUS = "0, Incomplete | 1, Unverified | 2, Complete"


def to_redcap_odm(
    lines: Iterable[Mapping[str, str]],
    project: Project,
    repeating: Sequence[str] = (),
    repeating_events: Sequence[str] = (),
) -> bytes:
    """The project with its data; ``repeating`` are the forms and ``repeating_events`` the events that repeat."""
    by_record = groupby(lines, key=lambda line: line[project.record_id])
    subjects = "".join(_subject(record, list(mine), project) for record, mine in by_record)
    study = _study(project, repeating, repeating_events)
    return f"{_HEAD}{study}<ClinicalData StudyOID='P'>{subjects}</ClinicalData></ODM>".encode()


def _study(project: Project, repeating: Sequence[str], repeating_events: Sequence[str]) -> str:
    codes = " | ".join(f"{code}, {label}" for code, label in project.missing.items())
    events = "".join(f'<redcap:RepeatingEvent redcap:UniqueEventName="{name}"/>' for name in repeating_events)
    forms = "".join(
        f'<redcap:RepeatingInstrument redcap:UniqueEventName="event_1_arm_1" redcap:RepeatInstrument="{name}"/>'
        for name in repeating
    )
    columns = {form: _columns(form, project) for form in project.forms}
    every = [column for each in columns.values() for column in each]
    parts = (
        *(_form_definition(form) for form in columns),
        *(_group(form, each) for form, each in columns.items()),
        *(_item(column, project) for column in every),
        *(_list(column, project) for column in every),
    )
    return f"""<Study OID="P"><GlobalVariables><redcap:MissingDataCodes>{escape(codes)}</redcap:MissingDataCodes>
<redcap:RepeatingInstrumentsAndEvents>{events}{forms}</redcap:RepeatingInstrumentsAndEvents></GlobalVariables>
<MetaDataVersion OID="M" redcap:RecordIdField="{project.record_id}">{"".join(parts)}</MetaDataVersion></Study>"""


def _form_definition(form: str) -> str:
    group = f'<ItemGroupRef ItemGroupOID="{form}.all"/>'
    return f'<FormDef OID="Form.{form}" redcap:FormName="{form}">{group}</FormDef>'


def _columns(form: str, project: Project) -> list[str]:
    plumbing = ("_timestamp", "_return_code")
    return [each for each in project.columns() if project.form_of(each) == form and not each.endswith(plumbing)]


def _group(form: str, columns: Iterable[str]) -> str:
    items = "".join(f'<ItemRef ItemOID="{column}"/>' for column in columns)
    return f'<ItemGroupDef OID="{form}.all">{items}</ItemGroupDef>'


def _item(column: str, project: Project) -> str:
    field = project.field_of(column) or DataField(column, "", "select", "Complete?")
    validation = f' redcap:TextValidationType="{field.validation}"' if field.validation else ""
    listed = f'<CodeListRef CodeListOID="{column}.choices"/>' if _choices(column, project) else ""
    question = f"<Question><TranslatedText>{escape(field.label)}</TranslatedText></Question>"
    kind = f'redcap:Variable="{field.name}" redcap:FieldType="{field.kind}"{validation}'
    return f'<ItemDef OID="{column}" Name="{column}" {kind}>{question}{listed}</ItemDef>'


def _choices(column: str, project: Project) -> str:
    field = project.field_of(column)
    return _STATUS if field is None else " | ".join(f"{code}, {label}" for code, label in field.choices.items())


def _list(column: str, project: Project) -> str:
    choices, field = _choices(column, project), project.field_of(column)
    if not choices:
        return ""
    boxes = f' redcap:CheckboxChoices="{escape(choices)}"' if field is not None and field.kind == CHECKBOX else ""
    if boxes:
        choices = "1, Checked | 0, Unchecked"
    pairs = (choice.partition(", ") for choice in choices.split(" | "))
    items = "".join(_choice(code, label) for code, _, label in pairs)
    return f'<CodeList OID="{column}.choices"{boxes}>{items}</CodeList>'


def _choice(code: str, label: str) -> str:
    decode = f"<Decode><TranslatedText>{escape(label)}</TranslatedText></Decode>"
    return f'<CodeListItem CodedValue="{escape(code)}">{decode}</CodeListItem>'


def _subject(record: str, lines: Sequence[Mapping[str, str]], project: Project) -> str:
    """The forms of a record; those in which nothing was entered are left out, as REDCap does."""
    parts = []
    for line in lines:
        event, instance = line.get(EVENT, ""), line.get(INSTANCE, "")
        forms = [line[INSTRUMENT]] if line.get(INSTRUMENT) else list(project.forms)
        number = instance if line.get(INSTRUMENT) else ""
        inner = "".join(_form(form, number or "1", line, project) for form in forms)
        repeat = instance if instance and not number else "1"
        oids = f'StudyEventOID="Event.{event}" StudyEventRepeatKey="{repeat}" redcap:UniqueEventName="{event}"'
        parts.append(f"<StudyEventData {oids}>{inner}</StudyEventData>" if event else inner)
    key = f'SubjectKey="{escape(record)}" redcap:RecordIdField="{project.record_id}"'
    return f"<SubjectData {key}>{''.join(parts)}</SubjectData>"


def _form(form: str, number: str, line: Mapping[str, str], project: Project) -> str:
    held = {column: line[column] for column in _columns(form, project) if line.get(column)}
    entered = any(text != "0" or not (BOX in column or column == f"{form}_complete") for column, text in held.items())
    if not entered:
        return ""
    items = "".join(f'<ItemData ItemOID="{column}" Value="{escape(text)}"/>' for column, text in held.items())
    group = f'<ItemGroupData ItemGroupOID="{form}.all" ItemGroupRepeatKey="1">{items}</ItemGroupData>'
    return f'<FormData FormOID="Form.{form}" FormRepeatKey="{number}">{group}</FormData>'
