"""The language of rules: what reads as what, what is written back, and what is said of a mistake."""

from __future__ import annotations

import time
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ucmsc_rules.errors import Complaint, Place, RulesetError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Figure, Kind, Levels, Reported
from ucmsc_rules.rules.model import (
    Age,
    And,
    Answer,
    Comparison,
    Earliest,
    Ever,
    Expression,
    Given,
    Longest,
    Measure,
    Nearest,
    Not,
    Op,
    Or,
    RecordedAs,
    Result,
    Trait,
    UlnRatio,
)
from ucmsc_rules.rules.phrases import unparse
from ucmsc_rules.rules.syntax import parse
from ucmsc_rules.rules.terms import Context
from ucmsc_rules.rules.walk import concepts_of, measures_of
from ucmsc_rules.testing.strategies.expressions import default_settings, expressions
from ucmsc_rules.values.dates import CalendarUnit

ONE = Reported(Decimal(1))
CONCEPTS = (
    Concept("hbv_dna", Kind.QUANTITY, "", units={"[IU]/mL": ONE}),
    Concept(
        "creatinine", Kind.QUANTITY, "", units={"umol/L": ONE, "mg/dL": ONE}, molar_mass=Figure("113.12 g/mol", "")
    ),
    Concept("inr", Kind.QUANTITY, "", units={"1": ONE}),
    Concept("platelets", Kind.QUANTITY, "", units={"10*9/L": ONE}),
    Concept("nyha_class", Kind.SCALE, "", levels=Levels(0, 4, {"none": 0, "I": 1, "II": 2, "III": 3, "IV": 4})),
    Concept("ascites", Kind.SCALE, "", levels=Levels(0, 2, {"none": 0, "mild": 1, "severe": 2}, numbers=False)),
    Concept("child_pugh_score", Kind.SCORE, "", levels=Levels(5, 15)),
    Concept("hiv_antibody", Kind.TEST, ""),
    Concept("pregnant", Kind.YES_NO, ""),
    Concept("informed_consent", Kind.YES_NO, ""),
    Concept("sex", Kind.CATEGORY, "", categories=("female", "male")),
    Concept("birth_date", Kind.BIRTH_DATE, ""),
    Concept("malignancy", Kind.EVENT, ""),
    Concept("human_albumin", Kind.EVENT, ""),
)
DICTIONARY = Dictionary({concept.name: concept for concept in CONCEPTS})
ANCHORS = ("screening", "enrolment", "first_infusion")
SETTINGS = default_settings(ANCHORS)
CONTEXT = Context(DICTIONARY, ANCHORS, SETTINGS, Place("r.yaml", 18, 11), "E4.d")
DAYS, WEEKS, MONTHS = CalendarUnit.DAYS, CalendarUnit.WEEKS, CalendarUnit.MONTHS


def compared(measure: Measure, op: Op, bound: int | str) -> Comparison:
    """A comparison without its text, which equality leaves out."""
    return Comparison(measure, op, Decimal(bound), "")


MEANINGS: list[tuple[str, Expression]] = [
    ("hbv_dna <= 1000 [IU]/mL", compared(Result("hbv_dna", "[IU]/mL", "screening", 28), Op.LE, 1000)),
    ("hbv_dna <= 1e3 IU/mL", compared(Result("hbv_dna", "[IU]/mL", "screening", 28), Op.LE, 1000)),
    ("platelets >= 50 10*9/L", compared(Result("platelets", "10*9/L", "screening", 28), Op.GE, 50)),
    ("inr < 2.3", compared(Result("inr", "1", "screening", 28), Op.LT, "2.3")),
    ("creatinine>2 x ULN", compared(UlnRatio("creatinine", "screening", 28), Op.GT, 2)),
    ("creatinine > 2 x ULN at enrolment", compared(UlnRatio("creatinine", "enrolment", 28), Op.GT, 2)),
    ("inr < 2 not older than 7 days", compared(Result("inr", "1", "screening", 7), Op.LT, 2)),
    ("inr < 2 at enrolment not older than 1 day", compared(Result("inr", "1", "enrolment", 1), Op.LT, 2)),
    ("nyha_class >= 2", compared(Result("nyha_class", "", "screening", 28), Op.GE, 2)),
    ("nyha_class >= II", compared(Result("nyha_class", "", "screening", 28), Op.GE, 2)),
    ("nyha_class is none", compared(Result("nyha_class", "", "screening", 28), Op.IS, 0)),
    ("ascites >= mild", compared(Result("ascites", "", "screening", 28), Op.GE, 1)),
    ("child_pugh_score > 12", compared(Result("child_pugh_score", "", "screening", 28), Op.GT, 12)),
    ("hiv_antibody is positive", compared(Result("hiv_antibody", "", "screening", 28), Op.IS, 1)),
    ("hiv_antibody is negative", compared(Result("hiv_antibody", "", "screening", 28), Op.IS, 0)),
    ("pregnant is yes", compared(Answer("pregnant", "screening"), Op.IS, 1)),
    ("pregnant is no at enrolment", compared(Answer("pregnant", "enrolment"), Op.IS, 0)),
    ("sex is male", compared(Trait("sex"), Op.IS, 1)),
    ("age at screening >= 18 years", compared(Age("birth_date", "screening"), Op.GE, 18)),
    ("age at screening < 1 year", compared(Age("birth_date", "screening"), Op.LT, 1)),
    (
        "human_albumin within 3 weeks before first_infusion",
        compared(Nearest("human_albumin", WEEKS, "first_infusion"), Op.LE, 3),
    ),
    (
        "malignancy within 1 month after screening",
        compared(Nearest("malignancy", MONTHS, "screening", ahead=True), Op.LE, 1),
    ),
    ("malignancy more than 90 days before screening", compared(Earliest("malignancy", DAYS, "screening"), Op.GT, 90)),
    (
        "malignancy lasted more than 3 months by enrolment",
        compared(Longest("malignancy", MONTHS, "enrolment"), Op.GT, 3),
    ),
    ("malignancy ever", compared(Ever("malignancy", "first_infusion"), Op.GE, 1)),
    ("informed_consent given by screening", compared(Given("informed_consent", "screening"), Op.GE, 1)),
    ("pregnant recorded as yes", compared(RecordedAs("pregnant", 1), Op.GE, 1)),
    ("sex recorded as female", compared(RecordedAs("sex", 0), Op.GE, 1)),
]

