"""Scores: Child-Pugh against tables worked by hand and possible worlds, MELD against plain floats."""

from __future__ import annotations

import math
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from asking import SEEN, F, Raw, T, U, answer, fact, known, measured, warned

SCORE, MELD, MELD_NA = "child_pugh_score > 12", "meld_score <= 20", "meld_na_score <= 20"
BILIRUBIN, ALBUMIN, GRADE = "bilirubin_total", "serum_albumin", "encephalopathy_grade"
BEST: dict[str, Any] = {BILIRUBIN: "1 mg/dL", ALBUMIN: "4 g/dL", "inr": 1.0, "ascites": "none", GRADE: 0}  # 5 points
LAB: dict[str, Any] = {BILIRUBIN: "2 mg/dL", "inr": 1.5, "creatinine": "1.5 mg/dL"}
NO_DIALYSIS = fact("dialysis_twice_within_week", "no", SEEN)
CHANGES = {
    BILIRUBIN: "4 mg/dL",
    ALBUMIN: "2 g/dL",
    "inr": 3,
    "ascites": "moderate_severe",
    GRADE: 3,
}  # each of them gives 3 points


def parts(when: str = SEEN, **changes: Any) -> list[Raw]:
    """The five parts on a day, with changes; a part that is None is missing."""
    return [fact(name, value, when) for name, value in (BEST | changes).items() if value is not None]


def points(**changes: Any) -> str:
    """The score over five points, as an interval: the points of what was changed, less one."""
    return known(SCORE, *parts(**changes))


# bands


@pytest.mark.parametrize(
    ("concept", "value", "score"),
    [
        # 5 is 1 point, 6 is 2, 7 is 3
        (BILIRUBIN, "1.99 mg/dL", "[5, 5]"), (BILIRUBIN, "2 mg/dL", "[6, 6]"), (BILIRUBIN, "3 mg/dL", "[6, 6]"),
        (BILIRUBIN, "3.01 mg/dL", "[7, 7]"), (BILIRUBIN, "33.9 umol/L", "[5, 5]"), (BILIRUBIN, "34 umol/L", "[6, 6]"),
        (BILIRUBIN, "51 umol/L", "[6, 6]"), (BILIRUBIN, "51.1 umol/L", "[7, 7]"),
        # scored by its own unit's table: 34.2 umol/L is 1.9996 mg/dL, 3.02 mg/dL is 51.65 umol/L
        (BILIRUBIN, "34.2 umol/L", "[6, 6]"), (BILIRUBIN, "51.2 umol/L", "[7, 7]"), (BILIRUBIN, "3.00 mg/dL", "[6, 6]"),
        # any other unit becomes mg/dL, rounded to 0.1
        (BILIRUBIN, "0.034 mmol/L", "[6, 6]"), (BILIRUBIN, "0.0335 mmol/L", "[6, 6]"),
        (BILIRUBIN, "0.033 mmol/L", "[5, 5]"),
        (BILIRUBIN, "19.4 mg/L", "[5, 5]"), (BILIRUBIN, "19.5 mg/L", "[6, 6]"), (BILIRUBIN, "30.4 mg/L", "[6, 6]"),
        (BILIRUBIN, "30.5 mg/L", "[7, 7]"), (BILIRUBIN, "<19.5 mg/L", "[5, 6]"),
        (BILIRUBIN, "<2 mg/dL", "[5, 5]"), (BILIRUBIN, "<=2 mg/dL", "[5, 6]"), (BILIRUBIN, ">3 mg/dL", "[7, 7]"),
        (BILIRUBIN, ">=3 mg/dL", "[6, 7]"), (BILIRUBIN, "<3.5 mg/dL", "[5, 7]"), (BILIRUBIN, "<34 umol/L", "[5, 5]"),
        (ALBUMIN, "3.51 g/dL", "[5, 5]"), (ALBUMIN, "3.5 g/dL", "[6, 6]"), (ALBUMIN, "2.8 g/dL", "[6, 6]"),
        (ALBUMIN, "2.79 g/dL", "[7, 7]"), (ALBUMIN, "35.1 g/L", "[5, 5]"), (ALBUMIN, "35 g/L", "[6, 6]"),
        (ALBUMIN, "28 g/L", "[6, 6]"), (ALBUMIN, "27.9 g/L", "[7, 7]"), (ALBUMIN, "<28 g/L", "[7, 7]"),
        (ALBUMIN, ">35 g/L", "[5, 5]"), (ALBUMIN, ">=35 g/L", "[5, 6]"),
        (ALBUMIN, "35.4 mg/mL", "[6, 6]"),  # 3.54 g/dL is 3.5
        (ALBUMIN, "35.5 mg/mL", "[5, 5]"), (ALBUMIN, "27.4 mg/mL", "[7, 7]"), (ALBUMIN, "27.5 mg/mL", "[6, 6]"),
        ("inr", "1.69", "[5, 5]"), ("inr", "1.7", "[6, 6]"), ("inr", "2.3", "[6, 6]"), ("inr", "2.31", "[7, 7]"),
        ("inr", "<1.7", "[5, 5]"), ("inr", ">2.3", "[7, 7]"), ("inr", "<=1.7", "[5, 6]"),
        ("ascites", "none", "[5, 5]"), ("ascites", "mild", "[6, 6]"), ("ascites", "moderate_severe", "[7, 7]"),
        ("ascites", "none-mild", "[5, 6]"),
        (GRADE, 0, "[5, 5]"), (GRADE, 1, "[6, 6]"), (GRADE, 2, "[6, 6]"), (GRADE, 3, "[7, 7]"), (GRADE, 4, "[7, 7]"),
        (GRADE, "2-3", "[6, 7]"),
    ],
)  # fmt: skip
def test_child_pugh_bands(concept: str, value: Any, score: str) -> None:
    """One, two or three points: the middle band closed at both ends, by the table of the result's own unit."""
    assert points(**{concept: value}) == score


