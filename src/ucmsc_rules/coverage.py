"""How a ruleset's cases cover its criteria: which answers they see, and which conditions they show to decide.

A condition is one occurrence of a comparison, in a branch or in the conflict. A case shows that it decides its
criterion by itself where turning this occurrence alone to its opposite turns the criterion from true to false or back.
Shown in both directions for every condition, this is masking MC/DC (modified condition/decision coverage):
J. J. Chilenski, An Investigation of Three Forms of the Modified Condition Decision Coverage (MCDC) Criterion,
DOT/FAA/AR-01/18 (2001), accepted by CAST-6. A conflict makes its criterion unknown, so a condition of the conflict is
to turn decided into unknown or back; and beside a conflict a condition of the rule may turn decided into unknown, since
often the conflict holds wherever the opposite could.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from attrs import field, frozen

from ucmsc_rules.cases import Outcome, case_record, run_cases
from ucmsc_rules.engines.reference import Truths, compare_all
from ucmsc_rules.errors import Place
from ucmsc_rules.facts.records import Refused, read_record
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import And, Case, Comparison, Criterion, Expression, Not, Or, Ruleset
from ucmsc_rules.rules.phrases import unparse
from ucmsc_rules.rules.walk import comparisons
from ucmsc_rules.screening import Screener, make_screener
from ucmsc_rules.values.truth import Truth, all_of, any_of
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.worksheet import fill


@frozen
class ConditionCoverage:
    """One condition, with the places of the cases that show it to decide: those where it is true, and where false.

    ``branch`` is "" where there are no letters, and in a conflict. ``place`` is that of the rule it stands in, and
    ``rest`` says what the rest must come to for the condition to decide.
    """

    criterion: str
    branch: str
    text: str
    decided_true: tuple[Place, ...]
    decided_false: tuple[Place, ...]
    conflict: bool = False
    rest: str = ""
    place: Place = field(eq=False, default=Place("", 1, 1))

    @property
    def shown(self) -> bool:
        """Whether the cases show it to decide in both directions."""
        return bool(self.decided_true) and bool(self.decided_false)


@frozen
class CriterionCoverage:
    """How many cases see a criterion as a whole true, false and unknown, and what they show of its conditions."""

    criterion: str
    true: int
    false: int
    unknown: int
    conditions: tuple[ConditionCoverage, ...]

    @property
    def shown(self) -> int:
        """How many of the conditions are shown to decide in both directions."""
        return sum(condition.shown for condition in self.conditions)


def coverage(of: Screener | Ruleset, outcomes: Iterable[Outcome] | None = None) -> tuple[CriterionCoverage, ...]:
    """How the cases cover each criterion, in the order of the ruleset.

    ``outcomes`` are those of the cases, where they were run already. Cases that fail do not count; nor, here, do those
    that speak of one branch, since they do not say what the criterion must come out as.

    >>> from ucmsc_rules import load_ruleset
    >>> first, *_ = coverage(load_ruleset("hcc-tace-washout"))
    >>> first.criterion, first.true, first.false, first.unknown, [condition.text for condition in first.conditions]
    ('I1', 2, 2, 1, ['age at consent >= 18 years'])
    """
    screener = of if isinstance(of, Screener) else make_screener(of)
    ruleset = screener.compiled.ruleset
    passed: dict[str, list[Outcome]] = {criterion.id: [] for criterion in ruleset.criteria}
    for outcome in run_cases(screener) if outcomes is None else outcomes:
        if outcome.passed and outcome.case.branch is None:
            passed[outcome.criterion].append(outcome)
    return tuple(_criterion(screener, criterion, passed[criterion.id]) for criterion in ruleset.criteria)


def _criterion(screener: Screener, criterion: Criterion, outcomes: Sequence[Outcome]) -> CriterionCoverage:
    ruleset = screener.compiled.ruleset
    got = [outcome.got for outcome in outcomes]
    shown = [
        (each.case.place, tuple(_deciding(criterion, _truths(screener, criterion, each.case)))) for each in outcomes
    ]
    conditions = tuple(
        ConditionCoverage(
            criterion.id,
            "" if branch is None else branch,
            unparse(comparison, ruleset.dictionary, ruleset.settings),
            tuple(case for case, found in shown if (index, Truth.TRUE) in found),
            tuple(case for case, found in shown if (index, Truth.FALSE) in found),
            conflict=branch is None,
            rest=_rest(ruleset, criterion, index),
            place=place,
        )
        for index, (branch, comparison, place) in enumerate(_occurrences(criterion))
    )
    return CriterionCoverage(
        criterion.id, got.count(Truth.TRUE), got.count(Truth.FALSE), got.count(Truth.UNKNOWN), conditions
    )


def _occurrences(criterion: Criterion) -> Iterator[tuple[str | None, Comparison, Place]]:
    """Every comparison in the order of ``comparisons_of``, with its branch's letter; None in the conflict."""
    for branch in criterion.branches:
        for comparison in comparisons(branch.rule):
            yield branch.key, comparison, branch.place
    if criterion.conflict is not None:
        for comparison in comparisons(criterion.conflict):
            yield None, comparison, criterion.place