INR = compared(Result("inr", "1", "screening", 28), Op.LT, 2)
YES = compared(Answer("pregnant", "screening"), Op.IS, 1)
EVER = compared(Ever("malignancy", "first_infusion"), Op.GE, 1)
COMPOUNDS: list[tuple[str, Expression]] = [
    ("inr < 2 and pregnant is yes or malignancy ever", Or((And((INR, YES)), EVER))),
    ("malignancy ever or inr < 2 and pregnant is yes", Or((EVER, And((INR, YES))))),
    ("inr < 2 and (pregnant is yes or malignancy ever)", And((INR, Or((YES, EVER))))),
    ("inr < 2 and pregnant is yes and malignancy ever", And((INR, YES, EVER))),
    ("inr < 2 and (pregnant is yes and malignancy ever)", And((INR, And((YES, EVER))))),
    ("not inr < 2 and pregnant is yes", And((Not(INR), YES))),
    ("not (inr < 2 and pregnant is yes)", Not(And((INR, YES)))),
    ("not not malignancy ever", Not(Not(EVER))),
    ("((inr < 2))", INR),
]

MISTAKES = (Path(__file__).parent / "mistakes" / "rules.txt").read_text(encoding="utf-8").strip().split("\n\n")


@pytest.mark.parametrize(
    ("text", "meaning"), [*MEANINGS, *COMPOUNDS], ids=lambda case: case if isinstance(case, str) else ""
)
def test_meaning(text: str, meaning: Expression) -> None:
    """Each form of the language stands for one measure, comparison and bound."""
    assert parse(text, CONTEXT) == meaning


@pytest.mark.parametrize("mistake", MISTAKES, ids=lambda mistake: mistake.splitlines()[0])
def test_mistake(mistake: str) -> None:
    """A mistake is one complaint with its column, what is wrong, what to write, and a caret under the place."""
    text, caret, message = mistake.splitlines()
    with pytest.raises(RulesetError) as caught:
        parse(text, CONTEXT)
    column = 11 + caret.index("^")
    assert str(caught.value) == f"r.yaml:18:{column} (E4.d): {message}\n    {text}\n    {caret}"


@pytest.mark.parametrize("text", ["", "  "])
def test_empty(text: str) -> None:
    """A rule that says nothing is refused."""
    with pytest.raises(RulesetError, match="the rule is empty"):
        parse(text, CONTEXT)


def test_all_mistakes() -> None:
    """Every mistake of a rule is complained about, not only the first."""
    with pytest.raises(RulesetError) as caught:
        parse("foo ever or inr < 2 mg/dL or nyha_class is V", CONTEXT)
    assert [complaint.place.column for complaint in caught.value.complaints] == [11, 31, 54]


def test_inexact_columns() -> None:
    """Where the text does not stand in the file as it is read, the complaint points at its beginning."""
    context = Context(DICTIONARY, ANCHORS, SETTINGS, Place("r.yaml", 18, 11), exact=False)
    with pytest.raises(RulesetError) as caught:
        parse("inr < 2 and foo ever", context)
    assert caught.value.complaints[0].place == Place("r.yaml", 18, 11)