@pytest.mark.parametrize("concept", BEST)
def test_a_missing_or_unreadable_part_spans_one_to_three(concept: str) -> None:
    """What is not known of a part is one to three points, whether silent, unreadable, undated, old or censored."""
    assert points(**{concept: None}) == "[5, 7]"
    assert points(**{concept: "haemolysed"}) == "[5, 7]"
    without = parts(**{concept: None})
    assert known(SCORE, *without, fact(concept, CHANGES[concept], "2026-01-31")) == "[5, 7]"
    assert known(SCORE, *without, fact(concept, CHANGES[concept], "2026")) == "[5, 7]"
    assert known(SCORE, *without, fact(concept, CHANGES[concept])) == "[5, 7]"


def test_encephalopathy_missing_and_the_rest_eleven() -> None:
    """The example of the design: four parts give 11, so the score is 12 to 14, and above 12 stays open."""
    rest = CHANGES | {"ascites": "mild", GRADE: None}
    assert points(**rest) == "[12, 14]"
    assert answer(SCORE, *parts(**rest)) is U
    assert answer("child_pugh_score > 11", *parts(**rest)) is T


@settings(max_examples=60)
@given(st.fixed_dictionaries({name: st.sampled_from([1, 2, 3, None]) for name in BEST}))
def test_the_score_is_the_sum_of_its_points(graded: dict[str, int | None]) -> None:
    """For any points of the five parts, the ends are the sums of the least and of the greatest."""
    middle = {BILIRUBIN: "2.5 mg/dL", ALBUMIN: "30 g/L", "inr": 2, "ascites": "mild", GRADE: 1}
    values = {1: BEST, 2: middle, 3: CHANGES}
    chosen = {name: None if each is None else values[each][name] for name, each in graded.items()}
    low, high = (sum(end if each is None else each for each in graded.values()) for end in (1, 3))
    assert points(**chosen) == f"[{low}, {high}]"


# reported scores


def score(value: Any, when: str | None = SEEN, **others: Any) -> Raw:
    """A reported Child-Pugh score."""
    return fact("child_pugh_score", value, when, **others)


