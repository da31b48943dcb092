"""Screens subjects: records become facts, facts a worksheet, rules fire, and findings make a verdict."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any, Literal

from attrs import evolve, frozen

from ucmsc_rules._version import __version__
from ucmsc_rules.engines import durable, reference
from ucmsc_rules.errors import EngineError, EnginesDisagree
from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.facts.records import Record, Refused, read_record
from ucmsc_rules.facts.seen import Seen
from ucmsc_rules.rules.compiled import Compiled, compile_ruleset
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.dates import day_text
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.decide import Answered, find
from ucmsc_rules.verdicts.finding import Finding, Status, Verdict, status_of
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import Worksheet, fill

EngineName = Literal["auto", "durable", "reference"]


@frozen(eq=False)
class Screener:
    """A ruleset with the engines that answer it; may be shared by threads."""

    compiled: Compiled
    durable: durable.DurableEngine | None

    @property
    def engine(self) -> str:
        """The name of the engine that the verdict comes from."""
        return "reference" if self.durable is None else "durable"


def make_screener(ruleset: Ruleset, engine: EngineName = "auto") -> Screener:
    """A screener for a ruleset.

    ``"auto"`` takes durable-rules where it can be imported, cross-checked by the reference, and the reference alone
    elsewhere. Raises EngineError where ``"durable"`` is asked for and cannot be had.
    """
    if engine not in {"auto", "durable", "reference"}:
        raise EngineError(f'there is no engine "{engine}"; write "auto", "durable" or "reference"')
    if engine == "durable" and not durable.available():
        raise EngineError(durable.why_not())
    compiled = compile_ruleset(ruleset)
    fires = engine != "reference" and durable.available()
    return Screener(compiled, durable.DurableEngine(compiled.rules) if fires else None)


def screen(
    ruleset: Ruleset,
    record: Mapping[str, Any],
    *,
    engine: EngineName = "auto",
    anchors: Mapping[str, str] | None = None,
    normal_ranges: Iterable[NormalRange] = (),
) -> Verdict:
    """The verdict on one canonical record.

    ``anchors`` serve a record that does not give them; ``normal_ranges`` serve results without an upper limit of
    their own. Raises EnginesDisagree where the two engines differ: that is never a verdict.

    >>> from ucmsc_rules import load_ruleset
    >>> ruleset = load_ruleset("ucmsc-hbv-cirrhosis")
    >>> record = {"subject": "S-001", "anchors": {"screening": "2026-03-01"},
    ...           "facts": [{"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-02-27"}]}
    >>> screen(ruleset, record)["I4"].holds
    <Truth.TRUE: 'true'>
    """
    return screen_one(shared_screener(ruleset, engine), record, 0, anchors or {}, tuple(normal_ranges))


def screen_all(
    ruleset: Ruleset,
    records: Iterable[object],
    *,
    engine: EngineName = "auto",
    anchors: Mapping[str, str] | None = None,
    normal_ranges: Iterable[NormalRange] = (),
) -> Iterator[Verdict]:
    """A verdict for each record, in their order; none is lost.

    A record that is refused, and a subject on whom the engines disagree, are answered as undetermined with a problem.
    """
    screener, ranges, seen = shared_screener(ruleset, engine), tuple(normal_ranges), Seen()
    for index, record in enumerate(records):
        yield noted_again(answer_one(screener, record, index, anchors or {}, ranges), seen)


def noted_again(verdict: Verdict, seen: Seen) -> Verdict:
    """The verdict, with a problem where its subject was answered before."""
    if verdict.subject is None or not seen.again(verdict.subject):
        return verdict
    message = f'"{verdict.subject}" stands in the input before; both records are answered, keep one of them'
    return evolve(verdict, problems=(*verdict.problems, Problem("error", "subject", message)))


def screen_one(
    screener: Screener, raw: object, index: int, anchors: Mapping[str, str], ranges: tuple[NormalRange, ...]
) -> Verdict:
    """Reads, measures, fires, finds and decides, for one record. Raises EnginesDisagree."""
    ruleset = screener.compiled.ruleset
    record = read_record(raw, index, ruleset.dictionary, ruleset.anchors, anchors)
    if isinstance(record, Refused):
        return refused(screener, record.problem)
    return answer_record(screener, record, ranges)


def answer_record(screener: Screener, record: Record, ranges: tuple[NormalRange, ...]) -> Verdict:
    """The verdict on a record that was read: measures, fires, finds and decides. Raises EnginesDisagree."""
    context = Context(record, screener.compiled.ruleset, ranges)
    sheet = fill(context, screener.compiled.measures)
    truths = reference.compare_all(screener.compiled, sheet.lo, sheet.hi)
    answers = fire(screener, sheet, truths, record.subject)
    findings, warnings = find(Answered(context, screener.compiled, sheet, truths, answers))
    return _verdict(screener, record, findings, (*record.problems, *warnings, *_without_anchor(screener, record)))


def answer_one(
    screener: Screener, raw: object, index: int, anchors: Mapping[str, str], ranges: tuple[NormalRange, ...]
) -> Verdict:
    """As ``screen_one``, but a disagreement of the engines becomes a verdict in which everything is unknown."""
    try:
        return screen_one(screener, raw, index, anchors, ranges)
    except EnginesDisagree as disagreement:
        ruleset = screener.compiled.ruleset
        record = read_record(raw, index, ruleset.dictionary, ruleset.anchors, anchors)
        if isinstance(record, Refused):
            raise
        problem = Problem("error", "engines", str(disagreement))
        return _verdict(screener, record, _all_unknown(ruleset), (*record.problems, problem))


def fire(screener: Screener, sheet: Worksheet, truths: reference.Truths, subject: str) -> Mapping[str, Truth]:
    """The engine's answers by rule id, cross-checked by the reference. Raises EnginesDisagree."""
    expected = reference.evaluate(screener.compiled.ruleset, truths)
    if screener.durable is None:
        return expected
    fired = screener.durable.evaluate(sheet.lo, sheet.hi)
    if fired != expected:
        differing = [rule for rule in expected if fired.get(rule) is not expected[rule]]
        answers = ", ".join(f"{rule}: durable {fired.get(rule)}, reference {expected[rule]}" for rule in differing)
        raise EnginesDisagree(f"the engines disagree on subject {subject} ({answers}); report this as a defect")
    return fired


