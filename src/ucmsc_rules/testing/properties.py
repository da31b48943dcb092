"""Properties that every ruleset must have, each a single call: what they assert holds of all subjects, not of a few.

Each runs the same examples every time, criterion by criterion, and shrinks what fails to the smallest subject.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from attrs import frozen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ucmsc_rules.errors import EnginesDisagree
from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.screening import Screener, make_screener, screen_one
from ucmsc_rules.testing.changes import in_other_units, in_other_years, shuffled, with_irrelevant
from ucmsc_rules.testing.sharpening import blurred, sharper
from ucmsc_rules.testing.strategies import near_edges
from ucmsc_rules.testing.worlds import expected
from ucmsc_rules.verdicts.finding import Verdict

Record = dict[str, Any]
Answers = Mapping[str, str]
Change = Callable[[Ruleset, Record, random.Random], Sequence[Record]]
Property = Callable[[Screener, Criterion, Record, random.Random], None]
UNKNOWN = "unknown"
EXAMPLES = 100
_FEWEST = 5


class PropertyError(AssertionError):
    """A property that a ruleset does not have; the message names the rule and the smallest subject that shows it."""


@frozen
class Failure:
    """A property that failed, the rule that it failed for, the smallest subject, and what to say of it."""

    property: str
    rule: str
    subject: str
    message: str


class _FoundError(Exception):
    """What an example found wrong; the last one that Hypothesis raises is the smallest."""

    def __init__(self, rule: str, message: str, record: Record) -> None:
        super().__init__(f"{rule}: {message}")
        self.rule, self.message, self.record = rule, message, record
        self.seed = 0


def check_properties(ruleset: Ruleset, *, examples: int = EXAMPLES) -> tuple[Failure, ...]:
    """Every property below, and for each that fails each criterion that it fails for, with the smallest subject.

    >>> from ucmsc_rules import load_ruleset
    >>> check_properties(load_ruleset("ucmsc-hbv-cirrhosis"), examples=1)
    ()
    """
    return tuple(failure for name in _PROPERTIES for failure in _failures(ruleset, name, examples))


def engines_agree(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """durable-rules and the reference give the same answer. Says nothing where durable-rules cannot be had."""
    _assert(ruleset, "engines agree", examples)


def decided_in_every_world(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """What is decided holds in every possible world that the record allows, reckoned a second way."""
    _assert(ruleset, "decided in every world", examples)


def sharpening_never_flips(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """What is decided stays so when a fact says the same more narrowly.

    But for criteria that read a score: once they are sharper, its parts and a reported score may contradict.
    """
    _assert(ruleset, "sharpening never flips", examples)


def blurring_never_flips(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """What is decided stays so or becomes unknown when a fact says less."""
    _assert(ruleset, "blurring never flips", examples)


def units_change_nothing(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """A quantity in a unit that is a power of ten away, or spelled otherwise, gets the same answer.

    Other units are left out: what is converted is rounded to the reporting step of the rule's unit, and a score's
    part is scored by the table of its own unit.
    """
    _assert(ruleset, "units change nothing", examples)


def order_and_copies_change_nothing(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """Facts in another order, and some of them twice, get the same answers."""
    _assert(ruleset, "order and copies change nothing", examples)


def irrelevant_facts_change_nothing(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """Facts that no rule reads, that do not count or that say where they are from, change no answer."""
    _assert(ruleset, "irrelevant facts change nothing", examples)


def moved_anchors_change_nothing(ruleset: Ruleset, *, examples: int = EXAMPLES) -> None:
    """Every date moved by 400 years, after which the calendar repeats itself, gets the same answers."""
    _assert(ruleset, "moved anchors change nothing", examples)


# running


def _assert(ruleset: Ruleset, name: str, examples: int) -> None:
    failures = _failures(ruleset, name, examples)
    if failures:
        raise PropertyError("\n".join(failure.message for failure in failures))


def _failures(ruleset: Ruleset, name: str, examples: int) -> list[Failure]:
    found = (_failure(ruleset, criterion, name, examples) for criterion in ruleset.criteria)
    return [failure for failure in found if failure is not None]


def _failure(ruleset: Ruleset, criterion: Criterion, name: str, examples: int) -> Failure | None:
    """The smallest subject for which a criterion lacks a property; None where none was found."""
    holds = _PROPERTIES[name]
    screener = make_screener(ruleset)

    @settings(
        max_examples=max(examples // len(ruleset.criteria), _FEWEST), database=None, derandomize=True, deadline=None,
        suppress_health_check=list(HealthCheck), phases=(Phase.generate, Phase.shrink), print_blob=False,
    )  # fmt: skip
    @given(near_edges(ruleset, criterion.id), st.integers(0, 2**16))
    def every(record: Record, seed: int) -> None:
        _try(holds, screener, criterion, record, seed)

    try:
        every()
    except _FoundError as first:
        found = _smallest(holds, screener, criterion, first)
        subject = json.dumps(found.record, ensure_ascii=False, default=str)
        message = f"{name}: {found.rule}: {found.message}\n  smallest subject: {subject}"
        return Failure(name, found.rule, subject, message)
    return None


def _try(holds: Property, screener: Screener, criterion: Criterion, record: Record, seed: int) -> None:
    try:
        holds(screener, criterion, record, random.Random(seed))  # noqa: S311 - no secret, and the same every time
    except _FoundError as found:
        found.seed = seed
        raise


def _smallest(holds: Property, screener: Screener, criterion: Criterion, found: _FoundError) -> _FoundError:
    """What was found, without the facts that are not needed to find it."""
    for fact in found.record["facts"]:
        fewer = {**found.record, "facts": [each for each in found.record["facts"] if each is not fact]}
        try:
            _try(holds, screener, criterion, fewer, found.seed)
        except _FoundError as smaller:
            found = smaller
    return found


def _answers(screener: Screener, criterion: Criterion, record: Record) -> Answers:
    return _told(screen_one(screener, record, 0, {}, ()), criterion)


def _told(verdict: Verdict, criterion: Criterion) -> Answers:
    if verdict.subject is None:
        return {criterion.id: UNKNOWN}
    finding = verdict[criterion.id]
    branches = {f"{criterion.id}.{key}": truth.value for key, truth in finding.branches.items()}
    return {criterion.id: finding.holds.value, **branches}


# the properties


def _agree(screener: Screener, criterion: Criterion, record: Record, _chance: random.Random) -> None:
    try:
        screen_one(screener, record, 0, {}, ())
    except EnginesDisagree as disagreement:
        raise _FoundError(criterion.id, str(disagreement), record) from None


def _in_every_world(screener: Screener, criterion: Criterion, record: Record, _chance: random.Random) -> None:
    worlds = expected(screener.compiled.ruleset, record, criterion.id)
    for rule, answer in _answers(screener, criterion, record).items():
        if answer not in (UNKNOWN, worlds[rule]):
            raise _FoundError(rule, f"the rule answers {answer}, possible worlds {worlds[rule]}", record)


def _sharpened(screener: Screener, criterion: Criterion, record: Record, chance: random.Random) -> None:
    if not _reads_score(screener.compiled.ruleset, criterion):
        _stays(screener, criterion, record, _some(sharper(screener.compiled.ruleset, record), chance), UNKNOWN)


def _reads_score(ruleset: Ruleset, criterion: Criterion) -> bool:
    return any(ruleset.dictionary[each.measure.concept].kind is Kind.SCORE for each in comparisons_of(criterion))


def _blurred(screener: Screener, criterion: Criterion, record: Record, chance: random.Random) -> None:
    before = _answers(screener, criterion, record)
    for less in _some(blurred(screener.compiled.ruleset, record), chance):
        for rule, answer in _answers(screener, criterion, less).items():
            if UNKNOWN not in (before[rule], answer) and answer != before[rule]:
                raise _FoundError(rule, _turned(before[rule], answer, less), record)


def _some(records: Sequence[Record], chance: random.Random, most: int = 6) -> Sequence[Record]:
    return records if len(records) <= most else chance.sample(list(records), most)


def _stays(screener: Screener, criterion: Criterion, record: Record, others: Sequence[Record], *exempt: str) -> None:
    """What is answered stays so for the other records; an exempt answer may become any."""
    before = _answers(screener, criterion, record)
    for other in others:
        after = _answers(screener, criterion, other)
        for rule, answer in before.items():
            if answer not in exempt and after[rule] != answer:
                raise _FoundError(rule, _turned(answer, after[rule], other), record)


def _turned(before: str, after: str, record: Record) -> str:
    return f"{before} becomes {after} with {json.dumps(record, ensure_ascii=False, default=str)}"


def _unmoved_by(change: Change) -> Property:
    def holds(screener: Screener, criterion: Criterion, record: Record, chance: random.Random) -> None:
        _stays(screener, criterion, record, change(screener.compiled.ruleset, record, chance))

    return holds


_PROPERTIES: Mapping[str, Property] = {
    "engines agree": _agree,
    "decided in every world": _in_every_world,
    "sharpening never flips": _sharpened,
    "blurring never flips": _blurred,
    "units change nothing": _unmoved_by(in_other_units),
    "order and copies change nothing": _unmoved_by(shuffled),
    "irrelevant facts change nothing": _unmoved_by(with_irrelevant),
    "moved anchors change nothing": _unmoved_by(in_other_years),
}
