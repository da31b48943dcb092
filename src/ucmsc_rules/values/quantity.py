"""Reads the text of a measured value: a comparator, a numeral and a unit, or "not detected"."""

from __future__ import annotations

import re
from decimal import Context, Decimal

from ucmsc_rules.errors import UnitError, ValueTextError
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.dates import shown
from ucmsc_rules.values.interval import INF, Interval, neighbours
from ucmsc_rules.values.units import LOG, UnitRules, canonical, unitless

LONGEST = 200
GREATEST_EXPONENT = 30  # beyond any quantity that a laboratory reports; keeps arithmetic bounded
NOT_DETECTED = frozenset({"not detected", "target not detected", "undetectable", "undetected"})

_TEXT = re.compile(
    r"(?P<comparator><=|>=|=<|=>|[<>≤≥])?\s*"
    r"(?P<numeral>[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?)"
    r"(?:\s*[x×*]\s*10\s*(?:\^|\*\*?)\s*(?P<power>[+-]?[0-9]{1,3})(?![0-9]))?"
    r"(?P<unit>.*)\Z",
    re.DOTALL,
)
_EXACT = Context(prec=LONGEST + 10)
_THOUSANDS = re.compile(r"[0-9],[0-9]")


@frozen_to_mypy
class Quantity:
    """What is known of a value, and the code of the unit that it is in."""

    value: Interval
    unit: str


def below(limit: Quantity) -> Quantity:
    """What "not detected" says where the assay's limit is known: less than the limit."""
    return Quantity(Interval(_least(limit.unit), limit.value.hi, hi_open=True), limit.unit)


def read_quantity(rules: UnitRules, text: str, unit: str | None = None) -> Quantity:
    """A value's text for one concept, with a unit in the text or beside it.

    Raises ValueTextError where the text is no value, UnitError where its unit is missing, unknown, of another
    dimension, or differs from ``unit``.

    >>> hbv_dna = UnitRules("hbv_dna", {"[IU]/mL": Decimal(1)})
    >>> print(read_quantity(hbv_dna, "<20 IU/mL").value)
    [0, 20)
    >>> print(read_quantity(hbv_dna, "1.7E8", "IU/mL").value)
    [170000000, 170000000]
    """
    comparator, number, inline = _split(text)
    code = _one_unit(rules, inline, unit)
    if number < 0 and not code.startswith(LOG):
        raise ValueTextError(f"{shown(text)} is below zero; write a value of zero or more")
    return Quantity(_bounds(text, comparator, number, code), code)


def read_limit(rules: UnitRules, text: str) -> Quantity:
    """A limit that belongs to a result (ULN, LLOQ): one number above zero, with its unit, without a comparator."""
    quantity = read_quantity(rules, text)
    if quantity.value != neighbours(_split(text)[1]) or quantity.value.lo <= 0:
        raise ValueTextError(f"{shown(text)} is no limit; write one number above zero, with its unit")
    return quantity


def read_number(text: str) -> Decimal:
    """A plain numeral. Raises ValueTextError for anything else, and for numbers beyond 1e30.

    >>> read_number("1.50")
    Decimal('1.50')
    """
    comparator, number, unit = _split(text)
    if comparator or unit:
        raise ValueTextError(f"{shown(text)} is no plain number; write digits with a point, as 3.41")
    return number


def is_not_detected(text: str) -> bool:
    """Whether a text says that the target was looked for and not found."""
    return " ".join(text.casefold().split()) in NOT_DETECTED


def _split(text: str) -> tuple[str, Decimal, str]:
    match = _TEXT.match(text.strip()) if len(text) <= LONGEST else None
    if match is None:
        raise ValueTextError(f'{shown(text)} is no value; write a number with its unit, as "850 IU/mL" or "<20 IU/mL"')
    if "," in text and _THOUSANDS.search(text):
        message = f"{shown(text)} has a comma, which may part thousands or decimals; write 1200 or 1.2"
        raise ValueTextError(message)
    return match["comparator"] or "", _number(text, match["numeral"], match["power"]), match["unit"].strip()


def _number(text: str, numeral: str, power: str | None) -> Decimal:
    mantissa, _, exponent = numeral.lower().partition("e")
    if len(exponent.lstrip("+-0")) > len(str(GREATEST_EXPONENT)):
        raise ValueTextError(f"{shown(text)} is beyond any quantity that is measured; check the exponent")
    number = Decimal(mantissa).scaleb(int(exponent or 0) + int(power or 0), _EXACT)
    if number and abs(number.adjusted()) > GREATEST_EXPONENT:
        raise ValueTextError(f"{shown(text)} is beyond any quantity that is measured; check the exponent")
    return number


def _one_unit(rules: UnitRules, inline: str, beside: str | None) -> str:
    texts = [text for text in (inline, beside) if text is not None and text.strip()]
    if not texts:
        if unitless(rules):
            return "1"
        written = " or ".join(f'"{unit}"' for unit in rules.quanta)
        raise UnitError(f"{rules.name} needs a unit; write {written}")
    codes = {canonical(rules, text) for text in texts}
    if len(codes) > 1:
        raise UnitError(f"value and unit disagree ({shown(inline)}, {shown(beside or '')}); write one of them")
    return codes.pop()


def _bounds(text: str, comparator: str, number: Decimal, code: str) -> Interval:
    if code.startswith(LOG) and abs(number) > GREATEST_EXPONENT:
        raise ValueTextError(f"{shown(text)} is beyond any quantity that is measured; check the logarithm")
    about = neighbours(number)
    least = _least(code)
    match comparator:
        case "":
            return about
        case "<" if number > least:
            return Interval(least, about.hi, hi_open=True)
        case "<=" | "=<" | "≤":
            return Interval(least, about.hi)
        case ">":
            return Interval(about.lo, INF, lo_open=True)
        case ">=" | "=>" | "≥":
            return Interval(about.lo, INF)
        case _:
            raise ValueTextError(f"{shown(text)} allows no value, since none is below zero; check the number")


def _least(code: str) -> Decimal:
    return -INF if code.startswith(LOG) else Decimal(0)
