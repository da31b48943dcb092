"""Loading: a good ruleset becomes its model, and each kind of mistake its own complaint, all of them at once."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest

from ucmsc_rules import Ruleset, RulesetError, load_dictionary, load_ruleset
from ucmsc_rules.facts.concepts import Band, Concept, Dictionary, Kind, Levels, OpenEnd
from ucmsc_rules.rules.find import concept_files, ruleset_file, shipped_rulesets
from ucmsc_rules.rules.formulas import Binary, Ln, Name, Negative, Number, parse_formula
from ucmsc_rules.rules.model import Category, CountsAs, Op
from ucmsc_rules.values.interval import INF, Interval

DICTIONARY = """\
concepts:
  bilirubin:
    kind: quantity
    label: total bilirubin
    units: {mg/dL: {quantum: 0.1, source: labs}, umol/L: {quantum: 1}}
    molar_mass: {value: 584.66 g/mol, source: IUPAC}
    codes: {loinc: [1975-2], snomed: [61977001]}
  inr: {kind: quantity, label: INR, units: {"1": {quantum: 0.01}}}
  alt: {kind: quantity, label: ALT, units: {U/L: {quantum: 1}}, unit_aliases: {IU/L: U/L}}
  hba1c:
    kind: quantity
    label: HbA1c
    unit_family: hba1c
    units: {"%": {quantum: 0.1}, mmol/mol: {quantum: 1}}
    lines: [{from: mmol/mol, to: "%", slope: 0.09148, intercept: 2.152, source: NGSP}]
  weight: {kind: quantity, label: weight, units: {kg: {quantum: 0.1}}, plausible: [20 kg, 300 kg]}
  ascites: {kind: scale, label: ascites, levels: {from: 0, to: 2, words: {none: 0, mild: 1, severe: 2}, numbers: false}}
  grade: {kind: scale, label: grade, levels: {from: 0, to: 4}}
  liver_score:
    kind: score
    label: liver score
    levels: {from: 4, to: 12}
    parts:
      bilirubin:
        convert_to: mg/dL
        quantum: 0.1
        points:
          mg/dL: {1: "< 2", 2: "2 to 3", 3: "> 3"}
      inr: {points: {"1": {1: "< 1.7", 2: "1.7 to 2.3", 3: "> 2.3"}}}
      ascites: {points: {"": {1: none, 2: mild, 3: severe}}}
      grade: {points: {"": {1: "0", 2: "1 to 2", 3: "3 to 4"}}}
  meld:
    kind: score
    label: MELD
    levels: {from: 6, to: 40}
    inputs:
      bilirubin: {unit: mg/dL, at_least: 1}
      inr: {unit: "1", at_least: 1, at_most: 4, replaced_when: dialysis, replaced_by: 4}
    steps:
      first: {formula: "3.78 * ln(bilirubin) + 11.2 * ln(inr)", round_to: 1, at_least: 6, at_most: 40}
      second: {formula: "first - 1", only_above: {step: first, value: 11}}
  dialysis: {kind: yes_no, label: dialysis}
  sex: {kind: category, label: sex, categories: [female, male]}
  hiv: {kind: test, label: HIV antibody}
  birth_date: {kind: birth_date, label: date of birth}
  trial: {kind: event, label: another trial, without_until: unknown}
  transplant: {kind: event, label: planned transplantation, planned: true}
"""

RULESET = """\
ruleset: small
version: 1.0.0
title: A small ruleset
notes: {free: text}
anchors: [screening, infusion]
settings:
  at: screening
  results_not_older_than: 28 days
  none_not_older_than: 14 days
  ever_until: infusion
counts_as:
  trial: grade >= 1
case_anchors: {screening: 2026-03-01}
criteria:
  I1:
    category: inclusion
    text: Adult.
    source: Inclusion, item 1
    reading: Completed years.
    rule: age at screening >= 18 years
    cases:
      - {birth_date: 1961, holds: true}
  E1:
    category: exclusion
    text: Ill.
    source: Exclusion, item 1
    any:
      a: {text: Bilirubin is high, rule: bilirubin > 2 x ULN}
      b: {text: Another trial, rule: trial within 3 months before screening}
    conflict: sex is male
    cases:
      - {bilirubin: "1 mg/dL", uln: "1 mg/dL", branch: a, holds: false, note: low}
      - {trial: [2012, {when: 2025, until: ongoing}], infusion: 2026-03-22, liver_score: 9, inr: 2.30, holds: unknown}
arms:
  low: {text: Low dose, dose: 1e6 cells/kg, weight: weight}
"""

Load = Callable[[str, str], Ruleset]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a ruleset's text over a dictionary's text."""

    def loaded(ruleset: str, dictionary: str) -> Ruleset:
        (tmp_path / "r.yaml").write_text(ruleset, encoding="utf-8")
        (tmp_path / "d.yaml").write_text(dictionary, encoding="utf-8")
        return load_ruleset(tmp_path / "r.yaml", [tmp_path / "d.yaml"])

    return loaded


def said(load: Load, ruleset: str, dictionary: str) -> list[str]:
    """The complaints about a ruleset, without the folder of its files."""
    with pytest.raises(RulesetError) as caught:
        load(ruleset, dictionary)
    return [re.sub(r"/[^ ]*/([rd]\.yaml)", r"\1", str(complaint)) for complaint in caught.value.complaints]


