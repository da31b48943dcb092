"""Reads ``coded``: one entry becomes a rule for every concept of the dictionary that has codes in its systems."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.adapters.mapping import Condition, FactRule
from ucmsc_rules.adapters.plan import KEYS
from ucmsc_rules.adapters.rule_entries import SELECTING, Scope, read_takes, refuse_valueless
from ucmsc_rules.adapters.take_entries import MEASURED, read_conditions, read_kinds
from ucmsc_rules.documents.fields import Entry, Fields, Notes, fields_of
from ucmsc_rules.errors import Place, RulesetError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.wording import did_you_mean

CATEGORIES_OF = {"icd10": 3, "icd10cm": 3}  # codes of so many characters stand for all that are below them
_NEEDED = ("from", "field", "systems")
_OPTIONAL = ("kinds", "except", "complete", *SELECTING[1:], *KEYS)


def read_coded(fields: Fields, scope: Scope) -> Iterator[FactRule]:
    """The rules that the entries below ``coded`` stand for, by entry and then in the order of the dictionary."""
    for entry in fields.items("coded"):
        coded = fields_of(entry, entry.name, scope.notes, _NEEDED, _OPTIONAL)
        told: set[Place] = set()
        for concept in _concepts(coded, scope.dictionary):
            quiet = Fields(coded.node, coded.place, coded.subject, Notes())
            yield _rule(quiet, concept, entry)
            for complaint in quiet.notes.complaints:
                if complaint.place not in told:  # what is wrong for many concepts need be said of one
                    scope.notes.take(RulesetError((complaint,)))
            told.update(complaint.place for complaint in quiet.notes.complaints)


def code_texts(concept: Concept, systems: tuple[str, ...]) -> tuple[str, ...]:
    """The concept's codes in some systems as cells write them; one that is a category ends in ``*``.

    >>> malignancy = Concept("malignancy", Kind.EVENT, "malignancy", codes={"icd10": ("C22", "C22.0")})
    >>> code_texts(malignancy, ("icd10",))
    ('icd10 C22*', 'icd10 C22.0')
    """
    return tuple(
        f"{system} {code}{'*' if len(code) == CATEGORIES_OF.get(system) else ''}"
        for system in systems
        for code in concept.codes.get(system, ())
    )


def _rule(coded: Fields, concept: Concept, entry: Entry) -> FactRule:
    """The rule for one concept; keys that facts of its kind cannot have are for the others that the entry serves."""
    takes = read_takes(coded, concept)
    refuse_valueless(coded, concept)
    measured = concept.kind is Kind.QUANTITY
    return FactRule(
        concept=concept.name,
        takes={key: take for key, take in takes.items() if measured or key not in MEASURED or key == "unit"},
        kinds=read_kinds(coded),
        where=(
            Condition(coded.text("field"), code_texts(concept, coded.texts("systems"))),
            *read_conditions(coded, "where"),
        ),
        unless=read_conditions(coded, "unless"),
        complete=coded.flag("complete", default=True) or concept.kind is not Kind.EVENT,
        place=entry.place,
    )


def _concepts(coded: Fields, dictionary: Dictionary) -> list[Concept]:
    """The concepts that an entry serves; complaints about systems, kinds and exceptions that there are not."""
    known = list(dict.fromkeys(system for concept in dictionary.concepts.values() for system in concept.codes))
    systems = _listed(coded, "systems", known, "code system that a concept has codes of")
    kinds = _listed(coded, "kinds", [kind.value for kind in Kind], "kind of concept")
    excepted = _listed(coded, "except", list(dictionary.concepts), "concept of the dictionary")
    served = [
        concept
        for concept in dictionary.concepts.values()
        if code_texts(concept, systems)
        and (concept.kind.value in kinds or "kinds" not in coded)
        and concept.name not in excepted
    ]
    if systems and not served and len(systems) == len(coded.texts("systems")):
        coded.note("no concept of these kinds has codes in these systems; leave the entry out", "systems")
    return served


def _listed(fields: Fields, key: str, known: list[str], what: str) -> tuple[str, ...]:
    """The texts of a list that are known; a complaint about each that is not."""
    texts = fields.texts(key)
    for text in texts:
        if text not in known:
            hint = did_you_mean(text, known) or f"; write {', '.join(known[:10])}"
            fields.note(f'"{text}" is no {what}{hint}', key)
    return tuple(text for text in texts if text in known)
