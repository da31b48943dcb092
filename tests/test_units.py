"""Conversions against a pint registry of its own, and properties that no unit of a result may break."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Context, Decimal
from fractions import Fraction
from functools import cache
from itertools import product
from typing import Any

import pint
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import RULESET, SEEN, F, T, U, answer, fact, known
from ucmsc_rules.errors import UnitError
from ucmsc_rules.values import units
from ucmsc_rules.values.interval import Interval, ends

VOLUMES = {"L": "liter", "dL": "deciliter", "mL": "milliliter", "uL": "microliter"}
MASSES = {"kg": "kilogram", "g": "gram", "mg": "milligram", "ug": "microgram", "ng": "nanogram", "pg": "picogram"}
AMOUNTS = {"mol": "mole", "mmol": "millimole", "umol": "micromole", "nmol": "nanomole", "pmol": "picomole"}
BIOLOGICAL = {"[IU]": "testunit", "k[IU]": "kilotestunit", "m[IU]": "millitestunit"}
MOLAR_MASSES = {"creatinine": "113.12", "bilirubin_total": "584.66", "fasting_glucose": "180.156"}  # g/mol
READABLE = Context(prec=8)


def per_volume(tops: dict[str, str]) -> dict[str, str]:
    """Each unit of a concentration, in UCUM and in pint's words."""
    return {f"{top}/{low}": f"{tops[top]}/{VOLUMES[low]}" for top, low in product(tops, VOLUMES)}


TABLES = {name: per_volume(MASSES | AMOUNTS) for name in MOLAR_MASSES} | {
    "serum_albumin": per_volume(MASSES),
    "hbv_dna": per_volume(BIOLOGICAL),
}


@cache
def registry() -> pint.UnitRegistry[Decimal]:
    """Pint with its default definitions, in Decimal, and one unit of its own for biological activity."""
    found: pint.UnitRegistry[Decimal] = pint.UnitRegistry(non_int_type=Decimal)
    found.define("testunit = [test_activity]")
    return found


def oracle(concept: str, unit: str, to: str) -> Decimal:
    """What one unit is in another, as pint reckons with the molar mass written in this file."""
    source = registry().Quantity(Decimal(1), TABLES[concept][unit])
    target = registry().Unit(TABLES[concept][to])
    amounts = [key in source.dimensionality for key in ("[substance]",)] + ["[substance]" in target.dimensionality]
    if amounts == [True, False]:
        source = source * registry().Quantity(Decimal(MOLAR_MASSES[concept]), "gram/mole")
    elif amounts == [False, True]:
        source = source / registry().Quantity(Decimal(MOLAR_MASSES[concept]), "gram/mole")
    return Decimal(source.to(target).magnitude)


def rules(concept: str) -> units.UnitRules:
    """The shipped unit rules of a concept."""
    return RULESET.dictionary[concept].unit_rules


def whole(number: Any) -> Interval:
    """The interval of one number."""
    return Interval(Decimal(number), Decimal(number))


@pytest.mark.parametrize("concept", TABLES)
def test_every_factor_agrees_with_pint(concept: str) -> None:
    """For every pair of units of the concept, the exact factor is pint's to 24 digits, and back again is 1."""
    for unit, to in product(TABLES[concept], repeat=2):
        found, expected = units.factor(rules(concept), unit, to), Fraction(oracle(concept, unit, to))
        assert abs(found / expected - 1) < Fraction(1, 10**24), (unit, to)
        assert found * units.factor(rules(concept), to, unit) == 1, (unit, to)


