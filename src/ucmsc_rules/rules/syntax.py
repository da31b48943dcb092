"""Reads the text of a rule into an expression. ``phrases.unparse`` writes it back.

The language is total: no functions, loops or user code. A mistake gets file, line, column, a caret, and what to
write instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from attrs import evolve
from lark import Lark, Token, Tree
from lark.exceptions import UnexpectedCharacters, UnexpectedInput, UnexpectedToken

from ucmsc_rules.errors import Complaint, RulesetError
from ucmsc_rules.rules.meaning import comparison
from ucmsc_rules.rules.model import And, Expression, Not, Or
from ucmsc_rules.rules.terms import Context, MistakeError
from ucmsc_rules.wording import either

LONGEST = 2000
DEEPEST = 20
NOTHING: Expression = And(())
_SHOWN = 100

_NUMBER = re.compile(r"[-+]?[0-9.,][0-9.,]*")
_FOUND = re.compile(_NUMBER.pattern + r"|[A-Za-z0-9_]+|[<>=!&|≤≥≠]+|\S")
_INSTEAD = {
    "=": 'write "is" before a word, ">=" or "<=" before a number',
    "==": 'write "is" before a word, ">=" or "<=" before a number',
    "!=": 'write "not" before the comparison',
    "≠": 'write "not" before the comparison',
    "≤": 'write "<="',
    "=<": 'write "<="',
    "≥": 'write ">="',
    "=>": 'write ">="',
    "&": 'write "and"',
    "&&": 'write "and"',
    "|": 'write "or"',
    "||": 'write "or"',
    "AND": 'write "and"',
    "OR": 'write "or"',
    "NOT": 'write "not"',
}
_TERMINALS = {
    "WORD": "a name",
    "NUMBER": "a number",
    "CMP": '"<", "<=", ">", ">="',
    "UNIT": "a unit",
    "PERIOD": '"days", "weeks" or "months"',
    "SIDE": '"before" or "after"',
    "AGE": '"age"',
    "LPAR": '"("',
    "RPAR": '")"',
    "_ULN": '"ULN"',
    "$END": "nothing more",
}


def parse(text: str, context: Context) -> Expression:
    """The expression that a rule's text stands for; raises RulesetError with every complaint."""
    if len(text) > LONGEST:
        raise _refusal(text, 0, f"the rule has {len(text)} characters; it may have {LONGEST}", context)
    if not text.strip():
        raise _refusal(text, 0, "the rule is empty", context)
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as error:
        position, expected = _expected(error, text)
        raise _refusal(text, position, _unexpected(text, position, expected), context) from None
    if _is_deep(tree):
        raise _refusal(text, 0, f"nested more than {DEEPEST} deep; write it flatter", context)
    mistakes: list[MistakeError] = []
    expression = _expression(tree, context, mistakes)
    if mistakes:
        raise RulesetError(tuple(_complaint(text, mistake.position, str(mistake), context) for mistake in mistakes))
    return expression


def _expression(tree: Tree[Token], context: Context, mistakes: list[MistakeError]) -> Expression:
    below = [child for child in tree.children if isinstance(child, Tree)]
    match tree.data:
        case "either":
            return Or(tuple(_expression(child, context, mistakes) for child in below))
        case "both":
            return And(tuple(_expression(child, context, mistakes) for child in below))
        case "negation":
            return Not(_expression(below[0], context, mistakes))
        case "group":
            return _expression(below[0], context, mistakes)
    try:
        return comparison(tree, context)
    except MistakeError as mistake:
        mistakes.append(mistake)
        return NOTHING


def _is_deep(tree: Tree[Token]) -> bool:
    waiting = [(tree, 0)]
    while waiting:
        node, depth = waiting.pop()
        depth += node.data in ("group", "negation")
        if depth > DEEPEST:
            return True
        waiting += [(child, depth) for child in node.children if isinstance(child, Tree)]
    return False


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False)


# What is said of a text that is no expression


def _expected(error: UnexpectedInput, text: str) -> tuple[int, frozenset[str]]:
    """Where the text goes wrong, and which terminals could stand there."""
    if isinstance(error, UnexpectedToken) and error.token.type == "$END":
        return len(text.rstrip()), frozenset(error.accepts or error.expected)
    if isinstance(error, UnexpectedToken):
        return error.token.start_pos or 0, frozenset(error.accepts or error.expected)
    allowed = error.allowed if isinstance(error, UnexpectedCharacters) else None
    return error.pos_in_stream or 0, frozenset(allowed or ())


def _unexpected(text: str, position: int, expected: frozenset[str]) -> str:
    match = _FOUND.match(text, position)
    if match is None:
        return f"the rule ends too early; write {_choice(expected)}"
    found = match[0][:40]
    if _NUMBER.fullmatch(found) and "NUMBER" in expected:
        return f'"{found}" cannot be read; write a number without separators, with a point before decimals, as 0.5'
    return f'"{found}" cannot stand here; {_INSTEAD.get(found) or "write " + _choice(expected)}'


def _choice(expected: Iterable[str]) -> str:
    shown = sorted(_TERMINALS.get(name) or f'"{name.strip("_").lower()}"' for name in expected)
    return either(shown)


def _refusal(text: str, position: int, message: str, context: Context) -> RulesetError:
    return RulesetError((_complaint(text, position, message, context),))


def _complaint(text: str, position: int, message: str, context: Context) -> Complaint:
    place = context.place
    if context.exact:
        place = evolve(place, column=place.column + position)
    return Complaint(place, context.subject, message, _excerpt(text, position))


def _excerpt(text: str, position: int) -> str:
    """The text, or what is around the mistake in a long one, with a caret under it."""
    start = max(0, position - _SHOWN // 2) if len(text) > _SHOWN else 0
    shown = " ".join(re.split(r"\s", text[start : start + _SHOWN])).rstrip()
    return f"    {shown}\n    {' ' * (position - start)}^"