@pytest.mark.parametrize(
    ("facts", "value", "above"),
    [
        ([score(9)], "[9, 9]", F),
        ([score(13)], "[13, 13]", T),
        ([score(">12")], "[13, 15]", T),
        ([score(9), *parts(inr=None)], "[5, 9]", F),  # contradicts 5 to 7: the hull
        ([score(6), *parts(inr=None)], "[6, 6]", F),
        ([score(6), *parts(inr=None, ascites=None)], "[6, 6]", F),
        ([score(12), fact(GRADE, 4, SEEN)], "[12, 12]", F),
        ([score(13), fact(GRADE, 0, SEEN), fact("ascites", "none", SEEN)], "[5, 13]", U),  # at most 11 by the parts
        ([score(9, "2026-01-31")], "[5, 15]", U),  # too old
        ([score(9, None)], "[5, 15]", U),
        ([score("nine")], "[5, 15]", U),
        ([score(16)], "[5, 15]", U),
        ([score(9), score(13)], "[9, 13]", U),
        ([score(13), score(9, status="corrected")], "[9, 9]", F),
        ([], "[5, 15]", U),
    ],
)
def test_a_reported_score_lies_within_what_the_parts_allow(facts: list[Raw], value: str, above: object) -> None:
    """The reported score is intersected with its parts; a contradiction leaves the hull of both."""
    assert known(SCORE, *facts) == value
    assert answer(SCORE, *facts) is above


@pytest.mark.parametrize(
    ("part_when", "score_when", "counts"),
    [
        ("2026-02-19", "2026-02-20", True),
        ("2026-02-20", "2026-02-20", True),  # a tie
        ("2026-02-21", "2026-02-20", False),
        ("2026-02", "2026-02-20", False),  # could be newer
        ("2026-02-20T09:00", "2026-02-20T08:00", False),
        ("2026-02-20T07:00", "2026-02-20T08:00", True),
        ("2026-02-20T09:00", "2026-02-20", True),
        ("2026-03-02", "2026-02-20", True),  # after screening: the part does not count
        ("2026-02-19", "2026-02", False),
    ],
)
def test_a_reported_score_does_not_count_where_a_part_could_be_newer(
    part_when: str, score_when: str, counts: bool
) -> None:
    """A grade that may have come after the score makes the score out of date."""
    found = known(SCORE, score(13, score_when), fact(GRADE, 1, part_when))
    assert found == ("[13, 13]" if counts else "[6, 14]")


def test_a_contradiction_is_told_and_an_agreement_is_not() -> None:
    """Score and parts that exclude each other are a conflict at the score's path."""
    assert warned(SCORE, score(9), *parts()) == ["facts[0].value"]
    assert known(SCORE, score(9), *parts()) == "[5, 9]"
    assert warned(SCORE, score(5), *parts()) == []


def test_parts_that_contradict_each_other_give_the_hull_and_a_conflict() -> None:
    """Two results of one minute give all the points that either gives."""
    pair = [fact("inr", 1.5, "2026-02-20T08:00"), fact("inr", 2.5, "2026-02-20T08:00")]
    assert known(SCORE, *parts(inr=None), *pair) == "[5, 7]"
    assert warned(SCORE, *parts(inr=None), *pair) == ["facts[5].value"]


def test_evidence_of_a_score_names_every_part() -> None:
    """Each part is shown with its points."""
    used = measured(SCORE, *parts(inr=2, **{GRADE: 3})).used
    assert {use.fact.concept.name: str(use.compared) for use in used} == {
        BILIRUBIN: "[1, 1]", ALBUMIN: "[1, 1]", "inr": "[2, 2]", "ascites": "[1, 1]", GRADE: "[3, 3]",
    }  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(
    low=st.decimals("0.1", "6", places=1), width=st.decimals("0", "3", places=1),
    sign=st.sampled_from(["", "<", "<=", ">", ">="]), unit=st.sampled_from(["mg/dL", "mg/L"]),
)  # fmt: skip
def test_bands_hold_in_every_world_of_a_censored_part(low: Any, width: Any, sign: str, unit: str) -> None:
    """Whatever a censored bilirubin allows scores within the measured ends."""
    text = known(SCORE, *parts(bilirubin_total=f"{sign}{low} {unit}"))
    ends = [int(end) for end in text.strip("[]").split(", ")]
    for value in (low, low + width, low - width, low - type(low)("0.01"), low + type(low)("0.01")):
        allowed = {"": value == low, "<": value < low, "<=": value <= low, ">": value > low, ">=": value >= low}[sign]
        if allowed and value >= 0:
            single = int(points(bilirubin_total=f"{value} {unit}").strip("[]").split(",")[0])
            assert ends[0] <= single <= ends[1]


# MELD


def labs(**changes: Any) -> list[Raw]:
    """The inputs of MELD on a day, without dialysis."""
    values = (LAB | changes).items()
    return [*(fact(name, value, SEEN) for name, value in values if value is not None), NO_DIALYSIS]


