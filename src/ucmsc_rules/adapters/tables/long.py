"""The table of canonical facts: a row for each fact, with the keys of a fact as its columns.

Its mapping is made from the data dictionary, so that every concept can stand in it, and anchors as ``anchor_<name>``,
each in a column or as a concept with its day as ``when``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from difflib import get_close_matches

from ucmsc_rules.adapters.mapping import AnchorRule, Condition, FactRule, FieldMapping, Rows, System, Take
from ucmsc_rules.adapters.plan import KEYS
from ucmsc_rules.adapters.row import Row
from ucmsc_rules.adapters.tables.read import KIND as ROW
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.values.dates import shown
from ucmsc_rules.wording import did_you_mean

NAME = "long-table"
SUBJECT = "subject"
CONCEPT = "concept"
ANCHOR = "anchor_"
COLUMNS = (SUBJECT, CONCEPT, *KEYS, "complete")
ANCHORS_ROW = "anchors"
NEAR = 0.8
_WHOLE = ("", "true", "yes", "1")
_WORDS = {
    Kind.YES_NO: {"yes": "yes", "no": "no", "true": "yes", "false": "no"},
    Kind.EVENT: {"yes": "yes", "none": "none", "true": "yes"},
}


def long_mapping(dictionary: Dictionary, columns: Collection[str], anchors: Iterable[str]) -> FieldMapping:
    """The mapping of a table of canonical facts that has these columns, and anchors of these names as concepts."""
    facts = [rule for concept in dictionary.concepts.values() for rule in _rules(concept, columns)]
    return FieldMapping(
        name=NAME,
        version="1.0.0",
        title="A row for each fact",
        reads=System.TABLE,
        facts=tuple(facts),
        anchors=(*_anchor_columns(columns), *(_anchor_concept(name) for name in anchors)),
        subject=SUBJECT,
        rows={ROW: Rows(named_by=(CONCEPT,))},
    )


def anchor_rules(columns: Iterable[str]) -> tuple[AnchorRule, ...]:
    """The anchors of a table of their own, in which each has a column."""
    names = [column for column in columns if column != SUBJECT]
    return tuple(AnchorRule(name.removeprefix(ANCHOR), Take(name), (ANCHORS_ROW,)) for name in names)


def misspelt(columns: Iterable[str]) -> str:
    """What is wrong with the first column that looks like one of a fact's and is none; "" where there is none."""
    for column in columns:
        if column in COLUMNS or column.startswith(ANCHOR):
            continue
        if near := get_close_matches(column.casefold(), COLUMNS, n=1, cutoff=NEAR):
            return f'the column "{column}" is none of a fact; did you mean "{near[0]}"? Rename it, or name it otherwise'
    return ""


def unknown_concept(row: Row, dictionary: Dictionary) -> Problem | None:
    """The problem of a row that names no concept of the dictionary; None where it names one, or an anchor."""
    written = row.cells[CONCEPT].text.strip()
    name = written.casefold()
    if (
        name.startswith(ANCHOR)
        or written in dictionary
        or any(known.casefold() == name for known in dictionary.concepts)
    ):
        return None
    if not name:
        return Problem("error", f"{row.path}.{CONCEPT}", "the row names no concept, so nothing of it is read")
    message = f"{shown(written)} is no concept of the dictionary{did_you_mean(name, dictionary.concepts)}"
    return Problem("error", f"{row.path}.{CONCEPT}", message)


def _rules(concept: Concept, columns: Collection[str]) -> list[FactRule]:
    """The rules of one concept; events that are dated have a second for rows without a value."""
    takes = {key: Take(key, values=_WORDS.get(concept.kind) if key == "value" else None) for key in KEYS}
    takes = {key: take for key, take in takes.items() if key in columns}
    this = Condition(CONCEPT, (concept.name,))
    if concept.kind is not Kind.EVENT:
        return [FactRule(concept.name, takes, (ROW,), (this,))]
    blank = Condition("value", ("",))
    dated = {key: take for key, take in takes.items() if key != "value"}
    rules = []
    for whole, where, unless in _completeness(columns):
        rules.append(FactRule(concept.name, takes, (ROW,), (this, *where), (blank, *unless), whole))
        rules.append(FactRule(concept.name, dated, (ROW,), (this, blank, *where), unless, whole))
    return rules


def _completeness(columns: Collection[str]) -> Iterable[tuple[bool, tuple[Condition, ...], tuple[Condition, ...]]]:
    """A list of events is whole where the column says so or is blank, and is not where it says anything else."""
    if "complete" not in columns:
        return [(True, (), ())]
    whole = Condition("complete", _WHOLE)
    return [(True, (whole,), ()), (False, (), (whole,))]


def _anchor_columns(columns: Iterable[str]) -> Iterable[AnchorRule]:
    return (AnchorRule(name.removeprefix(ANCHOR), Take(name), (ROW,)) for name in columns if name.startswith(ANCHOR))


def _anchor_concept(name: str) -> AnchorRule:
    return AnchorRule(name.removeprefix(ANCHOR), Take("when"), (ROW,), (Condition(CONCEPT, (name,)),))
