"""A site's table of normal ranges: for results without a limit, and only where every possibility has a row."""

from __future__ import annotations

import pytest

from asking import RULESET, SEEN, F, Raw, T, U, fact, judged, measured_for, record_of
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.values.quantity import read_limit

RULE = "creatinine > 2 x ULN"
WOMAN, MAN = fact("sex", "female"), fact("sex", "male")


def row(text: str, sex: str = "", age_from: int = 0, age_to: int = 200, concept: str = "creatinine") -> NormalRange:
    """One row of a table."""
    return NormalRange(concept, read_limit(RULESET.dictionary[concept].unit_rules, text), text, sex, age_from, age_to)


BY_SEX = (row("80 umol/L", "female"), row("104 umol/L", "male"))
BY_AGE = (row("60 umol/L", age_to=17), row("100 umol/L", age_from=18, age_to=64), row("120 umol/L", age_from=65))


def ratio(table: tuple[NormalRange, ...], *facts: Raw) -> str:
    """The ratio to the limit, as an interval."""
    return str(measured_for(RULE, record_of(*facts), table).value)


def creatinine(value: str, when: str = SEEN, **others: object) -> Raw:
    """One result."""
    return fact("creatinine", value, when, **others)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ([WOMAN], "[2, 2]"),
        ([MAN], "[1.53846153846153, 1.53846153846154]"),
        ([WOMAN, MAN], "(1.53846153846153, 2]"),
        ([], "(1.53846153846153, 2]"),
        ([fact("sex", "f")], "(1.53846153846153, 2]"),
    ],
)
def test_the_limit_is_that_of_the_sex_or_of_both(facts: list[Raw], expected: str) -> None:
    """A sex that is not known may be either, so the ratio spans both limits."""
    found = ratio(BY_SEX, creatinine("160 umol/L"), *facts)
    assert found.replace("(", "[").replace(")", "]") == expected.replace("(", "[")


def test_an_unknown_sex_decides_only_what_both_limits_decide() -> None:
    """Above twice both limits holds, between them is unknown, up to twice the lower one does not hold."""
    for value, expected in (("209 umol/L", T), ("208 umol/L", U), ("161 umol/L", U), ("160 umol/L", F)):
        assert judged(RULE, record_of(creatinine(value)), BY_SEX) is expected


@pytest.mark.parametrize("said", [[], [fact("sex", "f")], [WOMAN, MAN]])
@pytest.mark.parametrize("value", ["170 umol/L", "150 umol/L"])
def test_a_table_without_the_other_sex_decides_nothing_of_an_unknown_sex(said: list[Raw], value: str) -> None:
    """With a limit for women alone, a subject whose sex is not known has perhaps no limit at all."""
    assert judged(RULE, record_of(creatinine(value), *said), BY_SEX[:1]) is U


def test_a_sex_without_a_row_has_no_limit() -> None:
    """A man is not measured by the limit for women."""
    assert judged(RULE, record_of(creatinine("900 umol/L"), MAN), BY_SEX[:1]) is U


@pytest.mark.parametrize(
    ("birth", "expected"),
    [
        ("2008-02-20", "[2, 2]"),  # 18 on the day of the result
        ("2008-02-21", "[3.33333333333333, 3.33333333333334]"),
        ("1961-02-20", "[1.66666666666666, 1.66666666666667]"),  # 65
        ("1961-02-21", "[2, 2]"),
        ("1961", "[1.66666666666666, 2]"),
        (None, "[1.66666666666666, 3.33333333333334]"),
        ("soon", "[1.66666666666666, 3.33333333333334]"),
    ],
)
def test_the_limit_is_that_of_the_age_on_the_day_of_the_result(birth: str | None, expected: str) -> None:
    """Completed years on the result's own day; an age that is not known spans all rows."""
    facts = [] if birth is None else [fact("birth_date", birth)]
    found = ratio(BY_AGE, creatinine("200 umol/L"), *facts)
    assert found.replace("(", "[").replace(")", "]") == expected


@pytest.mark.parametrize(
    ("table", "birth", "expected"),
    [
        ((row("100 umol/L", age_from=18, age_to=64),), "1990-01-01", T),
        ((row("100 umol/L", age_from=18, age_to=64),), None, U),
        ((row("100 umol/L", age_from=18, age_to=64),), "1950-01-01", U),
        ((row("100 umol/L", age_to=30), row("100 umol/L", age_from=32)), "1995-01-01", U),  # 31 is left out
        ((row("100 umol/L", age_to=30), row("100 umol/L", age_from=31)), None, T),
        ((row("100 umol/L"),), None, T),
        ((row("100 umol/L", concept="bilirubin_total"),), "1990-01-01", U),
        ((), "1990-01-01", U),
    ],
)
def test_a_gap_in_the_table_leaves_the_ratio_unknown(
    table: tuple[NormalRange, ...], birth: str | None, expected: object
) -> None:
    """Where some age that the subject may be of has no row, there is no limit, and no default."""
    facts = [] if birth is None else [fact("birth_date", birth)]
    assert judged(RULE, record_of(creatinine("300 umol/L"), *facts), table) is expected


def test_rows_that_overlap_are_all_possible() -> None:
    """Two rows for the same subject leave the ratio between their limits."""
    table = (row("100 umol/L"), row("80 umol/L", "female"))
    assert ratio(table, creatinine("160 umol/L"), WOMAN) == "[1.6, 2]"


def test_the_results_own_limit_goes_before_the_table() -> None:
    """The limit that came with the sample is never replaced, and the evidence tells which one served."""
    own, table = creatinine("200 umol/L", uln="100 umol/L"), (row("50 umol/L"),)
    assert ratio(table, own) == "[2, 2]"
    [used] = measured_for(RULE, record_of(own), table).used
    assert (used.limit, used.note) == ("100 umol/L", "")
    [used] = measured_for(RULE, record_of(creatinine("200 umol/L")), table).used
    assert used.limit == "50 umol/L"
    assert "table" in used.note


@pytest.mark.parametrize("uln", ["about 100", 100, "100 U/L", "<100 umol/L", None])
def test_a_limit_that_cannot_be_read_is_not_replaced_by_the_table(uln: object) -> None:
    """A result that carries a limit is not one that carries none: unreadable, it leaves the ratio unknown."""
    assert judged(RULE, record_of(creatinine("900 umol/L", uln=uln)), (row("100 umol/L"),)) is U


def test_a_limit_in_another_unit_than_the_result() -> None:
    """The table's limit is compared without rounding, as a result's own is."""
    table = (row("1.1 mg/dL"),)
    assert judged(RULE, record_of(creatinine("195 umol/L")), table) is T
    assert judged(RULE, record_of(creatinine("194 umol/L")), table) is F
