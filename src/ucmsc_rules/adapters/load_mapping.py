"""Loads a mapping: YAML -> FieldMapping, once. What comes out is a value that threads can share."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path

from ucmsc_rules.adapters.coded_entries import read_coded
from ucmsc_rules.adapters.fields_there import rules_of
from ucmsc_rules.adapters.find_mapping import mapping_file
from ucmsc_rules.adapters.mapping import DateOrder, FieldMapping, Rows, System
from ucmsc_rules.adapters.rule_entries import Scope, read_anchors, read_facts
from ucmsc_rules.adapters.take_entries import NOTHING_THERE
from ucmsc_rules.documents import MappingNode, Node, plain, read_document, read_file
from ucmsc_rules.documents.fields import Entry, Fields, Notes, fields_of
from ucmsc_rules.errors import Place
from ucmsc_rules.facts.concepts import Dictionary

_NEEDED = ("mapping", "version", "title", "reads")
_OPTIONAL = ("subject", "dates", "decimals", "missing", "systems", "rows", "anchors", "coded", "facts")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\Z")


def load_mapping(name_or_path: str | Path, dictionary: Dictionary) -> FieldMapping:
    """The mapping that is shipped under a name, or that stands in a file.

    Raises RulesetError with every complaint that was found.
    """
    path = mapping_file(name_or_path)
    return _read(read_file(path), str(path), dictionary)


def parse_mapping(text: str | bytes, dictionary: Dictionary, file: str = "mapping.yaml") -> FieldMapping:
    """The mapping in a YAML text; ``file`` is what complaints call it."""
    return _read(read_document(text, file), file, dictionary)


def _read(document: Node, file: str, dictionary: Dictionary) -> FieldMapping:
    notes = Notes()
    fields = fields_of(Entry("", document, Place(file, 1, 1)), "", notes, _NEEDED, _OPTIONAL)
    scope = Scope(dictionary, notes)
    reads = fields.choice("reads", [system.value for system in System])
    mapping = FieldMapping(
        name=_name(fields),
        version=fields.text("version"),
        title=fields.text("title"),
        reads=System(reads) if reads else System.TABLE,
        facts=(*read_facts(fields, scope), *read_coded(fields, scope)),
        anchors=tuple(read_anchors(fields, scope)),
        subject=fields.text("subject"),
        missing={
            entry.name: _alone(entry, "missing", notes).choice(entry.name, NOTHING_THERE)
            for entry in fields.entries("missing")
        },
        dates=DateOrder(fields.choice("dates", [order.value for order in DateOrder]) or "ymd"),
        decimal_comma=fields.choice("decimals", ("point", "comma")) == "comma",
        systems={entry.name: _alone(entry, "systems", notes).text(entry.name) for entry in fields.entries("systems")},
        rows={entry.name: _rows(entry, notes) for entry in fields.entries("rows")},
        digest=_digest(document),
    )
    _refuse_unusable(mapping, reads, fields)
    notes.refuse()
    return mapping


def _name(fields: Fields) -> str:
    name = fields.text("mapping")
    if name and not _NAME.match(name):
        fields.note(f'"{name}" cannot name a mapping; write small letters, digits, ".", "_" and "-"', "mapping")
    return name


def _alone(entry: Entry, subject: str, notes: Notes) -> Fields:
    """One field of a mapping whose names are free."""
    return Fields(MappingNode({entry.name: entry.node}, {}, entry.place), entry.place, subject, notes)


def _rows(entry: Entry, notes: Notes) -> Rows:
    rows = fields_of(entry, entry.name, notes, (), ("named_by", "ignore"))
    return Rows(rows.texts("named_by"), rows.texts("ignore"))


def _refuse_unusable(mapping: FieldMapping, reads: str, fields: Fields) -> None:
    if "facts" not in fields and "coded" not in fields:
        fields.note('"facts" is missing; write one entry for each way in which a row speaks of a concept')
    if reads == System.TABLE.value:
        _refuse_kinds(mapping, fields)
        if "subject" not in fields:
            fields.note('"subject" is missing; name the column that holds the subject\'s identifier')


def _refuse_kinds(mapping: FieldMapping, fields: Fields) -> None:
    """A table has rows of one kind, which is called as the format is."""
    places = {rule.place: other for rule in rules_of(mapping) for other in rule.kinds if other != mapping.reads.value}
    for place, other in places.items():
        fields.notes.add(place, "", f'a table has no rows "from" {other}; leave it out, or choose rows with "where"')
    for entry in fields.entries("rows"):
        if entry.name != mapping.reads.value:
            fields.notes.add(entry.place, entry.name, f'a table has rows of the kind "{mapping.reads.value}" alone')


def _digest(document: Node) -> str:
    """``sha256:`` and the hash of what the file says, not of its comments or layout."""
    text = json.dumps(plain(document), sort_keys=True, separators=(",", ":"), ensure_ascii=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode('ascii')).hexdigest()}"
