"""The form that takes verdicts in ODM, and its definition as a study's metadata."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Literal
from xml.etree.ElementTree import Element, SubElement

from attrs import Factory, frozen

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.wording import either

NAMESPACES: Mapping[str, str] = {"1.3.2": "http://www.cdisc.org/ns/odm/v1.3", "2.0": "http://www.cdisc.org/ns/odm/v2.0"}
NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_DECODES = {"true": "It holds", "false": "It does not hold", "unknown": "Not known"}


@frozen
class OdmForm:
    """The form that takes verdicts: the OIDs of your study's build, and the codes of your code lists.

    ``items`` are the OIDs of the items; each ``{}`` is replaced by the criterion. ``answers`` are the codes for what a
    criterion came to, and ``statuses`` those for the status. With a ``transaction`` the document is transactional.
    """

    version: Literal["1.3.2", "2.0"] = "1.3.2"
    study: str = "ST"
    metadata: str = "MDV.1"
    event: str = "SE.SCREENING"
    form: str = "F.ELIGIBILITY"
    group: str = "IG.ELIGIBILITY"
    repeat_key: str = ""
    items: str = "IT.ELIG.{}"
    answers: Mapping[str, str] = Factory(lambda: {"true": "Y", "false": "N", "unknown": "U"})
    statuses: Mapping[str, str] = Factory(
        lambda: {each: each for each in ("eligible", "ineligible", "undetermined")},
    )
    transaction: Literal["", "Insert", "Update", "Upsert"] = ""

    def item(self, name: str) -> str:
        """The OID of the item of a criterion, or of the STATUS, the RULESET or the ENGINE."""
        return self.items.format(name)

    def namespace(self) -> str:
        """The namespace of the version. Raises UcmscRulesError for one that is not written."""
        if self.version not in NAMESPACES:
            raise UcmscRulesError(f"ODM {self.version} is not written; write {either(NAMESPACES)}")
        return NAMESPACES[self.version]


def add_study(root: Element, ruleset: Ruleset, form: OdmForm) -> None:
    """Adds the definition of the form, in the order that the schema asks for."""
    questions = {
        "STATUS": "Status of the subject by what is known",
        **{criterion.id: criterion.text for criterion in ruleset.criteria},
        "RULESET": "Ruleset, with its version and digest",
        "ENGINE": "Engine and version of the library",
    }
    names = {"StudyName": form.study, "StudyDescription": ruleset.title or ruleset.name, "ProtocolName": form.study}
    if form.version == "1.3.2":
        study = SubElement(root, "Study", {"OID": form.study})
        described = SubElement(study, "GlobalVariables")
        for name, text in names.items():
            SubElement(described, name).text = text
    else:
        del names["StudyDescription"]
        study = SubElement(root, "Study", {"OID": form.study, **names})
    metadata = SubElement(study, "MetaDataVersion", {"OID": form.metadata, "Name": f"{ruleset.name} {ruleset.version}"})
    (_add_forms_1_3_2 if form.version == "1.3.2" else _add_forms_2_0)(metadata, form, questions)
    for name, question in questions.items():
        _add_item(metadata, name, question, form)
    _add_codes(metadata, "STATUS", {code: word for word, code in form.statuses.items()}, form)
    _add_codes(metadata, "ANSWER", {code: _DECODES[word] for word, code in form.answers.items()}, form)


def _add_forms_1_3_2(metadata: Element, form: OdmForm, names: Iterable[str]) -> None:
    _reference(SubElement(metadata, "Protocol"), "StudyEventRef", "StudyEventOID", form.event)
    event = _definition(metadata, "StudyEventDef", form.event, "Screening", Type="Scheduled")
    _reference(event, "FormRef", "FormOID", form.form)
    around = _definition(metadata, "FormDef", form.form, "Eligibility")
    _reference(around, "ItemGroupRef", "ItemGroupOID", form.group)
    group = _definition(metadata, "ItemGroupDef", form.group, "Eligibility")
    for name in names:
        _reference(group, "ItemRef", "ItemOID", form.item(name))


def _add_forms_2_0(metadata: Element, form: OdmForm, names: Iterable[str]) -> None:
    event = _definition(metadata, "StudyEventDef", form.event, "Screening", Type="Scheduled")
    _reference(event, "ItemGroupRef", "ItemGroupOID", form.form)
    around = _definition(metadata, "ItemGroupDef", form.form, "Eligibility", Type="Form")
    _reference(around, "ItemGroupRef", "ItemGroupOID", form.group)
    group = _definition(metadata, "ItemGroupDef", form.group, "Criteria", Type="Section")
    for name in names:
        _reference(group, "ItemRef", "ItemOID", form.item(name))


def _definition(around: Element, tag: str, oid: str, name: str, **more: str) -> Element:
    return SubElement(around, tag, {"OID": oid, "Name": name, "Repeating": "No", **more})


def _reference(around: Element, tag: str, attribute: str, oid: str) -> None:
    SubElement(around, tag, {attribute: oid, "Mandatory": "No"})


def _add_item(metadata: Element, name: str, question: str, form: OdmForm) -> None:
    item = SubElement(metadata, "ItemDef", {"OID": form.item(name), "Name": name, "DataType": "text", "Length": "200"})
    _add_text(SubElement(item, "Question"), " ".join(NO_XML.sub("\ufffd", question).split()), form)
    if name not in {"RULESET", "ENGINE"}:
        codes = form.item("STATUS" if name == "STATUS" else "ANSWER")
        SubElement(item, "CodeListRef", {"CodeListOID": f"CL.{codes}"})


def _add_codes(metadata: Element, name: str, codes: Mapping[str, str], form: OdmForm) -> None:
    code_list = SubElement(metadata, "CodeList", {"OID": f"CL.{form.item(name)}", "Name": name, "DataType": "text"})
    for code, decode in codes.items():
        _add_text(SubElement(SubElement(code_list, "CodeListItem", {"CodedValue": code}), "Decode"), decode, form)


def _add_text(around: Element, text: str, form: OdmForm) -> None:
    kind = {"Type": "text/plain"} if form.version == "2.0" else {}
    SubElement(around, "TranslatedText", {**kind, "xml:lang": "en"}).text = text
