"""Writes verdicts as ODM: an item for each criterion and one for the status, as a document or as a group to embed.

Nothing is left out, so that in a transaction no earlier answer stays beside new ones. The time of writing and the
file's identifier are arguments: nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import cast
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.exports.odm_form import NO_XML, OdmForm, add_study
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.dates import shown
from ucmsc_rules.verdicts.finding import Verdict

__all__ = ["OdmForm", "to_odm", "to_odm_group"]

USUAL = OdmForm()


def to_odm_group(verdict: Verdict, form: OdmForm = USUAL) -> str:
    """One verdict as an ItemGroupData element, to be embedded where the form stands.

    Raises UcmscRulesError for a verdict that names no subject.
    """
    _subject(verdict)
    group = _group(verdict, form)
    group.set("xmlns", form.namespace())
    return tostring(group, encoding="unicode")


def to_odm(
    verdicts: Iterable[Verdict], ruleset: Ruleset, *, file_oid: str, created: str, form: OdmForm = USUAL
) -> bytes:
    """An ODM document with the verdicts of a ruleset and the definition of the form that holds them.

    ``created`` is a date and time as ISO 8601 writes it. Raises UcmscRulesError for a verdict that names no subject.
    """
    root = Element("ODM", {
        "xmlns": form.namespace(), "FileType": "Transactional" if form.transaction else "Snapshot", "FileOID": file_oid,
        "CreationDateTime": created, "ODMVersion": form.version,
    })  # fmt: skip
    add_study(root, ruleset, form)
    clinical = SubElement(root, "ClinicalData", {"StudyOID": form.study, "MetaDataVersionOID": form.metadata})
    transaction = {"TransactionType": form.transaction} if form.transaction else {}
    for verdict in verdicts:
        subject = SubElement(clinical, "SubjectData", {"SubjectKey": _subject(verdict), **transaction})
        event = SubElement(subject, "StudyEventData", {"StudyEventOID": form.event})
        around = ("FormData", "FormOID") if form.version == "1.3.2" else ("ItemGroupData", "ItemGroupOID")
        SubElement(event, around[0], {around[1]: form.form}).append(_group(verdict, form))
    indent(root)
    return cast("bytes", tostring(root, encoding="utf-8", xml_declaration=True))


def _subject(verdict: Verdict) -> str:
    if verdict.subject is None:
        why = "; ".join(problem.message for problem in verdict.problems)
        raise UcmscRulesError(f"a verdict without a subject has no place in ODM, so leave it out ({why})")
    if NO_XML.search(verdict.subject):
        raise UcmscRulesError(f"the subject {shown(verdict.subject)} has characters that XML cannot hold; rename it")
    return verdict.subject


def _group(verdict: Verdict, form: OdmForm) -> Element:
    repeat = {"ItemGroupRepeatKey": form.repeat_key} if form.repeat_key else {}
    group = Element("ItemGroupData", {"ItemGroupOID": form.group, **repeat})
    values: dict[str, str] = {}
    for name, value in _values(verdict, form):
        if name in values:
            raise UcmscRulesError(f"two texts would both be in the item {shown(name)}; rename the criterion")
        values[name] = NO_XML.sub("\ufffd", value)
    for name, value in values.items():
        if form.version == "1.3.2":
            SubElement(group, "ItemData", {"ItemOID": name, "Value": value})
        else:
            SubElement(SubElement(group, "ItemData", {"ItemOID": name}), "Value").text = value
    return group


def _values(verdict: Verdict, form: OdmForm) -> Iterator[tuple[str, str]]:
    """The items and their values: the status, each criterion, and by which rules it was answered."""
    yield form.item("STATUS"), form.statuses[verdict.status.value]
    for finding in verdict.findings:
        yield form.item(finding.criterion), form.answers[finding.holds.value]
    yield form.item("RULESET"), f"{verdict.ruleset} {verdict.version} {verdict.digest}"
    yield form.item("ENGINE"), f"{verdict.engine}, ucmsc-rules {verdict.library}"
