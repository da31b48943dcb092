"""Treatment arms: the cells for a subject's weight, and the volume that holds them."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

from attrs import field, frozen

from ucmsc_rules.errors import Place, UcmscRulesError, UnitError, ValueTextError
from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.values import units
from ucmsc_rules.values.interval import around, plain
from ucmsc_rules.values.quantity import Quantity, read_quantity

PER_KILOGRAM = units.UnitRules("dose", {"{cells}/kg": Decimal(1)})
PER_MILLILITRE = units.UnitRules("concentration", {"{cells}/mL": Decimal(1)})


class DoseError(UcmscRulesError):
    """A weight or concentration that no dose can be reckoned from."""


@frozen
class Amount:
    """A number with its unit.

    >>> print(Amount(Decimal("2.48E+8"), "cells"))
    248000000 cells
    """

    number: Decimal
    unit: str

    def __str__(self) -> str:
        return f"{plain(self.number)} {self.unit}"


@frozen
class Dose:
    """Cells for one subject, and the volume of the product where its concentration is given."""

    arm: str
    weight: Amount
    cells: Amount
    volume: Amount | None

    def __str__(self) -> str:
        volume = "" if self.volume is None else f" in {self.volume}"
        return f"{self.arm}: {self.cells}{volume} for {self.weight}"


@frozen
class Arm:
    """A treatment arm with a dose for each kilogram of a weight, which ``concept`` describes."""

    name: str
    text: str
    dose: str
    weight: str
    concept: Concept
    place: Place = field(eq=False)

    def dose_for(self, weight: str, concentration: str | None = None) -> Dose:
        """The dose for a weight ("62 kg", "137 lb"), and its volume at a concentration ("1e7 cells/mL").

        Nothing is rounded but what 15 digits cannot hold. Raises DoseError for a weight without a unit, of another
        dimension, censored, or outside what the dictionary calls plausible.

        >>> from ucmsc_rules import load_ruleset
        >>> print(load_ruleset("ucmsc-hbv-cirrhosis").arms["high"].dose_for("62 kg", "1e7 cells/mL"))
        high: 248000000 cells in 24.8 mL for 62 kg
        """
        return self.dose_of(_exact(self.concept.unit_rules, weight, self.concept.name), concentration)

    def dose_of(self, weight: Quantity, concentration: str | None = None) -> Dose:
        """The same for a weight that was read."""
        kilograms = _weight(self.concept, weight)
        cells = kilograms * _per(PER_KILOGRAM, self.dose, "dose", "{cells}/kg")
        volume = None
        if concentration is not None:
            volume = _amount(cells / _per(PER_MILLILITRE, concentration, "concentration", "{cells}/mL"), "mL")
        return Dose(self.name, _amount(kilograms, "kg"), _amount(cells, "cells"), volume)


def _weight(concept: Concept, weight: Quantity) -> Fraction:
    """Kilograms, within what the dictionary calls plausible."""
    if weight.value.lo != weight.value.hi:
        raise DoseError(f"{concept.name} {weight.value} {weight.unit} is no single number; give the weight itself")
    kilograms = _in(concept.unit_rules, weight, "kg")
    if concept.plausible is not None:
        rules = concept.unit_rules
        least, most = (_in(rules, read_quantity(rules, end), "kg") for end in concept.plausible)
        if not least <= kilograms <= most:
            between = " to ".join(concept.plausible)
            given = f"{plain(weight.value.lo)} {weight.unit}"
            raise DoseError(f"{concept.name} {given} lies outside {between}; check the value and its unit")
    return kilograms


def _per(rules: units.UnitRules, text: str, what: str, unit: str) -> Fraction:
    per = _in(rules, _exact(rules, text, what), unit)
    if per <= 0:
        raise DoseError(f'a {what} is more than zero; check "{text}"')
    return per


def _exact(rules: units.UnitRules, text: str, what: str) -> Quantity:
    try:
        quantity = read_quantity(rules, text)
    except (UnitError, ValueTextError) as error:
        raise DoseError(f"{what}: {error}") from None
    if quantity.value.lo != quantity.value.hi:
        raise DoseError(f'{what} "{text}" is no single number; write it without a comparator, in at most 15 digits')
    return quantity


def _in(rules: units.UnitRules, quantity: Quantity, unit: str) -> Fraction:
    return Fraction(quantity.value.lo) * units.factor(rules, quantity.unit, unit)


def _amount(value: Fraction, unit: str) -> Amount:
    return Amount(around(value).lo, unit)
