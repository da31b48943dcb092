"""Plans the notes that durable-rules is sent: which formulas are asked of one note, and which are cut into several.

A note is an event with one field for each end that its formulas read. It makes one rule fire at most, so formulas share
a note only where they are known to exclude each other. In durable-rules an ``$or`` lets a rule match once for every
alternative that is true, and in an ``$and`` these numbers multiply; a formula that could match more than ``MOST_PATHS``
times, or is too large for the C module, is cut: the part has a note of its own, and what is left reads the part's
outcome, 1 or 0, in a later batch.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isfinite, prod

from attrs import field, frozen, mutable

from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import All, Any, Formula, Lowered, Test
from ucmsc_rules.values.truth import Truth

MOST_PATHS = 64  # every path that is true costs a match, 0.1 us
MOST_TESTS = 28  # both formulas of a note together stay below the C module's 64 open matches for one event
MOST_GROUPS = 12  # in one rule; the C module refuses 16
TRUE, FALSE = All(()), Any(())
SURE_TESTS = {("lo", ">"), ("lo", ">="), ("hi", "<"), ("hi", "<=")}


@frozen
class Part:
    """The outcome of a formula that was cut out: by number among the parts."""

    number: int


Answer = tuple[str, Truth]  # what it means that a formula is true: that this rule id has this truth


@frozen
class Note:
    """The formulas asked of one note and what each being true means; notes of a lower level are sent before."""

    level: int
    formulas: tuple[tuple[Formula, Answer | Part], ...]

    def order(self) -> tuple[int, bool]:
        """Notes are sent by level, of one level first those of the parts."""
        return self.level, not isinstance(self.formulas[0][1], Part)


@frozen
class Plan:
    """All notes by level, the answers that hold of any worksheet, and how many parts and measures there are."""

    notes: tuple[Note, ...]
    always: tuple[Answer, ...]
    parts: int
    measures: int


def plan(rules: Mapping[str, Lowered]) -> Plan:
    """The notes for the two formulas of each rule id.

    >>> low = Lowered(Test(0, "hi", "<=", 5.0), Test(0, "lo", ">", 5.0))
    >>> [len(note.formulas) for note in plan({"I1": low}).notes]
    [2]
    """
    planner = _Planner()
    for rule_id, lowered in rules.items():
        planner.add(rule_id, fold(lowered.surely), fold(lowered.surely_not))
    notes = sorted(planner.notes, key=Note.order)
    ends = [test.index for lowered in rules.values() for test in _both_tests(lowered)]
    return Plan(tuple(notes), tuple(planner.always), len(planner.levels), max(ends, default=-1) + 1)


def fold(formula: Formula) -> Formula:
    """The same formula without constants, repeated parts and groups of one; true is ``TRUE``, false is ``FALSE``.

    >>> fold(All((TRUE, Any((Test(0, "lo", ">", 1.0),)))))
    Test(index=0, end='lo', op='>', bound=1.0)
    """
    if isinstance(formula, Test):
        return _checked(formula)
    kind, absorbing = (All, FALSE) if isinstance(formula, All) else (Any, TRUE)
    parts: list[Formula] = []
    for part in map(fold, formula.parts):
        if part == absorbing:
            return part
        parts += part.parts if isinstance(part, kind) else [part]
    distinct = tuple(dict.fromkeys(parts))
    return distinct[0] if len(distinct) == 1 else kind(distinct)


def exclude(one: Formula, other: Formula) -> bool:
    """Whether it is plain that both cannot be true of any intervals; False says nothing.

    >>> exclude(Test(0, "hi", "<=", 5.0), Test(0, "lo", ">", 5.0))
    True
    """
    return _exclude(one, other, {})


def _exclude(one: Formula, other: Formula, known: dict[tuple[int, int], bool]) -> bool:
    """The same; each pair of parts is looked at once."""
    pair = (id(one), id(other))
    if pair not in known:
        known[pair] = _look(one, other, known)
    return known[pair]


def _look(one: Formula, other: Formula, known: dict[tuple[int, int], bool]) -> bool:
    if isinstance(one, Test) and isinstance(other, Test):
        return _below(one, other) or _below(other, one)
    if isinstance(one, Any):
        return all(_exclude(part, other, known) for part in one.parts)
    if isinstance(other, Any):
        return all(_exclude(one, part, known) for part in other.parts)
    ones = one.parts if isinstance(one, All) else ()
    others = other.parts if isinstance(other, All) else ()
    return any(_exclude(part, other, known) for part in ones) or any(_exclude(one, part, known) for part in others)


def _below(upper: Test, lower: Test) -> bool:
    """Whether the upper end's bound is below what the lower end is asked to reach."""
    if upper.index != lower.index or (upper.end, lower.end) != ("hi", "lo"):
        return False
    return upper.bound < lower.bound or (upper.bound == lower.bound and (upper.op, lower.op) != ("<=", ">="))