@pytest.fixture
def small(load: Load) -> Ruleset:
    """The good ruleset of this module."""
    return load(RULESET, DICTIONARY)


# What is read


def test_header(small: Ruleset) -> None:
    """The header becomes names, anchors, settings, counted results and arms."""
    assert (small.name, small.version, small.title, small.notes) == (
        "small",
        "1.0.0",
        "A small ruleset",
        {"free": "text"},
    )
    assert small.anchors == ("screening", "infusion")
    settings = small.settings
    assert (settings.at, settings.results_not_older_than, settings.none_not_older_than) == ("screening", 28, 14)
    assert (settings.ever_until, settings.leap_birthday) == ("infusion", "28 February")
    assert small.counts_as == (CountsAs("trial", "grade", Op.GE, Decimal(1), "grade >= 1"),)
    assert small.case_anchors == {"screening": "2026-03-01"}
    arm = small.arms["low"]
    assert (arm.text, arm.dose, arm.weight, arm.concept) == (
        "Low dose",
        "1e6 cells/kg",
        "weight",
        small.dictionary["weight"],
    )


def test_criteria(small: Ruleset) -> None:
    """A criterion with one rule has one branch without a letter; lettered ones keep their order, texts and places."""
    adult, ill = small.criteria
    assert (adult.id, adult.category, adult.reading, adult.conflict) == (
        "I1",
        Category.INCLUSION,
        "Completed years.",
        None,
    )
    assert [(branch.key, branch.text) for branch in adult.branches] == [("", "Adult.")]
    assert ill.category is Category.EXCLUSION
    assert [(branch.key, branch.text) for branch in ill.branches] == [
        ("a", "Bilirubin is high"),
        ("b", "Another trial"),
    ]
    assert [branch.rule_text for branch in ill.branches] == [
        "bilirubin > 2 x ULN",
        "trial within 3 months before screening",
    ]
    assert [(branch.place.line, branch.place.column) for branch in ill.branches] == [(28, 42), (29, 38)]
    assert (ill.place.line, ill.place.column, ill.conflict_text) == (23, 3, "sex is male")


def test_cases(small: Ruleset) -> None:
    """Cases give plain data; dates stay texts, and decimals keep their digits."""
    adult, ill = small.criteria
    assert (adult.cases[0].given, adult.cases[0].holds) == ({"birth_date": "1961"}, "true")
    first, second = ill.cases
    assert first.given == {"bilirubin": "1 mg/dL", "uln": "1 mg/dL"}
    assert (first.holds, first.branch, first.note, first.place.line) == ("false", "a", "low", 32)
    assert second.given == {
        "trial": ["2012", {"when": "2025", "until": "ongoing"}],
        "infusion": "2026-03-22",
        "liver_score": 9,
        "inr": Decimal("2.30"),
    }
    assert (second.holds, second.branch) == ("unknown", None)


def test_concepts(small: Ruleset) -> None:
    """Every field of a dictionary entry is read into its concept."""
    bilirubin, hba1c = small.dictionary["bilirubin"], small.dictionary["hba1c"]
    assert {unit: (reported.quantum, reported.source) for unit, reported in bilirubin.units.items()} == {
        "mg/dL": (Decimal("0.1"), "labs"),
        "umol/L": (Decimal(1), ""),
    }
    assert bilirubin.molar_mass is not None
    assert bilirubin.molar_mass.value == "584.66 g/mol"
    assert bilirubin.codes == {"loinc": ("1975-2",), "snomed": ("61977001",)}
    assert (hba1c.unit_family, hba1c.lines[0].to_unit, hba1c.lines[0].slope) == ("hba1c", "%", Decimal("0.09148"))
    assert small.dictionary["alt"].unit_aliases == {"[IU]/L": "U/L"}
    assert small.dictionary["weight"].plausible == ("20 kg", "300 kg")
    assert small.dictionary["ascites"].levels == Levels(0, 2, {"none": 0, "mild": 1, "severe": 2}, numbers=False)
    assert small.dictionary["sex"].categories == ("female", "male")
    assert (small.dictionary["trial"].open_end, small.dictionary["transplant"].planned) == (OpenEnd.UNKNOWN, True)


def test_bands(small: Ruleset) -> None:
    """Bands become intervals: open after < and >, closed between, and words are their levels."""
    parts = {part.concept: part for part in small.dictionary["liver_score"].parts}
    assert (parts["bilirubin"].convert_to, parts["bilirubin"].quantum) == ("mg/dL", Decimal("0.1"))
    assert parts["bilirubin"].tables["mg/dL"] == (
        Band(1, Interval(-INF, Decimal(2), hi_open=True)),
        Band(2, Interval(Decimal(2), Decimal(3))),
        Band(3, Interval(Decimal(3), INF, lo_open=True)),
    )
    assert [str(band.values) for band in parts["ascites"].tables[""]] == ["[0, 0]", "[1, 1]", "[2, 2]"]
    assert [str(band.values) for band in parts["grade"].tables[""]] == ["[0, 0]", "[1, 2]", "[3, 4]"]


