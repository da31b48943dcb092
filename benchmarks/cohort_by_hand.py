"""The 22 criteria of ucmsc-hbv-cirrhosis over its worksheet, as somebody would write them in SQL by hand."""

from __future__ import annotations


def yes(place: int) -> tuple[str, str]:
    """An answer, a test or an event ever: surely yes, surely not."""
    return f"lo_{place} >= 1", f"hi_{place} <= 0"


def no(place: int) -> tuple[str, str]:
    """The opposite."""
    return f"hi_{place} <= 0", f"lo_{place} >= 1"


def at_least(place: int, bound: float) -> tuple[str, str]:
    """A number from a bound on."""
    return f"lo_{place} >= {bound}", f"hi_{place} < {bound}"


def above(place: int, bound: float) -> tuple[str, str]:
    """A number above a bound."""
    return f"lo_{place} > {bound}", f"hi_{place} <= {bound}"


def at_most(place: int, bound: float) -> tuple[str, str]:
    """A number up to a bound."""
    return f"hi_{place} <= {bound}", f"lo_{place} > {bound}"


def either(*parts: tuple[str, str]) -> tuple[str, str]:
    """At least one of them."""
    return " OR ".join(f"({a})" for a, _ in parts), " AND ".join(f"({b})" for _, b in parts)


def both(*parts: tuple[str, str]) -> tuple[str, str]:
    """All of them."""
    return " AND ".join(f"({a})" for a, _ in parts), " OR ".join(f"({b})" for _, b in parts)


E4 = {
    "a": at_least(15, 2), "b": yes(16), "c": either(at_least(17, 10), at_least(18, 8)), "d": above(19, 2), "e": yes(20),
}  # fmt: skip
E5 = {"a": either(yes(21), at_most(22, 3)), "b": at_most(23, 4), "c": yes(24)}
_MAN = "lo_38 >= 1 AND hi_38 <= 1"
_NOT_A_MAN = "(lo_38 > 1 OR hi_38 < 1)"
_CLEAN = f"({_NOT_A_MAN} OR (hi_41 < 1 AND hi_42 < 1))"
_WOMAN = ("lo_38 >= 0 AND hi_38 <= 0", "(hi_38 < 0 OR lo_38 > 0)")
_E12 = both(_WOMAN, either(yes(39), yes(40)))
CRITERIA = {
    "I1": both(at_least(0, 18), at_most(0, 75)),
    "I2": yes(1),
    "I3": both(above(2, 3), either(no(3), no(4))),
    "I4": at_most(5, 1000),
    "I5": at_least(6, 1),
    "E1": either(*(yes(place) for place in range(7, 12))),
    "E2": above(12, 12),
    "E3": either(at_least(13, 1), yes(14)),
    "E4": either(*E4.values()),
    **{f"E4.{key}": rule for key, rule in E4.items()},
    "E5": either(*E5.values()),
    **{f"E5.{key}": rule for key, rule in E5.items()},
    "E6": either(at_most(25, 3), at_most(26, 3)),
    "E7": either(at_most(27, 2), at_most(28, 2)),
    "E8": either(yes(29), yes(30), yes(31), yes(32)),
    "E9": at_most(33, 3),
    "E10": either(yes(34), yes(35)),
    "E11": either(yes(36), yes(37)),
    "E12": (f"({_E12[0]}) AND {_CLEAN}", f"({_E12[1]}) AND {_CLEAN}"),
    "E13": yes(43),
    "E14": at_most(44, 24),
    "E15": either(at_most(45, 3), yes(46)),
    "E16": at_most(47, 3),
    "E17": yes(48),
}


def query() -> str:
    """The findings of a table ``worksheet``."""
    columns = [
        f"CASE WHEN {surely} THEN 'true' WHEN {surely_not} THEN 'false' ELSE 'unknown' END AS \"{name}\""
        for name, (surely, surely_not) in CRITERIA.items()
    ]
    return f"SELECT subject, {', '.join(columns)} FROM worksheet"
