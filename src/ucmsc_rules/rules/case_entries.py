"""Reads the cases of a criterion: a record in short, and what must come out of it."""

from __future__ import annotations

from attrs import frozen

from ucmsc_rules.documents import MappingNode, Node, ScalarNode, SequenceNode, plain
from ucmsc_rules.documents.fields import Entry, Fields, Notes
from ucmsc_rules.facts.concepts import Dictionary, Kind
from ucmsc_rules.facts.read import KEYS
from ucmsc_rules.rules.model import Case
from ucmsc_rules.wording import did_you_mean

_ANSWERS = ("true", "false", "unknown")
_ABOUT = ("holds", "branch", "note")
_FACT_KEYS = sorted(KEYS - {"concept"})
_DATES = frozenset({"when", "until", "recorded"})
_DATED = frozenset({Kind.BIRTH_DATE, Kind.EVENT})


@frozen
class CaseScope:
    """What the cases of a criterion may speak of."""

    dictionary: Dictionary
    anchors: tuple[str, ...]
    branches: tuple[str, ...]
    subject: str
    notes: Notes


def read_case(entry: Entry, scope: CaseScope) -> Case:
    """A case. Dates stay as they are written, so that 2012 is the year and no number."""
    node = entry.node if isinstance(entry.node, MappingNode) else MappingNode({}, {}, entry.place)
    fields = Fields(node, entry.place, scope.subject, scope.notes)
    if "holds" not in fields:
        fields.note('a case is a mapping with "holds: true", "false" or "unknown"')
    given = {name: _value(name, child, fields, scope) for name, child in node.entries.items() if name not in _ABOUT}
    holds = fields.choice("holds", _ANSWERS) or "unknown"
    note = fields.text("note") if "note" in fields else ""
    return Case(given, holds, _branch(fields, scope), note, entry.place)


def _branch(fields: Fields, scope: CaseScope) -> str | None:
    branch = fields.text("branch")
    if branch and branch not in scope.branches:
        known = ", ".join(scope.branches)
        hint = f"the branches are {known}" if known else 'the criterion has none; leave "branch" out'
        fields.note(f'there is no branch "{branch}"; {hint}', "branch")
    return branch or None


def _value(name: str, node: Node, fields: Fields, scope: CaseScope) -> object:
    if name in scope.anchors:
        return fields.text(name)
    if name == "uln":
        return plain(node)
    if name not in scope.dictionary:
        known = (*_ABOUT, "uln", *scope.anchors, *scope.dictionary.concepts)
        hint = did_you_mean(name, known) or "; a case names anchors, concepts, holds, branch, uln or note"
        fields.notes.add(fields.node.places[name], fields.subject, f'unknown key "{name}"{hint}')
        return None
    dated = scope.dictionary[name].kind in _DATED
    if isinstance(node, SequenceNode):
        return [_fact(item, fields, dated=dated) for item in node.items]
    return _fact(node, fields, dated=dated)


def _fact(node: Node, fields: Fields, *, dated: bool) -> object:
    match node:
        case ScalarNode():
            return _scalar(node, as_date=dated)
        case MappingNode(entries, places):
            for key in entries:
                if key not in _FACT_KEYS:
                    hint = did_you_mean(key, _FACT_KEYS) or f"; the keys of a fact are {', '.join(_FACT_KEYS)}"
                    fields.notes.add(places[key], fields.subject, f'unknown key "{key}"{hint}')
            return {key: _part(key, child, dated=dated) for key, child in entries.items()}
        case _:
            fields.notes.add(node.place, fields.subject, "a fact is a value or a mapping; a list cannot hold a list")
            return None


def _part(key: str, node: Node, *, dated: bool) -> object:
    as_date = key in _DATES or (dated and key == "value")
    return _scalar(node, as_date=as_date) if isinstance(node, ScalarNode) else plain(node)


def _scalar(node: ScalarNode, *, as_date: bool) -> object:
    return node.text if as_date and not isinstance(node.value, bool | None) else node.value
