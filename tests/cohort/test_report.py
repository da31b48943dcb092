"""The report: one file without a network, every criterion on it, and nothing that overlaps when a browser shows it."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from cohort.cohort_findings import attrition_of, records, tables, trial
from ucmsc_rules import screen_all
from ucmsc_rules.cohort.attrition import Attrition, Change, suppressed, tables_of
from ucmsc_rules.cohort.problems import CohortProblem
from ucmsc_rules.cohort.report import report_html, write_report
from ucmsc_rules.cohort.varying import change_of, vary
from ucmsc_rules.rules.model import Ruleset

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None
)
PROBLEM = CohortProblem("error", "value", '"<b>haemolysed</b>" is no value', 7, ("S-0000314",))
MEASURE = """<script>
const boxes = [...document.querySelectorAll('h1,h2,p,dt,dd,caption,th,td,img,nav li')].map(e => {
  const r = e.getBoundingClientRect();
  return {tag: e.tagName, text: e.textContent.slice(0, 40), x0: r.left, x1: r.right, y0: r.top, y1: r.bottom,
          cut: e.scrollWidth > e.clientWidth + 1 && e.tagName !== 'IMG' && e.clientWidth > 0,
          drawn: e.tagName !== 'IMG' || e.naturalWidth > 0};
});
const touching = [];
for (let i = 0; i < boxes.length; i++) for (let j = i + 1; j < boxes.length; j++) {
  const a = boxes[i], b = boxes[j];
  if (Math.min(a.x1, b.x1) - Math.max(a.x0, b.x0) > 1 && Math.min(a.y1, b.y1) - Math.max(a.y0, b.y0) > 1)
    touching.push([a.text, b.text]);
}
const found = {count: boxes.length, touching, cut: boxes.filter(b => b.cut).map(b => b.text),
  undrawn: boxes.filter(b => !b.drawn).length, wide: document.documentElement.scrollWidth > window.innerWidth};
document.body.innerHTML = '<pre id="found"></pre>';
document.getElementById('found').textContent = JSON.stringify(found);
</script>"""


def full() -> Attrition:
    """An attrition with a change."""
    return evolve(attrition_of(800), changes=(change(),))


@cache
def change() -> Change:
    """What twice the virus would bring."""

    def screened(ruleset: Ruleset) -> Any:
        return tables_of(screen_all(ruleset, records(800), engine="reference"))[0]

    return change_of(trial(), tables(800)[0], vary(trial(), "I4: hbv_dna <= 2000 IU/mL"), screened)


class Reader(HTMLParser):
    """Collects what a page holds, and whether its elements are closed in their order."""

    VOID = frozenset({"meta", "img", "br", "link"})

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes a tag and its attributes."""
        self.tags.append((tag, dict(attrs)))
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        """Closes the last that was opened."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Notes words."""
        self.words.append(data)


def read(html: str) -> Reader:
    """A page as it was read."""
    reader = Reader()
    reader.feed(html)
    assert reader.open == []
    return reader


def test_every_criterion_branch_and_count_is_in_the_table() -> None:
    """What the diagrams shorten stands there in full."""
    html = report_html(full())
    words = "".join(read(html).words)
    for criterion in trial().criteria:
        assert f'<th scope="row">{criterion.id}</th>' in html
        assert " ".join(criterion.text.split()) in words
    for row in full().rows:
        counts = (row.excluded, row.only, row.first, row.remaining, row.unknown, row.open, row.last_open)
        cells = "".join(f"<td>{count:,}</td>" for count in counts)
        assert re.search(rf'<th scope="row">{row.criterion}</th><td class="words">[^\n]*?</td>{cells}</tr>', html)
    assert '<th scope="row">E4.e</th>' in html


