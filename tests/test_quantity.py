"""How the texts of measured values are read: comparators, numerals, units, and what is refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import RULESET
from ucmsc_rules.errors import UcmscRulesError, UnitError, ValueTextError
from ucmsc_rules.values.quantity import is_not_detected, read_limit, read_number, read_quantity

HBV = RULESET.dictionary["hbv_dna"].unit_rules
CREATININE = RULESET.dictionary["creatinine"].unit_rules
INR = RULESET.dictionary["inr"].unit_rules
HBA1C = RULESET.dictionary["hba1c"].unit_rules


@pytest.mark.parametrize(
    ("text", "interval"),
    [
        ("850 IU/mL", "[850, 850]"),
        ("850IU/mL", "[850, 850]"),
        ("  850   IU / mL ", "[850, 850]"),
        ("<20 IU/mL", "[0, 20)"),
        ("< 20 IU/mL", "[0, 20)"),
        ("<=20 IU/mL", "[0, 20]"),
        ("≤20 IU/mL", "[0, 20]"),
        (">1.7E8 IU/mL", "(170000000, inf)"),
        ("> 1.7 x 10^8 IU/mL", "(170000000, inf)"),
        ("1.7×10^8 IU/mL", "[170000000, 170000000]"),
        ("1.7*10**8 IU/mL", "[170000000, 170000000]"),
        ("≥1000 IU/mL", "[1000, inf)"),
        (">=1000 IU/mL", "[1000, inf)"),
        ("0 IU/mL", "[0, 0]"),
        ("<=0 IU/mL", "[0, 0]"),
        (".5 IU/mL", "[0.5, 0.5]"),
        ("1.200 IU/mL", "[1.2, 1.2]"),
        ("999.9999999999999999 IU/mL", "[999.999999999999, 1000]"),
        ("<1000.0000000000000001 IU/mL", "[0, 1000.00000000001)"),
        (">999.9999999999999999 IU/mL", "(999.999999999999, inf)"),
    ],
)
def test_values_say_just_what_they_leave_open(text: str, interval: str) -> None:
    """A comparator opens one end, from zero up; a numeral of more than 15 digits widens it to its neighbours."""
    assert str(read_quantity(HBV, text).value) == interval


@pytest.mark.parametrize(
    ("text", "interval"),
    [("3 log10 IU/mL", "[3, 3]"), ("<1.3 log10 IU/mL", "(-inf, 1.3)"), ("-0.5 log10 IU/mL", "[-0.5, -0.5]")],
)
def test_logarithms_may_lie_below_zero(text: str, interval: str) -> None:
    """A logarithm has no least value, so below a bound there is no end."""
    assert str(read_quantity(HBV, text).value) == interval


@pytest.mark.parametrize(
    "text",
    [
        "", "IU/mL", "positive", "1,200 IU/mL", "1,2 IU/mL", "<1,000 IU/mL", "-5 IU/mL", "<0 IU/mL",
        "<-1 IU/mL", "<<5 IU/mL",
        "!5 IU/mL", "1e999999 IU/mL", "1e-999999 IU/mL", "1e31 IU/mL", "9" * 300 + " IU/mL", "nan IU/mL", "inf IU/mL",
        "0x10 IU/mL", "٥٠ IU/mL", "5. . IU/mL", "haemolysed", "~20 IU/mL", "ca. 20 IU/mL", "1.7 x 10^999 IU/mL",
    ],
)  # fmt: skip
def test_texts_that_are_no_value_are_refused(text: str) -> None:
    """Commas, words, negative amounts, other digits and absurd exponents are never read as a number."""
    with pytest.raises(UcmscRulesError):
        read_quantity(HBV, text)


@pytest.mark.parametrize(
    ("text", "beside"),
    [
        ("850", None),  # no unit
        ("850", ""),
        ("850 mmol/L", None),  # another dimension
        ("850 cells/mL", None),
        ("850 IU", None),
        ("850 IU/mL", "copies/mL"),  # value and unit disagree
        ("850 IU/mL", "IU/L"),
        ("20 - 30 IU/mL", None),  # ranges are for ordinal scales
        ("20-30 IU/mL", None),
        ("1 200 IU/mL", None),
        ("850 IU/mL (repeat)", None),
        ("10^3 IU/mL", None),
        ("2.1x10E3 IU/mL", None),
        ("5 9**9**9", None),
        ("850 " + "m" * 150, None),
    ],
)
def test_units_that_are_missing_unknown_or_contradicted_are_refused(text: str, beside: str | None) -> None:
    """A number counts only with one unit of the concept's own dimension."""
    with pytest.raises(UnitError):
        read_quantity(HBV, text, beside)


