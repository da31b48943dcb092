"""Loading: a good ruleset becomes its model, and each kind of mistake its own complaint, all of them at once."""

from __future__ import annotations

import re
import shutil
import time
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pytest
from attrs import frozen

from ucmsc_rules import Ruleset, RulesetError, load_dictionary, load_ruleset
from ucmsc_rules.facts.concepts import Band, Kind, Levels, OpenEnd
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
    ways = ("ucmsc-hbv-cirrhosis", file.parent, str(file))
    by_name, by_folder, by_file = (load_ruleset(way) for way in ways)
    assert "ucmsc-hbv-cirrhosis" in shipped_rulesets()
    assert by_name.digest == by_folder.digest == by_file.digest
    assert by_name.criteria == by_folder.criteria == by_file.criteria
    assert len(by_name.criteria) == 22
    assert list(load_dictionary(concept_files()).concepts) == list(by_name.dictionary.concepts)


def test_values_can_be_shared(small: Ruleset) -> None:
    """A ruleset is frozen."""
    with pytest.raises(AttributeError):
        small.name = "other"  # type: ignore[misc]


def test_own_concepts(load: Load) -> None:
    """A ruleset may bring concepts of its own, in the same form."""
    own = "concepts:\n  smoker: {kind: yes_no, label: smokes}\n"
    ruleset = load((own + RULESET).replace("sex is male", "smoker is yes"), DICTIONARY)
    assert (ruleset.dictionary["smoker"].kind, ruleset.dictionary["smoker"].label) == (Kind.YES_NO, "smokes")


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


@frozen
class Mistake:
    """Lines of a good file, what stands in their place, and what must be said of it."""

    right: str
    wrong: str
    said: str

    def made_in(self, text: str) -> str:
        """The text with this mistake."""
        assert self.right in text
        return text.replace(self.right, self.wrong, 1)


def mistakes(name: str) -> list[Mistake]:
    """The mistakes in a file: each a change (- and +), then the complaints about it, then a blank line."""
    text = (Path(__file__).parent / "mistakes" / name).read_text(encoding="utf-8")
    return [_mistake(block.splitlines()) for block in text.strip("\n").split("\n\n")]


def _mistake(lines: list[str]) -> Mistake:
    right, wrong = ("".join(f"{line[1:]}\n" for line in lines if line[0] == sign) for sign in "-+")
    return Mistake(right, wrong, "\n".join(line for line in lines if line[0] not in "-+"))


def shown(mistake: Mistake) -> str:
    """A mistake as the name of its test."""
    return (mistake.wrong or mistake.right).strip()[:50]


@pytest.mark.parametrize("mistake", mistakes("rulesets.txt"), ids=shown)
def test_bad_ruleset(load: Load, mistake: Mistake) -> None:
    """Each mistake in a ruleset is told with its place, its subject and what to write instead, and nothing else is."""
    assert "\n".join(said(load, mistake.made_in(RULESET), DICTIONARY)) == mistake.said


@pytest.mark.parametrize("mistake", mistakes("dictionaries.txt"), ids=shown)
def test_bad_dictionary(tmp_path: Path, mistake: Mistake) -> None:
    """Each mistake in the data dictionary is told in the same way, and nothing else is."""
    file = tmp_path / "d.yaml"
    file.write_text(mistake.made_in(DICTIONARY), encoding="utf-8")
    with pytest.raises(RulesetError) as caught:
        load_dictionary([file])
    assert str(caught.value).replace(f"{tmp_path}/", "") == mistake.said


def test_longer_circle(tmp_path: Path) -> None:
    """Scores that are reckoned from each other are told as one circle."""
    score = "  {0}: {{kind: score, label: x, levels: {{from: 0, to: 9}}, inputs: {{{1}: {{}}}}, "
    score += "steps: {{s: {{formula: {1}}}}}}}\n"
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
    head, criterion, _ = re.split("(?<=criteria:\\n)|(?=  E1:)", RULESET)

    def seconds(count: int) -> float:
        text = head + "".join(criterion.replace("I1:", f"I{number}:") for number in range(count))
        start = time.process_time()
        load(text, DICTIONARY)
        return time.process_time() - start

    load(RULESET, DICTIONARY)
    assert seconds(400) < 40 * min(seconds(40) for _ in range(3))
