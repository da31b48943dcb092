"""A site's table of normal ranges: upper limits by sex and age, for results that carry none themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from attrs import frozen

from ucmsc_rules.errors import UcmscRulesError, ValueTextError
from ucmsc_rules.facts.concepts import Dictionary, Kind
from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.facts.json_text import RepeatedKeys
from ucmsc_rules.values.dates import BEGINNING, FOREVER, completed_years, shown
from ucmsc_rules.values.quantity import Quantity, read_limit
from ucmsc_rules.wording import did_you_mean

OLDEST = 200
KEYS = ("concept", "uln", "sex", "age_from", "age_to")


@frozen
class NormalRange:
    """One row: the upper limit of a concept's results, for a sex ("" for any) and for ages in completed years."""

    concept: str
    uln: Quantity
    text: str
    sex: str = ""
    age_from: int = 0
    age_to: int = OLDEST


def read_ranges(raw: object, dictionary: Dictionary) -> tuple[NormalRange, ...]:
    """The table in plain data, a list of rows with ``KEYS``; raises ValueTextError with the number of the row.

    ``sex`` is a category's word, and the ages are completed years, both ends in.
    """
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        raise ValueTextError('a table of normal ranges is a list of rows; write [{"concept": ..., "uln": ...}]')
    rows = []
    for number, row in enumerate(raw, start=1):
        try:
            rows.append(_row(row, dictionary))
        except UcmscRulesError as error:
            raise ValueTextError(f"row {number}: {error}") from None
    return tuple(rows)


def _row(raw: object, dictionary: Dictionary) -> NormalRange:
    if not isinstance(raw, Mapping) or isinstance(raw, RepeatedKeys):
        raise ValueTextError("a row is an object with each key once")
    for key in raw:
        if key not in KEYS:
            raise ValueTextError(f"{shown(str(key))} is no key of a row{did_you_mean(str(key), KEYS)}")
    name, uln, sex = raw.get("concept"), raw.get("uln"), raw.get("sex", "")
    if not isinstance(name, str) or name not in dictionary or dictionary[name].kind is not Kind.QUANTITY:
        raise ValueTextError(f"{shown(str(name))} is no quantity of the dictionary")
    if not isinstance(uln, str | int | Decimal) or isinstance(uln, bool):
        raise ValueTextError('"uln" is missing; write the limit as a text with its unit, as "104 umol/L"')
    if sex not in {"", *_sex_words(dictionary)}:
        raise ValueTextError(f"{shown(str(sex))} is no sex; write {' or '.join(_sex_words(dictionary))}")
    text = str(uln)
    youngest, oldest = _years(raw, "age_from", 0), _years(raw, "age_to", OLDEST)
    if youngest > oldest:
        raise ValueTextError('"age_from" lies above "age_to"')
    return NormalRange(name, read_limit(dictionary[name].unit_rules, text), text, sex, youngest, oldest)


def _sex_words(dictionary: Dictionary) -> tuple[str, ...]:
    return dictionary["sex"].categories if "sex" in dictionary else ()


def _years(raw: Mapping[str, object], key: str, default: int) -> int:
    years = raw.get(key, default)
    if isinstance(years, int) and not isinstance(years, bool) and 0 <= years <= OLDEST:
        return years
    raise ValueTextError(f'"{key}" is a whole number of years from 0 to {OLDEST}')


def limit_for(
    table: Sequence[NormalRange],
    fact: Fact,
    facts: Mapping[str, Sequence[Fact]],
    categories: Sequence[str],
    *,
    leap_birthday_in_march: bool = False,
) -> tuple[NormalRange, ...] | None:
    """The rows that may apply to a result; None where for some possible sex and age the table has no row.

    ``categories`` are the sexes of the dictionary: a subject whose sex is not known may be of any.
    """
    rows = [row for row in table if row.concept == fact.concept.name]
    if not rows:
        return None
    youngest, oldest = _ages(fact, facts, in_march=leap_birthday_in_march)
    chosen: list[NormalRange] = []
    for sex in _sexes(categories, facts):
        apply = [
            row for row in rows if row.sex in {"", sex} and row.age_from <= oldest and row.age_to >= youngest
        ]  # fmt: skip
        if not _covers(apply, youngest, oldest):
            return None
        chosen += [row for row in apply if row not in chosen]
    return tuple(chosen)


def _sexes(categories: Sequence[str], facts: Mapping[str, Sequence[Fact]]) -> Sequence[str]:
    """The sexes that the subject may be of."""
    recorded = facts.get("sex", ())
    if not recorded or not all(fact.readable for fact in recorded):
        return categories or [""]
    return sorted({categories[int(fact.value.lo)] for fact in recorded})


def _ages(fact: Fact, facts: Mapping[str, Sequence[Fact]], *, in_march: bool) -> tuple[int, int]:
    """The completed years on the result's possible days."""
    births = facts.get("birth_date", ())
    days = fact.days
    if not births or not all(birth.readable for birth in births) or days.first <= BEGINNING or days.last >= FOREVER:
        return 0, OLDEST
    latest, earliest = max(int(birth.value.hi) for birth in births), min(int(birth.value.lo) for birth in births)
    youngest = completed_years(latest, days.first, leap_birthday_in_march=in_march)
    return youngest, completed_years(earliest, days.last, leap_birthday_in_march=in_march)


def _covers(rows: Sequence[NormalRange], youngest: int, oldest: int) -> bool:
    reached = youngest
    for row in sorted(rows, key=lambda row: row.age_from):
        if row.age_from > reached:
            return False
        reached = max(reached, row.age_to + 1)
    return reached > oldest
