"""Reads the data dictionary: YAML files of concepts, each name once, nothing reckoned from itself."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

from ucmsc_rules.documents import read_file
from ucmsc_rules.documents.fields import Entry, Notes, fields_of
from ucmsc_rules.errors import RulesetError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.rules.concept_entries import concept_of
from ucmsc_rules.rules.score_entries import referred, with_score


def load_dictionary(paths: Iterable[str | Path]) -> Dictionary:
    """The dictionary of several files; raises RulesetError with every complaint about them."""
    notes = Notes()
    dictionary = build_dictionary(dictionary_entries(paths, notes), notes)
    notes.refuse()
    return dictionary


def dictionary_entries(paths: Iterable[str | Path], notes: Notes) -> list[Entry]:
    """The entries of several files, in their order."""
    entries: list[Entry] = []
    for path in paths:
        try:
            node = read_file(path)
        except RulesetError as error:
            notes.take(error)
            continue
        root = fields_of(Entry("", node, node.place), "", notes, ("concepts",), ())
        entries += root.entries("concepts")
    return entries


def build_dictionary(entries: Iterable[Entry], notes: Notes) -> Dictionary:
    """The dictionary of all entries together: every name once, scores over known concepts, no circles."""
    by_name: dict[str, Entry] = {}
    for entry in entries:
        if (first := by_name.setdefault(entry.name, entry)) is not entry:
            notes.add(
                entry.place, entry.name, f'"{entry.name}" is defined at {first.place} already; name one otherwise'
            )
    plain = {entry.name: concept for entry in by_name.values() if (concept := concept_of(entry, notes))}
    if len(plain) < len(by_name):
        notes.refuse()  # of a concept without a kind nothing more can be said, nor of what reads it
    concepts = {name: with_score(concept, by_name[name], plain, notes) for name, concept in plain.items()}
    _refuse_circles(concepts, by_name, notes)
    _refuse_second_birth_date(concepts, by_name, notes)
    return Dictionary(concepts)


def _refuse_circles(concepts: Mapping[str, Concept], entries: Mapping[str, Entry], notes: Notes) -> None:
    try:
        TopologicalSorter({name: referred(concept) for name, concept in concepts.items()}).prepare()
    except CycleError as error:
        circle = list(reversed(error.args[1]))
        turn = circle.index(min(circle))
        circle = [*circle[turn:-1], *circle[: turn + 1]]
        notes.add(entries[circle[0]].place, circle[0], f"reckoned from itself: {' from '.join(circle)}")


def _refuse_second_birth_date(concepts: Mapping[str, Concept], entries: Mapping[str, Entry], notes: Notes) -> None:
    births = [name for name, concept in concepts.items() if concept.kind is Kind.BIRTH_DATE]
    for name in births[1:]:
        notes.add(entries[name].place, name, f"{births[0]} is of kind birth_date already; age reads the one there is")
