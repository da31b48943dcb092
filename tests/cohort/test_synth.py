"""Synthetic cohorts are the same for the same seed, readable, plausible, and made for any ruleset."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from cohort.cohort_findings import records, trial, verdicts
from ucmsc_rules import UcmscRulesError, load_ruleset, screen_all
from ucmsc_rules.cohort.synth import left_out, records_of, synthesise, write_cohort

COLUMNS = (
    "subject", "concept", "value", "unit", "when", "until", "uln", "status", "recorded", "complete", "lloq",
    "copies_per_iu", "detected", "source",
)  # fmt: skip


def test_the_same_seed_makes_the_same_cohort() -> None:
    """Nothing but the seed decides."""
    assert records.__wrapped__(40, 3) == records.__wrapped__(40, 3)
    assert records(40, 3) != records(40, 4)


def test_a_smaller_cohort_is_the_beginning_of_a_larger_one() -> None:
    """A subject's facts do not depend on how many others there are."""
    assert records(40, 3)[:25] == records(25, 3)


def test_a_cohort_goes_on_over_the_end_of_a_block() -> None:
    """Subjects are numbered on, and the second block is not a copy of the first."""
    first, second = synthesise(trial(), 20_002, 5)
    assert second.anchors.column("subject").to_pylist() == ["S-0020001", "S-0020002"]
    assert second.facts.column("value").to_pylist() != first.facts.column("value").to_pylist()[: second.facts.num_rows]


def test_a_cohort_of_nobody_has_its_columns() -> None:
    """An empty cohort is a table without rows."""
    [block] = synthesise(trial(), 0)
    assert (block.facts.num_rows, tuple(block.facts.column_names)) == (0, COLUMNS)
    assert (block.anchors.num_rows, block.anchors.column_names) == (
        0, ["subject", "screening", "enrolment", "first_infusion"],
    )  # fmt: skip


def test_facts_stand_in_the_order_of_their_subjects() -> None:
    """A reader that goes through once sees each subject's facts together."""
    [block] = synthesise(trial(), 300)
    subjects = block.facts.column("subject").to_pylist()
    assert subjects == sorted(subjects)


def test_files_hold_what_was_made(tmp_path: Path) -> None:
    """The Parquet files give the same rows."""
    facts, anchors = write_cohort(trial(), 30, tmp_path / "made", seed=2)
    [block] = synthesise(trial(), 30, seed=2)
    assert pq.read_table(facts).to_pylist() == block.facts.to_pylist()
    assert pq.read_table(anchors).to_pylist() == block.anchors.to_pylist()


def test_nearly_all_facts_can_be_read_and_some_cannot() -> None:
    """Unreadable values are part of life, and rare; no other error comes from the maker."""
    errors = [each.message for one in verdicts(600) for each in one.problems if each.level == "error"]
    facts = sum(len(record["facts"]) for record in records(600))
    assert 0 < len(errors) < facts / 200
    known = ('"haemolysed"', '"see comment"', '"n/a"', '"not asked"')
    assert [each for each in errors if not each.startswith(known)] == []


def test_every_criterion_is_met_by_some_missed_by_some_and_open_for_some() -> None:
    """A demonstration in which a criterion does nothing would demonstrate nothing."""
    seen = {criterion.id: {one[criterion.id].holds.value for one in verdicts(3000)} for criterion in trial().criteria}
    assert {name: answers for name, answers in seen.items() if len(answers) < 3} == {}


def test_every_status_comes_out() -> None:
    """There are eligible, ineligible and undetermined subjects."""
    assert {one.status.value for one in verdicts(3000)} == {"eligible", "ineligible", "undetermined"}


def test_marginals_are_those_that_were_asked_for() -> None:
    """Two thirds are men, and the mean age is near 53."""
    [block] = synthesise(trial(), 20_000)
    rows = block.facts.select(["concept", "value"]).to_pydict()
    sexes = Counter(value for concept, value in zip(rows["concept"], rows["value"], strict=True) if concept == "sex")
    assert sexes["male"] / (sexes["male"] + sexes["female"]) == pytest.approx(0.65, abs=0.015)
    born = [
        int(value[:4])
        for concept, value in zip(rows["concept"], rows["value"], strict=True)
        if concept == "birth_date" and value[:4].isdigit()
    ]
    assert 2024.5 - sum(born) / len(born) == pytest.approx(53, abs=1)


def test_forms_of_the_record_are_all_there() -> None:
    """Units, bounds, partial dates, states, copies, limits and ends as sites write them."""
    [block] = synthesise(trial(), 4000)
    rows = block.facts.to_pylist()
    texts = {name: {row[name] for row in rows} for name in COLUMNS}
    assert {"[IU]/mL", "log10 IU/mL", "copies/mL", "umol/L", "mg/dL", "%", "mmol/mol"} <= texts["unit"]
    assert {"<20", "target not detected", "none", "yes", "no", "positive"} <= texts["value"]
    assert {None, "final", "amended", "preliminary", "cancelled"} == texts["status"]
    assert {None, "ongoing"} < texts["until"]
    assert {len(when) for when in texts["when"] if when} == {4, 7, 10, 11, 16}
    for name in ("uln", "recorded", "complete", "lloq", "copies_per_iu", "detected"):
        assert None in texts[name]
        assert len(texts[name]) > 1


def test_a_cohort_is_made_for_another_ruleset() -> None:
    """Its own anchors and concepts are drawn; what is only reckoned from others is not."""
    other = load_ruleset("hcc-tace-washout")
    [block] = synthesise(other, 200)
    assert block.anchors.column_names == ["subject", "consent", "baseline", "first_dose"]
    found = list(screen_all(other, records_of(block), engine="reference"))
    assert {finding.criterion for one in found for finding in one.findings if finding.holds.value == "true"} >= {
        "I1",
        "E1",
    }
    assert left_out(other) == ("meld_score", "meld_na_score")


@pytest.mark.parametrize(
    ("count", "seed", "message"),
    [
        (-1, 1, "a cohort has from 0 to 100000000 subjects, not -1"),
        (1, -1, "a seed is a whole number from 0 on, not -1"),
    ],
)
def test_what_cannot_be_made_is_refused(count: int, seed: int, message: str) -> None:
    """Before anything is drawn."""
    with pytest.raises(UcmscRulesError) as raised:
        synthesise(trial(), count, seed)
    assert str(raised.value) == message
