"""What holds of a record in some possible world, criterion by criterion."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import product
from math import prod
from typing import Any

from attrs import Factory, define

from ucmsc_rules.rules.model import (
    And,
    Comparison,
    Criterion,
    Earliest,
    Expression,
    Longest,
    Measure,
    Nearest,
    Not,
    Or,
    Ruleset,
)
from ucmsc_rules.rules.walk import comparisons
from ucmsc_rules.testing.worlds.days import Anchors, ago, read_anchors, worth_trying
from ucmsc_rules.testing.worlds.events import Outcomes
from ucmsc_rules.testing.worlds.facts import BOTH, Answers, Fact, read_facts
from ucmsc_rules.testing.worlds.latest import MOST_WORLDS
from ucmsc_rules.testing.worlds.outcomes import outcomes
from ucmsc_rules.testing.worlds.subject import Subject
from ucmsc_rules.values.dates import CalendarUnit

_WORDS = {frozenset({True}): "true", frozenset({False}): "false"}
_DAYS = {CalendarUnit.DAYS: 1, CalendarUnit.WEEKS: 7}


def expected(ruleset: Ruleset, record: Mapping[str, Any], criterion: str | None = None) -> dict[str, str]:
    """What must come out for a record, by the id of each rule: "true", "false" or "unknown".

    >>> from ucmsc_rules import load_ruleset
    >>> fact = {"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-02-27"}
    >>> record = {"subject": "S-001", "anchors": {"screening": "2026-03-01"}, "facts": [fact]}
    >>> expected(load_ruleset("ucmsc-hbv-cirrhosis"), record, "I4")
    {'I4': 'true'}
    """
    found = possible(ruleset, record, criterion)
    return {rule: _WORDS.get(answers, "unknown") for rule, answers in found.items()}


def possible(ruleset: Ruleset, record: Mapping[str, Any], criterion: str | None = None) -> dict[str, Answers]:
    """The answers that occur in some possible world, by the id of each rule ("I4", and "E4.d" for a branch).

    Both answers mean unknown. Without the anchor at which results are read, both are given for every rule.
    """
    anchors, facts = read_anchors(record, ruleset.anchors), read_facts(record)
    found: dict[str, Answers] = {}
    for each in ruleset.criteria:
        if criterion is None or each.id == criterion:
            found |= _of_criterion(ruleset, each, anchors, facts)
    return found


def _of_criterion(
    ruleset: Ruleset, criterion: Criterion, anchors: Anchors, facts: Mapping[str, list[Fact]]
) -> dict[str, Answers]:
    rules = {f"{criterion.id}.{branch.key}": branch.rule for branch in criterion.branches if branch.key}
    whole = Or(tuple(branch.rule for branch in criterion.branches))
    names = (criterion.id, *rules)
    if ruleset.settings.at not in anchors.given:
        return dict.fromkeys(names, BOTH)
    found: dict[str, Answers] = dict.fromkeys(names, frozenset())
    for days in _anchor_worlds(ruleset, criterion, anchors, facts):
        subject = Subject(ruleset, facts, anchors.given, days)
        for name, rule in zip(names, (whole, *rules.values()), strict=True):
            found[name] |= _answers(subject, rule)
        if criterion.conflict is not None and True in _answers(subject, criterion.conflict):
            found[criterion.id] = BOTH
    return {name: answers or BOTH for name, answers in found.items()}


def _answers(subject: Subject, rule: Expression) -> Answers:
    """The answers of an expression, over what its comparisons come to, concept by concept."""
    return _Trying(subject).answers(rule, {})


Told = Mapping[Comparison, bool]


@define
class _Trying:
    """The worlds of one subject, tried a concept at a time; parts that share no concept do not depend on each other."""

    subject: Subject
    tried: int = 0
    known: dict[tuple[Comparison, ...], Outcomes] = Factory(dict)

    def answers(self, rule: Expression, told: Told) -> Answers:
        """The answers of an expression, where some comparisons have theirs already."""
        match rule:
            case Not(of):
                return frozenset(not answer for answer in self.answers(of, told))
            case And(parts) | Or(parts):
                apart = _apart(parts, told)
                if len(apart) > 1:
                    joined = [self.answers(each[0] if len(each) == 1 else type(rule)(each), told) for each in apart]
                    return _joined(joined, decides=isinstance(rule, Or))
        if isinstance(rule, Comparison) and rule in told:
            return frozenset({told[rule]})
        return self.one_concept_more(rule, told)

    def one_concept_more(self, rule: Expression, told: Told) -> Answers:
        """The answers over all that the concept most asked for may come to."""
        concepts = Counter(each.measure.concept for each in comparisons(rule) if each not in told)
        if not concepts:
            return frozenset({_holds(rule, told)})
        chosen = concepts.most_common(1)[0][0]
        group = tuple(dict.fromkeys(each for each in comparisons(rule) if each.measure.concept == chosen))
        if group not in self.known:
            self.known[group] = outcomes(self.subject, group)
        found: Answers = frozenset()
        for world in self.known[group]:
            self.tried += 1
            if self.tried > MOST_WORLDS:
                return BOTH
            found |= self.answers(rule, {**told, **dict(zip(group, world, strict=True))})
            if found == BOTH:
                break
        return found


def _joined(parts: list[Answers], *, decides: bool) -> Answers:
    """`or` where a true part decides, `and` where a false one does."""
    decided = {decides} if any(decides in part for part in parts) else set()
    return frozenset(decided | ({not decides} if all((not decides) in part for part in parts) else set()))


def _apart(parts: tuple[Expression, ...], told: Told) -> list[tuple[Expression, ...]]:
    """Parts in groups that share no concept of which something is still to be tried."""
    found: list[tuple[set[str], tuple[Expression, ...]]] = []
    for part in parts:
        concepts = {each.measure.concept for each in comparisons(part) if each not in told}
        near = [each for each in found if each[0] & concepts]
        found = [each for each in found if not each[0] & concepts]
        joined = tuple(one for _, group in near for one in group)
        found.append((concepts.union(*(known for known, _ in near)), (*joined, part)))
    return [group for _, group in found]


def _holds(rule: Expression, told: Told) -> bool:
    match rule:
        case Not(of):
            return not _holds(of, told)
        case And(parts):
            return all(_holds(part, told) for part in parts)
        case Or(parts):
            return any(_holds(part, told) for part in parts)
        case _:
            return told[rule]


# anchors that are not given


def _anchor_worlds(
    ruleset: Ruleset, criterion: Criterion, anchors: Anchors, facts: Mapping[str, list[Fact]]
) -> Iterator[dict[str, date]]:
    """The days of the anchors: those that a criterion does not read stand anywhere, the others where it matters."""
    rules = [branch.rule for branch in criterion.branches] + ([criterion.conflict] if criterion.conflict else [])
    measures = {each.measure for rule in rules for each in comparisons(rule)}
    lengths = {length for rule in rules for each in comparisons(rule) for length in _lengths(each)}
    read = {name for measure in measures for name in _anchors_of(measure)}
    told = {day for fact in _told(measures, ruleset, facts) for day in fact} | set(anchors.given.values())
    edges = told | {ago(day, months, days) for day in told for months, days in lengths}
    options = [
        list(worth_trying(anchors.days[name], edges)) if name in read else [anchors.days[name].first]
        for name in ruleset.anchors
    ]
    if prod(map(len, options)) > MOST_WORLDS:
        options = [[each[0], each[-1]] for each in options]
    for world in product(*options):
        yield dict(zip(ruleset.anchors, world, strict=True))


def _anchors_of(measure: Measure) -> Iterator[str]:
    for key in ("at", "anchor", "by"):
        if isinstance(name := getattr(measure, key, None), str):
            yield name


def _lengths(comparison: Comparison) -> Iterator[tuple[int, int]]:
    """How far ahead and back of a day told an anchor may matter, in months and days."""
    number = int(comparison.bound) if abs(comparison.bound) < MOST_WORLDS else 0
    match comparison.measure:
        case Nearest(_, unit, _) | Earliest(_, unit, _) | Longest(_, unit, _):
            months, days = (number, 0) if unit is CalendarUnit.MONTHS else (0, number * _DAYS[unit])
            yield from ((months, days), (-months, -days))
        case measure if (age := getattr(measure, "max_age", None)) is not None:
            yield 0, -age
        case _:
            yield -12 * number, 0


def _told(measures: set[Measure], ruleset: Ruleset, facts: Mapping[str, list[Fact]]) -> Iterator[tuple[date, ...]]:
    concepts = {measure.concept for measure in measures}
    concepts |= {counting.result for counting in ruleset.counts_as if counting.event in concepts}
    for name in concepts:
        for fact in facts.get(name, []):
            yield tuple(
                day for days in (fact.when, fact.until, fact.recorded) if days for day in (days.first, days.last)
            )