def meld(bilirubin: float, inr: float, creatinine: float) -> int:
    """OPTN 2016: inputs of at least 1, creatinine at most 4, the sum to one decimal, times ten, 6 to 40."""
    bilirubin, inr, creatinine = max(bilirubin, 1), max(inr, 1), min(max(creatinine, 1), 4)
    tenths = 0.957 * math.log(creatinine) + 0.378 * math.log(bilirubin) + 1.120 * math.log(inr) + 0.643
    return min(max(math.floor(tenths * 10 + 0.5), 6), 40)


def meld_na(bilirubin: float, inr: float, creatinine: float, sodium: float) -> int:
    """OPTN 2016: above 11 sodium counts, kept within 125 and 137; the published form of the equation."""
    first, sodium = meld(bilirubin, inr, creatinine), min(max(sodium, 125), 137)
    if first <= 11:
        return first
    return min(math.floor(first + 1.32 * (137 - sodium) - 0.033 * first * (137 - sodium) + 0.5), 40)


@pytest.mark.parametrize(
    ("bilirubin", "inr", "creatinine", "expected"),
    [
        ("1 mg/dL", 1, "1 mg/dL", 6), ("0.3 mg/dL", 0.9, "0.5 mg/dL", 6), ("2 mg/dL", 1.5, "1.5 mg/dL", 17),
        ("10 mg/dL", 2.5, "3 mg/dL", 36), ("50 mg/dL", 8, "9 mg/dL", 40), ("3 mg/dL", 1.2, "1 mg/dL", 13),
        ("5 mg/dL", 2.0, "4 mg/dL", 34), ("5 mg/dL", 2.0, "12 mg/dL", 34), ("34 umol/L", 1.5, "133 umol/L", 17),
    ],
)  # fmt: skip
def test_meld_of_exact_values(bilirubin: str, inr: float, creatinine: str, expected: int) -> None:
    """Worked values, with every clamp."""
    assert known(MELD, *labs(bilirubin_total=bilirubin, inr=inr, creatinine=creatinine)) == f"[{expected}, {expected}]"


@settings(max_examples=80, deadline=None)
@given(st.integers(1, 400), st.integers(50, 500), st.integers(20, 900), st.integers(110, 150))
def test_meld_and_meld_na_agree_with_plain_floats(bilirubin: int, inr: int, creatinine: int, sodium: int) -> None:
    """For exact inputs the scores are the published formulas in plain floats, away from the ties of rounding."""
    values = (bilirubin / 10, inr / 100, creatinine / 100)
    near = (
        9.57 * math.log(min(max(values[2], 1), 4))
        + 3.78 * math.log(max(values[0], 1))
        + 11.2 * math.log(max(values[1], 1))
    )
    if abs((near + 6.43) % 1 - 0.5) < 1e-9:
        return
    facts = labs(bilirubin_total=f"{values[0]} mg/dL", inr=values[1], creatinine=f"{values[2]} mg/dL")
    expected, sodium_fact = meld(*values), fact("serum_sodium", f"{sodium} mmol/L", SEEN)
    assert known(MELD, *facts) == f"[{expected}, {expected}]"
    expected = meld_na(*values, sodium)
    assert known(MELD_NA, *facts, sodium_fact) == f"[{expected}, {expected}]"


@pytest.mark.parametrize(
    ("sodium", "expected"),
    [
        ("137 mmol/L", 17),
        ("150 mmol/L", 17),
        ("130 mmol/L", 22),
        ("125 mmol/L", 26),
        ("110 mmol/L", 26),
        ("130 mEq/L", 22),
    ],
)
def test_meld_na_of_exact_values(sodium: str, expected: int) -> None:
    """MELD 17 gains 1.32 - 0.561 for each mmol/L below 137, down to 125."""
    assert known(MELD_NA, *labs(), fact("serum_sodium", sodium, SEEN)) == f"[{expected}, {expected}]"


def test_sodium_counts_only_above_eleven() -> None:
    """A MELD of 11 or less stays as it is, whatever the sodium, known or not."""
    mild = labs(bilirubin_total="1 mg/dL", inr=1.2, creatinine="1 mg/dL")
    assert known(MELD, *mild) == "[8, 8]"
    assert known(MELD_NA, *mild, fact("serum_sodium", "125 mmol/L", SEEN)) == "[8, 8]"
    assert known(MELD_NA, *mild) == "[8, 8]"


