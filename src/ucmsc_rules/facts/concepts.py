"""The data dictionary: what a fact can be about, and how such a fact is read.

A concept says of what kind its facts are, in which units, with which reporting quantum, and where each figure is
from. The dictionary is data (``rulesets/concepts/*.yaml``); these classes only give it a shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum

from attrs import Factory, field, frozen

from ucmsc_rules.values.interval import Interval
from ucmsc_rules.values.units import Line, UnitRules


class Kind(Enum):
    """How facts of a concept are read.

    ``QUANTITY`` to ``TEST`` are results: dated, superseded by a later one, and too old after a while.
    """

    QUANTITY = "quantity"
    SCALE = "scale"
    SCORE = "score"
    TEST = "test"
    YES_NO = "yes_no"
    CATEGORY = "category"
    BIRTH_DATE = "birth_date"
    EVENT = "event"


class OpenEnd(Enum):
    """What an event without ``until`` means: one day, an end that is unknown, or that it still goes on."""

    ONE_DAY = "one_day"
    UNKNOWN = "unknown"
    ONGOING = "ongoing"


@frozen
class Figure:
    """A number with its unit and where it is from."""

    value: str
    source: str


@frozen
class Reported:
    """A unit that rules may ask for, and the step in which laboratories report in it."""

    quantum: Decimal
    source: str = ""


@frozen
class Levels:
    """A scale's whole-number levels, the words that stand for some of them, and whether numerals may be written."""

    least: int
    greatest: int
    words: Mapping[str, int] = Factory(dict)
    numbers: bool = True


@frozen
class Band:
    """A band of a score's part: the values in it, and the points that they give."""

    points: int
    values: Interval


@frozen
class Part:
    """A part of a band score: a table of bands for each unit (``""`` where the part has none).

    A result in a unit without a table of its own is first converted to ``convert_to`` and rounded to ``quantum``.
    """

    concept: str
    tables: Mapping[str, tuple[Band, ...]]
    convert_to: str = ""
    quantum: Decimal | None = None


@frozen
class Input:
    """An input of a formula score, with its clamps; ``replaced_when`` a yes/no concept holds, by ``replaced_by``."""

    concept: str
    unit: str | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    replaced_when: str | None = None
    replaced_by: Decimal | None = None


@frozen
class Step:
    """A step of a formula score: a formula over inputs and earlier steps, rounded, then clamped.

    ``only_above`` names an earlier step and the value that it must exceed; else the step's value is that step's.
    """

    name: str
    formula: str
    round_to: Decimal | None = None
    at_least: Decimal | None = None
    at_most: Decimal | None = None
    only_above: tuple[str, Decimal] | None = None


@frozen(eq=False)  # one object per entry, so that what is read for it can be remembered by it
class Concept:
    """One entry of the data dictionary."""

    name: str
    kind: Kind
    label: str
    source: str = ""
    note: str = ""
    codes: Mapping[str, tuple[str, ...]] = Factory(dict)
    # quantity
    units: Mapping[str, Reported] = Factory(dict)
    unit_family: str = "common"
    unit_aliases: Mapping[str, str] = Factory(dict)
    molar_mass: Figure | None = None
    lines: tuple[Line, ...] = ()
    plausible: tuple[str, str] | None = None
    # scale, score
    levels: Levels | None = None
    parts: tuple[Part, ...] = ()
    inputs: tuple[Input, ...] = ()
    steps: tuple[Step, ...] = ()
    # category
    categories: tuple[str, ...] = ()
    # event
    open_end: OpenEnd = OpenEnd.ONE_DAY
    planned: bool = False
    unit_rules: UnitRules = field(init=False, eq=False, repr=False)
    has_words: bool = field(init=False, eq=False, repr=False)

    @has_words.default
    def _ask_if_words(self) -> bool:
        return self.kind in {Kind.YES_NO, Kind.TEST, Kind.CATEGORY}

    @unit_rules.default
    def _gather_unit_rules(self) -> UnitRules:
        quanta = {unit: reported.quantum for unit, reported in self.units.items()}
        mass = self.molar_mass.value if self.molar_mass else ""
        return UnitRules(self.name, quanta, self.unit_family, self.unit_aliases, mass, self.lines)


@frozen
class Dictionary:
    """All concepts by name."""

    concepts: Mapping[str, Concept]

    def __getitem__(self, name: str) -> Concept:
        return self.concepts[name]

    def __contains__(self, name: object) -> bool:
        return name in self.concepts
