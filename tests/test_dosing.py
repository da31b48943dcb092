"""Doses: cells and volume worked by hand, weights that no dose may be reckoned from, and the weight of a record."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import RULESET, Raw, fact, record_of
from ucmsc_rules import DoseError
from ucmsc_rules.dosing import dose_on_record, find_arm

HIGH = RULESET.arms["high"]


@pytest.mark.parametrize(
    ("arm", "weight", "cells"),
    [
        ("low", "62 kg", "62000000"), ("medium", "62 kg", "124000000"), ("high", "62 kg", "248000000"),
        ("high", "62.5kg", "250000000"), ("high", "62000 g", "248000000"), ("low", "100 lb", "45359237"),
        ("low", "10 stone", "63502931.8"), ("high", "20 kg", "80000000"), ("high", "300 kg", "1200000000"),
        ("high", "6.2e1 kg", "248000000"),
    ],
)  # fmt: skip
def test_cells_for_a_weight(arm: str, weight: str, cells: str) -> None:
    """One, two or four million cells for each kilogram, in kilograms, grams, pounds and stones."""
    dose = RULESET.arms[arm].dose_for(weight)
    assert (dose.arm, dose.cells.number, dose.cells.unit, dose.volume) == (arm, Decimal(cells), "cells", None)


@pytest.mark.parametrize(
    ("concentration", "volume"),
    [
        ("1e7 cells/mL", "24.8"), ("1 x 10^7 cells/mL", "24.8"), ("10000 cells/uL", "24.8"), ("1e10 cells/L", "24.8"),
        ("2.5e6 cells/mL", "99.2"), ("3e6 cells/mL", "82.6666666666666"),
    ],
)  # fmt: skip
def test_volume_at_a_concentration(concentration: str, volume: str) -> None:
    """The volume that holds the cells, in any unit of concentration; 15 digits where it does not end."""
    found = HIGH.dose_for("62 kg", concentration).volume
    assert found is not None
    assert (found.number, found.unit) == (Decimal(volume), "mL")


@pytest.mark.parametrize(
    "weight",
    [
        "62", "", "kg", "62 cm", "62 mg/dL", "62 m", "<62 kg", ">=62 kg", "60-62 kg", "19.999 kg", "300.001 kg", "0 kg",
        "-62 kg", "620 g", "62 kg/m2", "1e99 kg", "62,5 kg", "nan kg", "not detected",
        "62.00000000000000001 kg", "62 kg kg",
    ],
)  # fmt: skip
def test_no_dose_without_a_plausible_weight(weight: str) -> None:
    """A weight without its unit, censored, of another dimension or outside the plausible is an error, never a dose."""
    with pytest.raises(DoseError):
        HIGH.dose_for(weight)


@pytest.mark.parametrize(
    "concentration",
    [
        "0 cells/mL",
        "1e7",
        "1e7 cells",
        "1e7 /mL",
        ">1e7 cells/mL",
        "-1e7 cells/mL",
        "1e7 copies/mL",
        "1e7 cells/kg",
        "",
        "1,0 cells/mL",
    ],
)
def test_no_volume_without_a_concentration_above_zero(concentration: str) -> None:
    """A concentration that is zero, censored, of another dimension or without its unit is an error."""
    with pytest.raises(DoseError):
        HIGH.dose_for("62 kg", concentration)


@settings(max_examples=60)
@given(st.decimals("20", "300", places=2), st.sampled_from(["low", "medium", "high"]))
def test_a_weight_in_pounds_or_grams_gives_the_same_dose(kilograms: Decimal, arm: str) -> None:
    """The unit that a weight is written in changes no cell beyond 15 digits."""
    per = {"low": 10**6, "medium": 2 * 10**6, "high": 4 * 10**6}[arm]
    found = RULESET.arms[arm]
    assert found.dose_for(f"{kilograms} kg").cells.number == kilograms * per
    assert found.dose_for(f"{kilograms * 1000} g").cells.number == kilograms * per
    pounds = Decimal(float(kilograms / Decimal("0.45359237"))).quantize(Decimal("1e-8"))
    if Decimal(21) < kilograms < Decimal(299):
        cells = Fraction(found.dose_for(f"{pounds} lb").cells.number)
        exact = Fraction(pounds) * Fraction("0.45359237") * per
        assert 0 <= exact - cells < Fraction(1, 10**5)


def test_an_arm_that_does_not_exist_is_named() -> None:
    """A misspelt arm is an error that lists the arms."""
    with pytest.raises(DoseError, match="low, medium, high"):
        find_arm(RULESET, "hihg")


# the weight on a record


def weight(value: Any, when: str | None = "2026-03-01", **others: Any) -> Raw:
    """One weight."""
    return fact("body_weight", value, when, **others)


@pytest.mark.parametrize(
    ("facts", "kilograms"),
    [
        ([weight("62 kg")], "62"),
        ([weight(62, unit="kg")], "62"),
        ([weight("62 kg", "2024-01-01")], "62"),  # the latest, however old
        ([weight("62 kg"), weight("65 kg", "2026-03-22")], "65"),  # on the day of the infusion
        ([weight("62 kg"), weight("65 kg", "2026-03-23")], "62"),  # after it
        ([weight("70 kg"), weight("62 kg", status="corrected")], "62"),
        ([weight("62 kg"), weight("62 kg")], "62"),
        ([weight("62 kg"), weight("70 kg", "2026-03-10", status="entered-in-error")], "62"),
    ],
)
def test_the_dose_is_by_the_latest_weight_up_to_the_infusion(facts: list[Raw], kilograms: str) -> None:
    """Whatever the order of the facts, the latest counting weight up to the first infusion is taken."""
    for order in (facts, facts[::-1]):
        assert dose_on_record(RULESET, "low", record_of(*order)).weight.number == Decimal(kilograms)


@pytest.mark.parametrize(
    "facts",
    [
        [],
        [weight("62 kg", "2026-03-23")],
        [weight("62 kg", "2026-03")],  # perhaps after the infusion
        [weight("62 kg", None)],
        [weight("62 kg"), weight("65 kg")],  # two of one day
        [weight("62 kg"), weight("65 kg", "2026-03")],
        [weight("62 kg"), weight("heavy", "2026-03-10")],  # the latest cannot be read
        [weight("62 kg"), weight("65", "2026-03-10")],
        [weight("62 kg"), weight("65 kg", "30-FEB-2026")],
        [weight("<62 kg")],
        [weight("19 kg")],
        [weight("620 kg")],
    ],
)
def test_no_dose_where_no_single_weight_is_surely_the_latest(facts: list[Raw]) -> None:
    """Ties, uncertain days, unreadable or implausible weights are an error: nobody gets a guessed dose."""
    for order in (facts, facts[::-1]):
        with pytest.raises(DoseError):
            dose_on_record(RULESET, "high", record_of(*order))


def test_without_a_date_of_infusion_a_newer_weight_leaves_the_dose_open() -> None:
    """A weight that may come after the infusion is not taken, and neither is the one before it."""
    known_weight, newer = weight("62 kg", "2026-03-14"), weight("65 kg", "2026-03-20")
    assert dose_on_record(RULESET, "low", record_of(known_weight, first_infusion=None)).weight.number == 62
    with pytest.raises(DoseError):
        dose_on_record(RULESET, "low", record_of(known_weight, newer, first_infusion=None))


def test_a_unit_given_twice_still_gives_the_dose() -> None:
    """Value and unit that agree are readable, so they give a dose."""
    assert dose_on_record(RULESET, "low", record_of(weight("62 kg", unit="kg"))).weight.number == 62
