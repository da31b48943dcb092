"""Walks a ruleset's rules and gives records at the edges of each."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from itertools import pairwise

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.rules.model import Age, Answer, Given, RecordedAs, Result, Ruleset, Trait, UlnRatio
from ucmsc_rules.testing.boundaries.amounts import Told, at_bound, at_limit
from ucmsc_rules.testing.boundaries.births import round_birthdays
from ucmsc_rules.testing.boundaries.dating import answer_days, result_ages
from ucmsc_rules.testing.boundaries.days import before, beside
from ucmsc_rules.testing.boundaries.events import round_window
from ucmsc_rules.testing.boundaries.probe import Asker, Probe
from ucmsc_rules.testing.boundaries.realise import RawFact, level_texts, realise, satisfies
from ucmsc_rules.testing.boundaries.scores import of_formula, of_parts, with_reported
from ucmsc_rules.testing.boundaries.witness import targets
from ucmsc_rules.testing.boundaries.words import each_word
from ucmsc_rules.values.dates import CalendarUnit


def probes(ruleset: Ruleset, criterion: str | None = None) -> Iterator[Probe]:
    """Records at the edges of every comparison, window and score band; of one criterion where it is named.

    They come in the order of the ruleset, each record once for its criterion, and are the same on every run.

    >>> from ucmsc_rules import load_ruleset
    >>> next(probes(load_ruleset("ucmsc-hbv-cirrhosis"), "I4")).reason
    '1000 [IU]/mL is at the bound 1000 [IU]/mL'
    """
    for each in ruleset.criteria:
        if criterion in (None, each.id):
            seen: set[str] = set()
            for target in targets(each):
                for probe in _of_target(Asker(ruleset, each, target)):
                    told = repr((probe.record["anchors"], probe.record["facts"]))
                    if told not in seen:
                        seen.add(told)
                        yield probe


def _of_target(asker: Asker) -> Iterator[Probe]:
    match asker.target.comparison.measure:
        case Age():
            for facts, reason, anchors in round_birthdays(asker.target.comparison, asker.anchors):
                yield asker.probe(_about(asker, facts), reason, anchors)
        case Trait() | RecordedAs():
            yield from _of_words(asker)
        case Answer(_, at) | Given(_, at):
            yield from _of_answers(asker, at)
        case UlnRatio(_, at, max_age):
            concept = asker.ruleset.dictionary[asker.target.comparison.measure.concept]
            yield from _of_results(asker, at_limit(concept, asker.target.comparison), at, max_age)
        case Result(name, _, at, max_age):
            yield from _of_result(asker, name, at, max_age)
        case _:
            yield from _of_events(asker)


def _about(asker: Asker, facts: list[RawFact]) -> list[RawFact]:
    return [{"concept": asker.target.comparison.measure.concept, **fact} for fact in facts]


def _of_words(asker: Asker) -> Iterator[Probe]:
    """Words that have no latest, and words whatever their day."""
    concept = asker.ruleset.dictionary[asker.target.comparison.measure.concept]
    words = [{"value": text} for _, text in level_texts(concept)]
    for word in words:
        yield asker.probe(_about(asker, [word]), f"{concept.name} {word['value']}")
    for one, other in pairwise(words):
        yield asker.probe(_about(asker, [one, other]), f"{one['value']} and {other['value']}, which contradict")
        erroneous = {**other, "status": "entered-in-error"}
        yield asker.probe(_about(asker, [one, erroneous]), f"{other['value']}, entered in error, beside {one['value']}")
    yield asker.probe(_about(asker, [{"value": "unclear"}]), "a value that cannot be read")
    yield asker.probe([], "nothing is recorded")


def _of_answers(asker: Asker, at: str) -> Iterator[Probe]:
    yield asker.probe([], "nothing is recorded")
    for facts, reason in answer_days({"value": "yes"}, {"value": "no"}, asker.anchors[at]):
        yield asker.probe(_about(asker, facts), reason)
    for told in (True, False, "perhaps"):
        yield asker.probe(_about(asker, [{"value": told, "when": str(asker.anchors[at])}]), f"the value {told}")
    yield from _without_anchors(asker)


def _of_result(asker: Asker, name: str, at: str, max_age: int) -> Iterator[Probe]:
    concept, comparison = asker.ruleset.dictionary[name], asker.target.comparison
    if concept.kind is Kind.QUANTITY:
        yield from _of_results(asker, at_bound(concept, comparison), at, max_age)
        return
    yield from _of_results(asker, each_word(concept), at, max_age)
    if concept.kind is Kind.SCORE:
        on = str(asker.anchors[at])
        by = of_parts(asker, concept, on) if concept.parts else of_formula(asker, concept, on)
        for facts, reason, about in by:
            yield asker.probe(facts, reason, about=about)
        if concept.parts:
            for facts, reason, about in with_reported(asker, concept, asker.anchors):
                yield asker.probe(facts, reason, about=about)


def _of_results(asker: Asker, told: Iterator[Told] | list[Told], at: str, max_age: int) -> Iterator[Probe]:
    """Values on the day of the anchor, then two that differ at every age that matters."""
    on = asker.anchors[at]
    for fact, reason in told:
        yield asker.probe(_about(asker, [{**fact, "when": str(on)}]), reason)
    yield asker.probe([], "nothing is recorded")
    plain = [realise(asker.ruleset, asker.target.comparison, asker.anchors, truth=truth) for truth in (True, False)]
    one, other = (
        [{key: value for key, value in fact.items() if key not in ("concept", "when")} for fact in each or ()]
        for each in plain
    )
    if one and other:
        for facts, reason in result_ages(one[0], other[0], on, max_age):
            yield asker.probe(_about(asker, facts), reason)
        yield from _without_anchors(asker)


def _without_anchors(asker: Asker) -> Iterator[Probe]:
    """Nothing is known where the anchor at which results are read is not given, or only in part."""
    truth = realise(asker.ruleset, asker.target.comparison, asker.anchors, truth=True)
    probe = asker.probe(truth or [], f"{asker.ruleset.settings.at} is not given")
    at = asker.ruleset.settings.at
    left = {name: day for name, day in probe.record["anchors"].items() if name != at}
    yield Probe(probe.criterion, probe.branch, probe.about, {**probe.record, "anchors": left}, probe.reason)


def _of_events(asker: Asker) -> Iterator[Probe]:
    comparison = asker.target.comparison
    for facts, reason, anchors in round_window(asker.ruleset, comparison, asker.anchors):
        record = asker.probe(_about(asker, facts), reason, {**asker.anchors, **anchors})
        kept = {name: str(day) for name, day in anchors.items()}
        yield Probe(record.criterion, record.branch, record.about, {**record.record, "anchors": kept}, reason)
    for counting in asker.ruleset.counts_as:
        if counting.event == comparison.measure.concept:
            yield from _counting(asker, counting.result)


def _counting(asker: Asker, result: str) -> Iterator[Probe]:
    """Results that count as an event, round the edge of the window, beside a none."""
    concept, comparison = asker.ruleset.dictionary[result], asker.target.comparison
    counting = next(each for each in asker.ruleset.counts_as if each.result == result)
    anchor = asker.anchors[getattr(comparison.measure, "anchor", asker.ruleset.settings.at)]
    edge = before(anchor, int(comparison.bound), getattr(comparison.measure, "unit", CalendarUnit.DAYS))
    none = {"concept": comparison.measure.concept, "value": "none"}
    for level, text in level_texts(concept):
        counts = "counts" if satisfies(counting.op, Decimal(level), counting.bound) else "does not count"
        for on, words in (*beside(edge), *beside(anchor)):
            fact = {"concept": result, "value": text, "when": str(on)}
            reason = f"{result} {text} {counts} as {comparison.measure.concept}, {words or 'on'} an edge of the window"
            yield asker.probe([fact, none], reason)
        yield asker.probe([{"concept": result, "value": text, "when": str(anchor)}], f"{result} {text}, and no history")
    yield asker.probe([{"concept": result, "value": "haemolysed", "when": str(edge)}, none], f"{result} cannot be read")
