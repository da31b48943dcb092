"""Units: from a laboratory's spelling to a code, and from one code to another. The only file that sees pint.

Every conversion is keyed by a concept's ``UnitRules``, never by dimension alone: 8 % and 80 mmol/mol are the same
number to a dimension, and another haemoglobin A1c. pint decides once per pair of units, in Decimal; values are
multiplied by the exact ratio.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Context, Decimal
from fractions import Fraction
from functools import cache, lru_cache
from importlib import resources

import pint
from attrs import Factory, frozen

from ucmsc_rules.errors import UnitError
from ucmsc_rules.values.dates import shown
from ucmsc_rules.values.interval import INF, Interval, around, point, quotient, rounded
from ucmsc_rules.values.vocabulary import FAMILIES, UnitCode

LOG = "log10 "
COPIES = "[genome_copies]"
BIOLOGICAL = "[biological_activity]"
LONGEST = 40
_LOG_PREFIX = re.compile(r"(?:log10|log_10|log|lg)[ _]?\(?(?P<of>[^()]+)\)?\Z", re.IGNORECASE)
_UCUM_LOG = re.compile(r"\{log[_ ]?(?P<of>iu|copies|copy)\}/(?P<per>.+)\Z", re.IGNORECASE)
_LOOKALIKES = str.maketrans({"µ": "u", "μ": "u", "×": "x", "²": "^2", "³": "^3", "⁶": "^6", "⁹": "^9"})
_POWERS = re.compile(r"10\^1\^2")
_CAPITALS_MATTER = re.compile(r"m\[?i?IU|[GTM]/")  # MIU is a million units and mIU a thousandth; G/L is no g/L
_PRECISE = Context(prec=40)
NOTHING_KNOWN = Interval(Decimal(0), INF)


@frozen
class Line:
    """A conversion that is no plain factor: ``to = slope * from + intercept``."""

    from_unit: str
    to_unit: str
    slope: Decimal
    intercept: Decimal
    source: str = ""


@frozen(eq=False)
class UnitRules:
    """What a concept says of its units.

    ``quanta`` gives, for each unit that a rule may ask for, the step in which laboratories report; ``molar_mass`` is
    a text as "113.12 g/mol"; ``aliases`` take one code for another (IU/L for U/L of an enzyme).
    """

    name: str
    quanta: Mapping[str, Decimal]
    family: str = "common"
    aliases: Mapping[str, str] = Factory(dict)
    molar_mass: str = ""
    lines: tuple[Line, ...] = ()


@frozen
class Converted:
    """A value in another unit: as reckoned, as compared, and whether it was rounded to the reporting quantum."""

    raw: Interval
    value: Interval
    was_rounded: bool


# spelling -> code


def canonical(rules: UnitRules, text: str) -> str:
    """The code of a unit's spelling, for one concept.

    Raises UnitError where the vocabulary lacks it, or where the concept is of another dimension.

    >>> glucose = UnitRules("fasting_glucose", {"mmol/L": Decimal("0.1")}, molar_mass="180.156 g/mol")
    >>> canonical(glucose, "MG/DL"), canonical(glucose, "µmol/l")
    ('mg/dL', 'umol/L')
    """
    return _canonical(rules, text.strip())


@lru_cache(maxsize=8192)
def _canonical(rules: UnitRules, text: str) -> str:
    if len(text) > LONGEST:
        raise UnitError(f"{shown(text)} is no unit; {_write(rules)}")
    if (of := _inside_log(text)) is not None:
        return LOG + _canonical(rules, of)
    code = _spelled(rules, _tidy(text))
    if code is None:
        raise UnitError(f"{shown(text)} is no unit that is known for {rules.name}; {_write(rules)}")
    if not _reachable(rules, code):
        raise UnitError(f"{shown(text)} is of another dimension than {rules.name}; {_write(rules)}")
    return code


def _inside_log(text: str) -> str | None:
    if (match := _UCUM_LOG.match(text)) is not None:
        return f"{match['of']}/{match['per']}"
    match = _LOG_PREFIX.match(text)
    return match["of"].strip() if match else None


def _tidy(text: str) -> str:
    plain = re.sub(r"\s*([/^*])\s*", r"\1", " ".join(text.translate(_LOOKALIKES).split()))
    return _POWERS.sub("10^12", plain)


def _spelled(rules: UnitRules, text: str) -> str | None:
    family = FAMILIES[rules.family]
    unit = family.get(text)
    if unit is None:  # capitals differ between laboratories; within one concept they never change the unit's meaning
        codes = {
            unit.code
            for spelling, unit in family.items()
            if spelling.casefold() == text.casefold() and not _CAPITALS_MATTER.match(spelling)
        }
        likely = {code for code in codes if _reachable(rules, rules.aliases.get(code, code))}
        if len(likely) != 1:
            return min(codes) if len(codes) == 1 else None
        return rules.aliases.get(min(likely), min(likely))
    return rules.aliases.get(unit.code, unit.code)


def _write(rules: UnitRules) -> str:
    if unitless(rules):
        return f"{rules.name} has no unit"
    return "write " + " or ".join(rules.quanta)


def unitless(rules: UnitRules) -> bool:
    """Whether the concept's values are plain numbers (INR)."""
    return set(rules.quanta) == {"1"}


