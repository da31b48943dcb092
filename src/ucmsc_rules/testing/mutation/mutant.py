"""Mutants: copies of a ruleset with one thing changed, as a mistake would change it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

from attrs import evolve, frozen

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import (
    Age,
    And,
    Branch,
    Comparison,
    Criterion,
    Ever,
    Expression,
    Measure,
    Not,
    Op,
    Or,
    Result,
    Ruleset,
    UlnRatio,
)
from ucmsc_rules.testing.mutation.expressions import changes
from ucmsc_rules.testing.mutation.scores import score_changes

_STRICTNESS = {Op.LE: Op.LT, Op.LT: Op.LE, Op.GE: Op.GT, Op.GT: Op.GE}
_BIRTHDAYS = ("28 February", "1 March")


@frozen
class Mutant:
    """A ruleset with one thing changed.

    ``where`` is a criterion ("I4"), a branch ("E4.d"), "settings", "counts_as" or a part of a score
    ("child_pugh_score.inr"); ``criteria`` are those whose cases may tell the mutant apart.
    """

    id: str
    kind: str
    where: str
    before: str
    after: str
    ruleset: Ruleset
    criteria: tuple[str, ...]


def mutants(ruleset: Ruleset) -> Iterator[Mutant]:
    """Every copy of a ruleset with one thing changed, in the order of the ruleset.

    >>> from ucmsc_rules import load_ruleset
    >>> mutant = next(mutants(load_ruleset("ucmsc-hbv-cirrhosis")))
    >>> mutant.where, mutant.kind, mutant.after
    ('I1', 'and/or', 'age at screening >= 18 years or age at screening <= 75 years')
    """
    found = (*_of_criteria(ruleset), *_of_settings(ruleset), *_of_counting(ruleset), *_of_scores(ruleset))
    for number, mutant in enumerate(found, 1):
        yield evolve(mutant, id=f"M{number:04}")


def _mutant(ruleset: Ruleset, where: str, what: tuple[str, str, str], criteria: tuple[str, ...]) -> Mutant:
    kind, before, after = what
    return Mutant("", kind, where, before, after, ruleset, criteria)


# criteria


def _of_criteria(ruleset: Ruleset) -> Iterator[Mutant]:
    for place, criterion in enumerate(ruleset.criteria):
        for where, what, changed in _changed(criterion, ruleset):
            criteria = (*ruleset.criteria[:place], changed, *ruleset.criteria[place + 1 :])
            yield _mutant(evolve(ruleset, criteria=criteria), where, what, (criterion.id,))


def _changed(criterion: Criterion, ruleset: Ruleset) -> Iterator[tuple[str, tuple[str, str, str], Criterion]]:
    branches = criterion.branches
    for place, branch in enumerate(branches):
        where = f"{criterion.id}.{branch.key}" if branch.key else criterion.id
        for change in changes(branch.rule, ruleset):
            mutated = (*branches[:place], evolve(branch, rule=change.expression), *branches[place + 1 :])
            yield where, (change.kind, change.before, change.after), evolve(criterion, branches=mutated)
        if len(branches) > 1:
            rest = branches[:place] + branches[place + 1 :]
            what = ("branch dropped", branch.rule_text, "nothing")
            yield where, what, evolve(criterion, branches=rest)
    if len(branches) > 1:
        whole = Branch("", criterion.text, And(tuple(branch.rule for branch in branches)), "", criterion.place)
        yield criterion.id, ("any to all", "any of its branches", "all of them"), evolve(criterion, branches=(whole,))
    if criterion.conflict is not None:
        what = ("conflict dropped", criterion.conflict_text, "nothing")
        yield criterion.id, what, evolve(criterion, conflict=None)
        for change in changes(criterion.conflict, ruleset):
            what = (f"conflict, {change.kind}", change.before, change.after)
            yield criterion.id, what, evolve(criterion, conflict=change.expression)


# settings, which stand in the measures too


def _of_settings(ruleset: Ruleset) -> Iterator[Mutant]:
    settings = ruleset.settings
    for days in (settings.results_not_older_than + 1, settings.results_not_older_than - 1):
        yield from _remeasured(
            evolve(ruleset, settings=evolve(settings, results_not_older_than=days)),
            partial(_aged, before=settings.results_not_older_than, after=days),
            f"results_not_older_than: {settings.results_not_older_than} days", f"{days} days",
        )  # fmt: skip
    for anchor in (each for each in ruleset.anchors if each != settings.ever_until):
        yield from _remeasured(
            evolve(ruleset, settings=evolve(settings, ever_until=anchor)),
            partial(_ever_until, anchor=anchor),
            f"ever_until: {settings.ever_until}", anchor,
        )  # fmt: skip
    events = _reading(ruleset, lambda measure: ruleset.dictionary[measure.concept].kind is Kind.EVENT)
    for days in (settings.none_not_older_than + 1, settings.none_not_older_than - 1):
        changed = evolve(ruleset, settings=evolve(settings, none_not_older_than=days))
        what = ("settings", f"none_not_older_than: {settings.none_not_older_than} days", f"{days} days")
        yield from ([_mutant(changed, "settings", what, events)] if events else [])
    if ages := _reading(ruleset, lambda measure: isinstance(measure, Age)):
        other = _BIRTHDAYS[settings.leap_birthday == _BIRTHDAYS[0]]
        changed = evolve(ruleset, settings=evolve(settings, leap_birthday=other))
        what = ("settings", f"birthday_of_29_february: {settings.leap_birthday}", other)
        yield _mutant(changed, "settings", what, ages)


def _aged(measure: Measure, before: int, after: int) -> Measure:
    if isinstance(measure, Result | UlnRatio) and measure.max_age == before:
        return evolve(measure, max_age=after)
    return measure


def _ever_until(measure: Measure, anchor: str) -> Measure:
    return evolve(measure, until=anchor) if isinstance(measure, Ever) else measure


def _is_of(measure: Measure, concept: str) -> bool:
    return measure.concept == concept


def _remeasured(ruleset: Ruleset, change: Callable[[Measure], Measure], before: str, after: str) -> Iterator[Mutant]:
    criteria = tuple(_with_measures(criterion, change) for criterion in ruleset.criteria)
    touched = tuple(
        one.id for one, other in zip(criteria, ruleset.criteria, strict=True) if _rules(one) != _rules(other)
    )
    if touched:
        yield _mutant(evolve(ruleset, criteria=criteria), "settings", ("settings", before, after), touched)


def _rules(criterion: Criterion) -> tuple[object, ...]:
    return (*(branch.rule for branch in criterion.branches), criterion.conflict)


def _with_measures(criterion: Criterion, change: Callable[[Measure], Measure]) -> Criterion:
    branches = tuple(evolve(branch, rule=_mapped(branch.rule, change)) for branch in criterion.branches)
    conflict = None if criterion.conflict is None else _mapped(criterion.conflict, change)
    return evolve(criterion, branches=branches, conflict=conflict)


def _mapped(expression: Expression, change: Callable[[Measure], Measure]) -> Expression:
    match expression:
        case Comparison(measure):
            return evolve(expression, measure=change(measure))
        case Not(of):
            return Not(_mapped(of, change))
        case And(parts):
            return And(tuple(_mapped(part, change) for part in parts))
        case Or(parts):
            return Or(tuple(_mapped(part, change) for part in parts))


def _reading(ruleset: Ruleset, wanted: Callable[[Measure], bool]) -> tuple[str, ...]:
    return tuple(
        criterion.id
        for criterion in ruleset.criteria
        if any(wanted(comparison.measure) for comparison in comparisons_of(criterion))
    )


# what counts as an event, and scores


def _of_counting(ruleset: Ruleset) -> Iterator[Mutant]:
    for place, counting in enumerate(ruleset.counts_as):
        touched = _reading(ruleset, partial(_is_of, concept=counting.event))
        before, rest = ruleset.counts_as[:place], ruleset.counts_as[place + 1 :]
        yield _mutant(
            evolve(ruleset, counts_as=(*before, *rest)), "counts_as",
            ("counts_as", f"{counting.result} {counting.text} counts as {counting.event}", "it does not"), touched,
        )  # fmt: skip
        changed = [evolve(counting, bound=counting.bound + by) for by in (1, -1)]
        changed += [evolve(counting, op=_STRICTNESS[counting.op])] if counting.op in _STRICTNESS else []
        for each in changed:
            after = f"{each.op.value} {each.bound}"
            mutated = evolve(ruleset, counts_as=(*before, evolve(each, text=after), *rest))
            yield _mutant(mutated, "counts_as", ("counts_as", f"{counting.result} {counting.text}", after), touched)


def _of_scores(ruleset: Ruleset) -> Iterator[Mutant]:
    names = dict.fromkeys(each.measure.concept for one in ruleset.criteria for each in comparisons_of(one))
    for name in (each for each in names if ruleset.dictionary[each].kind is Kind.SCORE):
        touched = _reading(ruleset, partial(_is_of, concept=name))
        for change in score_changes(ruleset.dictionary[name], ruleset.dictionary):
            concepts = {**ruleset.dictionary.concepts, name: change.concept}
            mutated = evolve(ruleset, dictionary=evolve(ruleset.dictionary, concepts=concepts))
            what = ("score", change.before, change.after)
            yield _mutant(mutated, f"{name}.{change.part}", what, touched)
