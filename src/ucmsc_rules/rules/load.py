"""Loads a ruleset: YAML -> model, once. What comes out is a value that threads can share."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from attrs import evolve

from ucmsc_rules.documents import read_file
from ucmsc_rules.documents.fields import Entry, Fields, Notes, fields_of
from ucmsc_rules.errors import Place, RulesetError
from ucmsc_rules.rules.criterion_entries import Scope, read_criterion
from ucmsc_rules.rules.digest import digest
from ucmsc_rules.rules.find import concept_files, ruleset_file
from ucmsc_rules.rules.header_entries import (
    read_anchors,
    read_arms,
    read_case_anchors,
    read_counts_as,
    read_places,
    read_settings,
)
from ucmsc_rules.rules.load_dictionary import build_dictionary, dictionary_entries, load_dictionary
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.rules.terms import Context
from ucmsc_rules.rules.walk import concepts_of

__all__ = ["load_dictionary", "load_ruleset"]

_NEEDED = ("ruleset", "version", "title", "anchors", "settings", "criteria")
_OPTIONAL = ("notes", "places", "counts_as", "concepts", "case_anchors", "arms")
_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,79}\Z")


def load_ruleset(name_or_path: str | Path, concepts: Iterable[str | Path] | None = None) -> Ruleset:
    """The ruleset that is shipped under a name, or that stands in a file or folder.

    ``concepts`` are the files of the data dictionary, those that are shipped where nothing is given. Raises
    RulesetError with every complaint that was found.
    """
    path, notes = ruleset_file(name_or_path), Notes()
    shared = dictionary_entries(concept_files() if concepts is None else concepts, notes)
    try:
        document = read_file(path)
    except RulesetError as error:
        notes.take(error)
        notes.refuse()
        raise
    return _read(Entry("", document, Place(str(path), 1, 1)), shared, notes)


def _read(root: Entry, shared: Iterable[Entry], notes: Notes) -> Ruleset:
    """The ruleset in a document, over the dictionary's entries and its own."""
    fields = fields_of(root, "", notes, _NEEDED, _OPTIONAL)
    entries = [*shared, *fields.entries("concepts")]
    dictionary = build_dictionary(entries, notes)
    anchors = read_anchors(fields, dictionary)
    if not anchors:
        notes.refuse()  # without anchors every rule would be complained about
    settings, places = read_settings(fields, anchors), read_places(fields)
    scope = Scope(Context(dictionary, anchors, settings, root.place), notes)
    ruleset = Ruleset(
        name=_name(fields),
        version=fields.text("version"),
        title=fields.text("title"),
        anchors=anchors,
        settings=settings,
        counts_as=read_counts_as(fields, scope),
        criteria=_criteria(fields, scope),
        arms=read_arms(fields, dictionary),
        case_anchors=read_case_anchors(fields, anchors),
        dictionary=dictionary,
        digest="",
        file=root.place.file,
        notes=_texts(fields, "notes"),
        places=tuple(places),
        listed_at=places,
    )
    notes.refuse()
    nodes = {entry.name: entry.node for entry in entries}
    return evolve(ruleset, digest=digest(root.node, nodes, _used(ruleset), dictionary))


def _name(fields: Fields) -> str:
    name = fields.text("ruleset")
    if name and not _NAME.match(name):
        fields.note(f'"{name}" cannot name a ruleset; write small letters, digits, ".", "_" and "-"', "ruleset")
    return name


def _criteria(fields: Fields, scope: Scope) -> tuple[Criterion, ...]:
    criteria = tuple(read_criterion(entry, scope) for entry in fields.entries("criteria"))
    if "criteria" in fields and not criteria:
        fields.note('"criteria" must hold one criterion or more', "criteria")
    return criteria


def _texts(fields: Fields, key: str) -> dict[str, str]:
    below = [entry.name for entry in fields.entries(key)]
    texts = fields_of(fields.below(key), key, fields.notes, (), below) if below else fields
    return {name: texts.text(name) for name in below}


def _used(ruleset: Ruleset) -> set[str]:
    """The concepts that a ruleset's rules, counted results and arms read."""
    used = {name for counting in ruleset.counts_as for name in (counting.event, counting.result)}
    used |= {arm.weight for arm in ruleset.arms.values()}
    for criterion in ruleset.criteria:
        rules = [branch.rule for branch in criterion.branches]
        rules += [criterion.conflict] if criterion.conflict else []
        used |= {name for rule in rules for name in concepts_of(rule)}
    return used