# code -> code

Change = Callable[[Fraction], Fraction]


def convert(rules: UnitRules, value: Interval, unit: str, to: str, copies_per_iu: Fraction | None = None) -> Converted:
    """A value in the unit that a rule asks for.

    In the same unit it stays as reported; a power of ten is exact; anything else is rounded half up to the concept's
    reporting quantum, and a strict bound that was rounded becomes closed. Copies need the assay's own factor: where
    it is missing, nothing is known.

    >>> glucose = UnitRules("fasting_glucose", {"mmol/L": Decimal("0.1")}, molar_mass="180.156 g/mol")
    >>> print(convert(glucose, Interval(Decimal(0), Decimal(180), hi_open=True), "mg/dL", "mmol/L").value)
    [0, 10]
    """
    if unit == to:
        return Converted(value, value, was_rounded=False)
    change = _change(rules, unit, to, copies_per_iu)
    if change is None:
        return Converted(NOTHING_KNOWN, NOTHING_KNOWN, was_rounded=False)
    raw = _each_end(value, unit, change)
    if _is_power_of_ten(rules, unit, to):
        return Converted(raw, raw, was_rounded=False)
    return Converted(raw, _rounded(value, unit, change, rules.quanta[to]), was_rounded=True)


def to_table(rules: UnitRules, value: Interval, unit: str, to: str, quantum: Decimal) -> Converted:
    """A value in the unit of a score's table, always rounded to the table's own quantum."""
    change = _change(rules, unit, to, None)
    if change is None:
        return Converted(NOTHING_KNOWN, NOTHING_KNOWN, was_rounded=False)
    return Converted(_each_end(value, unit, change), _rounded(value, unit, change, quantum), was_rounded=True)


def exactly(rules: UnitRules, value: Interval, unit: str, to: str, copies_per_iu: Fraction | None = None) -> Interval:
    """A value in another unit, not rounded; ends that 15 digits do not hold lie strictly between their neighbours."""
    if unit == to:
        return value
    change = _change(rules, unit, to, copies_per_iu)
    return NOTHING_KNOWN if change is None else _each_end(value, unit, change)


def connected(rules: UnitRules, unit: str) -> bool:
    """Whether a unit that rules may ask for can be converted to each of the others.

    >>> connected(UnitRules("x", {"mg/dL": Decimal(1), "mmol/L": Decimal(1)}), "mg/dL")
    False
    """
    return all(unit == other or _change(rules, unit, other, None) is not None for other in rules.quanta)


def factor(rules: UnitRules, unit: str, to: str) -> Fraction:
    """What one unit is in another, exactly. Raises UnitError where no factor connects them.

    >>> factor(UnitRules("body_weight", {"kg": Decimal("0.1")}), "[lb_av]", "kg") == Fraction("0.45359237")
    True
    """
    found = _factor(rules, unit, to)
    if found is None:
        raise UnitError(f"no factor takes {unit} to {to} for {rules.name}")
    return found


def ratio(rules: UnitRules, value: Interval, unit: str, limit: Interval, limit_unit: str) -> Interval:
    """How many times its limit a value is, reckoned without rounding; the limit is above zero.

    >>> rules = UnitRules("creatinine", {"umol/L": Decimal(1)}, molar_mass="113.12 g/mol")
    >>> value, limit = (Interval(Decimal(n), Decimal(n)) for n in (208, 104))
    >>> print(ratio(rules, value, "umol/L", limit, "umol/L"))
    [2, 2]
    """
    if unit == limit_unit and value.hi.is_finite() and LOG not in unit:
        low, high = quotient(value.lo, limit.hi), quotient(value.hi, limit.lo)
        return Interval(low.lo, high.hi, low.lo_open or value.lo_open, high.hi_open or value.hi_open)
    scale = None if LOG in unit + limit_unit else _factor(rules, unit, limit_unit)
    if scale is None:
        return NOTHING_KNOWN
    per_most, per_least = scale / Fraction(limit.hi), scale / Fraction(limit.lo)
    low = _each_end(Interval(value.lo, value.lo), unit, lambda end: end * per_most)
    high = _each_end(Interval(value.hi, value.hi), unit, lambda end: end * per_least)
    return Interval(low.lo, high.hi, low.lo_open or value.lo_open, high.hi_open or value.hi_open)


def _each_end(value: Interval, unit: str, change: Change) -> Interval:
    lo, lo_open, hi, hi_open = value.lo, value.lo_open, value.hi, value.hi_open
    if lo == hi and (number := _fraction(lo, unit)) is not None:
        return around(change(number))
    if (number := _fraction(lo, unit)) is not None:
        low = around(change(number))
        lo, lo_open = low.lo, lo_open or low.lo_open
    if (number := _fraction(hi, unit)) is not None:
        high = around(change(number))
        hi, hi_open = high.hi, hi_open or high.hi_open
    return Interval(lo, hi, lo_open, hi_open)


