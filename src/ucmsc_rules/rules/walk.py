"""Walks an expression: its comparisons, the measures that they read, the concepts that these are about."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.rules.model import And, Comparison, Expression, Measure, Not, Or


def comparisons(expression: Expression) -> Iterator[Comparison]:
    """Every comparison, from left to right.

    >>> list(comparisons(And(())))
    []
    """
    match expression:
        case Comparison():
            yield expression
        case Not(of):
            yield from comparisons(of)
        case And(parts) | Or(parts):
            for part in parts:
                yield from comparisons(part)


def measures_of(expression: Expression) -> tuple[Measure, ...]:
    """Every measure that an expression reads, once, in the order of the text."""
    return tuple(dict.fromkeys(comparison.measure for comparison in comparisons(expression)))


def concepts_of(expression: Expression) -> tuple[str, ...]:
    """The name of every concept that an expression reads, once, in the order of the text."""
    return tuple(dict.fromkeys(measure.concept for measure in measures_of(expression)))