@pytest.mark.parametrize("concept", TABLES)
@settings(max_examples=40)
@given(data=st.data(), number=st.decimals(Decimal("0.01"), Decimal(99999), places=2))
def test_converted_results_agree_with_pint_and_half_up(concept: str, data: st.DataObject, number: Decimal) -> None:
    """A result in any unit becomes pint's value in the rule's, exact for powers of ten and else rounded half up."""
    unit = data.draw(st.sampled_from(sorted(TABLES[concept])))
    to = data.draw(st.sampled_from(sorted(rules(concept).quanta)))
    found = units.convert(rules(concept), whole(number), unit, to)
    exact, quantum = number * oracle(concept, unit, to), rules(concept).quanta[to]
    factor = oracle(concept, unit, to).normalize()
    if factor.as_tuple().digits == (1,):
        assert found.value == whole(exact)
        assert not found.was_rounded
    else:
        steps = (exact / quantum).quantize(Decimal(1), ROUND_HALF_UP)
        assert found.value == whole(steps * quantum)
        assert found.was_rounded


@pytest.mark.parametrize(
    ("concept", "unit", "to", "factor"),
    [
        ("creatinine", "mg/dL", "umol/L", "88.4017"),
        ("bilirubin_total", "mg/dL", "umol/L", "17.1040"),
        ("fasting_glucose", "mmol/L", "mg/dL", "18.0156"),
        ("serum_albumin", "g/dL", "g/L", "10.0000"),
        ("body_weight", "[lb_av]", "kg", "0.4536"),
        ("body_weight", "[stone_av]", "kg", "6.3503"),
    ],
)
def test_factors_are_those_of_printed_tables(concept: str, unit: str, to: str, factor: str) -> None:
    """The factors that clinicians know by heart: a wrong molar mass or a slipped power of ten shows here."""
    assert round(Decimal(str(float(units.factor(rules(concept), unit, to)))), 4) == Decimal(factor)


# the trial's own thresholds


@pytest.mark.parametrize(
    ("concept", "value", "to", "interval"),
    [
        ("fasting_glucose", "180 mg/dL", "mmol/L", "[10, 10]"),  # 9.991
        ("fasting_glucose", "<180 mg/dL", "mmol/L", "[0, 10]"),  # 179.9 rounds to 10.0 as well
        ("fasting_glucose", ">180 mg/dL", "mmol/L", "[10, inf)"),
        ("fasting_glucose", "<10 mmol/L", "mmol/L", "[0, 10)"),
        ("fasting_glucose", "<10000 umol/L", "mmol/L", "[0, 10)"),  # a power of ten stays strict
        ("fasting_glucose", "9999 umol/L", "mmol/L", "[9.999, 9.999]"),
        ("fasting_glucose", "9.96 mmol/L", "mmol/L", "[9.96, 9.96]"),  # as reported
        ("fasting_glucose", "179 mg/dL", "mmol/L", "[9.9, 9.9]"),
        ("hba1c", "64 mmol/mol", "%", "[8, 8]"),
        ("hba1c", "63 mmol/mol", "%", "[7.9, 7.9]"),
        ("hba1c", "63.4 mmol/mol", "%", "[8, 8]"),  # 7.9518
        ("hba1c", "<64 mmol/mol", "%", "[2.2, 8]"),
        ("hba1c", "7.96 %", "%", "[7.96, 7.96]"),
        ("hba1c", "8.0 %", "mmol/mol", "[64, 64]"),
        ("hbv_dna", "1000499 IU/L", "[IU]/mL", "[1000.499, 1000.499]"),
        ("hbv_dna", "1 kIU/mL", "[IU]/mL", "[1000, 1000]"),
        ("hbv_dna", "3 log10 IU/mL", "[IU]/mL", "[1000, 1000]"),
        ("hbv_dna", "3.00 log IU/mL", "[IU]/mL", "[1000, 1000]"),
        ("hbv_dna", "3.0003 log10 IU/mL", "[IU]/mL", "[1001, 1001]"),  # 1000.69
        ("hbv_dna", "<1.3 log10 IU/mL", "[IU]/mL", "[0, 20]"),
        ("hbv_dna", ">8.23 log10 IU/mL", "[IU]/mL", "[169824365, inf)"),
        ("hbv_dna", "-1 log10 IU/mL", "[IU]/mL", "[0, 0]"),
        ("serum_sodium", "137 mEq/L", "mmol/L", "[137, 137]"),
        ("alt", "40 IU/L", "U/L", "[40, 40]"),
        ("platelets", "50 K/uL", "10*9/L", "[50, 50]"),
        ("platelets", "50000 /uL", "10*9/L", "[50, 50]"),
        ("platelets", "50 10^9/L", "10*9/L", "[50, 50]"),
    ],
)
def test_conversions_worked_by_hand(concept: str, value: str, to: str, interval: str) -> None:
    """What is compared: same unit as reported, powers of ten exact, all else rounded to the reporting quantum."""
    assert known(f"{concept} >= 1 {to}", fact(concept, value, SEEN)) == interval