def test_formula_score(small: Ruleset) -> None:
    """Inputs keep their unit and clamps, steps their order, rounding and condition."""
    meld = small.dictionary["meld"]
    bilirubin, inr = meld.inputs
    assert (bilirubin.unit, bilirubin.at_least, bilirubin.at_most) == ("mg/dL", Decimal(1), None)
    assert (inr.unit, inr.replaced_when, inr.replaced_by) == ("1", "dialysis", Decimal(4))
    first, second = meld.steps
    assert (first.round_to, first.at_least, first.at_most, first.only_above) == (
        Decimal(1),
        Decimal(6),
        Decimal(40),
        None,
    )
    assert (second.name, second.only_above) == ("second", ("first", Decimal(11)))


def test_formula() -> None:
    """A formula is a tree in which * and / bind tighter than + and -, and each takes from left to right."""
    a, b, c = Name("a"), Name("b"), Name("c")
    assert parse_formula("a - b - c", "abc") == Binary("-", Binary("-", a, b), c)
    assert parse_formula("a + b * c", "abc") == Binary("+", a, Binary("*", b, c))
    assert parse_formula("-(a / 1.50)", "a") == Negative(Binary("/", a, Number(Decimal("1.50"))))
    assert parse_formula("ln(a)", "a") == Ln(a)


def test_shipped() -> None:
    """The shipped ruleset loads by its name, by its folder and by its file, to the same ruleset and digest."""
    file = ruleset_file("ucmsc-hbv-cirrhosis")
    by_name, by_folder, by_file = (load_ruleset(way) for way in ("ucmsc-hbv-cirrhosis", file.parent, str(file)))
    assert "ucmsc-hbv-cirrhosis" in shipped_rulesets()
    assert by_name == by_folder == by_file
    assert len(by_name.criteria) == 22
    assert load_dictionary(concept_files()) == Dictionary(by_name.dictionary.concepts)


def test_values_can_be_shared(small: Ruleset) -> None:
    """A ruleset is frozen."""
    with pytest.raises(AttributeError):
        small.name = "other"  # type: ignore[misc]


def test_own_concepts(load: Load) -> None:
    """A ruleset may bring concepts of its own, in the same form."""
    own = "concepts:\n  smoker: {kind: yes_no, label: smokes}\n"
    ruleset = load((own + RULESET).replace("sex is male", "smoker is yes"), DICTIONARY)
    assert ruleset.dictionary["smoker"] == Concept("smoker", Kind.YES_NO, "smokes")


# Digest


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("title: A small ruleset", "title:   'A small ruleset'  # a comment"),
        ("version: 1.0.0\n", ""),
        ("notes: {free: text}", "notes:\n  free: text"),
    ],
)
def test_digest_keeps(load: Load, small: Ruleset, old: str, new: str) -> None:
    """Comments, layout, quotes and the order of keys do not change the digest."""
    ruleset = RULESET.replace(old, new)
    if "version" not in ruleset:
        ruleset += "version: 1.0.0\n"
    assert load(ruleset, "# comment\n" + DICTIONARY).digest == small.digest
    assert re.fullmatch(r"sha256:[0-9a-f]{64}", small.digest)


def test_digest_of_another_place(small: Ruleset, tmp_path: Path) -> None:
    """The same files elsewhere have the same digest."""
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    for name in ("r.yaml", "d.yaml"):
        shutil.copy(tmp_path / name, elsewhere)
    assert load_ruleset(elsewhere / "r.yaml", [elsewhere / "d.yaml"]).digest == small.digest


@pytest.mark.parametrize(
    ("old", "new", "changes"),
    [
        ("label: total bilirubin", "label: bilirubin", True),
        ("label: date of birth", "label: born", True),
        ("label: weight", "label: body weight", True),
        ("label: grade", "label: a grade", True),
        ("label: HIV antibody", "label: antibody", False),
        ("label: MELD", "label: another score", False),
    ],
)
def test_digest_covers_used_concepts(load: Load, small: Ruleset, old: str, new: str, changes: bool) -> None:
    """A change of a concept changes the digest where rules, arms or counted results use it, and nowhere else."""
    assert (load(RULESET, DICTIONARY.replace(old, new)).digest != small.digest) is changes


def test_digest_covers_what_a_score_is_reckoned_from(load: Load) -> None:
    """A change of a score's input, of what replaces it, or of the order of steps changes the digest."""
    ruleset = RULESET.replace("sex is male", "meld > 11")
    digest = load(ruleset, DICTIONARY).digest
    steps = '      second: {formula: "first - 1", only_above: {step: first, value: 11}}\n'
    third = '      third: {formula: "first + 1"}\n'
    two, other = (load(ruleset, DICTIONARY.replace(steps, order)).digest for order in (steps + third, third + steps))
    relabelled = [DICTIONARY.replace(f"label: {label}", "label: changed") for label in ("INR", "dialysis")]
    assert len({digest, two, other, *(load(ruleset, dictionary).digest for dictionary in relabelled)}) == 5


# What is complained about

