"""Small ODM files for tests, put together from parts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from io import BytesIO
from typing import Any

from ucmsc_rules.adapters.odm import SubjectRows, rows_of
from ucmsc_rules.adapters.row import Cell, Row
from ucmsc_rules.facts.json_text import Broken

SPACES = {
    "1.2": "http://www.cdisc.org/ns/odm/v1.2", "1.3": "http://www.cdisc.org/ns/odm/v1.3",
    "1.3.2": "http://www.cdisc.org/ns/odm/v1.3", "2.0": "http://www.cdisc.org/ns/odm/v2.0",
}  # fmt: skip
METADATA = """
<Study OID="ST"><BasicDefinitions>
  <MeasurementUnit OID="MU.1" Name="mg/dL"><Symbol><TranslatedText xml:lang="de">mg/dl</TranslatedText>
    <TranslatedText xml:lang="en">mg/dL</TranslatedText></Symbol></MeasurementUnit>
  <MeasurementUnit OID="MU.2" Name="mmol/L"><Symbol><TranslatedText>mmol/L</TranslatedText></Symbol></MeasurementUnit>
  <MeasurementUnit OID="MU.3" Name="nothing"><Symbol/></MeasurementUnit>
</BasicDefinitions><MetaDataVersion OID="M" Name="M">
  <ItemDef OID="GLUC" Name="Glucose" DataType="float"><MeasurementUnitRef MeasurementUnitOID="MU.2"/></ItemDef>
  <ItemDef OID="CREAT" Name="Creatinine" DataType="float"><MeasurementUnitRef MeasurementUnitOID="MU.1"/>
    <MeasurementUnitRef MeasurementUnitOID="MU.2"/></ItemDef>
  <ItemDef OID="SEX" Name="Sex" DataType="text"><CodeListRef CodeListOID="CL.SEX"/></ItemDef>
  <CodeList OID="CL.SEX" Name="Sex" DataType="text">
    <CodeListItem CodedValue="F"><Decode><TranslatedText xml:lang="en">Female</TranslatedText>
      <TranslatedText xml:lang="fr">Femme</TranslatedText></Decode></CodeListItem>
    <CodeListItem CodedValue="M"><Decode><TranslatedText xml:lang="en">Male</TranslatedText></Decode></CodeListItem>
  </CodeList>
</MetaDataVersion></Study>
"""


def file_of(*parts: str, kind: str = "Snapshot", version: str = "1.3.2", more: str = "") -> str:
    """An ODM file that holds some parts."""
    start = (
        f'<?xml version="1.0"?>\n<ODM xmlns="{SPACES[version]}" FileType="{kind}" FileOID="F" ODMVersion="{version}"'
    )
    return f"{start} {more}>{''.join(parts)}</ODM>"


def clinical(*subjects: str, study: str = "ST", version: str = "M") -> str:
    """Clinical data."""
    return f'<ClinicalData StudyOID="{study}" MetaDataVersionOID="{version}">{"".join(subjects)}</ClinicalData>'


def subject(key: str, *inside: str, transaction: str = "") -> str:
    """A subject with whatever stands in it."""
    return f'<SubjectData SubjectKey="{key}"{_transaction(transaction)}>{"".join(inside)}</SubjectData>'


def event(*inside: str, oid: str = "SE", repeat: str = "", transaction: str = "") -> str:
    """A study event."""
    key = f' StudyEventRepeatKey="{repeat}"' if repeat else ""
    return f'<StudyEventData StudyEventOID="{oid}"{key}{_transaction(transaction)}>{"".join(inside)}</StudyEventData>'


def form(*inside: str, oid: str = "F", repeat: str = "", transaction: str = "") -> str:
    """A form of ODM 1.3."""
    key = f' FormRepeatKey="{repeat}"' if repeat else ""
    return f'<FormData FormOID="{oid}"{key}{_transaction(transaction)}>{"".join(inside)}</FormData>'


def group(*inside: str, oid: str = "IG", repeat: str = "", transaction: str = "", **items: str) -> str:
    """An item group, with items that have a value and nothing else."""
    key = f' ItemGroupRepeatKey="{repeat}"' if repeat else ""
    plain = "".join(f'<ItemData ItemOID="{name}" Value="{value}"/>' for name, value in items.items())
    start = f'<ItemGroupData ItemGroupOID="{oid}"{key}{_transaction(transaction)}>'
    return f"{start}{plain}{''.join(inside)}</ItemGroupData>"


def in_form(*groups: str) -> str:
    """Item groups in the one form of the one event."""
    return event(form(*groups))


def one(*items: str, **plain: str) -> str:
    """A snapshot of one subject with one item group, whose items are given; the metadata go before."""
    return file_of(METADATA, clinical(subject("S1", in_form(group(*items, **plain)))))


def _transaction(kind: str) -> str:
    return f' TransactionType="{kind}"' if kind else ""


def stream(text: str | bytes, encoding: str = "utf-8") -> BytesIO:
    """The text as a binary stream."""
    return BytesIO(text if isinstance(text, bytes) else text.encode(encoding))


def read(text: str | bytes, **wishes: Any) -> list[SubjectRows | Broken]:
    """Every subject of a file, and what could not be taken."""
    return list(rows_of(stream(text), **wishes))


def subjects_of(text: str | bytes, **wishes: Any) -> list[SubjectRows]:
    """The subjects of a file of which nothing is broken."""
    found = read(text, **wishes)
    assert not [each for each in found if isinstance(each, Broken)]
    return [each for each in found if isinstance(each, SubjectRows)]


def rows_in(text: str | bytes, **wishes: Any) -> list[Row]:
    """The rows of the only subject of a file."""
    (only,) = subjects_of(text, **wishes)
    return only.rows


def items_of(row: Row) -> dict[str, Cell]:
    """The cells of a row's items, without those that say where it stands."""
    return {name: cell for name, cell in row.cells.items() if not name.startswith("@")}


def texts_of(rows: Iterable[Row]) -> list[dict[str, str]]:
    """The texts of the items of rows."""
    return [{name: cell.text for name, cell in items_of(row).items()} for row in rows]


def around(row: Row) -> Mapping[str, str]:
    """The texts of the cells that say where a row stands."""
    return {name: cell.text for name, cell in row.cells.items() if name.startswith("@")}


def problems_of(text: str | bytes, **wishes: Any) -> list[str]:
    """The problems of the only subject of a file, as people read them."""
    (only,) = subjects_of(text, **wishes)
    return [f"{each.level} {each.path}: {each.message}" for each in only.problems]


def broken_in(text: str | bytes, **wishes: Any) -> list[str]:
    """The messages of what could not be taken."""
    return [each.message for each in read(text, **wishes) if isinstance(each, Broken)]
