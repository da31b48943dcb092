"""The language of rules: what reads as what, what is written back, and what is said of a mistake."""

from __future__ import annotations

import time
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from expressions import default_settings, expressions
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

AFTER_NAME = '"<", "<=", ">", ">=", "ever", "given", "is", "lasted", "more", "recorded" or "within"'
MISTAKES = [
    ("creatinine > 2", 24, 'creatinine needs a unit; write "umol/L" or "x ULN"'),
    ("creatinine > 2 mmol", 26, '"mmol" is no unit that is known for creatinine; write umol/L or mg/dL'),
    ("creatinine > 2 kg", 26, '"kg" is of another dimension than creatinine; write umol/L or mg/dL'),
    ("creatinine > 2 mg/L", 26, 'rules on creatinine are not written in "mg/L"; write umol/L or mg/dL'),
    ("creatinine > 2 x", 26, '"x" is no unit; write "x ULN"'),
    ("creatinine > ULN", 24, 'creatinine is a quantity, "ULN" no number; write "creatinine > 1 x ULN"'),
    ("creatinine > low", 24, 'creatinine is a quantity, "low" no number; write a number, as "creatinine <= 1 umol/L"'),
    ("creatinine > 0 x ULN", 24, "a multiple of ULN is above 0"),
    ("inr < 2 mg/dL", 19, 'inr has no unit; leave "mg/dL" out'),
    ("nyha_class >= 2 kg", 27, 'nyha_class has no unit; leave "kg" out'),
    ("nyha_class >= 5", 25, "nyha_class goes from 0 to 4; 5 lies outside"),
    ("nyha_class >= 1.5", 25, "nyha_class goes in whole numbers; write one from 0 to 4"),
    ("child_pugh_score > 16", 30, "child_pugh_score goes from 5 to 15; 16 lies outside"),
    ("nyha_class is V", 25, 'nyha_class has no word "V"; write none, I, II, III or IV'),
    ("child_pugh_score is A", 31, 'child_pugh_score has no word "A"; write a number'),
    ("ascites >= 1", 22, "ascites is given in words; write none, mild or severe"),
    ("nyha_class > 2 x ULN", 11, 'nyha_class is a scale; write "nyha_class >= 4"'),
    ("hiv_antibody >= 1", 11, 'hiv_antibody is a test; write "hiv_antibody is positive" or "hiv_antibody is negative"'),
    ("pregnant >= 1", 11, 'pregnant is a yes/no fact; write "pregnant is yes" or "pregnant is no"'),
    ("pregnant is maybe", 23, 'pregnant has no word "maybe"; write yes or no'),
    ("pregnant ever", 11, 'pregnant is a yes/no fact; write "pregnant is yes" or "pregnant is no"'),
    ("sex is man", 18, 'sex has no word "man"; write female or male'),
    ("inr is high", 11, 'inr is a quantity; write "inr <= 1"'),
    ("birth_date < 18", 11, 'birth_date is a birth date; write "age at screening >= 18 years"'),
    (
        "malignancy is yes",
        11,
        'malignancy is an event; write "malignancy within 3 months before screening" or "malignancy ever"',
    ),
    ("inr within 3 weeks before screening", 11, 'inr is a quantity; write "inr <= 1"'),
    ("malignancy given by screening", 11,
     'malignancy is an event; write "malignancy within 3 months before screening" or "malignancy ever"'),
    ("creatinin > 2 x ULN", 11, 'unknown concept "creatinin"; did you mean "creatinine"?'),
    ("foo ever", 11, 'unknown concept "foo"; add it to the dictionary or under "concepts"'),
    ("malignancy within 3 weeks before screning", 44, 'unknown anchor "screning"; did you mean "screening"?'),
    ("inr < 2 at dinner", 22, 'unknown anchor "dinner"; the anchors are screening, enrolment, first_infusion'),
    ("pregnant is yes not older than 3 days", 42, '"not older than" is for results; leave it out'),
    ("sex is male at enrolment", 26, 'sex has no date; leave "at enrolment" out'),
    ("age at screening >= 18.5 years", 31, "age is in completed years; write a whole number"),
    ("age >= 18 years", 15, '">=" cannot stand here; write "at"'),
    ("inr < 1234567890123456", 17, "16 significant digits are too many; write at most 15"),
    ("inr < 1e31", 17, "the number is beyond any measurement; write a smaller exponent"),
    ("malignancy within 1.5 weeks before screening", 29, "write a whole number of weeks"),
    ("malignancy within 2400 months before screening", 29, "2400 months are more than 100 years; write 1200 or less"),
    ("malignancy within 3 years before screening", 31, '"years" cannot stand here; write "days", "weeks" or "months"'),
    ("malignancy more than 3 days after screening", 39, '"after" cannot stand here; write "before"'),
    ("inr = 2", 15, '"=" cannot stand here; write "is" before a word, ">=" or "<=" before a number'),
    ("inr ≤ 2", 15, '"≤" cannot stand here; write "<="'),
    ("inr < 2 && inr > 1", 19, '"&&" cannot stand here; write "and"'),
    ("inr < 2 AND inr > 1", 19, '"AND" cannot stand here; write "and"'),
    ("creatinine > 2,5 mg/dL", 24,
     '"2,5" cannot be read; write a number without separators, with a point before decimals, as 0.5'),
    ("inr <", 16, "the rule ends too early; write a name or a number"),
    ("inr < 2 and", 22, 'the rule ends too early; write "(", "age", "not" or a name'),
    ("(inr < 2", 19, 'the rule ends too early; write ")"'),
    ("inr < 2 inr < 3", 23, '"<" cannot stand here; write "and", "at", "not", "or" or nothing more'),
    ("open('x')", 15, '"(" cannot stand here; write ' + AFTER_NAME),
    ("", 11, "the rule is empty"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "meaning"), [*MEANINGS, *COMPOUNDS], ids=lambda case: case if isinstance(case, str) else ""
)
def test_meaning(text: str, meaning: Expression) -> None:
    """Each form of the language stands for one measure, comparison and bound."""
    assert parse(text, CONTEXT) == meaning


@pytest.mark.parametrize(("text", "column", "message"), MISTAKES, ids=[text or "empty" for text, _, _ in MISTAKES])
def test_mistake(text: str, column: int, message: str) -> None:
    """A mistake is one complaint with its column, what is wrong, what to write, and a caret under the place."""
    with pytest.raises(RulesetError) as caught:
        parse(text, CONTEXT)
    (complaint,) = caught.value.complaints
    assert str(complaint) == f"r.yaml:18:{column} (E4.d): {message}\n    {text}\n    {' ' * (column - 11)}^"


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
