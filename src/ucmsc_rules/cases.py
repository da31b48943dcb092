"""A ruleset's worked examples: each case in short becomes a canonical record, is screened, and held to what it says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import frozen

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import Case, Criterion, Ruleset, UlnRatio
from ucmsc_rules.screening import Screener, screen_one
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Verdict

_DATED = frozenset({Kind.QUANTITY, Kind.SCALE, Kind.SCORE, Kind.TEST, Kind.YES_NO})


@frozen
class Outcome:
    """What a case wanted, what came out, and the verdict that shows why."""

    criterion: str
    case: Case
    wanted: str
    got: Truth
    verdict: Verdict

    @property
    def passed(self) -> bool:
        """Whether the answer is the one that the case wants."""
        return self.got.value == self.wanted


def run_cases(screener: Screener) -> Iterator[Outcome]:
    """Every case of every criterion, in the order of the ruleset."""
    for criterion in screener.compiled.ruleset.criteria:
        for case in criterion.cases:
            yield run_case(screener, criterion, case)


def run_case(screener: Screener, criterion: Criterion, case: Case) -> Outcome:
    """One case of a criterion, screened as a subject is."""
    verdict = screen_one(screener, case_record(screener.compiled.ruleset, criterion, case), 0, {}, ())
    finding = verdict[criterion.id]
    got = finding.branches[case.branch] if case.branch else finding.holds
    return Outcome(criterion.id, case, case.holds, got, verdict)


def case_record(ruleset: Ruleset, criterion: Criterion, case: Case) -> dict[str, Any]:
    """The canonical record that a case stands for.

    A result or answer that is given as a plain value is dated on the ruleset's anchor; an event's plain value is its
    date, or ``none`` or ``yes``.
    """
    anchors = {name: str(day) for name, day in ruleset.case_anchors.items()}
    anchors |= {name: str(day) for name, day in case.given.items() if name in ruleset.anchors}
    facts = [
        fact
        for name, given in case.given.items()
        if name in ruleset.dictionary
        for one in (given if isinstance(given, list) else [given])
        for fact in [_fact(ruleset, name, one, anchors.get(ruleset.settings.at))]
    ]
    if "uln" in case.given:
        ratios = {each.measure.concept for each in comparisons_of(criterion) if isinstance(each.measure, UlnRatio)}
        for fact in facts:
            if fact["concept"] in ratios:
                fact.setdefault("uln", case.given["uln"])
    return {"subject": f"case of {criterion.id}", "anchors": anchors, "facts": facts}


def _fact(ruleset: Ruleset, name: str, given: object, today: str | None) -> dict[str, Any]:
    if isinstance(given, Mapping):
        return {"concept": name, **given}
    kind = ruleset.dictionary[name].kind
    if kind is Kind.EVENT:
        word = isinstance(given, str) and given in {"yes", "none"}
        return {"concept": name, "value": given} if word else {"concept": name, "when": given}
    dated = {"when": today} if kind in _DATED and today is not None else {}
    return {"concept": name, "value": given, **dated}
