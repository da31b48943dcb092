"""Finds the rules of a mapping that a row may meet, without asking all of them, and asks whether it meets them.

A rule is looked up by the texts of one of its conditions; one without such a condition by the fields that it takes.
So a row costs a few look-ups, however many codes the mapping lists.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from enum import Enum

from attrs import Factory, define, frozen

from ucmsc_rules.adapters.cells import folded
from ucmsc_rules.adapters.mapping import AnchorRule, Condition, FactRule
from ucmsc_rules.adapters.row import UNKNOWN, Cell, Row

ANY = "*"


class Met(Enum):
    """Whether a row meets a rule: ``PERHAPS`` where a cell that decides it has an answer that is not told.

    ``UNLESS`` is a row that the rule knows and leaves out on purpose.
    """

    NO = "no"
    UNLESS = "unless"
    PERHAPS = "perhaps"
    YES = "yes"


@frozen
class Test:
    """A condition, ready to be asked."""

    field: str
    exact: frozenset[str]
    prefixes: tuple[str, ...]

    def ask(self, cell: Cell | None, missing: Mapping[str, str]) -> Met:
        """Whether one of the cell's texts is wanted; one that is not told is one of its further texts."""
        if cell is not None and cell.absent == UNKNOWN:
            return Met.PERHAPS if not cell.also or self._has(cell) else Met.NO
        if cell is None or cell.absent:
            return Met.YES if "" in self.exact else Met.NO
        if self._has(cell):
            return Met.YES
        why = folded(missing, cell.text)
        if why is None:
            return Met.NO
        return Met.PERHAPS if why == UNKNOWN else Met.YES if "" in self.exact else Met.NO

    def names(self, cell: Cell | None) -> bool:
        """Whether a text of the cell is wanted, be it one of several that the source leaves open."""
        return cell is not None and "" not in self.exact and self._has(cell)

    def _has(self, cell: Cell) -> bool:
        texts = folded_texts(cell)
        return any(text in self.exact or (text and text.startswith(self.prefixes)) for text in texts)


def test_of(condition: Condition) -> Test:
    """The condition with its texts folded and parted into whole ones and beginnings."""
    texts = [text.strip().casefold() for text in condition.texts]
    return Test(
        condition.field,
        frozenset(text for text in texts if not text.endswith(ANY)),
        tuple(text.removesuffix(ANY) for text in texts if text.endswith(ANY)),
    )


def folded_texts(cell: Cell) -> list[str]:
    """The cell's texts as they are compared; [""] where it is blank."""
    if not cell.also:
        return [cell.text.strip().casefold()]
    texts = [text.strip().casefold() for text in (cell.text, *cell.also)]
    return [text for text in texts if text] or [""]


@frozen
class Asked:
    """The conditions and fields of a rule of facts or anchors; ``number`` is its place in the mapping.

    ``own`` is whether nothing but this rule's concept is taken from its field in rows of its kinds.
    """

    number: int
    kinds: tuple[str, ...]
    where: tuple[Test, ...]
    unless: tuple[Test, ...]
    fields: tuple[str, ...]
    own: bool = False

    def ask(self, cells: Mapping[str, Cell], missing: Mapping[str, str]) -> Met:
        """Whether the rule applies to a row of its kinds with these cells."""
        doubtful = told = False
        for test in self.where:
            met = test.ask(cells.get(test.field), missing)
            if met is Met.NO:
                return met
            doubtful = doubtful or met is Met.PERHAPS
            told = told or test.names(cells.get(test.field))
        for test in self.unless:
            met = test.ask(cells.get(test.field), missing)
            if met is Met.YES:
                return Met.UNLESS
            doubtful = doubtful or met is Met.PERHAPS
        if doubtful:
            return Met.PERHAPS if told or self.own else Met.NO
        return Met.YES if told or not self.fields or any(field in cells for field in self.fields) else Met.NO


def asked_of(number: int, rule: FactRule | AnchorRule, fields: Iterable[str], *, own: bool) -> Asked:
    """A rule's conditions, ready to be asked."""
    where, unless = (tuple(test_of(condition) for condition in conditions) for conditions in (rule.where, rule.unless))
    return Asked(number, rule.kinds, where, unless, tuple(fields), own)


@define
class Index:
    """The rules for rows of one kind, by what tells them apart."""

    exact: dict[str, dict[str, list[int]]] = Factory(dict)
    prefixes: dict[str, dict[int, dict[str, list[int]]]] = Factory(dict)
    taking: dict[str, list[int]] = Factory(dict)
    always: list[int] = Factory(list)
    every: list[int] = Factory(list)

    def add(self, rule: Asked, variety: Mapping[str, int]) -> None:
        """Take in a rule, by its condition on the field of which conditions want most different texts."""
        self.every.append(rule.number)
        test = max(_telling(rule), key=lambda test: variety[test.field], default=None)
        if test is not None:
            for text in test.exact:
                self.exact.setdefault(test.field, {}).setdefault(text, []).append(rule.number)
            for text in test.prefixes:
                lengths = self.prefixes.setdefault(test.field, {}).setdefault(len(text), {})
                lengths.setdefault(text, []).append(rule.number)
        elif rule.fields and not rule.where:
            for field in rule.fields:
                self.taking.setdefault(field, []).append(rule.number)
        else:
            self.always.append(rule.number)

    def candidates(self, row: Row, missing: Mapping[str, str]) -> list[int]:
        """The numbers of all rules that the row may meet, in the order of the mapping."""
        cells = row.cells
        found: list[int] = list(self.always)
        for field in (self.exact.keys() | self.prefixes.keys()) & cells.keys():
            cell = cells[field]
            if cell.absent or (missing and folded(missing, cell.text) is not None):
                return self.every
            found += self._by_text(field, folded_texts(cell))
        if self.taking:
            for field in self.taking.keys() & cells.keys():
                found += self.taking[field]
        return sorted(set(found)) if len(found) > 1 else found

    def _by_text(self, field: str, texts: list[str]) -> list[int]:
        found: list[int] = []
        exact, lengths = self.exact.get(field, {}), self.prefixes.get(field, {})
        for text in texts:
            found += exact.get(text, ())
            for length, prefixes in lengths.items():
                found += prefixes.get(text[:length], ())
        return found


def index_of(rules: Iterable[Asked]) -> Index:
    """The index of some rules, in their order."""
    index, rules = Index(), tuple(rules)
    wanted: dict[str, set[str]] = {}
    for test in (test for rule in rules for test in _telling(rule)):
        wanted.setdefault(test.field, set()).update(test.exact, test.prefixes)
    variety = {field: len(texts) for field, texts in wanted.items()}
    for rule in rules:
        index.add(rule, variety)
    return index


def _telling(rule: Asked) -> list[Test]:
    """The conditions of a rule that a blank field does not meet, and not every text does."""
    return [test for test in rule.where if "" not in test.exact and "" not in test.prefixes]