def test_excerpt_of_long_text() -> None:
    """Of a long rule only what is around the mistake is shown."""
    with pytest.raises(RulesetError) as caught:
        parse(" and ".join(["inr < 2"] * 30 + ["foo ever"]), CONTEXT)
    shown, caret = caught.value.complaints[0].excerpt.splitlines()
    assert len(shown) <= 104
    assert shown[caret.index("^") :] == "foo ever"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hbv_dna <= 1e3 IU/mL", "<= 1000 [IU]/mL"),
        ("creatinine > 2.0 x ULN at screening", "> 2 x ULN"),
        ("human_albumin within 3 week before first_infusion", "within 3 weeks before first_infusion"),
        ("malignancy within 1 months after enrolment", "within 1 month after enrolment"),
        ("pregnant is yes", "is yes"),
        ("age at screening >= 18 years", ">= 18 years"),
        ("malignancy ever", "ever"),
        ("ascites >= mild at enrolment not older than 7 days", ">= mild at enrolment not older than 7 days"),
    ],
)
def test_text_of_comparison(text: str, shown: str) -> None:
    """Evidence shows a comparison without its concept, in its one spelling."""
    comparison = parse(text, CONTEXT)
    assert isinstance(comparison, Comparison)
    assert comparison.text == shown


def test_column_of_comparison() -> None:
    """A comparison knows the column of the file in which it begins."""
    expression = parse("inr < 2 and  pregnant is yes", CONTEXT)
    assert isinstance(expression, And)
    assert [part.column for part in expression.parts if isinstance(part, Comparison)] == [11, 24]


@given(expressions(DICTIONARY, ANCHORS))
def test_round_trip(expression: Expression) -> None:
    """Writing an expression and reading it back gives the same expression, and writing that the same text."""
    text = unparse(expression, DICTIONARY, SETTINGS)
    if len(text) <= 2000:
        again = parse(text, CONTEXT)
        assert again == expression
        assert unparse(again, DICTIONARY, SETTINGS) == text


def complaints(text: str) -> tuple[Complaint, ...]:
    """What is said of a text; nothing where it is an expression."""
    try:
        parse(text, CONTEXT)
    except RulesetError as error:
        return error.complaints
    return ()


@given(st.text(st.sampled_from("inrage ()<>=.0123456789xULN/%*[]{}\"'\n\t\\é"), max_size=60) | st.text(max_size=40))
def test_any_text(text: str) -> None:
    """Any text at all is an expression or a RulesetError that points into it."""
    said = complaints(text)
    assert all(11 <= complaint.place.column <= 11 + len(text) for complaint in said)


WORDS = sorted({word for text, _ in [*MEANINGS, *COMPOUNDS] for word in text.replace("(", "( ").split()} | {")", "foo"})


@settings(max_examples=300)
@given(st.lists(st.sampled_from(WORDS), max_size=12).map(" ".join))
def test_any_words(text: str) -> None:
    """Words of the language in any order are an expression that can be written back, or a RulesetError."""
    if not complaints(text):
        expression = parse(text, CONTEXT)
        assert parse(unparse(expression, DICTIONARY, SETTINGS), CONTEXT) == expression


def test_longest() -> None:
    """A rule of more than 2,000 characters is refused, whatever it says."""
    fits = " or ".join(["malignancy ever"] * 105)
    assert len(fits) <= 2000
    parse(fits, CONTEXT)
    with pytest.raises(RulesetError, match=r"the rule has 2010 characters; it may have 2000"):
        parse(fits + " " * (2010 - len(fits)), CONTEXT)


@pytest.mark.parametrize("opening", ["(", "not ", "not ("])
def test_deepest(opening: str) -> None:
    """Nesting of 20 is read, of 21 and of any depth that fits is refused, without a RecursionError."""
    levels = 2 if opening == "not (" else 1

    def nested(count: int) -> str:
        return opening * count + "inr < 2" + ")" * (count * opening.count("("))

    parse(nested(20 // levels), CONTEXT)
    for count in (20 // levels + 1, 300):
        with pytest.raises(RulesetError, match=r"nested more than 20 deep; write it flatter"):
            parse(nested(count), CONTEXT)


def test_time_is_proportional() -> None:
    """The longest rules take about as many times longer as they are longer."""

    def seconds(count: int) -> float:
        text = " or ".join(["malignancy ever"] * count)
        return min(_timed(text) for _ in range(3))

    assert seconds(100) < 40 * seconds(10)


def _timed(text: str) -> float:
    start = time.process_time()
    parse(text, CONTEXT)
    return time.process_time() - start


def test_age_without_birth_date() -> None:
    """Age can be asked for only where the dictionary has a birth date."""
    context = Context(Dictionary({}), ANCHORS, SETTINGS, Place("r.yaml", 1, 1))
    with pytest.raises(RulesetError, match="age needs a concept of kind birth_date, and the dictionary has none"):
        parse("age at screening >= 18 years", context)


def test_walk() -> None:
    """Measures and concepts are listed once each, in the order of the text."""
    expression = parse("inr < 2 or not (pregnant is yes and inr > 1)", CONTEXT)
    assert concepts_of(expression) == ("inr", "pregnant")
    assert measures_of(expression) == (Result("inr", "1", "screening", 28), Answer("pregnant", "screening"))