CASE = "      - {birth_date: 1961, holds: true}\n"
RULE = "    rule: age at screening >= 18 years\n"
BAD_RULESETS: list[tuple[str, str, list[str]]] = [
    ("title: A small ruleset\n", "", ['r.yaml:1:1: "title" is missing']),
    ("title: A", "titel: A", ['r.yaml:1:1: "title" is missing', 'r.yaml:3:1: unknown key "titel"; did you mean "title"?']),
    ("title: A small ruleset", "title: ''", ['r.yaml:3:9: "title" must be a text']),
    ("title: A small ruleset", "title: [a]", ['r.yaml:3:8: "title" must be a text']),
    (
        "ruleset: small",
        "ruleset: Small one",
        ['r.yaml:1:10: "Small one" cannot name a ruleset; write small letters, digits, ".", "_" and "-"'],
    ),
    ("[screening, infusion]", "[]", ['r.yaml:5:10: "anchors" must name one anchor or more, in the order of time']),
    ("[screening, infusion]", "screening", ['r.yaml:5:10: "anchors" must be a list of texts, as [one, another]',
                                            'r.yaml:5:10: "anchors" must name one anchor or more, in the order of time']),
    ("[screening, infusion]", "[screening, infusion, infusion]", ['r.yaml:5:10: the anchor "infusion" stands here twice']),
    ("[screening, infusion]", "[screening, infusion, sex]",
     ['r.yaml:5:10: "sex" is a concept already; name the anchor otherwise']),
    ("[screening, infusion]", "[screening, infusion, ever]",
     ['r.yaml:5:10: "ever" cannot name an anchor; write letters, digits and _, no word of the rules']),
    ("  at: screening", "  at: screening day", ['r.yaml:7:7 (settings): "at" must be screening or infusion, not '
                                                '"screening day"; did you mean "screening"?']),
    ("results_not_older_than: 28 days", "results_not_older_than: 4 weeks",
     ['r.yaml:8:27 (settings): "results_not_older_than" is "4 weeks"; write it in days, as "28 days"']),
    ("  ever_until: infusion\n", "", ['r.yaml:6:1 (settings): "ever_until" is missing']),
    ("  ever_until: infusion\n", "  ever_until: infusion\n  birthday_of_29_february: 29 February\n",
     ['r.yaml:11:28 (settings): "birthday_of_29_february" must be 28 February or 1 March, not "29 February"; '
      'did you mean "28 February"?']),
    ("trial: grade >= 1", "grade: grade >= 1", ['r.yaml:12:3 (counts_as): "grade" is no event']),
    ("trial: grade >= 1", "trial: grade >= 5",
     ["r.yaml:12:19 (counts_as): grade goes from 0 to 4; 5 lies outside\n    grade >= 5\n             ^"]),
    ("trial: grade >= 1", "trial: grade >= 1 at infusion", [
        'r.yaml:12:10 (counts_as): write one comparison of a scale, score or test, as "encephalopathy_grade >= 1"']),
    ("{screening: 2026-03-01}", "{screening: 2026-03}", [
        'r.yaml:13:27 (case_anchors): "2026-03" is no full day; write YYYY-MM-DD']),
    ("{screening: 2026-03-01}", "{screning: 2026-03-01}", [
        'r.yaml:13:16 (case_anchors): unknown key "screning"; did you mean "screening"?']),
    ("  I1:\n", "  1I:\n", [
        'r.yaml:15:3 (1I): "1I" cannot be the id of a criterion; write a letter, then letters, digits, - and _']),
    ("    category: inclusion\n", "", ['r.yaml:15:3 (I1): "category" is missing']),
    ("category: inclusion", "category: inclusive", [
        'r.yaml:16:15 (I1): "category" must be inclusion or exclusion, not "inclusive"; did you mean "inclusion"?']),
    ("    text: Adult.\n", "", ['r.yaml:15:3 (I1): "text" is missing']),
    ("    source: Inclusion, item 1\n", "", ['r.yaml:15:3 (I1): "source" is missing']),
    (RULE, "", ['r.yaml:15:3 (I1): "rule" is missing; write "rule", or "any" with lettered branches']),
    (RULE, RULE + "    any: {a: {text: x, rule: sex is male}}\n", ['r.yaml:21:5 (I1): write "rule" or "any", not both']),
    ("    cases:\n" + CASE, "", ['r.yaml:15:3 (I1): "cases" is missing']),
    ("    cases:\n" + CASE, "    cases: []\n", ['r.yaml:21:12 (I1): "cases" must be a list of one case or more']),
    ("    cases:\n" + CASE, "    case:\n" + CASE, ['r.yaml:15:3 (I1): "cases" is missing',
                                                 'r.yaml:21:5 (I1): unknown key "case"; did you mean "cases"?']),
    ("18 years", "18", ['r.yaml:20:33 (I1): the rule ends too early; write "years"\n'
                        "    age at screening >= 18\n                          ^"]),
    ("18 years", "18.5 years", ["r.yaml:20:31 (I1): age is in completed years; write a whole number\n"
                                "    age at screening >= 18.5 years\n                        ^"]),
    ("> 2 x ULN", "> 2", ['r.yaml:28:54 (E1.a): bilirubin needs a unit; write "mg/dL" or "x ULN"\n'
                          "    bilirubin > 2\n                ^"]),
    ("rule: bilirubin > 2 x ULN", "rul: sex is male", ['r.yaml:28:7 (E1.a): "rule" is missing',
                                                     'r.yaml:28:36 (E1.a): unknown key "rul"; did you mean "rule"?']),
    ("      a: {text: B", "      1: {text: B", ['r.yaml:28:7 (E1.1): "1" cannot name a branch; write a letter',
                                               'r.yaml:32:56 (E1): there is no branch "a"; the branches are 1, b']),
    ("    any:\n", "    any: []\n    every:\n", [
        'r.yaml:27:10 (E1): "any" must be a mapping of names',
        'r.yaml:28:5 (E1): unknown key "every"; the keys are category, text, source, cases, reading, rule, any, conflict',
        'r.yaml:33:56 (E1): there is no branch "a"; the criterion has none; leave "branch" out']),
    ("    conflict:", "    text: x\n    text: y\n    conflict:", [
        'r.yaml:30:5: the key "text" is already at line 25; keep one of the two',
        'r.yaml:31:5: the key "text" is already at line 25; keep one of the two']),
    ("conflict: sex is male", "conflict: sex is man", [
        'r.yaml:30:22 (E1): sex has no word "man"; write female or male\n    sex is man\n           ^']),
    ("branch: a", "branch: c", ['r.yaml:32:56 (E1): there is no branch "c"; the branches are a, b']),
    ("1961, holds: true", "1961, branch: a, holds: true", [
        'r.yaml:22:36 (I1): there is no branch "a"; the criterion has none; leave "branch" out']),
    ("1961, holds: true", "1961, holds: maybe", ['r.yaml:22:35 (I1): "holds" must be true or false or unknown, not "maybe"']),
    ("1961, holds: true", "1961", ['r.yaml:22:9 (I1): a case is a mapping with "holds: true", "false" or "unknown"']),
    ("birth_date: 1961", "birthdate: 1961", ['r.yaml:22:10 (I1): unknown key "birthdate"; did you mean "birth_date"?']),
    ("birth_date: 1961", "quux: 1961", [
        'r.yaml:22:10 (I1): unknown key "quux"; a case names anchors, concepts, holds, branch, uln or note']),
    ("{when: 2025, until: ongoing}", "{wen: 2025}", ['r.yaml:33:25 (E1): unknown key "wen"; did you mean "when"?']),
    ("[2012, {when: 2025, until: ongoing}]", "[[2012]]", [
        "r.yaml:33:18 (E1): a fact is a value or a mapping; a list cannot hold a list"]),
    ("1e6 cells/kg", "1e6 cells", ['r.yaml:35:31 (arms.low): the dose "1e6 cells" cannot be read; write it as "1e6 cells/kg"']),
    ("weight: weight", "weight: wait", [
        'r.yaml:35:53 (arms.low): "weight" must be a quantity in kg, not "wait"; did you mean "weight"?']),
    ("weight: weight", "weight: inr", ['r.yaml:35:53 (arms.low): "weight" must be a quantity in kg, not "inr"']),
    ("ruleset: small", "concepts: {sex: {kind: yes_no, label: sex}}\nruleset: small", [
        'r.yaml:1:12 (sex): "sex" is defined at d.yaml:43:3 already; name one otherwise']),
    ("criteria:\n", "criteria: {}\nold:\n", [
        'r.yaml:14:11: "criteria" must hold one criterion or more',
        'r.yaml:15:1: unknown key "old"; the keys are ruleset, version, title, anchors, settings, criteria, notes, '
        "counts_as, concepts, case_anchors, arms"]),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "complaints"), BAD_RULESETS, ids=[repr(new[:40]) for _, new, _ in BAD_RULESETS])