@pytest.mark.parametrize(
    ("rule", "value", "expected"),
    [
        ("fasting_glucose >= 10 mmol/L", "<180 mg/dL", U),  # the strict bound was rounded, so it is closed
        ("fasting_glucose >= 10 mmol/L", "<10 mmol/L", F),
        ("fasting_glucose >= 10 mmol/L", "180 mg/dL", T),
        ("fasting_glucose >= 10 mmol/L", "9.96 mmol/L", F),
        ("fasting_glucose >= 10 mmol/L", "9960 umol/L", F),
        ("hba1c >= 8 %", "64 mmol/mol", T),
        ("hba1c >= 8 %", "63 mmol/mol", F),
        ("hba1c >= 8 %", "7.99 %", F),
        ("hbv_dna <= 1000 [IU]/mL", "1000 IU/mL", T),
        ("hbv_dna <= 1000 [IU]/mL", "1000.1 IU/mL", F),
        ("hbv_dna <= 1000 [IU]/mL", "1000.0000000000000001 IU/mL", U),
        ("hbv_dna <= 1000 [IU]/mL", "<2000 IU/mL", U),
        ("hbv_dna <= 1000 [IU]/mL", "<=1000 IU/mL", T),
        ("hbv_dna <= 1000 [IU]/mL", ">1000 IU/mL", F),
        ("hbv_dna <= 1000 [IU]/mL", ">=1000 IU/mL", U),
        ("hbv_dna <= 1000 [IU]/mL", ">3 log10 IU/mL", U),
        ("hbv_dna <= 1000 [IU]/mL", "850 copies/mL", U),
        ("hbv_dna <= 1000 [IU]/mL", "target not detected", U),  # [0, inf) without its LLOQ
    ],
)
def test_thresholds_of_the_trial_in_other_units(rule: str, value: str, expected: object) -> None:
    """The answer at the boundary, on both sides of it, and where the unit leaves it open."""
    assert answer(rule, fact(rule.split(maxsplit=1)[0], value, SEEN)) is expected


@pytest.mark.parametrize(
    ("value", "copies_per_iu", "interval"),
    [
        ("5820 copies/mL", 5.82, "[1000, 1000]"),
        ("5820 copies/mL", "5.82", "[1000, 1000]"),
        ("3410 cps/mL", 3.41, "[1000, 1000]"),
        ("<5820 copies/mL", 5.82, "[0, 1000]"),
        ("5823 copies/mL", 5.82, "[1001, 1001]"),  # 1000.515
        ("5.82e6 copies/L", 5.82, "[1000, 1000]"),
        ("4 log10 copies/mL", 5, "[2000, 2000]"),
        ("5820 copies/mL", None, "[0, inf)"),
        ("5820 copies/mL", 0, "[0, inf)"),
        ("5820 copies/mL", -5.82, "[0, inf)"),
        ("5820 copies/mL", "about 6", "[0, inf)"),
        ("5820 copies/mL", True, "[0, inf)"),
    ],
)
def test_copies_count_only_with_the_assays_own_factor(value: str, copies_per_iu: Any, interval: str) -> None:
    """Copies become IU by the factor on the fact; where it is missing or cannot be read, nothing is known."""
    said = {} if copies_per_iu is None else {"copies_per_iu": copies_per_iu}
    assert known("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", value, SEEN, **said)) == interval


