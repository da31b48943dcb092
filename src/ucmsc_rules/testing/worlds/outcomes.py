"""What comparisons about one concept come to together, in all worlds that a record leaves."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from ucmsc_rules.rules.model import (
    Age,
    Answer,
    Comparison,
    Earliest,
    Ever,
    Given,
    Longest,
    Measure,
    Nearest,
    RecordedAs,
    Result,
    Trait,
    UlnRatio,
)
from ucmsc_rules.testing.worlds.events import Outcomes
from ucmsc_rules.testing.worlds.happenings import of_events
from ucmsc_rules.testing.worlds.latest import consent_given
from ucmsc_rules.testing.worlds.results import of_ratios, of_results
from ucmsc_rules.testing.worlds.subject import (
    Subject,
    ages,
    answers_of,
    each_way,
    latest_answers,
    numbers,
    recorded,
    traits,
)


def outcomes(subject: Subject, comparisons: Sequence[Comparison]) -> Outcomes:
    """What comparisons about one concept come to together: a tuple of answers for each kind of world."""
    groups: dict[object, list[Comparison]] = {}
    for comparison in comparisons:
        groups.setdefault(_together(comparison.measure), []).append(comparison)
    found: list[tuple[list[Comparison], Outcomes]] = [(group, _of_group(subject, group)) for group in groups.values()]
    tuples = set()
    for world in product(*(each for _, each in found)):
        answers = {
            comparison: answer
            for (group, _), told in zip(found, world, strict=True)
            for comparison, answer in zip(group, told, strict=True)
        }
        tuples.add(tuple(answers[comparison] for comparison in comparisons))
    return frozenset(tuples)


def _together(measure: Measure) -> object:
    """Measures that hang together are tried together; the others as if they did not, which only adds worlds."""
    return Nearest if isinstance(measure, Nearest | Earliest | Longest | Ever) else (type(measure), _key(measure))


def _key(measure: Measure) -> object:
    return "" if isinstance(measure, Age | Trait) else measure


def _of_group(  # noqa: PLR0911 - a kind of measure on each way out
    subject: Subject, group: list[Comparison]
) -> Outcomes:
    concept = subject.ruleset.dictionary[group[0].measure.concept]
    facts = subject.facts.get(concept.name, [])
    match group[0].measure:
        case Age():
            return ages(subject, facts, group)
        case Trait():
            return numbers([Fraction(place) for place in traits(facts, concept)], group)
        case Answer(_, at):
            return numbers([Fraction(int(answer)) for answer in latest_answers(subject, concept, at)], group)
        case Given(_, by):
            return each_way(consent_given(facts, subject.days[by], lambda fact: answers_of(fact, concept)), group)
        case RecordedAs(_, level):
            return each_way(recorded(facts, concept, level), group)
        case Result() as result:
            return of_results(subject, concept, result, group)
        case UlnRatio() as ratio:
            return of_ratios(subject, concept, ratio, group)
    return of_events(subject, concept, facts, group)
