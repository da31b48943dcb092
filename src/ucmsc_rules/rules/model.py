"""What a trial asks, as values: measures, expressions over them, criteria, cases, arms, and the whole ruleset."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from enum import Enum
from typing import Any

from attrs import Factory, field, frozen

from ucmsc_rules.errors import Place
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.rules.arms import Arm
from ucmsc_rules.values.dates import CalendarUnit


class Category(Enum):
    """Whether a criterion must hold or must not (USDM EligibilityCriterion)."""

    INCLUSION = "inclusion"
    EXCLUSION = "exclusion"


# Measures: what a comparison reads. Each is one interval per subject.


@frozen(cache_hash=True)
class Result:
    """The latest result at an anchor, in ``unit`` ("" where the concept has none)."""

    concept: str
    unit: str
    at: str
    max_age: int


@frozen(cache_hash=True)
class UlnRatio:
    """The latest result at an anchor, as a multiple of its own upper limit of normal."""

    concept: str
    at: str
    max_age: int


@frozen(cache_hash=True)
class Answer:
    """The yes (1) or no (0) that stands at an anchor."""

    concept: str
    at: str


@frozen(cache_hash=True)
class Trait:
    """A category that has no date (sex), as the index of its word in the dictionary."""

    concept: str


@frozen(cache_hash=True)
class Age:
    """Completed years from the birth date to an anchor."""

    concept: str
    at: str


@frozen(cache_hash=True)
class Nearest:
    """Elapsed whole units from the nearest event to an anchor, or on from it; never is infinite."""

    concept: str
    unit: CalendarUnit
    anchor: str
    ahead: bool = False


@frozen(cache_hash=True)
class Earliest:
    """Elapsed whole units from the earliest event's end to an anchor; no event before it is minus infinity."""

    concept: str
    unit: CalendarUnit
    anchor: str


@frozen(cache_hash=True)
class Longest:
    """Whole units that the longest event lasted by an anchor; none is minus infinity."""

    concept: str
    unit: CalendarUnit
    anchor: str


@frozen(cache_hash=True)
class Ever:
    """1 where an event was recorded on any day up to ``until`` (where that anchor is given), 0 where none was."""

    concept: str
    until: str


@frozen(cache_hash=True)
class Given:
    """1 where a dated yes was given by an anchor and not taken back, even later; 0 where it was not."""

    concept: str
    by: str


@frozen(cache_hash=True)
class RecordedAs:
    """1 where any counting fact says this level, whatever its day and whatever came later; 0 where none does."""

    concept: str
    level: int


Measure = Result | UlnRatio | Answer | Trait | Age | Nearest | Earliest | Longest | Ever | Given | RecordedAs


# Expressions


class Op(Enum):
    """How a measure is compared with its bound; ``IS`` is for words (yes, female, mild)."""

    LE = "<="
    LT = "<"
    GE = ">="
    GT = ">"
    IS = "is"


@frozen(cache_hash=True)
class Comparison:
    """One measure held against one constant. ``text`` is the part after the concept, as evidence shows it."""

    measure: Measure
    op: Op
    bound: Decimal
    text: str = field(eq=False)
    column: int = field(default=1, eq=False)


@frozen
class Not:
    """The opposite."""

    of: Expression


@frozen
class And:
    """All of them."""

    parts: tuple[Expression, ...]


@frozen
class Or:
    """At least one of them."""

    parts: tuple[Expression, ...]


Expression = Comparison | Not | And | Or


# The ruleset


@frozen
class Case:
    """A worked example of a criterion: a record in short, and what must come out."""

    given: Mapping[str, Any]
    holds: str
    branch: str | None
    note: str
    place: Place = field(eq=False)


@frozen
class Branch:
    """A lettered part of a criterion; a criterion without letters has one, with an empty key."""

    key: str
    text: str
    rule: Expression
    rule_text: str
    place: Place = field(eq=False)


@frozen
class Criterion:
    """One eligibility criterion: it holds where any of its branches does."""

    id: str
    category: Category
    text: str
    source: str
    reading: str
    branches: tuple[Branch, ...]
    conflict: Expression | None
    conflict_text: str
    cases: tuple[Case, ...]
    place: Place = field(eq=False)


@frozen
class CountsAs:
    """Every result that satisfies the comparison counts as an event of ``event`` on its day."""

    event: str
    result: str
    op: Op
    bound: Decimal
    text: str


@frozen
class Settings:
    """What the readings of a protocol leave to a ruleset."""

    at: str
    results_not_older_than: int
    none_not_older_than: int
    ever_until: str
    leap_birthday: str = "28 February"


@frozen(eq=False)
class Ruleset:
    """A trial's criteria, checked for form; immutable, and free to be shared by threads.

    ``places`` are the places in the protocol that each need a criterion, as a criterion's ``source`` names them, and
    ``listed_at`` is where each stands in the file.
    """

    name: str
    version: str
    title: str
    anchors: tuple[str, ...]
    settings: Settings
    counts_as: tuple[CountsAs, ...]
    criteria: tuple[Criterion, ...]
    arms: Mapping[str, Arm]
    case_anchors: Mapping[str, str]
    dictionary: Dictionary
    digest: str
    file: str
    notes: Mapping[str, str] = Factory(dict)
    places: tuple[str, ...] = ()
    listed_at: Mapping[str, Place] = Factory(dict)
