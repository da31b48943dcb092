"""Facts: which of a record's facts count, when they are dated, and whether they can be read."""

from dataclasses import dataclass
from typing import Any

from .days import ANY_DAY, Days, read_days
from .values import Reported, read_quantity

COUNTING = {"final", "amended", "corrected"}
NOT_COUNTING = {"preliminary", "cancelled", "entered-in-error"}
KEYS = {
    *("concept", "value", "unit", "when", "until", "recorded", "status", "source"),
    *("complete", "detected", "lloq", "copies_per_iu", "uln"),
}
BOTH = frozenset({True, False})
Answers = frozenset[bool]


@dataclass(frozen=True)
class Fact:
    """One fact that counts. An unreadable one may say anything; a date that cannot be read may be any day."""

    raw: dict[str, Any]
    readable: bool
    when: Days | None
    until: Days | None
    ongoing: bool
    recorded: Days | None
    amended: bool
    complete: bool

    @property
    def value(self) -> Any:
        """The value as it is written."""
        return self.raw.get("value")


def read_facts(record: dict[str, Any]) -> dict[str, list[Fact]]:
    """The facts by concept. Preliminary, cancelled and erroneous ones do not count at all."""
    told = record.get("facts")
    found: dict[str, list[Fact]] = {}
    for raw in told if isinstance(told, list) else []:
        if isinstance(raw, dict) and isinstance(raw.get("concept"), str) and _status(raw) not in NOT_COUNTING:
            found.setdefault(raw["concept"], []).append(_fact(raw))
    return found


def _status(raw: dict[str, Any]) -> str:
    """The status, whatever its case; final unless told otherwise."""
    status = raw.get("status", "final")
    return status.lower() if isinstance(status, str) else "not a text"


def _fact(raw: dict[str, Any]) -> Fact:
    """Unreadable: its status, a date or LLOQ is, it has an unknown key, or it certainly ends before it starts."""
    ongoing = raw.get("until") == "ongoing"
    when, until = _days(raw, "when"), None if ongoing else _days(raw, "until")
    status = _status(raw)
    readable = status in COUNTING and set(raw) <= KEYS
    readable &= when is not ANY_DAY and until is not ANY_DAY
    readable &= not (when and until and until.last < when.first)
    readable &= "lloq" not in raw or lloq_of(raw) is not None
    complete = "complete" not in raw or raw["complete"] is True
    amended = status in ("amended", "corrected")
    return Fact(raw, readable, when, until, ongoing, _days(raw, "recorded"), amended, complete)


def _days(raw: dict[str, Any], key: str) -> Days | None:
    """None where no date is given; any day where it cannot be read."""
    return (read_days(raw[key]) or ANY_DAY) if key in raw else None


def lloq_of(raw: dict[str, Any]) -> Reported | None:
    """The lower limit of quantification, a plain number with its unit; None where there is none that can be read."""
    limit = read_quantity(raw.get("lloq"))
    return limit if limit and limit.unit and limit.span.low == limit.span.high > 0 else None


def without_superseded(facts: list[Fact]) -> list[Fact]:
    """An amended or corrected fact takes the place of those of the same `when` that are neither."""
    mended = [fact.when for fact in facts if fact.amended and fact.when is not None and fact.when is not ANY_DAY]
    return [fact for fact in facts if fact.amended or fact.when not in mended]


def yes_no(fact: Fact) -> Answers:
    """Yes, no or a JSON boolean; anything else may be either."""
    value = {"yes": True, "no": False}.get(fact.value) if isinstance(fact.value, str) else fact.value
    return frozenset({value}) if fact.readable and isinstance(value, bool) else BOTH


def antibody(fact: Fact) -> Answers:
    """Positive or negative; indeterminate, borderline and what cannot be read may be either."""
    told = {"positive": True, "negative": False}.get(fact.value) if isinstance(fact.value, str) else None
    return frozenset({told}) if fact.readable and told is not None else BOTH


ROMAN = {"I": 1, "II": 2, "III": 3, "IV": 4}


def nyha_classes(fact: Fact) -> range:
    """I to IV, 1 to 4, a range of them, or none (0); all five where it cannot be read."""
    words = {"none": 0} | ROMAN | {str(n): n for n in range(1, 5)}
    return _levels(fact, words, range(5))


def grades(fact: Fact) -> range:
    """A grade of encephalopathy, 0 to 4, or a range of them; all where it cannot be read."""
    return _levels(fact, {str(n): n for n in range(5)}, range(5))


def ascites_points(fact: Fact) -> range:
    """The points for no, mild, moderate or severe ascites, or a range of them; all where it cannot be read."""
    return _levels(fact, {"none": 1, "mild": 2, "moderate_severe": 3}, range(1, 4))


def scores(fact: Fact) -> range:
    """A reported Child-Pugh score, 5 to 15; all where it cannot be read."""
    told = range(5, 16)
    written = str(fact.value)
    exact = fact.readable and not isinstance(fact.value, bool) and written in {str(n) for n in told}
    return range(int(written), int(written) + 1) if exact else told


def _levels(fact: Fact, words: dict[str, int], every: range) -> range:
    """The levels from one word to another; one word stands for itself."""
    if not fact.readable or isinstance(fact.value, bool) or not isinstance(fact.value, str | int):
        return every
    ends = [words.get(word.strip()) for word in str(fact.value).split("-")]
    if len(ends) > 2 or ends[0] is None or ends[-1] is None or ends[0] > ends[-1]:
        return every
    return range(ends[0], ends[-1] + 1)