@mutable
class _Planner:
    """The notes so far. A part's level is that of its note."""

    notes: list[Note] = field(factory=list)
    always: list[Answer] = field(factory=list)
    levels: list[int] = field(factory=list)
    known: dict[Formula, Test] = field(factory=dict)

    def add(self, rule_id: str, surely: Formula, surely_not: Formula) -> None:
        asked = [(surely, (rule_id, Truth.TRUE)), (surely_not, (rule_id, Truth.FALSE))]
        self.always += [answer for formula, answer in asked if formula == TRUE]
        cut = [(self.cut(formula), answer) for formula, answer in asked if formula not in (TRUE, FALSE)]
        if exclude(surely, surely_not):
            self.note(*cut)
        else:
            for one in cut:
                self.note(one)

    def note(self, *formulas: tuple[Formula, Answer | Part]) -> int:
        if not formulas:
            return 0
        parts = [test.index for formula, _ in formulas for test in _tests(formula) if test.end == "part"]
        level = max((self.levels[part] + 1 for part in parts), default=0)
        self.notes.append(Note(level, formulas))
        return level

    def cut(self, formula: Formula) -> Formula:
        """The formula, in which parts stand for what would make it too large."""
        if isinstance(formula, Test) or _fits(formula):
            return formula
        kind = type(formula)
        parts = sorted(map(self.cut, formula.parts), key=_weight, reverse=True)
        while kind is All and prod(map(_paths, parts)) > MOST_PATHS:
            parts.sort(key=_paths)
            parts.append(self.part(parts.pop()))
        while not _fits(kind(tuple(parts))):
            head = next(n for n in range(len(parts) - 1, 0, -1) if n == 1 or _fits(kind(tuple(parts[:n]))))
            parts = [*parts[head:], self.part(parts[0] if head == 1 else kind(tuple(parts[:head])))]
        return kind(tuple(parts))

    def part(self, formula: Formula) -> Test:
        """The test that stands for the formula; a formula met before keeps its note."""
        if formula not in self.known:
            number = len(self.levels)
            self.levels.append(self.note((formula, Part(number))))
            self.known[formula] = Test(number, "part", ">=", 1.0)
        return self.known[formula]


def _checked(test: Test) -> Test:
    """The test, if it is one that lowering makes: only these stay false where the end is not known."""
    if (test.end, test.op) not in SURE_TESTS or not isfinite(test.bound) or test.index < 0:
        message = f"not a lower end above, or an upper end below, a finite bound: {test!r}"
        raise EngineError(message)
    return test


def _tests(formula: Formula) -> Iterator[Test]:
    if isinstance(formula, Test):
        yield formula
    else:
        for part in formula.parts:
            yield from _tests(part)


def _both_tests(lowered: Lowered) -> Iterator[Test]:
    yield from _tests(lowered.surely)
    yield from _tests(lowered.surely_not)


def _paths(formula: Formula) -> int:
    """How often a rule of the formula can match one note."""
    if isinstance(formula, Test):
        return 1
    paths = map(_paths, formula.parts)
    return prod(paths) if isinstance(formula, All) else sum(paths)


def _groups(formula: Formula) -> int:
    return 0 if isinstance(formula, Test) else 1 + sum(map(_groups, formula.parts))


def _weight(formula: Formula) -> int:
    return sum(1 for _ in _tests(formula))


def _fits(formula: Formula) -> bool:
    return _paths(formula) <= MOST_PATHS and _weight(formula) <= MOST_TESTS and _groups(formula) <= MOST_GROUPS
