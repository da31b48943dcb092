"""Score formulas as values: ``9.57 * ln(creatinine) + 6.43`` becomes a small tree over names and numbers."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import cast

from attrs import frozen
from lark import Lark, Transformer, v_args
from lark.exceptions import UnexpectedInput

from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.wording import did_you_mean

LONGEST = 500
DEEPEST = 50


@frozen
class Number:
    """A constant."""

    value: Decimal


@frozen
class Name:
    """The value of an input or of an earlier step."""

    name: str


@frozen
class Binary:
    """Two formulas joined by ``+``, ``-``, ``*`` or ``/``."""

    op: str
    left: FormulaNode
    right: FormulaNode


@frozen
class Ln:
    """The natural logarithm."""

    of: FormulaNode


@frozen
class Negative:
    """The same with the other sign."""

    of: FormulaNode


FormulaNode = Number | Name | Binary | Ln | Negative


def parse_formula(text: str, names: Collection[str]) -> FormulaNode:
    """The tree of a formula; raises ValueTextError where it is none, or reads a name that is not among ``names``.

    >>> parse_formula("2 * ln(inr)", ["inr"])
    Binary(op='*', left=Number(value=Decimal('2')), right=Ln(of=Name(name='inr')))
    """
    if len(text) > LONGEST:
        raise ValueTextError(f"the formula has {len(text)} characters; it may have {LONGEST}")
    try:
        tree = cast("FormulaNode", _parser().parse(text))  # the parser builds nodes, not lark's trees
    except UnexpectedInput as error:
        position = min(error.pos_in_stream or 0, len(text))
        message = f"the formula cannot be read from character {position + 1} on; write numbers, names, + - * /, ln( )"
        raise ValueTextError(message) from None
    if _depth(tree) > DEEPEST:
        raise ValueTextError(f"the formula is nested more than {DEEPEST} deep; write it as several steps")
    for name in formula_names(tree):
        if name not in names:
            raise ValueTextError(f'the formula reads an unknown name "{name}"{did_you_mean(name, names)}')
    return tree


def formula_names(tree: FormulaNode) -> tuple[str, ...]:
    """The names that a formula reads, once each, from left to right.

    >>> formula_names(Binary("+", Name("b"), Name("a")))
    ('b', 'a')
    """
    return tuple(dict.fromkeys(node.name for node in _nodes(tree) if isinstance(node, Name)))


def _nodes(tree: FormulaNode) -> list[FormulaNode]:
    found, waiting = [], [tree]
    while waiting:
        found.append(node := waiting.pop())
        waiting += reversed(_below(node))
    return found


def _depth(tree: FormulaNode) -> int:
    depth, level = 0, [tree]
    while level:
        depth, level = depth + 1, [below for node in level for below in _below(node)]
    return depth


def _below(node: FormulaNode) -> tuple[FormulaNode, ...]:
    match node:
        case Binary(_, left, right):
            return (left, right)
        case Ln(of) | Negative(of):
            return (of,)
        case _:
            return ()


@v_args(inline=True)
class _Builder(Transformer[object, FormulaNode]):
    """Turns what the grammar finds into nodes, from the leaves up."""

    def number(self, token: str) -> Number:
        return Number(Decimal(token))

    def name(self, token: str) -> Name:
        return Name(str(token))

    def ln(self, of: FormulaNode) -> Ln:
        return Ln(of)

    def negative(self, of: FormulaNode) -> Negative:
        return Negative(of)

    def add(self, left: FormulaNode, right: FormulaNode) -> Binary:
        return Binary("+", left, right)

    def subtract(self, left: FormulaNode, right: FormulaNode) -> Binary:
        return Binary("-", left, right)

    def multiply(self, left: FormulaNode, right: FormulaNode) -> Binary:
        return Binary("*", left, right)

    def divide(self, left: FormulaNode, right: FormulaNode) -> Binary:
        return Binary("/", left, right)


@cache
def _parser() -> Lark:
    grammar = Path(__file__).with_name("formula.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", maybe_placeholders=False, transformer=_Builder())
