"""Finds what stands behind each place in a protocol: criterion, rule, cases, conditions, mutants."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from attrs import evolve, frozen

from ucmsc_rules.cases import Outcome, run_cases
from ucmsc_rules.coverage import ConditionCoverage, CriterionCoverage, coverage
from ucmsc_rules.rules.model import Branch, Criterion, Ruleset
from ucmsc_rules.rules.places import places_of, unlisted, without_criterion
from ucmsc_rules.screening import make_screener
from ucmsc_rules.testing.mutation import Fate, Mutant, MutationReport
from ucmsc_rules.values.truth import Truth

_NO_CRITERION = "no criterion is for this place"
_NOT_LISTED = "the place is not listed"
_NO_CASES = "no case that passes is about this rule"


@frozen
class Mutants:
    """The ids of a rule's mutants, by what became of them; those not proved equivalent are among the survivors."""

    killed: tuple[str, ...]
    equivalent: tuple[str, ...]
    survived: tuple[str, ...]


@frozen
class Row:
    """One rule of one place: that of a criterion as a whole (``branch`` is ""), or of one of its branches.

    ``true``, ``false``, ``unknown`` and ``failing`` are the lines of its cases in the ruleset's file, ``shown`` is how
    many of its conditions they show to decide, and ``mutants`` is None where none were tried. ``note`` says what is
    amiss; ``gap``, that a place has no rule or a rule no case.
    """

    place: str
    criterion: str = ""
    category: str = ""
    text: str = ""
    branch: str = ""
    rule: str = ""
    true: tuple[int, ...] = ()
    false: tuple[int, ...] = ()
    unknown: tuple[int, ...] = ()
    failing: tuple[int, ...] = ()
    shown: int = 0
    conditions: int = 0
    mutants: Mutants | None = None
    note: str = ""
    gap: bool = False

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines of all its cases, those that fail too."""
        return tuple(sorted({*self.true, *self.false, *self.unknown, *self.failing}))


def trace(ruleset: Ruleset, *, mutation: MutationReport | None = None) -> tuple[Row, ...]:
    """The rows of every place that the ruleset lists, in its order, then those of criteria for other places.

    A criterion that serves several places has its rows at each. A lettered criterion has a row for the whole and one
    for each branch. The cases of the whole are those that name no branch; the cases of a branch are those that name it,
    and those of the whole that show one of its conditions to decide. A mutant stands in the row of the branch that it
    changes, else in the row of the whole of each criterion that it may change: one of the settings or of a score stands
    in many rows, and is counted once in totals.

    >>> from ucmsc_rules import load_ruleset
    >>> row = trace(load_ruleset("hcc-tace-washout"))[0]
    >>> row.place, row.criterion, row.rule, len(row.lines), row.shown, row.conditions
    ('Invented protocol, inclusion 1', 'I1', 'age at consent >= 18 years', 5, 1, 1)
    """
    screener = make_screener(ruleset)
    outcomes = list(run_cases(screener))
    rows: dict[str, tuple[Row, ...]] = {}
    for criterion, covered in zip(ruleset.criteria, coverage(screener, outcomes), strict=True):
        own = [outcome for outcome in outcomes if outcome.criterion == criterion.id]
        rows[criterion.id] = tuple(_rows(criterion, own, covered, mutation))
    return (*_listed(ruleset, rows), *_others(ruleset, rows))


def _listed(ruleset: Ruleset, rows: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    lacking = without_criterion(ruleset)
    for place in ruleset.places:
        if place in lacking:
            yield Row(place, note=_NO_CRITERION, gap=True)
        for criterion in ruleset.criteria:
            if place in places_of(criterion):
                yield from (evolve(row, place=place) for row in rows[criterion.id])


def _others(ruleset: Ruleset, rows: Mapping[str, tuple[Row, ...]]) -> Iterator[Row]:
    for criterion, place in unlisted(ruleset):
        for row in rows[criterion.id]:
            yield evolve(row, place=place, note=f"{_NOT_LISTED}; {row.note}" if row.note else _NOT_LISTED)


def _rows(
    criterion: Criterion, outcomes: Sequence[Outcome], covered: CriterionCoverage, mutation: MutationReport | None
) -> Iterator[Row]:
    """The row of a criterion as a whole, and of each of its branches where it is lettered."""
    whole = Row(
        place="",
        criterion=criterion.id,
        category=criterion.category.value,
        text=criterion.text,
        rule=_rule(criterion),
        shown=covered.shown,
        conditions=len(covered.conditions),
        mutants=_mutants(criterion, "", mutation),
    )
    spoken = [outcome for outcome in outcomes if outcome.case.branch is None]
    yield _with_cases(whole, [(outcome, outcome.got) for outcome in spoken])
    for branch in criterion.branches if criterion.branches[0].key else ():
        conditions = [each for each in covered.conditions if each.branch == branch.key]
        row = evolve(
            whole,
            text=branch.text,
            branch=branch.key,
            rule=branch.rule_text,
            shown=sum(each.shown for each in conditions),
            conditions=len(conditions),
            mutants=_mutants(criterion, branch.key, mutation),
        )
        yield _with_cases(row, list(_of_branch(branch, criterion, outcomes, conditions)))


def _rule(criterion: Criterion) -> str:
    """The rule of a criterion as a whole: its text, or the letters of its branches; with its conflict."""
    first, *more = criterion.branches
    rule = first.rule_text if not first.key else " or ".join(branch.key for branch in (first, *more))
    return f"{rule}; unknown where {criterion.conflict_text}" if criterion.conflict_text else rule


def _of_branch(
    branch: Branch, criterion: Criterion, outcomes: Iterable[Outcome], conditions: Iterable[ConditionCoverage]
) -> Iterator[tuple[Outcome, Truth]]:
    """The cases of a branch, with what it comes out as."""
    showing = {place for each in conditions for place in (*each.decided_true, *each.decided_false)}
    for outcome in outcomes:
        if outcome.case.branch == branch.key or outcome.case.place in showing:
            yield outcome, outcome.verdict[criterion.id].branches[branch.key]


def _with_cases(row: Row, cases: Sequence[tuple[Outcome, Truth]]) -> Row:
    """The row with the lines of its cases by what came out."""

    def lines(truth: Truth | None) -> tuple[int, ...]:
        return tuple(each.case.place.line for each, got in cases if (got if each.passed else None) is truth)

    failing = lines(None)
    gap = len(cases) == len(failing)
    notes = [f"{len(failing)} case{'s fail' if len(failing) > 1 else ' fails'}"] if failing else []
    notes += [_NO_CASES] if gap else []
    return evolve(
        row,
        true=lines(Truth.TRUE),
        false=lines(Truth.FALSE),
        unknown=lines(Truth.UNKNOWN),
        failing=failing,
        note="; ".join(notes),
        gap=gap,
    )


def _mutants(criterion: Criterion, branch: str, mutation: MutationReport | None) -> Mutants | None:
    if mutation is None:
        return None
    own = [trial for trial in mutation.trials if _stands_at(trial.mutant, criterion, branch)]

    def ids(*fates: Fate) -> tuple[str, ...]:
        return tuple(trial.mutant.id for trial in own if trial.fate in fates)

    return Mutants(ids(Fate.KILLED), ids(Fate.EQUIVALENT), ids(Fate.SURVIVED, Fate.UNPROVED))


def _stands_at(mutant: Mutant, criterion: Criterion, branch: str) -> bool:
    """Whether a mutant belongs to the row of a branch, or of the criterion as a whole."""
    lettered = {f"{criterion.id}.{each.key}" for each in criterion.branches if each.key}
    if branch:
        return mutant.where == f"{criterion.id}.{branch}"
    return mutant.where not in lettered and (mutant.where == criterion.id or criterion.id in mutant.criteria)
