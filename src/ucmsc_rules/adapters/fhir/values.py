"""Reads value[x] of an observation as a cell with its unit, and says why where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache

from ucmsc_rules.adapters.fhir.codes import BLANK, Codes, plain_code
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object
from ucmsc_rules.adapters.fhir.moments import moment
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN, Cell
from ucmsc_rules.values.vocabulary import FAMILIES

UCUM = "http://unitsofmeasure.org"
COMPARATORS = frozenset({"", "<", "<=", ">", ">="})
NOT_DONE_REASONS = frozenset({"not-performed", "not-asked"})
ABSENT_EXTENSION = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
LONGEST_UNIT = 60
_PANEL = ("component", "hasMember")


def unknown(why: str) -> Cell:
    """A cell with an answer that is not told, and why."""
    return Cell(why, absent=UNKNOWN)


def value_of(observation: Json, codes: Codes) -> Cell:
    """What an observation, or one of its components, says.

    Blank where it only holds others together. An observation without a value and without a reason is no silence: there
    was something to say, and it is not told.

    >>> value_of({"valueQuantity": {"value": "20", "comparator": "<", "unit": "IU/mL"}}, Codes({}))
    Cell(text='<20', unit='IU/mL', absent='', also=())
    """
    keys = [key for key in observation if key.startswith("value") and key != "value"]
    reason = observation.get("dataAbsentReason")
    if len(keys) > 1 or (keys and reason is not None):
        return unknown(f"{' and '.join(keys if reason is None else [*keys, 'dataAbsentReason'])} contradict each other")
    if keys:
        read = _READERS.get(keys[0])
        return unknown(f"{keys[0][:LONGEST_UNIT]} is not read") if read is None else read(observation[keys[0]], codes)
    if reason is not None:
        return absent_for(plain_code(reason))
    for key in observation:
        if key.startswith("_value"):
            return absent_for(extended_reason(observation[key]))
    return BLANK if any(key in observation for key in _PANEL) else unknown("none is given")


def absent_for(reason: str) -> Cell:
    """The cell for a reason of absence: only what was surely not done says nothing."""
    return Cell(reason, absent=NOT_DONE if reason in NOT_DONE_REASONS else UNKNOWN)


def extended_reason(element: object) -> str:
    """The reason that an element gives by extension for having no value; "" where it gives none."""
    for extension in an_object(element).get("extension", ()):
        if isinstance(extension, dict) and extension.get("url") == ABSENT_EXTENSION:
            return a_text(extension.get("valueCode"))
    return ""


def amount(quantity: object) -> Cell:
    """The number of a Quantity with its comparator and unit; UNKNOWN where one of them cannot be taken."""
    parts = an_object(quantity)
    number, comparator = a_text(parts.get("value")), a_text(parts.get("comparator"))
    if not number:
        return absent_for(extended_reason(parts.get("_value")) or "a quantity without a number")
    if comparator not in COMPARATORS:
        return unknown(f'the comparator "{comparator[:LONGEST_UNIT]}" of {number} is none of a result')
    return Cell(f"{comparator}{number}", unit_of(parts))


def unit_of(quantity: Json) -> str:
    """The unit: the code where it is of UCUM, else the words for it, else whatever code there is.

    Where words and code are different units, both are written, which no reader takes for a unit.

    >>> unit_of({"unit": "mg/dL", "system": "http://snomed.info/sct", "code": "258797006"})
    'mg/dL'
    >>> unit_of({"unit": "mmol/L", "system": "http://unitsofmeasure.org", "code": "mg/dL"})
    'mmol/L or mg/dL'
    """
    words, code, system = (a_text(quantity.get(key))[:LONGEST_UNIT] for key in ("unit", "code", "system"))
    return _one_unit(words, code, system)


@lru_cache(maxsize=4096)  # there are few units
def _one_unit(words: str, code: str, system: str) -> str:
    if not code or (system != UCUM and words):
        return words
    if system not in {UCUM, ""}:
        return f"{system} {code}"
    return f"{words} or {code}" if words and _differ(words, code) else code


def _differ(words: str, code: str) -> bool:
    """Whether two texts are surely different units. IU is usually printed for the U of an enzyme."""
    if ("log" in words.casefold()) != ("log" in code.casefold()):
        return True
    for family in FAMILIES.values():
        one, other = family.get(words), family.get(code)
        if one is None or other is None or one.code.replace("[IU]", "U") == other.code.replace("[IU]", "U"):
            continue
        return True
    return False


def _quantity(value: object, _: Codes) -> Cell:
    return amount(value)


def _plain(value: object, _: Codes) -> Cell:
    text = a_text(value)
    return Cell(text) if text else unknown("the value is blank")


def _concept(value: object, codes: Codes) -> Cell:
    cell = codes.cell(value)
    return cell if cell.text else unknown("the value is blank")


def _boolean(value: object, _: Codes) -> Cell:
    return (
        Cell("true" if value else "false")
        if isinstance(value, bool)
        else unknown("the value is neither true nor false")
    )


def _date(value: object, codes: Codes) -> Cell:
    cell = _plain(value, codes)
    return cell if cell.absent else Cell(moment(cell.text))


def _range(value: object, _: Codes) -> Cell:
    """A range: one end as a bound; both as they would be written for a scale, which no quantity takes for a value."""
    ends = an_object(value)
    low, high = (amount(ends[key]) if key in ends else BLANK for key in ("low", "high"))
    if low.absent or high.absent or not (low.text or high.text):
        return unknown("a range whose ends are not told")
    if low.text and high.text:
        same = low.unit == high.unit
        return Cell(f"{low.text}-{high.text}", low.unit if same else f"{low.unit} or {high.unit}")
    return Cell(f">={low.text}", low.unit) if low.text else Cell(f"<={high.text}", high.unit)


def _ratio(value: object, _: Codes) -> Cell:
    numerator, denominator = (amount(an_object(value).get(key)) for key in ("numerator", "denominator"))
    if numerator.absent or denominator.absent:
        return unknown("a ratio whose parts are not told")
    return Cell(f"{numerator.text}:{denominator.text}")


_READERS: Mapping[str, Callable[[object, Codes], Cell]] = {
    "valueQuantity": _quantity, "valueString": _plain, "valueCodeableConcept": _concept, "valueInteger": _plain,
    "valueBoolean": _boolean, "valueRange": _range, "valueRatio": _ratio, "valueDateTime": _date,
}  # fmt: skip