def test_the_factor_changes_nothing_of_a_result_in_iu() -> None:
    """``copies_per_iu`` on a result that is in IU/mL already is not applied."""
    assert known("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", "850 IU/mL", SEEN, copies_per_iu=5.82)) == "[850, 850]"


@pytest.mark.parametrize(
    ("others", "interval"),
    [
        ({"lloq": "20 IU/mL"}, "[0, 20)"),
        ({"lloq": "0.02 kIU/mL"}, "[0, 20)"),
        ({}, "[0, inf)"),
        ({"detected": False}, "[0, inf)"),  # evidence only
        ({"lloq": "116 copies/mL"}, "[0, inf)"),
        ({"lloq": "116.4 copies/mL", "copies_per_iu": 5.82}, "[0, 20]"),
        ({"lloq": "twenty"}, "(-inf, inf)"),  # unreadable, and so is the fact
        ({"lloq": 20}, "(-inf, inf)"),  # without its unit
        ({"lloq": "<20 IU/mL"}, "(-inf, inf)"),
    ],
)
def test_target_not_detected_lies_below_the_lloq(others: dict[str, Any], interval: str) -> None:
    """Not detected is [0, LLOQ) with a readable LLOQ and [0, inf) without; an unreadable one spoils the fact."""
    found = known("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", "Target not detected", SEEN, **others))
    assert found == interval


def test_target_not_detected_reaches_zero_with_a_logarithmic_lloq() -> None:
    """Not detected may be no virus at all, whatever the unit of the LLOQ."""
    found = known("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", "not detected", SEEN, lloq="1.3 log10 IU/mL"))
    assert found == "[0, 20]"


def test_detected_is_evidence_only() -> None:
    """``detected`` beside ``<20`` adds no lower bound."""
    for detected in (True, False):
        assert known("hbv_dna >= 1 [IU]/mL", fact("hbv_dna", "<20 IU/mL", SEEN, detected=detected)) == "[0, 20)"


# spellings


@pytest.mark.parametrize(
    ("concept", "text", "code"),
    [
        ("creatinine", "µmol/L", "umol/L"),  # U+00B5
        ("creatinine", "μmol/L", "umol/L"),  # U+03BC
        ("creatinine", "UMOL/L", "umol/L"),
        ("creatinine", "MG/DL", "mg/dL"),
        ("creatinine", "mg%", "mg/dL"),
        ("creatinine", "mg/100 ml", "mg/dL"),
        ("fasting_glucose", "MMOL/L", "mmol/L"),  # not megamole
        ("platelets", "10*9/L", "10*9/L"),  # not 90/L
        ("platelets", "10⁹/L", "10*9/L"),
        ("platelets", "×10^9/L", "10*9/L"),
        ("platelets", "K/uL", "10*3/uL"),  # not kelvin
        ("platelets", "G/L", "10*9/L"),  # not gauss
        ("alt", "u/L", "U/L"),  # not dalton
        ("alt", "IU/L", "U/L"),
        ("hbv_dna", "IU/ml", "[IU]/mL"),
        ("hbv_dna", "{Log_IU}/mL", "log10 [IU]/mL"),
        ("hbv_dna", "Log10 (IU/mL)", "log10 [IU]/mL"),
        ("body_weight", "lbs", "[lb_av]"),
        ("haemoglobin", "g/dl", "g/dL"),
    ],
)
def test_spellings_of_laboratories(concept: str, text: str, code: str) -> None:
    """What laboratories write means the unit that they mean, not what a general parser makes of it."""
    assert units.canonical(rules(concept), text) == code


