"""The kit's properties: the shipped rulesets have them, and each finds an engine that lacks it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from attrs import evolve

from one_criterion import with_rule
from ucmsc_rules import Ruleset, Truth, load_ruleset
from ucmsc_rules.engines import durable
from ucmsc_rules.errors import EnginesDisagree
from ucmsc_rules.screening import Screener, screen_one
from ucmsc_rules.testing import (
    PropertyError,
    blurred,
    blurring_never_flips,
    check_properties,
    decided_in_every_world,
    engines_agree,
    irrelevant_facts_change_nothing,
    moved_anchors_change_nothing,
    order_and_copies_change_nothing,
    properties,
    sharpening_never_flips,
    sharper,
    units_change_nothing,
)
from ucmsc_rules.verdicts.finding import Verdict

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
ONE = evolve(TRIAL, criteria=tuple(each for each in TRIAL.criteria if each.id == "I4"))
Record = Mapping[str, Any]


@pytest.mark.thorough
@pytest.mark.parametrize("name", ["ucmsc-hbv-cirrhosis", "hcc-tace-washout"])
def test_the_shipped_rulesets_have_every_property(name: str) -> None:
    """Criterion by criterion, on records near their edges."""
    assert check_properties(load_ruleset(name), examples=200) == ()


def test_a_ruleset_of_ones_own_is_checked_in_a_line(tmp_path: Any) -> None:
    """A rule with an event, an answer and a limit of normal."""
    rule = "not (gi_bleeding within 6 weeks before screening and pregnant is yes) or creatinine > 1.5 x ULN"
    assert check_properties(with_rule(tmp_path, rule), examples=60) == ()


# an engine that lacks a property


def says(verdict: Verdict, truth: Truth) -> Verdict:
    """The verdict with another answer."""
    return evolve(verdict, findings=tuple(evolve(finding, holds=truth) for finding in verdict.findings))


def unknown_is_false(verdict: Verdict, _record: Record) -> Verdict:
    """Silence is taken for an answer."""
    unknown = verdict["I4"].holds is Truth.UNKNOWN
    return says(verdict, Truth.FALSE) if unknown else verdict


def short_dates_are_false(verdict: Verdict, record: Record) -> Verdict:
    """A month is answered where a day would be; a day is answered as it should be."""
    short = any(len(str(fact.get("when"))) == 7 for fact in record["facts"])
    return says(verdict, Truth.FALSE) if short else verdict


def the_first_fact_counts(verdict: Verdict, record: Record) -> Verdict:
    """What stands first is believed."""
    first = record["facts"][0] if record["facts"] else {}
    return says(verdict, Truth.FALSE) if str(first.get("value", "")).startswith("<") else verdict


def many_facts_are_false(verdict: Verdict, record: Record) -> Verdict:
    """A long record is mistrusted."""
    return says(verdict, Truth.FALSE) if len(record["facts"]) > 5 else verdict


def litres_are_false(verdict: Verdict, record: Record) -> Verdict:
    """A unit is overlooked."""
    litres = any(str(fact.get("value")).endswith("/L") for fact in record["facts"])
    return says(verdict, Truth.FALSE) if litres else verdict


def later_centuries_are_false(verdict: Verdict, record: Record) -> Verdict:
    """A date is compared with today's."""
    late = any(str(day)[:2] > "20" for day in record["anchors"].values())
    return says(verdict, Truth.FALSE) if late else verdict


BROKEN: list[tuple[Callable[..., None], Callable[[Verdict, Record], Verdict]]] = [
    (decided_in_every_world, unknown_is_false),
    (sharpening_never_flips, short_dates_are_false),
    (blurring_never_flips, short_dates_are_false),
    (order_and_copies_change_nothing, the_first_fact_counts),
    (irrelevant_facts_change_nothing, many_facts_are_false),
    (units_change_nothing, litres_are_false),
    (moved_anchors_change_nothing, later_centuries_are_false),
]


@pytest.mark.parametrize(("holds", "broken"), BROKEN, ids=[holds.__name__ for holds, _ in BROKEN])
def test_a_property_finds_what_lacks_it(
    holds: Callable[..., None], broken: Callable[[Verdict, Record], Verdict], monkeypatch: pytest.MonkeyPatch
) -> None:
    """And names the rule and a smallest subject; without the fault it finds nothing."""
    holds(ONE, examples=200)

    def screened(screener: Screener, record: Record, *more: Any) -> Verdict:
        return broken(screen_one(screener, record, *more), record)

    monkeypatch.setattr(properties, "screen_one", screened)
    with pytest.raises(PropertyError) as caught:
        holds(ONE, examples=400)
    assert holds.__name__.replace("_", " ").replace("change nothing", "") in str(caught.value)
    assert ": I4: " in str(caught.value)
    assert "smallest subject: {" in str(caught.value)


