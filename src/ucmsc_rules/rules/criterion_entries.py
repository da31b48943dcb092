"""Reads the criteria of a ruleset: their texts, rules or lettered branches, and cases."""

from __future__ import annotations

import re

from attrs import evolve, frozen

from ucmsc_rules.documents import MappingNode, ScalarNode
from ucmsc_rules.documents.fields import Entry, Fields, Notes, fields_of
from ucmsc_rules.errors import RulesetError
from ucmsc_rules.rules.case_entries import CaseScope, read_case
from ucmsc_rules.rules.model import Branch, Category, Criterion, Expression
from ucmsc_rules.rules.syntax import NOTHING, parse
from ucmsc_rules.rules.terms import Context

_ID = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,39}\Z")
_KEYS = ("category", "text", "source", "cases")
_OPTIONAL = ("reading", "rule", "any", "conflict")


@frozen
class Scope:
    """What a ruleset's expressions may speak of, and where complaints go."""

    context: Context
    notes: Notes


def read_criterion(entry: Entry, scope: Scope) -> Criterion:
    """A criterion; its id is the key that it stands at."""
    fields = fields_of(entry, entry.name, scope.notes, _KEYS, _OPTIONAL)
    _check_form(entry, fields)
    branches = _branches(fields, scope)
    conflict, conflict_text = _rule(fields, "conflict", scope)
    return Criterion(
        id=entry.name,
        category=Category(fields.choice("category", [category.value for category in Category]) or "inclusion"),
        text=fields.text("text"),
        source=fields.text("source"),
        reading=fields.text("reading"),
        branches=branches,
        conflict=conflict if conflict_text else None,
        conflict_text=conflict_text,
        cases=tuple(read_case(case, _case_scope(fields, branches, scope)) for case in fields.items("cases")),
        place=entry.place,
    )


def _check_form(entry: Entry, fields: Fields) -> None:
    if not _ID.match(entry.name):
        fields.note(f'"{entry.name}" cannot be the id of a criterion; write a letter, then letters, digits, - and _')
    if not isinstance(entry.node, MappingNode):
        return
    if "rule" in fields and "any" in fields:
        fields.notes.add(fields.node.places["any"], entry.name, 'write "rule" or "any", not both')
    if "rule" not in fields and "any" not in fields:
        fields.note('"rule" is missing; write "rule", or "any" with lettered branches')
    if "cases" in fields and not list(Fields(fields.node, entry.place, entry.name, Notes()).items("cases")):
        fields.note('"cases" must be a list of one case or more', "cases")


def _branches(fields: Fields, scope: Scope) -> tuple[Branch, ...]:
    if "any" not in fields:
        return (_branch("", fields, scope),)
    branches = []
    for entry in fields.entries("any"):
        subject = f"{fields.subject}.{entry.name}"
        if not _ID.match(entry.name):
            scope.notes.add(entry.place, subject, f'"{entry.name}" cannot name a branch; write a letter')
        below = fields_of(entry, subject, scope.notes, ("text", "rule"), ())
        branches.append(_branch(entry.name, below, scope))
    return tuple(branches)


def _branch(key: str, fields: Fields, scope: Scope) -> Branch:
    rule, text = _rule(fields, "rule", scope)
    place = fields.node.entries["rule"].place if "rule" in fields else fields.place
    return Branch(key, fields.text("text"), rule, text, place)


def _rule(fields: Fields, key: str, scope: Scope) -> tuple[Expression, str]:
    if key not in fields:
        return NOTHING, ""
    node = fields.scalar(key)
    return (read_rule(node, fields.subject, scope), node.text.strip()) if node else (NOTHING, "")


def read_rule(node: ScalarNode, subject: str, scope: Scope) -> Expression:
    """The expression in a text node; where it cannot be read, the complaints are noted."""
    context = evolve(scope.context, place=node.place, subject=subject, exact=node.exact)
    try:
        return parse(node.text, context)
    except RulesetError as error:
        scope.notes.take(error)
        return NOTHING


def _case_scope(fields: Fields, branches: tuple[Branch, ...], scope: Scope) -> CaseScope:
    keys = tuple(branch.key for branch in branches if branch.key)
    return CaseScope(scope.context.dictionary, scope.context.anchors, keys, fields.subject, scope.notes)
