"""Diagrams show every criterion, overlap nowhere, keep their words inside, and are the same bytes each time."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from matplotlib.backends.backend_agg import FigureCanvasAgg

from cohort.cohort_findings import attrition_of, trial
from ucmsc_rules.cohort.attrition import Attrition, suppressed
from ucmsc_rules.cohort.plots import draw, save_plots
from ucmsc_rules.cohort.plots import sheet as sheets

NAMES = ("flow", "criteria", "together")


def many_criteria() -> Attrition:
    """An attrition of a hundred criteria with long names and texts."""
    plain = attrition_of(800)
    rows = tuple(
        evolve(row, criterion=f"{row.criterion}-{turn}", text=f"{row.text} {row.text}", excluded=10**7 + turn)
        for turn in range(5)
        for row in plain.rows
    )[:100]
    return evolve(plain, rows=rows, combinations=())


COHORTS = {
    "plain": lambda: attrition_of(800),
    "hidden": lambda: suppressed(attrition_of(800), 5),
    "nobody": lambda: evolve(attrition_of(800), screened=0, excluded=0, eligible=0, undetermined=0, rows=(), wants=(),
                             combinations=()),
    "a hundred criteria": many_criteria,
}  # fmt: skip


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The sheets as they are drawn."""
    seen: list[Any] = []
    original = sheets.Sheet.drawing

    def remember(self: Any, name: str, alt: str) -> Any:
        seen.append(self)
        return original(self, name, alt)

    monkeypatch.setattr(sheets.Sheet, "drawing", remember)
    return seen


@pytest.mark.parametrize("cohort", COHORTS)
def test_no_words_overlap_or_leave_the_sheet(cohort: str, drawn: list[Any]) -> None:
    """Every two texts stand apart, and all of each is on the sheet."""
    draw(COHORTS[cohort]())
    for name, sheet in zip(NAMES, drawn, strict=True):
        renderer = FigureCanvasAgg(sheet.figure).get_renderer()
        texts = [each for each in sheet.axes.texts if each.get_text().strip()]
        boxes = [(each.get_text(), each.get_window_extent(renderer)) for each in texts]
        whole = sheet.figure.bbox
        assert [
            words for words, box in boxes if box.x0 < 0 or box.x1 > whole.x1 or box.y0 < 0 or box.y1 > whole.y1
        ] == []
        touching = [(one, other) for (one, a), (other, b) in combinations(boxes, 2) if apart(a, b) < 0]
        assert (name, touching) == (name, [])


def apart(one: Any, other: Any) -> float:
    """How far two boxes are apart; below nought where they overlap."""
    return max(one.x0 - other.x1, other.x0 - one.x1, one.y0 - other.y1, other.y0 - one.y1)


def test_every_criterion_is_on_every_diagram_with_its_count(drawn: list[Any]) -> None:
    """Twenty-two names; the counts of the flow and of the bars."""
    draw(attrition_of(800))
    for sheet in drawn:
        words = [each.get_text() for each in sheet.axes.texts]
        assert [each.id for each in trial().criteria if words.count(each.id) != 1] == []
    flow, bars, _ = ([each.get_text() for each in sheet.axes.texts] for sheet in drawn)
    for row in attrition_of(800).rows:
        assert f"{row.first:,}" in flow
        assert f"{row.excluded:,}" in bars


def test_hidden_counts_are_dashes_and_have_no_bar(drawn: list[Any]) -> None:
    """What is not shown is neither written nor drawn to its length."""
    shown = suppressed(attrition_of(800), 5)
    draw(shown)
    _, bars, _ = drawn
    dashes = sum(each.get_text() == "–" for each in bars.axes.texts)
    assert dashes == sum(count is None for row in shown.rows for count in (row.excluded, row.unknown, row.remaining))
    assert dashes > 0


def test_the_same_counts_give_the_same_bytes(tmp_path: Path) -> None:
    """No date and no chance in the files."""
    first = {path.name: path.read_bytes() for path in save_plots(attrition_of(800), tmp_path / "one")}
    second = {path.name: path.read_bytes() for path in save_plots(attrition_of(800), tmp_path / "two")}
    assert sorted(first) == [f"{name}.{ending}" for name in sorted(NAMES) for ending in ("png", "svg")]
    assert first == second


def test_a_users_own_style_does_not_change_them() -> None:
    """Large letters elsewhere are not taken over, and stay as they are."""
    import matplotlib as mpl

    before = [each.svg for each in draw(attrition_of(800))]
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "none", "axes.facecolor": "red"}):
        assert [each.svg for each in draw(attrition_of(800))] == before
        assert mpl.rcParams["font.size"] == 30


def test_each_says_in_words_what_it_shows() -> None:
    """For those who cannot see it."""
    flow, bars, together = draw(attrition_of(800))
    plain = attrition_of(800)
    assert flow.alt == (
        f"Flow diagram: 800 screened, {plain.excluded} excluded, {plain.eligible} eligible, "
        f"{plain.undetermined} undetermined. The table of criteria has the same numbers."
    )
    assert bars.alt.startswith("Bars for 22 criteria: excluded by it, unknown, left after it. Most are excluded by I3 ")
    assert together.alt.startswith("Chart of the commonest combinations of excluding criteria, ")