@pytest.mark.skipif(not durable.available(), reason=durable.why_not() or "durable-rules is here")
def test_engines_that_disagree_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """An engine that turns one answer round."""
    engines_agree(ONE, examples=50)

    def turned(self: durable.DurableEngine, lo: Any, hi: Any) -> Mapping[str, Truth]:
        fired = dict(told(self, lo, hi))
        return {rule: Truth.FALSE if truth is Truth.TRUE else truth for rule, truth in fired.items()}

    told = durable.DurableEngine.evaluate
    monkeypatch.setattr(durable.DurableEngine, "evaluate", turned)
    with pytest.raises(PropertyError, match=r"engines agree: I4: the engines disagree on subject"):
        engines_agree(ONE, examples=200)


def test_check_properties_reports_every_property_that_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each with the rule, the smallest subject and a message."""

    def screened(screener: Screener, record: Record, *more: Any) -> Verdict:
        return unknown_is_false(screen_one(screener, record, *more), record)

    monkeypatch.setattr(properties, "screen_one", screened)
    failures = check_properties(ONE, examples=100)
    assert "decided in every world" in {failure.property for failure in failures}
    assert {failure.rule for failure in failures} == {"I4"}
    smallest = next(failure for failure in failures if failure.property == "decided in every world")
    assert '"facts": []' in smallest.subject


def test_a_disagreement_is_no_crash_of_the_other_properties(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is raised as what it is."""

    def disagree(*_: Any) -> Verdict:
        raise EnginesDisagree("they differ")

    monkeypatch.setattr(properties, "screen_one", disagree)
    with pytest.raises(PropertyError, match="they differ"):
        engines_agree(ONE, examples=20)


# sharper and blurred records


RECORD = {
    "subject": "S",
    "anchors": {"screening": "2026-03-01", "enrolment": "2026-03-15", "first_infusion": "2026-03-22"},
    "facts": [
        {"concept": "hbv_dna", "value": "<2000 IU/mL", "when": "2026-02"},
        {"concept": "nyha_class", "value": "I-II", "when": "2026-02-20"},
        {"concept": "interventional_trial", "when": "2025-06", "until": "ongoing"},
    ],
}


def others(changed: list[dict[str, Any]], place: int) -> list[dict[str, Any]]:
    """The changed facts at a place."""
    return [record["facts"][place] for record in changed if record["facts"][place] != RECORD["facts"][place]]


def test_sharper_records_say_the_same_more_narrowly() -> None:
    """Days inside a month, values inside a bound, the ends of a range, an end for what went on."""
    found = sharper(TRIAL, RECORD)
    assert {fact["when"] for fact in others(found, 0)} >= {"2026-02-01", "2026-02-28"}
    assert {fact["value"] for fact in others(found, 0)} >= {"1000.000000 IU/mL", "1998.000000 IU/mL"}
    assert {fact["value"] for fact in others(found, 1)} == {"I", "II"}
    assert {fact["until"] for fact in others(found, 2)} > {"ongoing", "2026-03-01", "2026-03-02"}


def test_blurred_records_say_less() -> None:
    """A year for a month or a day, an unreadable status, a concept gone, an anchor gone."""
    found = blurred(TRIAL, RECORD)
    gone = [{fact["concept"] for fact in record["facts"]} for record in found if len(record["facts"]) == 2]
    assert {"hbv_dna", "nyha_class"} in gone
    assert any(set(record["anchors"]) == {"screening", "first_infusion"} for record in found)
    assert any(fact.get("status") == "guessed" for record in found for fact in record["facts"])
    assert any(fact.get("complete") is False for record in found for fact in record["facts"])


def test_without_the_anchor_nothing_is_sharper() -> None:
    """Nothing is known then, and nothing could flip."""
    assert sharper(TRIAL, {**RECORD, "anchors": {}}) == []


def test_a_ruleset_without_quantities_has_every_property(tmp_path: Any) -> None:
    """Where there is nothing to change, nothing changes."""
    ruleset: Ruleset = with_rule(tmp_path, "pregnant is yes")
    units_change_nothing(ruleset, examples=20)
    sharpening_never_flips(ruleset, examples=20)