@pytest.mark.parametrize(
    ("concept", "text"),
    [
        ("hbv_dna", "U/mL"), ("hbv_dna", "cells/mL"), ("hbv_dna", "mg/mL"), ("hbv_dna", "IU"), ("hbv_dna", "ln IU/mL"),
        ("creatinine", "U/L"), ("creatinine", "umol"), ("creatinine", "mL/min"), ("creatinine", "mg/24h"),
        ("creatinine", "mmol/mol"), ("creatinine", "umol/L; drop"), ("creatinine", "9**9**9"), ("creatinine", "meter"),
        ("creatinine", "m" * 20000), ("serum_sodium", "mg/dL"), ("fasting_glucose", "IU/mL"), ("serum_albumin", "G/L"),
        ("body_weight", "m"), ("body_weight", "kg/m2"), ("alt", "umol/L"), ("hba1c", "mmol/L"), ("hba1c", "g/dL"),
    ],
)  # fmt: skip
def test_units_of_another_dimension_are_refused(concept: str, text: str) -> None:
    """A unit is either the concept's or an error that says what to write, at once and for any text."""
    with pytest.raises(UnitError):
        units.canonical(rules(concept), text)


def test_a_mega_unit_is_never_read_as_a_milli_unit() -> None:
    """``MIU/mL`` may be meant as a million IU: it is refused, since below 1000 IU/mL it would pass I4."""
    assert answer("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", "1.7 MIU/mL", SEEN)) is U


@pytest.mark.parametrize("text", ["1e30 log10 IU/mL", "999999999 log10 IU/mL"])
def test_an_absurd_logarithm_breaks_nothing(text: str) -> None:
    """A logarithm beyond any quantity is a problem or an answer, never an exception."""
    assert answer("hbv_dna <= 1000 [IU]/mL", fact("hbv_dna", text, SEEN)) in {F, U}


# ratios to the upper limit of normal


@pytest.mark.parametrize(
    ("value", "uln", "interval"),
    [
        ("208 umol/L", "104 umol/L", "[2, 2]"),
        ("2.08 mg/dL", "1.04 mg/dL", "[2, 2]"),
        ("208000 nmol/L", "104 umol/L", "[2, 2]"),
        ("2.2 mg/dL", "1.1 mg/dL", "[2, 2]"),
        ("<208 umol/L", "104 umol/L", "[0, 2)"),
        (">208 umol/L", "104 umol/L", "(2, inf)"),
    ],
)
def test_ratios_to_the_uln_are_exact(value: str, uln: str, interval: str) -> None:
    """Twice the limit is just two, in every pair of units, and strict bounds stay strict."""
    assert known("creatinine > 2 x ULN", fact("creatinine", value, SEEN, uln=uln)) == interval


@pytest.mark.parametrize(
    ("value", "uln", "expected"),
    [
        ("208 umol/L", "104 umol/L", F),
        ("208.1 umol/L", "104 umol/L", T),
        ("208.000000000001 umol/L", "104 umol/L", T),
        ("2.35 mg/dL", "104 umol/L", F),  # 207.74 umol/L: neither value nor limit is rounded
        ("2.3529 mg/dL", "104 umol/L", T),  # 208.0003
        ("2.3528 mg/dL", "104 umol/L", F),  # 207.9915, which 1 umol/L would have rounded to 208
        ("195 umol/L", "1.1 mg/dL", T),  # 97.24 umol/L; twice is 194.48
        ("194 umol/L", "1.1 mg/dL", F),
        (">208 umol/L", "104 umol/L", T),
        (">=208 umol/L", "104 umol/L", U),
        ("<=208 umol/L", "104 umol/L", F),
        ("200.000000000001 umol/L", "100.0000000000000001 umol/L", U),  # the limit lies between its neighbours
        ("200 umol/L", "100.0000000000000001 umol/L", F),
        ("201 umol/L", "100.0000000000000001 umol/L", T),
        ("300 umol/L", None, U),
        ("300 umol/L", "about 104", U),
        ("300 umol/L", "<104 umol/L", U),
        ("300 umol/L", 104, U),  # without its unit
        ("300 umol/L", "104 U/L", U),
        ("300 umol/L", "0 umol/L", U),
    ],
)
def test_twice_the_uln_is_decided_without_rounding(value: str, uln: Any, expected: object) -> None:
    """The limit is that of the result, in any of its units; missing or unreadable it is never a default."""
    said = {} if uln is None else {"uln": uln}
    assert answer("creatinine > 2 x ULN", fact("creatinine", value, SEEN, **said)) is expected