@pytest.mark.parametrize(
    ("said", "expected"), [("yes", "[27, 27]"), ("no", "[17, 17]"), (None, "[17, 27]"), ("maybe", "[17, 27]")]
)
def test_dialysis_sets_the_creatinine_to_four(said: str | None, expected: str) -> None:
    """With dialysis twice in a week creatinine counts as 4 mg/dL; where nobody says so, both are possible."""
    facts = [each for each in labs() if each is not NO_DIALYSIS]
    answered = [] if said is None else [fact("dialysis_twice_within_week", said, SEEN)]
    assert known(MELD, *facts, *answered) == expected


def test_dialysis_stands_in_for_a_missing_creatinine() -> None:
    """After dialysis the creatinine is not needed."""
    facts = [fact("bilirubin_total", "2 mg/dL", SEEN), fact("inr", 1.5, SEEN)]
    assert known(MELD, *facts, fact("dialysis_twice_within_week", "yes", SEEN)) == "[27, 27]"
    assert known(MELD, *facts, NO_DIALYSIS) == "[14, 27]"


def test_nothing_known_is_the_whole_scale() -> None:
    """Without any input MELD lies between its ends."""
    assert known(MELD) == "[6, 40]"
    assert known(MELD_NA) == "[6, 40]"


CENSORED = st.tuples(st.sampled_from(["", "<", "<=", ">", ">="]), st.integers(5, 60))


@settings(max_examples=60, deadline=None)
@given(st.tuples(CENSORED, CENSORED, CENSORED), st.tuples(*[st.integers(1, 400)] * 3), st.integers(120, 140))
def test_meld_holds_in_every_world_of_censored_inputs(
    told: tuple[tuple[str, int], ...], tried: tuple[int, ...], sodium: int
) -> None:
    """Exact values within what censored inputs allow give scores within the measured ends."""
    chosen = []
    for (sign, tenths), other in zip(told, tried, strict=True):
        low, high = {"": (0, 0), "<": (-other, -1), "<=": (-other, 0), ">": (1, other), ">=": (0, other)}[sign]
        chosen.append([max(tenths + step, 0) / 10 for step in (low, high)])
    names, units = ("bilirubin_total", "inr", "creatinine"), (" mg/dL", "", " mg/dL")
    facts = [
        fact(name, f"{sign}{tenths / 10}{unit}", SEEN)
        for name, (sign, tenths), unit in zip(names, told, units, strict=True)
    ]
    facts += [NO_DIALYSIS, fact("serum_sodium", f">={sodium} mmol/L", SEEN)]
    low, high = _ends(known(MELD, *facts))
    low_na, high_na = _ends(known(MELD_NA, *facts))
    for world in product(*chosen):
        assert low <= meld(*world) <= high
        for more in (0, 3, 20):
            assert low_na <= meld_na(*world, sodium + more) <= high_na


@settings(max_examples=40, deadline=None)
@given(st.integers(10, 60), st.integers(0, 30), st.sampled_from(["bilirubin_total", "inr", "creatinine"]))
def test_a_worse_value_never_lowers_meld(tenths: int, more: int, which: str) -> None:
    """More bilirubin, INR or creatinine gives at least the same score."""
    unit = "" if which == "inr" else " mg/dL"
    one, other = (_ends(known(MELD, *labs(**{which: f"{value / 10}{unit}"}))) for value in (tenths, tenths + more))
    assert one[0] <= other[0]


def test_a_reported_meld_lies_within_its_inputs() -> None:
    """A reported MELD is held against its inputs as a Child-Pugh score is against its parts."""
    assert known(MELD, fact("meld_score", 17, SEEN), *labs()) == "[17, 17]"
    assert known(MELD, fact("meld_score", 20, SEEN), *labs()) == "[17, 20]"
    assert warned(MELD, fact("meld_score", 20, SEEN), *labs()) == ["facts[0].value"]
    assert known(MELD, fact("meld_score", 30, SEEN), *labs(inr=None)) == "[30, 30]"


def _ends(text: str) -> tuple[int, int]:
    """The ends of an interval's text."""
    low, high = (int(end) for end in text.strip("[]").split(", "))
    return low, high