def test_bad_ruleset(load: Load, old: str, new: str, complaints: list[str]) -> None:
    """Each mistake in a ruleset is told with its place, its subject and what to write instead, and nothing else is."""
    assert old in RULESET
    assert said(load, RULESET.replace(old, new, 1), DICTIONARY) == complaints


DNA = "  dna: {kind: quantity, label: DNA, units: {kg: {quantum: 1}}}\n"
BAD_DICTIONARIES: list[tuple[str, str, list[str]]] = [
    ("concepts:\n", "concept:\n", ['d.yaml:1:1: "concepts" is missing', 'd.yaml:1:1: unknown key "concept"; did you mean "concepts"?']),
    ("sex: {kind: category, ", "sex: {", [
        'd.yaml:43:3 (sex): "kind" is missing; write one of quantity, scale, score, test, yes_no, category, birth_date, event']),
    ("kind: yes_no", "kind: yesno", [
        'd.yaml:42:20 (dialysis): "kind" must be quantity or scale or score or test or yes_no or category or birth_date or '
        'event, not "yesno"; did you mean "yes_no"?']),
    ("label: sex, ", "", ['d.yaml:43:3 (sex): "label" is missing']),
    ("label: sex, ", "label: sex, units: {}, ", [
        'd.yaml:43:37 (sex): unknown key "units"; did you mean "note"?']),
    ("  sex: {", "  ever: {kind: test, label: ever}\n  sex: {", [
        'd.yaml:43:3 (ever): "ever" cannot be a name; write letters, digits and _, and no word of the rules']),
    ("  sex: {", "  hiv-1: {kind: test, label: HIV}\n  sex: {", [
        'd.yaml:43:3 (hiv-1): "hiv-1" cannot be a name; write letters, digits and _, and no word of the rules']),
    ("  sex: {", "  day_of_birth: {kind: birth_date, label: born}\n  sex: {", [
        "d.yaml:46:3 (birth_date): day_of_birth is of kind birth_date already; age reads the one there is"]),
    ("snomed: [", "snowmed: [", ['d.yaml:7:29 (bilirubin): unknown key "snowmed"; did you mean "snomed"?']),
    ("loinc: [1975-2]", "loinc: 1975-2", ['d.yaml:7:20 (bilirubin): "loinc" must be a list of texts, as [one, another]']),
    ("units: {U/L: {quantum: 1}}, ", "", [
        'd.yaml:9:3 (alt): "units" is missing']),
    ("{U/L: {quantum: 1}}", "{}", [
        'd.yaml:9:42 (alt): "units" must name a unit; write {"1": {quantum: 0.01}} where there is none']),
    ("{U/L: {quantum: 1}}", "{U/L: {quantum: 0}}", ['d.yaml:9:58 (alt): "quantum" must be above 0']),
    ("{U/L: {quantum: 1}}", "{U/L: {quantum: one}}", ['d.yaml:9:58 (alt): "quantum" must be a number']),
    ("{U/L: {quantum: 1}}", "{U/L: {}}", ['d.yaml:9:43 (alt): "quantum" is missing']),
    ("{U/L: {quantum: 1}}", "{furlong: {quantum: 1}}", [
        'd.yaml:9:43 (alt): "furlong" is not the code of a unit that is known']),
    ("{U/L: {quantum: 1}}", "{IU/L: {quantum: 1}}", [
        'd.yaml:9:43 (alt): "IU/L" is not the code of a unit; write "[IU]/L"']),
    ("{IU/L: U/L}", "{IU/L: furlong}", ['d.yaml:9:77 (alt): "furlong" is no unit that is known']),
    ("unit_family: hba1c", "unit_family: a1c", [
        'd.yaml:13:18 (hba1c): "unit_family" must be common or hba1c, not "a1c"; did you mean "hba1c"?',
        'd.yaml:14:18 (hba1c): "%" is not the code of a unit that is known',
        'd.yaml:14:18 (hba1c): "mmol/mol" is not the code of a unit that is known',
    ]),
    ("584.66 g/mol", "584.66", [
        'd.yaml:6:25 (bilirubin): the molar mass "584.66" cannot be read; write it as "113.12 g/mol"']),
    ("584.66 g/mol, source: IUPAC", "584.66 g/mol", ['d.yaml:6:5 (bilirubin): "source" is missing']),
    ("from: mmol/mol", "from: mmol", [
        'd.yaml:15:20 (hba1c): "from" must be % or mmol/mol, not "mmol"; did you mean "mmol/mol"?']),
    ("slope: 0.09148", "slope: 0", ['d.yaml:15:50 (hba1c): "slope" must not be 0']),
    ("[20 kg, 300 kg]", "[20, 300]", [
        'd.yaml:16:85 (weight): "plausible" must be a low and a high value in a unit of the concept, as [20 kg, 300 kg]']),
    ("[20 kg, 300 kg]", "[300 kg, 20 kg]", [
        'd.yaml:16:85 (weight): "plausible" must be a low and a high value in a unit of the concept, as [20 kg, 300 kg]']),
    ("levels: {from: 0, to: 4}", "levels: {from: 4, to: 0}", [
        'd.yaml:18:38 (grade): the levels have no order; "from" must be below "to"']),
    ("levels: {from: 0, to: 4}", "levels: {from: 0}", ['d.yaml:18:38 (grade): "to" is missing']),
    ("levels: {from: 0, to: 4}", "levels: {from: 0, to: 4.5}", ['d.yaml:18:59 (grade): "to" must be a whole number']),
    ("levels: {from: 0, to: 4}", "levels: {from: 0, to: 999999}", [
        "d.yaml:18:38 (grade): there are more than 1000 levels; write fewer"]),
    ("severe: 2}", "severe: 3}", [
        'd.yaml:17:73 (ascites): the level of "severe" lies outside of 0 to 2',
        'd.yaml:17:73 (ascites): with "numbers: false" each level needs a word']),
    ("numbers: false", "numbers: no", ['d.yaml:17:117 (ascites): "numbers" must be true or false']),
    ("[female, male]", "[female]", ['d.yaml:43:48 (sex): "categories" must be two different words or more']),
    ("[female, male]", "[female, trans man]", [
        'd.yaml:43:48 (sex): "trans man" cannot be a word; write letters, digits and _']),
    ("without_until: unknown", "without_until: never", [
        'd.yaml:46:60 (trial): "without_until" must be one_day or unknown or ongoing, not "never"']),
    ("planned: true", "planned: yes", ['d.yaml:47:66 (transplant): "planned" must be true or false']),
    ("      bilirubin:\n", "      bilirubine:\n", [
        'd.yaml:24:7 (liver_score): unknown concept "bilirubine"; did you mean "bilirubin"?']),
    ("      grade: {points", "      trial: {points", [
        "d.yaml:31:7 (liver_score): trial is of kind event; this must be of kind quantity or scale or score or test or yes_no"]),
    ('"> 3"}\n', '"> 3.5"}\n', [
        "d.yaml:28:11 (liver_score): bilirubin: the bands [2, 3] and (3.5, inf) leave a gap between them"]),
    ('"> 3"}\n', '">= 3"}\n', ["d.yaml:28:11 (liver_score): bilirubin: the bands [2, 3] and [3, inf) overlap"]),
    ('1: "< 2", ', '1: "<= 1", ', [
        "d.yaml:28:11 (liver_score): bilirubin: the bands (-inf, 1] and [2, 3] leave a gap between them"]),
    ('1: "< 2", ', "", [
        'd.yaml:28:11 (liver_score): bilirubin: the bands leave out the least or the greatest values; begin with "<", '
        'end with ">"']),
    ('2: "2 to 3"', '2: "3 to 2"', ['d.yaml:28:35 (liver_score): the band "3 to 2" holds nothing; write "2 to 3"']),
    ('2: "2 to 3"', '2: "2-3"', [
        'd.yaml:28:35 (liver_score): the band "2-3" cannot be read; write "< 2", "2 to 3", "> 3" or a word']),
    ('2: "2 to 3"', 'two: "2 to 3"', ['d.yaml:28:31 (liver_score): the points "two" must be a whole number']),
    ('2: "1 to 2"', '2: "1"', ["d.yaml:31:24 (liver_score): grade: level 2 is in no band; put it in one"]),
    ('3: "3 to 4"', '3: "2 to 4"', ["d.yaml:31:24 (liver_score): grade: level 2 is in 2 bands; put it in one"]),
    ("2: mild", "2: some", ['d.yaml:30:38 (liver_score): the band "some" cannot be read; write none or mild or severe']),
    ('inr: {points: {"1":', 'inr: {points: {"":', [
        'd.yaml:29:22 (liver_score): inr has no table in ""; write "1"']),
    ("        convert_to: mg/dL\n", "", ['d.yaml:24:7 (liver_score): "convert_to" is missing']),
    ("convert_to: mg/dL", "convert_to: umol/L", [
        'd.yaml:25:21 (liver_score): "convert_to" must be mg/dL, not "umol/L"']),
    ("{from: 4, to: 12}", "{from: 5, to: 15}", [
        "d.yaml:22:13 (liver_score): the parts add up to 4 to 12, the levels go from 5 to 15"]),
    ("    inputs:\n", "    parts: {}\n    inputs:\n", [
        'd.yaml:36:12 (meld): a score has "parts", or "inputs" and "steps"; write one of the two']),
    ("    steps:\n", "    step:\n", ['d.yaml:32:3 (meld): "inputs" and "steps" go together; write both',
                                     'd.yaml:39:5 (meld): unknown key "step"; did you mean "steps"?']),
    ("{unit: mg/dL, at_least: 1}", "{unit: mg, at_least: 1}", [
        'd.yaml:37:25 (meld): "unit" must be mg/dL or umol/L, not "mg"']),
    ("{unit: mg/dL, at_least: 1}", "{at_least: 1}", ['d.yaml:37:7 (meld): "unit" is missing']),
    ("at_least: 1, at_most: 4", "at_least: 5, at_most: 4", [
        'd.yaml:38:34 (meld): "at_least" must not be above "at_most"']),
    ("replaced_when: dialysis, ", "", ['d.yaml:38:7 (meld): "replaced_when" and "replaced_by" go together; write both']),
    ("replaced_when: dialysis", "replaced_when: dialisis", [
        'd.yaml:38:49 (meld): unknown concept "dialisis"; did you mean "dialysis"?']),
    ("replaced_when: dialysis", "replaced_when: trial", [
        "d.yaml:38:49 (meld): trial is of kind event; this must be of kind yes_no"]),
    ("ln(bilirubin)", "ln(bilirubine)", [
        'd.yaml:40:24 (meld): the formula reads an unknown name "bilirubine"; did you mean "bilirubin"?']),
    ("ln(bilirubin)", "log(bilirubin)", [
        "d.yaml:40:24 (meld): the formula cannot be read from character 11 on; write numbers, names, + - * /, ln( )"]),
    ("round_to: 1", "round_to: 0", ['d.yaml:40:77 (meld): "round_to" must be above 0']),
    ("step: first", "step: third", ['d.yaml:41:59 (meld): "step" must be an earlier step, not "third"']),
    ("      second:", "      inr:", ['d.yaml:41:7 (meld): "inr" is an input already; name the step otherwise']),
    ("      inr: {points", "      liver_score: {points", [
        "d.yaml:19:3 (liver_score): reckoned from itself: liver_score from liver_score",
        'd.yaml:29:30 (liver_score): liver_score has no table in "1"; write ""',
        "d.yaml:29:30 (liver_score): liver_score: level 4 is in no band; put it in one"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "complaints"), BAD_DICTIONARIES, ids=[repr(new[:40]) for _, new, _ in BAD_DICTIONARIES]
)
def test_bad_dictionary(tmp_path: Path, old: str, new: str, complaints: list[str]) -> None:
    """Each mistake in the data dictionary is told in the same way, and nothing else is."""
    assert old in DICTIONARY
    file = tmp_path / "d.yaml"
    file.write_text(DICTIONARY.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([file])
    assert [str(complaint).replace(f"{tmp_path}/", "") for complaint in caught.value.complaints] == complaints


def test_longer_circle(tmp_path: Path) -> None:
    """Scores that are reckoned from each other are told as one circle."""
    score = "  {0}: {{kind: score, label: x, levels: {{from: 0, to: 9}}, inputs: {{{1}: {{}}}}, steps: {{s: {{formula: {1}}}}}}}\n"
    file = tmp_path / "d.yaml"
    file.write_text("concepts:\n" + "".join(score.format(*pair) for pair in ("ab", "bc", "ca")), encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([file])
    assert [complaint.message for complaint in caught.value.complaints] == [
        "reckoned from itself: a from b from c from a"
    ]


def test_same_name_in_two_files(tmp_path: Path) -> None:
    """A name that two files of the dictionary define is complained about at its second place."""
    for name in ("one.yaml", "two.yaml"):
        (tmp_path / name).write_text("concepts:\n  sex: {kind: test, label: x}\n", encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([tmp_path / "one.yaml", tmp_path / "two.yaml"])
    assert str(caught.value) == (
        f'{tmp_path}/two.yaml:2:3 (sex): "sex" is defined at {tmp_path}/one.yaml:2:3 already; name one otherwise'
    )


def test_all_complaints(load: Load) -> None:
    """Every mistake of a ruleset and its dictionary is told at once, in the order of each file."""
    ruleset = RULESET.replace("> 2 x ULN", "> 2").replace("title: A small ruleset\n", "").replace("holds: true", "")
    complaints = said(load, ruleset, DICTIONARY.replace("label: sex, ", "").replace("584.66 g/mol", "584"))
    assert [complaint.split(" ")[0] for complaint in complaints] == [
        "d.yaml:6:25", "d.yaml:43:3", "r.yaml:1:1:", "r.yaml:21:9", "r.yaml:27:54",
    ]  # fmt: skip


def test_no_cascade(load: Load) -> None:
    """A mistake in a concept is not told again by the rules that use it."""
    assert len(said(load, RULESET, DICTIONARY.replace("{U/L: {quantum: 1}}", "{}"))) == 1


def test_missing_files(tmp_path: Path) -> None:
    """A ruleset or dictionary that is not there is told as such, with the nearest name or those that there are."""
    with pytest.raises(
        RulesetError, match='there is no ruleset "ucmsc-hbv-cirhosis"; did you mean "ucmsc-hbv-cirrhosis"'
    ):
        load_ruleset("ucmsc-hbv-cirhosis")
    with pytest.raises(RulesetError, match=r'there is no ruleset "zzz"; shipped are .*; or write the path of a file'):
        load_ruleset("zzz")
    with pytest.raises(RulesetError, match="the file cannot be read: No such file or directory"):
        load_dictionary([tmp_path / "none.yaml"])


@pytest.mark.parametrize(
    "text", ["[a]", "text", "3", "{}", "ruleset: {}\ncriteria: []\nanchors: {}\nsettings: 3\narms: x\n"]
)
def test_other_documents(load: Load, text: str) -> None:
    """A document of quite another form is complained about like any other."""
    assert said(load, text, DICTIONARY)


def test_many_mistakes(load: Load) -> None:
    """A file that is wrong throughout is told a hundred mistakes, in a time that does not grow with the rest."""
    cases = "".join(f"      - {{birth_dote_{number}: 1961, holds: true}}\n" for number in range(3000))
    start = time.process_time()
    complaints = said(load, RULESET.replace("      - {birth_date: 1961, holds: true}\n", cases), DICTIONARY)
    assert len(complaints) == 100
    assert time.process_time() - start < 10


def test_ten_thousand_criteria(load: Load) -> None:
    """Ten thousand criteria are refused by their number or by the size of the file, before parsing."""
    short = "".join(f"  C{number}: {{category: x}}\n" for number in range(10_000))
    (said_of_number,) = said(load, f"criteria:\n{short[:250_000]}", DICTIONARY)
    (said_of_size,) = said(load, f"criteria:\n{short}{short}", DICTIONARY)
    assert said_of_number.endswith("criteria are too many; a ruleset holds at most 1000")
    assert said_of_size == "r.yaml:1:1: the file is too large; it holds at most 262144 bytes"


def test_time_is_proportional(load: Load) -> None:
    """Ten times as many criteria take about ten times as long."""
    head, criterion = RULESET.split("criteria:\n")[0] + "criteria:\n", RULESET.split("criteria:\n")[1].split("  E1:")[0]

    def seconds(count: int) -> float:
        text = head + "".join(criterion.replace("I1:", f"I{number}:") for number in range(count))
        start = time.process_time()
        load(text, DICTIONARY)
        return time.process_time() - start

    load(RULESET, DICTIONARY)
    assert seconds(400) < 40 * min(seconds(40) for _ in range(3))
