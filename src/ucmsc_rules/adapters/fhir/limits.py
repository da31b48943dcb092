"""Finds the upper limit of normal among an observation's reference ranges: the one that surely is the subject's."""

from __future__ import annotations

import math
from collections.abc import Iterator

from ucmsc_rules.adapters.fhir.codes import BLANK, coded, plain_code
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object, objects
from ucmsc_rules.adapters.fhir.moments import day_part
from ucmsc_rules.adapters.fhir.person import Person
from ucmsc_rules.adapters.fhir.values import amount
from ucmsc_rules.adapters.row import Cell
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.values.dates import completed_years, parse_date
from ucmsc_rules.values.truth import Truth, all_of

YEARS = frozenset({"a", "a_j", "year", "years", "yr", "yrs"})
_SEXES = {"snomed 248152002": "female", "snomed 248153007": "male", "female": "female", "male": "male"}
_SYSTEMS = {"http://snomed.info/sct": "snomed", "http://hl7.org/fhir/administrative-gender": ""}


def upper_limit(observation: Json, person: Person, when: str) -> tuple[Cell, str]:
    """The limit with its own unit, and what is wrong: several that may be the subject's and differ are none.

    A range without a type is the normal one. One for another sex or age is passed over; one of which that is not known
    may be the subject's.
    """
    ranges = [each for each in objects(observation.get("referenceRange")) if _is_normal(each) and "high" in each]
    if not ranges:
        return BLANK, ""
    fits = [(each, _fits(each, person, when)) for each in ranges]
    possible = [(each, fit) for each, fit in fits if fit is not Truth.FALSE]
    limits = {(limit.text, limit.unit) for limit in map(_high, (each for each, _ in possible)) if not limit.absent}
    if not possible:
        return BLANK, "no reference range is one for this subject, so there is no upper limit"
    if all(fit is Truth.UNKNOWN for _, fit in possible):
        return BLANK, "whether the reference range is one for this subject is not known, so there is no upper limit"
    if len(limits) != 1 or any(_high(each).absent for each, _ in possible):
        shown = " and ".join(sorted(f"{text} {unit}".strip() for text, unit in limits))
        told = f"have different upper limits ({shown})" if len(limits) > 1 else "have no upper limit that can be read"
        return BLANK, f"reference ranges that may be this subject's {told}, so there is none"
    ((text, unit),) = limits
    return Cell(text, unit), ""


def _is_normal(reference: Json) -> bool:
    return plain_code(reference.get("type")) in {"", "normal", "normal range"}


def _high(reference: Json) -> Cell:
    return amount(reference.get("high"))


def _fits(reference: Json, person: Person, when: str) -> Truth:
    """Whether the range is one for the subject."""
    population = [_population(each, person) for each in objects(reference.get("appliesTo"))]
    age = _age(an_object(reference["age"]), person, when) if "age" in reference else Truth.TRUE
    return all_of([*population, age, Truth.UNKNOWN if "modifierExtension" in reference else Truth.TRUE])


def _population(concept: Json, person: Person) -> Truth:
    for text in _all_texts(coded(concept, _SYSTEMS)):
        sex = _SEXES.get(text.casefold())
        if sex is not None:
            return Truth.UNKNOWN if not person.sex else Truth.TRUE if person.sex == sex else Truth.FALSE
    return Truth.UNKNOWN


def _all_texts(cell: Cell) -> Iterator[str]:
    yield cell.text
    yield from cell.also


def _age(wanted: Json, person: Person, when: str) -> Truth:
    ages = _ages(person.birth_date, when)
    if ages is None or any(not _in_years(wanted[end]) for end in ("low", "high") if end in wanted):
        return Truth.UNKNOWN
    youngest, oldest = ages
    low, high = (_years(wanted.get(end)) for end in ("low", "high"))
    if (low is not None and oldest < math.floor(low)) or (high is not None and youngest > high):
        return Truth.FALSE
    surely = (low is None or youngest >= low) and (high is None or oldest <= high)
    return Truth.TRUE if surely else Truth.UNKNOWN


def _in_years(quantity: object) -> bool:
    parts = an_object(quantity)
    unit = (a_text(parts.get("code")) or a_text(parts.get("unit"))).casefold()
    return unit in YEARS and _years(quantity) is not None


def _years(quantity: object) -> float | None:
    try:
        years = float(a_text(an_object(quantity).get("value")))
    except ValueError:
        return None
    return years if math.isfinite(years) else None


def _ages(birth_date: str, when: str) -> tuple[int, int] | None:
    """The completed years that the subject may have had on the days of the result; None where nobody can tell."""
    try:
        birth, days = parse_date(birth_date), parse_date(day_part(when))
    except ValueTextError:
        return None
    return completed_years(birth.last, days.first), completed_years(birth.first, days.last)
