"""Synthetic patients of other makers: every resource is read or counted, and nothing is a problem."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest

from adapters.fhir_making import facts, mapping, ruleset
from ucmsc_rules import screen
from ucmsc_rules.adapters.fhir import read_fhir

RESULTS = ["creatinine", "bilirubin_total", "serum_albumin", "platelets", "haemoglobin", "hba1c"]


@pytest.mark.parametrize("profile", ["healthy", "type2_diabetes", "ckd_stage3"])
def test_a_bundle_of_carebundle(profile: str) -> None:
    """A US Core Bundle gives its laboratory values, and a verdict."""
    carebundle = pytest.importorskip("carebundle", reason="carebundle is not installed")
    text = carebundle.to_json(carebundle.generate_bundle(profile=profile, seed=42))
    (received,) = read_fhir(BytesIO(text.encode()), mapping(), ruleset().dictionary)
    concepts = [fact["concept"] for fact in facts(received)]
    assert [name for name in RESULTS if concepts.count(name) != 1] == []
    assert (received.problems, "fasting_glucose" in concepts) == ((), False)
    assert received.unread["Observation code=loinc 2345-7 name=Glucose [Mass/volume] in Serum or Plasma"] == 1
    read = len(facts(received, besides=())) + sum(received.unread.values())
    entries = [entry["resource"] for entry in json.loads(text)["entry"]]
    assert read == len(entries) + sum(len(each.get("component", ())) for each in entries) + 1  # a patient has two facts
    record = {**dict(received.record), "anchors": {"screening": "2026-01-10"}}  # type: ignore[arg-type]
    problems = [problem.message for problem in screen(ruleset(), record).problems]
    assert [each for each in problems if "the severity is not stated" not in each] == []


def test_a_bulk_export_of_clinosim(tmp_path: Path) -> None:
    """A hospital stay in files of one type each is one subject, with every line read or counted."""
    pytest.importorskip("clinosim", reason="clinosim is not installed")
    from clinosim.api import convert_cif_to_fhir, run_forced
    from clinosim.modules.output.cif_writer import write_cif
    from clinosim.types.config import ForcedScenario

    write_cif(run_forced(ForcedScenario(disease_id="bacterial_pneumonia", count=1)), str(tmp_path / "cif"))
    convert_cif_to_fhir(str(tmp_path / "cif"), str(tmp_path / "fhir"))
    files = sorted((tmp_path / "fhir").glob("*.ndjson"))
    (received,) = read_fhir(files, mapping(), ruleset().dictionary)
    assert received.problems == ()
    creatinine = [fact for fact in facts(received) if fact["concept"] == "creatinine"]
    assert creatinine
    assert all(fact["uln"].endswith(" mg/dL") and fact["unit"] == "mg/dL" for fact in creatinine)
    lines = [json.loads(line) for file in files for line in file.read_text("utf-8").splitlines()]
    rows = len(lines) + sum(len(each.get("component", ())) for each in lines)
    assert len(facts(received, besides=())) - 1 + sum(received.unread.values()) == rows
