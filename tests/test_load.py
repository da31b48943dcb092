"""Loading: a good ruleset and its data dictionary become their model."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from small_ruleset import DICTIONARY, RULESET, Load, loader
from ucmsc_rules import Ruleset, load_dictionary, load_ruleset
from ucmsc_rules.facts.concepts import Band, Kind, Levels, OpenEnd
from ucmsc_rules.rules.find import concept_files, ruleset_file, shipped_rulesets
from ucmsc_rules.rules.formulas import Binary, Ln, Name, Negative, Number, parse_formula
from ucmsc_rules.rules.model import Category, CountsAs, Op
from ucmsc_rules.rules.places import places_of
from ucmsc_rules.values.interval import INF, Interval


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a ruleset's text over a dictionary's text."""
    return loader(tmp_path)


@pytest.fixture
def small(load: Load) -> Ruleset:
    """The small ruleset, without a mistake."""
    return load(RULESET, DICTIONARY)


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


def test_places(load: Load, small: Ruleset) -> None:
    """The places in the protocol keep their order and where they stand; without them there are none."""
    head = 'places: ["Inclusion, item 1", "Exclusion, item 1"]\n'
    ruleset = load(head + RULESET, DICTIONARY)
    assert (small.places, small.listed_at) == ((), {})
    assert ruleset.places == ("Inclusion, item 1", "Exclusion, item 1")
    assert [(place.line, place.column) for place in ruleset.listed_at.values()] == [(1, 11), (1, 32)]
    assert ruleset.digest != small.digest


def test_several_places(load: Load) -> None:
    """A source may name several places, each once."""
    text = RULESET.replace(
        "source: Inclusion, item 1", "source: Inclusion, item 1; Inclusion, item 2;  Inclusion, item 1"
    )
    adult, ill = load(text, DICTIONARY).criteria
    assert places_of(adult) == ("Inclusion, item 1", "Inclusion, item 2")
    assert places_of(ill) == ("Exclusion, item 1",)


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