def test_value_and_unit_may_say_the_same_twice() -> None:
    """A unit may stand in the value, beside it, or in both places in two spellings."""
    alone = read_quantity(HBV, "850 IU/mL")
    assert read_quantity(HBV, "850", "IU/mL") == read_quantity(HBV, "850 iu/ml", "[IU]/mL") == alone


@pytest.mark.parametrize("text", ["1.7", "1.7 INR"])
def test_an_inr_has_no_unit(text: str) -> None:
    """An INR is a plain number."""
    assert str(read_quantity(INR, text).value) == "[1.7, 1.7]"


@pytest.mark.parametrize("text", ["120 %", "17 s", "1.7 mg/dL"])
def test_a_prothrombin_index_or_time_is_no_inr(text: str) -> None:
    """A percentage of normal and seconds are other measurements, not another unit of the INR."""
    with pytest.raises(UnitError):
        read_quantity(INR, text)


def test_hba1c_units_mean_something_only_for_hba1c() -> None:
    """``%`` and ``mmol/mol`` belong to HbA1c; ``mmol/L`` does not."""
    assert read_quantity(HBA1C, "8.0 %").unit != read_quantity(HBA1C, "64 mmol/mol").unit
    for rules, text in ((HBA1C, "8 mmol/L"), (CREATININE, "8 %"), (CREATININE, "64 mmol/mol")):
        with pytest.raises(UnitError):
            read_quantity(rules, text)


@pytest.mark.parametrize(("text", "limit"), [("104 umol/L", "104"), ("1.1 mg/dL", "1.1")])
def test_a_limit_is_one_number_above_zero(text: str, limit: str) -> None:
    """An upper limit of normal is a plain number with its unit."""
    assert read_limit(CREATININE, text).value.lo == read_limit(CREATININE, text).value.hi == Decimal(limit)


@pytest.mark.parametrize(
    "text", ["<104 umol/L", ">=104 umol/L", "0 umol/L", "0.0 umol/L", "104", "60-104 umol/L", "104 U/L"]
)
def test_what_is_no_limit_is_refused(text: str) -> None:
    """A limit with a comparator, of zero, of a range or without its unit would move the threshold."""
    with pytest.raises(UcmscRulesError):
        read_limit(CREATININE, text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("not detected", True), ("Target not detected", True), ("TARGET  NOT DETECTED", True), ("undetectable", True),
        ("detected", False), ("not detectable?", False), ("target detected", False), ("", False), ("not done", False),
        ("not tested", False), ("no", False), ("negative", False),
    ],
)  # fmt: skip
def test_not_detected_is_said_and_never_inferred(text: str, expected: bool) -> None:
    """Only the words of laboratories for "looked for and not found" count as such."""
    assert is_not_detected(text) is expected


@pytest.mark.parametrize("text", ["5.82 IU", "<5.82", "5,82", "five", ""])
def test_a_factor_is_a_plain_numeral(text: str) -> None:
    """A number that stands alone has neither unit nor comparator."""
    with pytest.raises(ValueTextError):
        read_number(text)


@settings(max_examples=60)
@given(st.text(max_size=60))
def test_any_text_is_a_quantity_or_a_clear_refusal(text: str) -> None:
    """No text breaks the reader; what it reads is an interval above zero, or a logarithm."""
    for rules in (HBV, CREATININE, INR, HBA1C):
        try:
            quantity = read_quantity(rules, text)
        except UcmscRulesError:
            continue
        assert quantity.value.lo <= quantity.value.hi
        assert quantity.unit.startswith("log10") or quantity.value.lo >= 0


@settings(max_examples=50)
@given(
    st.sampled_from(["", "<", ">", "<=", ">= ", "≤", "≥ ", "< "]),
    st.decimals(Decimal("0.01"), Decimal(10**9), places=2),
    st.sampled_from(["", " ", "  "]),
    st.sampled_from(["IU/mL", "iu/ml", "kIU/L", "log10 IU/mL", "copies/mL", "[IU]/mL"]),
)
def test_ordinary_laboratory_texts_are_all_read(sign: str, number: Decimal, blank: str, unit: str) -> None:
    """Whatever the blanks, signs and capitals, the number in a usual text becomes an end of what is known."""
    number = min(number, Decimal(30)) if unit.startswith("log10") else number
    value = read_quantity(HBV, f"{sign}{number}{blank}{unit}").value
    assert number in {value.lo, value.hi}