def refused(screener: Screener, problem: Problem) -> Verdict:
    """The answer for a record that could not be taken at all."""
    ruleset = screener.compiled.ruleset
    return Verdict(
        None, ruleset.name, ruleset.version, ruleset.digest, screener.engine, __version__, {}, Status.UNDETERMINED, (),
        (problem,),
    )  # fmt: skip


def _verdict(
    screener: Screener, record: Record, findings: tuple[Finding, ...], problems: tuple[Problem, ...]
) -> Verdict:
    ruleset = screener.compiled.ruleset
    return Verdict(
        subject=record.subject,
        ruleset=ruleset.name,
        version=ruleset.version,
        digest=ruleset.digest,
        engine=screener.engine,
        library=__version__,
        anchors={name: day_text(day) for name, day in record.given.items()},
        status=status_of(findings),
        findings=findings,
        problems=problems,
    )


def _without_anchor(screener: Screener, record: Record) -> tuple[Problem, ...]:
    at = screener.compiled.ruleset.settings.at
    if at in record.given:
        return ()
    message = f"the date of {at} is not given, so every criterion is unknown; give it in the record's anchors"
    return (Problem("warning", f"anchors.{at}", message),)


def _all_unknown(ruleset: Ruleset) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            each.id,
            each.category.value,
            Truth.UNKNOWN,
            {branch.key: Truth.UNKNOWN for branch in each.branches if branch.key},
            (),
            (),
        )
        for each in ruleset.criteria
    )


@lru_cache(maxsize=32)
def shared_screener(ruleset: Ruleset, engine: EngineName) -> Screener:
    """The screener of all calls for a ruleset: compiling is pure and a ruleset never changes."""
    return make_screener(ruleset, engine)
