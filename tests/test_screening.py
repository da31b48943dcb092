"""Screening as a whole: engines, disagreement, repeated subjects, anchors from outside, threads."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ucmsc_rules import EngineError, EnginesDisagree, Status, Truth, load_ruleset, screen, screen_all
from ucmsc_rules.engines import durable
from ucmsc_rules.screening import answer_one, make_screener, screen_one

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
RECORD: dict[str, Any] = {
    "subject": "S-001",
    "anchors": {"screening": "2026-03-01"},
    "facts": [{"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-02-27"}],
}
needs_durable = pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is here")


def test_the_engine_is_named_in_the_verdict() -> None:
    """Auto takes durable-rules where it can be had; the reference can be asked for everywhere."""
    assert screen(RULESET, RECORD).engine == ("durable" if durable.available() else "reference")
    assert screen(RULESET, RECORD, engine="reference").engine == "reference"


def test_an_engine_that_is_not_there_is_an_error() -> None:
    """An unknown engine is refused by name, and so is durable-rules where it cannot be imported."""
    with pytest.raises(EngineError, match='"auto", "durable" or "reference"'):
        screen(RULESET, RECORD, engine="fast")  # type: ignore[arg-type]
    if not durable.available():
        with pytest.raises(EngineError, match="durable-rules"):
            screen(RULESET, RECORD, engine="durable")


class Wrong:
    """An engine that takes every exclusion for absent."""

    def __init__(self, right: durable.DurableEngine) -> None:
        self.right = right

    def evaluate(self, lo: Sequence[float], hi: Sequence[float]) -> Mapping[str, Truth]:
        """The right answers, but for one."""
        return {rule: Truth.FALSE if rule == "E9" else truth for rule, truth in self.right.evaluate(lo, hi).items()}


@needs_durable
def test_a_disagreement_of_the_engines_is_never_a_verdict() -> None:
    """The API raises; a batch answers with everything unknown and both answers in a problem."""
    screener = make_screener(RULESET)
    assert screener.durable is not None
    object.__setattr__(screener, "durable", Wrong(screener.durable))
    with pytest.raises(EnginesDisagree, match="E9: durable false, reference unknown"):
        screen_one(screener, RECORD, 0, {}, ())
    verdict = answer_one(screener, RECORD, 0, {}, ())
    assert verdict.status is Status.UNDETERMINED
    assert {finding.holds for finding in verdict.findings} == {Truth.UNKNOWN}
    assert verdict["E4"].branches == dict.fromkeys("abcde", Truth.UNKNOWN)
    assert [(problem.level, problem.path) for problem in verdict.problems] == [("error", "engines")]
    assert "E9: durable false, reference unknown" in verdict.problems[0].message


def test_every_record_is_answered_in_its_place() -> None:
    """A record that is no object is refused by itself, and a repeated subject is answered with a problem."""
    verdicts = list(screen_all(RULESET, [RECORD, 7, RECORD, {"facts": []}]))
    assert [verdict.subject for verdict in verdicts] == ["S-001", None, "S-001", None]
    assert verdicts[1].problems[0].path == "[1]"
    assert verdicts[1].findings == ()
    assert verdicts[2].problems[-1].path == "subject"
    assert [verdict["I4"].holds for verdict in (verdicts[0], verdicts[2])] == [Truth.TRUE, Truth.TRUE]


def test_an_anchor_from_outside_serves_only_a_record_without_it() -> None:
    """The record's own date wins."""
    bare = {**RECORD, "anchors": {}}
    assert screen(RULESET, bare)["I4"].holds is Truth.UNKNOWN
    assert screen(RULESET, bare, anchors={"screening": "2026-03-01"})["I4"].holds is Truth.TRUE
    assert screen(RULESET, RECORD, anchors={"screening": "2030-01-01"})["I4"].holds is Truth.TRUE


def test_without_screening_every_finding_is_unknown_and_says_what_it_needs() -> None:
    """The one need is the date; the status is undetermined."""
    verdict = screen(RULESET, {**RECORD, "anchors": {"enrolment": "2026-03-15"}})
    assert {finding.holds for finding in verdict.findings} == {Truth.UNKNOWN}
    assert {need.concept for finding in verdict.findings for need in finding.needs} == {"screening"}
    assert verdict.status is Status.UNDETERMINED


def test_threads_share_a_ruleset_and_its_engines() -> None:
    """Many threads at once get the answers that one gets."""
    records = [
        {**RECORD, "subject": f"S-{day}", "facts": [{**RECORD["facts"][0], "when": f"2026-02-{day:02}"}]}
        for day in range(1, 29)
    ]
    alone = [screen(RULESET, record) for record in records]
    with ThreadPoolExecutor(8) as pool:
        together = list(pool.map(lambda record: screen(RULESET, record), records * 5))
    assert together == alone * 5