def _rounded(value: Interval, unit: str, change: Change, quantum: Decimal) -> Interval:
    """Both ends rounded half up to the quantum; a bound that was rounded is closed."""
    lo = _fraction(value.lo, unit)
    if lo is not None and value.lo == value.hi:
        return point(rounded(change(lo), quantum))
    hi = _fraction(value.hi, unit)
    return Interval(
        value.lo if lo is None else rounded(change(lo), quantum),
        value.hi if hi is None else rounded(change(hi), quantum),
    )


def _fraction(end: Decimal, unit: str) -> Fraction | None:
    """An end as an exact number, out of its logarithm where it is one; None at infinity."""
    if not unit.startswith(LOG):
        return Fraction(end) if end.is_finite() else None
    if not end.is_finite():
        return Fraction(0) if end < 0 else None
    return Fraction(_PRECISE.power(Decimal(10), end))


def _change(rules: UnitRules, unit: str, to: str, copies_per_iu: Fraction | None) -> Change | None:
    """What takes a number in one unit (out of its logarithm) to the other; None where nothing does."""
    source = unit.removeprefix(LOG)
    if (line := _line(rules, source, to)) is not None:
        slope, intercept = line
        return lambda number: number * slope + intercept
    scale = Fraction(1) if source == to else _factor(rules, source, to)
    if scale is None:
        scale = _copies_factor(rules, source, to, copies_per_iu)
    if scale is None:
        return None
    return lambda number: number * scale


@lru_cache(maxsize=8192)
def _is_power_of_ten(rules: UnitRules, unit: str, to: str) -> bool:
    if unit.startswith(LOG) or (scale := _factor(rules, unit, to)) is None:
        return False
    return all(re.fullmatch("10*", str(number)) for number in (scale.numerator, scale.denominator))


def _line(rules: UnitRules, unit: str, to: str) -> tuple[Fraction, Fraction] | None:
    for line in rules.lines:
        slope, intercept = Fraction(line.slope), Fraction(line.intercept)
        if (line.from_unit, line.to_unit) == (unit, to):
            return slope, intercept
        if (line.to_unit, line.from_unit) == (unit, to):
            return 1 / slope, -intercept / slope
    return None


def _copies_factor(rules: UnitRules, unit: str, to: str, copies_per_iu: Fraction | None) -> Fraction | None:
    if copies_per_iu is None:
        return None
    as_biological = unit.replace("{copies}", "[IU]")
    scale = Fraction(1) if as_biological == to else _factor(rules, as_biological, to)
    return None if scale is None or as_biological == unit else scale / copies_per_iu


@lru_cache(maxsize=8192)
def _factor(rules: UnitRules, unit: str, to: str) -> Fraction | None:
    """What one ``unit`` is in ``to``; None where no factor connects them."""
    source, target = (_quantity(rules.family, code) for code in (unit, to))
    if source.dimensionality != target.dimensionality:
        if not rules.molar_mass:
            return None
        mass = _molar_mass(rules.molar_mass)
        # the molar mass is kept on the side where the division is exact, so that the ratio is
        if (source / mass).dimensionality == target.dimensionality:
            return _size(source) / _size(mass) / _size(target)
        if (source * mass).dimensionality == target.dimensionality:
            return _size(source) * _size(mass) / _size(target)
        return None
    return _size(source) / _size(target)


def _reachable(rules: UnitRules, code: str) -> bool:
    dimension = _quantity(rules.family, code).dimensionality
    return any(
        code == unit
        or _factor(rules, code, unit) is not None
        or _line(rules, code, unit) is not None
        or _is_copies_for(dimension, _quantity(rules.family, unit).dimensionality)
        for unit in rules.quanta
    )


def _is_copies_for(dimension: Mapping[str, object], asked: Mapping[str, object]) -> bool:
    return COPIES in dimension and {BIOLOGICAL if key == COPIES else key for key in dimension} == set(asked)


@cache
def _registry() -> pint.UnitRegistry[Decimal]:
    definitions = resources.files("ucmsc_rules.values") / "units.txt"
    with resources.as_file(definitions) as path:
        return pint.UnitRegistry(path, non_int_type=Decimal, on_redefinition="raise")


@cache
def _quantity(family: str, code: str) -> pint.Quantity[Decimal]:
    unit = _by_code()[family, code]
    return _registry().Quantity(Decimal(unit.scale), unit.pint)


@cache
def _by_code() -> dict[tuple[str, str], UnitCode]:
    return {(family, unit.code): unit for family, spelled in FAMILIES.items() for unit in spelled.values()}


@cache
def _molar_mass(text: str) -> pint.Quantity[Decimal]:
    number, _, unit = text.partition(" ")
    if unit != "g/mol":
        raise UnitError(f"{shown(text)} is no molar mass; write a number and g/mol")
    return _registry().Quantity(Decimal(number), "gram/mole")


def _size(quantity: pint.Quantity[Decimal]) -> Fraction:
    return Fraction(quantity.to_base_units().magnitude)
