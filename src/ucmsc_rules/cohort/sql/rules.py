"""The lowered formulas as SQL over the worksheet's columns."""

from __future__ import annotations

from ucmsc_rules.cohort.sql.dialect import Dialect
from ucmsc_rules.cohort.sql.words import number, text
from ucmsc_rules.rules.lower import All, Any, Formula, Lowered, Test
from ucmsc_rules.values.truth import Truth


def rule_sql(formula: Formula) -> str:
    """A formula over the columns ``lo_0``, ``hi_0``, ``lo_1``, ...; these are never NULL.

    >>> rule_sql(All((Test(0, "hi", "<=", 1000.0), Test(2, "lo", ">", 3.0))))
    '(hi_0 <= 1000.0e0 AND lo_2 > 3.0e0)'
    """
    match formula:
        case Test(index, end, op, bound):
            return f"{end}_{index} {op} {number(bound)}"
        case All(parts):
            return f"({' AND '.join(map(rule_sql, parts))})" if parts else "TRUE"
        case Any(parts):
            return f"({' OR '.join(map(rule_sql, parts))})" if parts else "FALSE"
        case _:
            message = f"not a formula: {formula!r}"
            raise TypeError(message)


def truth_sql(dialect: Dialect, lowered: Lowered) -> str:
    """Whether a rule is ``'true'``, ``'false'`` or ``'unknown'``."""
    surely, surely_not = rule_sql(lowered.surely), rule_sql(lowered.surely_not)
    true, false, unknown = (dialect.truth.format(text(word.value)) for word in (Truth.TRUE, Truth.FALSE, Truth.UNKNOWN))
    return f"CASE WHEN {surely} THEN {true} WHEN {surely_not} THEN {false} ELSE {unknown} END"