def test_nothing_is_fetched_and_nothing_runs() -> None:
    """No scripts, no addresses, and a policy that forbids both."""
    tags = read(report_html(full(), [PROBLEM])).tags
    assert {tag for tag, _ in tags} & {"script", "link", "iframe", "object", "form"} == set()
    sources = [value for _, given in tags for name, value in given.items() if name in {"src", "href"}]
    assert [each for each in sources if not str(each).startswith(("data:image/svg+xml;base64,", "#"))] == []
    policy = next(given["content"] for _, given in tags if given.get("http-equiv") == "Content-Security-Policy")
    assert str(policy).startswith("default-src 'none'; ")


def test_it_can_be_read_without_seeing_it() -> None:
    """A language, headings in order, words for pictures, captions and scopes for tables, a way past the menu."""
    tags = read(report_html(full(), [PROBLEM])).tags
    names = [tag for tag, _ in tags]
    assert dict(tags)["html"] == {"lang": "en"}
    assert [tag for tag in names if tag in {"h1", "h2", "h3"}] == ["h1", *["h2"] * 6]
    assert [given for tag, given in tags if tag == "img" and not given.get("alt")] == []
    assert names.count("caption") == names.count("table") == 4
    assert [given for tag, given in tags if tag == "th" and given.get("scope") not in {"row", "col"}] == []
    targets = {given["id"] for _, given in tags if "id" in given}
    assert {str(given["href"])[1:] for tag, given in tags if tag == "a"} <= targets


def test_what_came_from_outside_is_shown_as_text() -> None:
    """A value or a title that looks like HTML."""
    html = report_html(evolve(full(), title="<script>alert(1)</script>"), [PROBLEM])
    assert "<script" not in html
    assert "&lt;b&gt;haemolysed&lt;/b&gt;" in html


def test_with_small_counts_hidden_no_subject_is_named() -> None:
    """Neither are problems of few rows told."""
    few = evolve(PROBLEM, count=3, message="rare")
    html = report_html(suppressed(full(), 5), [PROBLEM, few])
    assert "haemolysed" in html
    assert "rare" not in html
    assert "S-0000314" not in html
    assert "– not shown: counts of 1 to 4, and others from which these could be reckoned." in html
    assert "S-0000314" in report_html(full(), [PROBLEM])


def test_the_same_counts_give_the_same_file(tmp_path: Path) -> None:
    """There is no clock in it."""
    one, two = write_report(full(), tmp_path / "one.html"), write_report(full(), tmp_path / "two.html")
    assert one.read_bytes() == two.read_bytes()


def test_a_notebook_shows_the_numbers_and_the_tables() -> None:
    """Styled for its own cell only."""
    html = full()._repr_html_()
    read(html)
    assert html.startswith('<div class="ucmsc-attrition"><style>.ucmsc-attrition table{')
    assert html.count("<img") == 2
    assert html.count("<table") == 3


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")
@pytest.mark.parametrize("width", [1280, 420])
@pytest.mark.parametrize("min_cell", [0, 5])
def test_nothing_overlaps_in_a_browser(tmp_path: Path, width: int, min_cell: int) -> None:
    """Headless Chromium lays it out; no two headings, words, cells or pictures touch, and the page is not too wide."""
    found = measured(suppressed(full(), min_cell), tmp_path / "report.html", width)
    assert found["count"] > 250
    assert (found["touching"], found["cut"], found["undrawn"], found["wide"]) == ([], [], 0, False)


def measured(attrition: Attrition, path: Path, width: int) -> dict[str, Any]:
    """What a browser finds on the report, by a script that the page itself would not let in."""
    html = re.sub(r"<meta http-equiv[^>]*>", "", report_html(attrition, [PROBLEM]))
    path.write_text(html.replace("</body>", f"{MEASURE}</body>"), encoding="utf-8")
    command = [
        str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--window-size={width},2000",
        f"--user-data-dir={path.parent / 'browser'}", "--dump-dom", path.as_uri(),
    ]  # fmt: skip
    dom = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True).stdout
    inside = re.search(r'<pre id="found">(.*?)</pre>', dom, re.DOTALL)
    assert inside is not None
    text = inside[1].replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
    result: dict[str, Any] = json.loads(text)
    return result