def _deciding(criterion: Criterion, known: Truths) -> Iterator[tuple[int, Truth]]:
    """The number of every condition that decides in a case, and whether it is true or false there."""
    truths = [known[comparison] for comparison in comparisons_of(criterion)]
    in_rules = sum(1 for branch in criterion.branches for _ in comparisons(branch.rule))
    whole = _answer(criterion, truths)
    for index, truth in enumerate(truths):
        turned = _answer(criterion, [*truths[:index], ~truth, *truths[index + 1 :]])
        open_end = whole is Truth.UNKNOWN or (turned is Truth.UNKNOWN and criterion.conflict is None)
        if turned is not whole and (index >= in_rules or not open_end):
            yield index, truth


def _truths(screener: Screener, criterion: Criterion, case: Case) -> Truths:
    """The answers of all comparisons in a case."""
    compiled = screener.compiled
    ruleset = compiled.ruleset
    record = read_record(case_record(ruleset, criterion, case), 0, ruleset.dictionary, ruleset.anchors, {})
    if isinstance(record, Refused):
        raise TypeError(record.problem.message)  # a case always has a subject
    sheet = fill(Context(record, ruleset), compiled.measures)
    return compare_all(compiled, sheet.lo, sheet.hi)


def _answer(criterion: Criterion, truths: Iterable[Truth]) -> Truth:
    """A criterion's answer where its conditions, each by itself, come out as given."""
    given = iter(truths)
    whole = any_of([_evaluate(branch.rule, given) for branch in criterion.branches])
    if criterion.conflict is not None and _evaluate(criterion.conflict, given) is not Truth.FALSE:
        return Truth.UNKNOWN
    return whole


def _evaluate(expression: Expression, given: Iterator[Truth]) -> Truth:
    """Kleene's answer of an expression whose comparisons, from left to right, come out as given."""
    match expression:
        case Comparison():
            return next(given)
        case Not(of):
            return ~_evaluate(of, given)
        case And(parts):
            return all_of([_evaluate(part, given) for part in parts])
        case Or(parts):
            return any_of([_evaluate(part, given) for part in parts])


def _rest(ruleset: Ruleset, criterion: Criterion, index: int) -> str:
    """What the rest of a criterion must come to for its condition of a number to decide, in words."""
    rules = [branch.rule for branch in criterion.branches]
    own, inside = _part(rules if criterion.conflict is None else [*rules, criterion.conflict], index)
    in_conflict = own == len(rules)
    expression = criterion.conflict if in_conflict and criterion.conflict is not None else rules[own]
    asked: dict[bool, list[str]] = {True: [], False: []}
    for part, wanted in _beside(expression, inside):
        asked[wanted].append(f'"{unparse(part, ruleset.dictionary, ruleset.settings)}"')
    others = (
        [] if in_conflict else [branch.key for branch in criterion.branches if branch is not criterion.branches[own]]
    )
    asked[False] += [f"branch {key}" for key in others]
    said = [_all_are(asked[wanted], wanted) for wanted in (True, False) if asked[wanted]]
    if criterion.conflict is not None:
        said.append("the rule is decided" if in_conflict else "the conflict is false")
    return ", ".join(said)


def _beside(expression: Expression, index: int) -> Iterator[tuple[Expression, bool]]:
    """The parts beside a condition at every level above it, each with what leaves the condition to decide."""
    match expression:
        case Not(of):
            yield from _beside(of, index)
        case And(parts) | Or(parts):
            own, inside = _part(parts, index)
            yield from ((part, isinstance(expression, And)) for n, part in enumerate(parts) if n != own)
            yield from _beside(parts[own], inside)


def _part(parts: Sequence[Expression], index: int) -> tuple[int, int]:
    """Which part holds a condition, and the condition's number inside it."""
    for own, part in enumerate(parts):
        size = sum(1 for _ in comparisons(part))
        if index < size:
            return own, index
        index -= size
    raise IndexError(index)


def _all_are(parts: Sequence[str], wanted: bool) -> str:  # noqa: FBT001 - it is what is said
    *first, last = parts
    return f"{', '.join(first)} and {last} are {wanted}".lower() if first else f"{last} is {wanted}".lower()
