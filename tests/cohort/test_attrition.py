"""Attrition counts what a reader of the verdicts would count by hand."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from cohort.cohort_findings import attrition_of, tables, trial, verdicts
from ucmsc_rules import UcmscRulesError
from ucmsc_rules.cohort.attrition import Attrition, count_attrition
from ucmsc_rules.rules.model import Category

COUNT = 800
EACH = ", and there are 800 subjects; each has one row for each criterion"


def excluding() -> list[list[str]]:
    """For each subject, the criteria that exclude it, in the order of the protocol."""
    bad = {each.id: "false" if each.category is Category.INCLUSION else "true" for each in trial().criteria}
    return [[f.criterion for f in one.findings if f.holds.value == bad[f.criterion]] for one in verdicts(COUNT)]


def unknown() -> list[list[str]]:
    """For each subject, the criteria that are unknown."""
    return [[f.criterion for f in one.findings if f.holds.value == "unknown"] for one in verdicts(COUNT)]


def found() -> Attrition:
    """The attrition of some hundred subjects."""
    return attrition_of(COUNT)


def test_statuses_are_those_of_the_verdicts() -> None:
    """Excluded, eligible and undetermined are what screening says of each subject."""
    statuses = Counter(one.status.value for one in verdicts(COUNT))
    assert found().screened == COUNT
    assert (found().excluded, found().eligible, found().undetermined) == (
        statuses["ineligible"], statuses["eligible"], statuses["undetermined"],
    )  # fmt: skip


def test_each_criterion_alone_by_itself_only_and_first() -> None:
    """Three ways to count whom a criterion costs."""
    alone = Counter(name for names in excluding() for name in names)
    only = Counter(names[0] for names in excluding() if len(names) == 1)
    first = Counter(names[0] for names in excluding() if names)
    left = COUNT
    for row in found().rows:
        left -= first[row.criterion]
        assert (row.excluded, row.only, row.first, row.remaining) == (
            alone[row.criterion], only[row.criterion], first[row.criterion], left,
        )  # fmt: skip


def test_what_is_unknown_of_all_and_of_the_undetermined() -> None:
    """A criterion that is unknown of an excluded subject does not keep it undetermined."""
    everywhere = Counter(name for names in unknown() for name in names)
    opened = [names for names, out in zip(unknown(), excluding(), strict=True) if names and not out]
    still, last = Counter(name for names in opened for name in names), Counter(n[0] for n in opened if len(n) == 1)
    for row in found().rows:
        assert (row.unknown, row.open, row.last_open) == (
            everywhere[row.criterion], still[row.criterion], last[row.criterion],
        )  # fmt: skip
        assert row.passed == COUNT - row.excluded - row.unknown


def test_combinations_are_the_commonest_and_the_rest_is_told() -> None:
    """Twelve sets of criteria, and how many subjects are excluded by another set."""
    sets = Counter(tuple(names) for names in excluding() if names)
    assert [each.subjects for each in found().combinations] == [count for _, count in sets.most_common(12)]
    assert all(each.subjects == sets[each.criteria] for each in found().combinations)
    assert found().other_combinations == sum(sets.values()) - sum(count for _, count in sets.most_common(12))


def test_for_want_of_what_subjects_are_undetermined() -> None:
    """A concept counts once for a subject, and only where nothing excludes it."""
    wanted: list[set[str]] = [
        {need.concept for finding in one.findings if finding.holds.value == "unknown" for need in finding.needs}
        for one in verdicts(COUNT)
        if one.status.value == "undetermined"
    ]
    subjects = Counter(concept for concepts in wanted for concept in concepts)
    only = Counter(next(iter(concepts)) for concepts in wanted if len(concepts) == 1)
    assert {want.concept: (want.subjects, want.only) for want in found().wants} == {
        concept: (count, only[concept]) for concept, count in subjects.items()
    }


def test_branches_of_an_exclusion_are_counted() -> None:
    """E4 names five conditions, of which several may hold."""
    letters = Counter(
        branch
        for one in verdicts(COUNT)
        for branch, holds in one["E4"].branches.items()
        if holds.value == "true" and one["E4"].holds.value == "true"
    )
    assert {each.branch: each.excluded for each in found().branches if each.criterion == "E4"} == {
        letter: letters[letter] for letter in "abcde"
    }


def test_findings_may_be_wide_and_may_stand_in_a_file(tmp_path: Path) -> None:
    """A column for each criterion, true, false or empty, gives the same counts."""
    words = {"true": True, "false": False, "unknown": None}
    rows = [
        {"subject": one.subject, **{f.criterion: words[f.holds.value] for f in one.findings}} for one in verdicts(COUNT)
    ]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "wide.parquet")
    wide = count_attrition(trial(), tmp_path / "wide.parquet")
    assert wide.rows == found().rows
    assert wide.branches == ()
    assert wide.combinations == found().combinations


def test_an_empty_table_is_a_cohort_of_nobody() -> None:
    """Nothing is divided by nought."""
    nobody = count_attrition(trial(), tables(COUNT)[0].slice(0, 0))
    assert (nobody.screened, nobody.excluded, nobody.eligible, nobody.undetermined) == (0, 0, 0, 0)
    assert {row.remaining for row in nobody.rows} == {0}


def without(name: str) -> pa.Table:
    """The findings without a criterion."""
    table = tables(COUNT)[0]
    return table.filter(pa.compute.not_equal(table.column("criterion"), name))


def twice() -> pa.Table:
    """The findings with a row that stands twice."""
    table = tables(COUNT)[0]
    return pa.concat_tables([table, table.slice(0, 1)])


def strange() -> pa.Table:
    """The findings with a word that is none of theirs."""
    table = tables(COUNT)[0]
    return table.set_column(3, "holds", pa.array(["maybe"] * table.num_rows))


@pytest.mark.parametrize(
    ("table", "message"),
    [
        (lambda: without("E4"), f"the findings table has 0 rows for E4, of 0 subjects{EACH}"),
        (twice, f"the findings table has 801 rows for I1, of 800 subjects{EACH}"),
        (strange, 'the findings table has 24000 rows with holds "maybe"; it is "true", "false" or "unknown"'),
        (lambda: tables(COUNT)[0].drop_columns(["holds"]), "the findings table has no column holds"),
        (lambda: "nowhere.parquet", "there is no findings table nowhere.parquet"),
    ],
    ids=["a criterion missing", "a row twice", "another word", "no column", "no file"],
)  # fmt: skip
def test_a_table_that_is_no_findings_table_is_refused(table: Any, message: str) -> None:
    """What is missing or too much is told."""
    with pytest.raises(UcmscRulesError) as raised:
        count_attrition(trial(), table())
    assert str(raised.value) == message
