"""A site's table of normal ranges: upper limits by sex and age, for results that carry none themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.values.dates import BEGINNING, FOREVER, completed_years
from ucmsc_rules.values.quantity import Quantity

OLDEST = 200


@frozen
class NormalRange:
    """One row: the upper limit of a concept's results, for a sex ("" for any) and for ages in completed years."""

    concept: str
    uln: Quantity
    text: str
    sex: str = ""
    age_from: int = 0
    age_to: int = OLDEST


def limit_for(
    table: Sequence[NormalRange], fact: Fact, facts: Mapping[str, Sequence[Fact]]
) -> tuple[NormalRange, ...] | None:
    """The rows that may apply to a result; None where for some possible sex and age the table has no row."""
    rows = [row for row in table if row.concept == fact.concept.name]
    if not rows:
        return None
    youngest, oldest = _ages(fact, facts)
    chosen: list[NormalRange] = []
    for sex in _sexes(rows, facts):
        apply = [
            row for row in rows if row.sex in {"", sex} and row.age_from <= oldest and row.age_to >= youngest
        ]  # fmt: skip
        if not _covers(apply, youngest, oldest):
            return None
        chosen += [row for row in apply if row not in chosen]
    return tuple(chosen)


def _sexes(rows: Sequence[NormalRange], facts: Mapping[str, Sequence[Fact]]) -> list[str]:
    """The sexes that the subject may be of, as the table writes them."""
    written = sorted({row.sex for row in rows} - {""})
    recorded = facts.get("sex", ())
    if not recorded or not all(fact.readable for fact in recorded):
        return written or [""]
    categories = recorded[0].concept.categories
    return sorted({categories[int(fact.value.lo)] for fact in recorded})


def _ages(fact: Fact, facts: Mapping[str, Sequence[Fact]]) -> tuple[int, int]:
    """The completed years on the result's possible days."""
    births = facts.get("birth_date", ())
    days = fact.days
    if not births or not all(birth.readable for birth in births) or days.first <= BEGINNING or days.last >= FOREVER:
        return 0, OLDEST
    latest, earliest = max(int(birth.value.hi) for birth in births), min(int(birth.value.lo) for birth in births)
    return completed_years(latest, days.first), completed_years(earliest, days.last)


def _covers(rows: Sequence[NormalRange], youngest: int, oldest: int) -> bool:
    reached = youngest
    for row in sorted(rows, key=lambda row: row.age_from):
        if row.age_from > reached:
            return False
        reached = max(reached, row.age_to + 1)
    return reached > oldest