# the same quantity in another unit


@pytest.mark.parametrize(
    ("concept", "home", "step", "greatest"),
    [
        ("creatinine", "umol/L", "1", 2000), ("creatinine", "mg/dL", "0.01", 2000),
        ("bilirubin_total", "umol/L", "1", 900),
        ("bilirubin_total", "mg/dL", "0.1", 500), ("fasting_glucose", "mmol/L", "0.1", 500),
        ("fasting_glucose", "mg/dL", "1", 900), ("serum_albumin", "g/L", "1", 70), ("hbv_dna", "[IU]/mL", "1", 9999),
    ],
)  # fmt: skip
@settings(max_examples=40)
@given(data=st.data())
def test_the_unit_of_a_result_changes_no_answer(
    concept: str, home: str, step: str, greatest: int, data: st.DataObject
) -> None:
    """A result on the reporting grid, written in another unit to 8 digits, gives the same value and answers."""
    steps = data.draw(st.integers(1, greatest))
    unit = data.draw(st.sampled_from(sorted(TABLES[concept])))
    bound = data.draw(st.integers(max(1, steps - 2), steps + 2)) * Decimal(step)
    value = steps * Decimal(step)
    elsewhere = READABLE.multiply(value, oracle(concept, home, unit))
    found = units.convert(rules(concept), whole(elsewhere), unit, home)
    if found.was_rounded:
        assert found.value == whole(value)
    for op in ("<=", "<", ">=", ">"):
        rule = f"{concept} {op} {bound} {home}"
        here, there = fact(concept, f"{value} {home}", SEEN), fact(concept, f"{value}", SEEN, unit=home)
        assert answer(rule, here) is answer(rule, there)
        if found.was_rounded or found.value == whole(value):
            assert answer(rule, fact(concept, f"{elsewhere} {unit}", SEEN)) is answer(rule, here)


@settings(max_examples=60)
@given(
    st.sampled_from(
        [("creatinine", "umol/L", "mg/dL"), ("fasting_glucose", "mmol/L", "mg/dL"), ("hba1c", "%", "mmol/mol")]
    ),
    st.integers(1, 4000),
    st.sampled_from(["<", "<=", ">", ">="]),
)
def test_a_converted_bound_holds_every_value_that_it_allows(
    units_of: tuple[str, str, str], number: int, sign: str
) -> None:
    """Every value on the allowed side of a censored result, converted by itself, lies in the converted interval."""
    concept, to, unit = units_of
    censored = known(f"{concept} >= 1 {to}", fact(concept, f"{sign}{number} {unit}", SEEN))
    low, high = ends(_parsed(censored))
    for other in (
        number,
        number - 1,
        number + 1,
        Decimal(number) - Decimal("0.001"),
        Decimal(number) + Decimal("0.001"),
    ):
        allowed = {"<": other < number, "<=": other <= number, ">": other > number, ">=": other >= number}[sign]
        if allowed and other >= 0:
            single = float(units.convert(rules(concept), whole(other), unit, to).value.lo)
            assert low <= single <= high


def _parsed(text: str) -> Interval:
    """An interval from the text that it is shown as."""
    low, high = (Decimal(part) for part in text.strip("[]()").split(", "))
    return Interval(low, high, text.startswith("("), text.endswith(")"))
