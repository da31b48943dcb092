"""Reading an answer back: the verdict is the one that was written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from subjects import records
from ucmsc_rules import ValueTextError, Verdict, from_json, load_ruleset, screen, to_json

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
EXAMPLE = Path(__file__).parent.parent / "examples" / "criteria-record.json"


@given(records())
@settings(max_examples=30)
def test_an_answer_reads_back_as_the_verdict_that_it_was(record: dict[str, Any]) -> None:
    """Through JSON text and back nothing is lost."""
    verdict = screen(RULESET, record)
    assert from_json(json.loads(json.dumps(to_json(verdict)))) == verdict


@pytest.mark.parametrize(
    ("change", "place"),
    [
        ({"status": "perhaps"}, "answer.status"),
        ({"findings": 3}, "answer.findings"),
        ({"colour": "red"}, "colour"),
        ({"problems": [{"level": "error"}]}, "answer.problems[0].path"),
    ],
)
def test_what_is_no_answer_is_refused_with_its_place(change: dict[str, Any], place: str) -> None:
    """The message names where the data differ from the form of an answer."""
    answer = to_json(screen(RULESET, json.loads(EXAMPLE.read_text("utf-8"))))
    with pytest.raises(ValueTextError, match="this is no answer") as caught:
        from_json({**answer, **change})
    assert place in str(caught.value)


def test_a_verdict_comes_back_typed() -> None:
    """Findings can be asked for by criterion, as in the verdict itself."""
    verdict = from_json(to_json(screen(RULESET, json.loads(EXAMPLE.read_text("utf-8")))))
    assert isinstance(verdict, Verdict)
    assert verdict["I4"].holds.value == "true"
