"""A small ruleset over a small data dictionary, and ways to load it with changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest

from ucmsc_rules import Ruleset, RulesetError, load_ruleset

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


def loader(folder: Path) -> Load:
    """What loads a ruleset's text over a dictionary's text, from files in a folder."""

    def load(ruleset: str, dictionary: str) -> Ruleset:
        (folder / "r.yaml").write_text(ruleset, encoding="utf-8")
        (folder / "d.yaml").write_text(dictionary, encoding="utf-8")
        return load_ruleset(folder / "r.yaml", [folder / "d.yaml"])

    return load


def said(load: Load, ruleset: str, dictionary: str) -> list[str]:
    """The complaints about a ruleset, without the folder of its files."""
    with pytest.raises(RulesetError) as caught:
        load(ruleset, dictionary)
    return [re.sub(r"/[^ ]*/([rd]\.yaml)", r"\1", str(complaint)) for complaint in caught.value.complaints]
