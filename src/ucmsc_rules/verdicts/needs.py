"""What would decide an unknown criterion: which concept, from when to when, in what form, in a coordinator's words."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from ucmsc_rules.engines.reference import Truths, answer
from ucmsc_rules.facts.concepts import Concept, Kind
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import (
    Age,
    And,
    Answer,
    Comparison,
    Criterion,
    Earliest,
    Ever,
    Expression,
    Given,
    Longest,
    Nearest,
    Not,
    Or,
    RecordedAs,
    Result,
    Trait,
    UlnRatio,
)
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span, day_text, shift
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Need
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import Measured
from ucmsc_rules.worksheet.worksheet import Worksheet


def needs_of(
    context: Context, compiled: Compiled, sheet: Worksheet, truths: Truths, criterion: Criterion
) -> tuple[Need, ...]:
    """What is still needed for a criterion that is unknown; without the ruleset's own anchor, that anchor first."""
    at = context.ruleset.settings.at
    if at not in context.record.given:
        return (_anchor_need(context, at),)
    found: dict[Need, None] = {}
    for branch in criterion.branches:
        for comparison in _undecided(branch.rule, truths):
            measured = sheet.measured[compiled.index[comparison.measure]]
            found |= dict.fromkeys(_needs(context, comparison, measured))
    if not found:
        found[_conflict_need(truths, criterion)] = None
    return tuple(found)


def _undecided(rule: Expression, truths: Truths) -> Iterator[Comparison]:
    """The unknown comparisons that leave the rule unknown."""
    if answer(rule, truths) is not Truth.UNKNOWN:
        return
    match rule:
        case Comparison():
            yield rule
        case Not(of):
            yield from _undecided(of, truths)
        case And(parts) | Or(parts):
            for part in parts:
                yield from _undecided(part, truths)
        case _:
            message = f"not an expression: {rule!r}"
            raise TypeError(message)


def _needs(context: Context, comparison: Comparison, measured: Measured) -> Iterator[Need]:
    measure = comparison.measure
    concept = context.ruleset.dictionary[measure.concept]
    anchor = anchor_of(comparison)
    if anchor is not None and anchor not in context.record.given:
        yield _anchor_need(context, anchor)
    window = _window(context, comparison)
    if not measured.used:
        yield _nothing_recorded(concept, *window, with_limit=isinstance(measure, UlnRatio))
    else:
        yield _not_enough(concept, comparison, measured, window)
    days = (_day(window[0]), _day(window[1]))
    for part in (*(part.concept for part in concept.parts), *(each.concept for each in concept.inputs)):
        if all(used.fact.concept.name != part for used in measured.used):
            missing = context.ruleset.dictionary[part]
            message = f"{missing.label} would narrow the {concept.label}: none is recorded in that time."
            yield Need(part, *days, form_of(missing), message)


@lru_cache(maxsize=8192)  # most subjects of a study lack the same things for the same days
def _nothing_recorded(concept: Concept, first: int, last: int, *, with_limit: bool) -> Need:
    days, form = (_day(first), _day(last)), form_of(concept, with_limit=with_limit)
    return Need(concept.name, *days, form, f"{_about(concept)}: nothing is recorded{_time(days)}. Give {form}.")


def _not_enough(concept: Concept, comparison: Comparison, measured: Measured, window: tuple[int, int]) -> Need:
    form = form_of(concept, with_limit=isinstance(comparison.measure, UlnRatio))
    days = (_day(window[0]), _day(window[1]))
    why = _why_not(concept, comparison, measured)
    return Need(concept.name, *days, form, f"{_about(concept)}: {why}. Give {form}{_time(days)}.")


def anchor_of(comparison: Comparison) -> str | None:
    """The anchor that a comparison counts from."""
    match comparison.measure:
        case Result(at=name) | UlnRatio(at=name) | Answer(at=name) | Age(at=name) | Given(by=name):
            return name
        case Nearest(anchor=name) | Earliest(anchor=name) | Longest(anchor=name):
            return name
        case Ever(until=_) | Trait() | RecordedAs():
            return None
        case _:
            message = f"not a measure: {comparison.measure!r}"
            raise TypeError(message)


def _window(context: Context, comparison: Comparison) -> tuple[int, int]:
    """The days that the comparison reads."""
    count = int(comparison.bound)
    match comparison.measure:
        case Result(at=name, max_age=age) | UlnRatio(at=name, max_age=age):
            at = context.anchor(name)
            return max(at.first - age, BEGINNING), at.last
        case Nearest(unit=unit, anchor=name, ahead=True):
            at = context.anchor(name)
            return at.first, shift(at.last, count, unit)
        case Nearest(unit=unit, anchor=name):
            at = context.anchor(name)
            return shift(at.first, -count, unit), at.last
        case Ever(until=name):
            return BEGINNING, context.record.given.get(name, FOREVER)
        case Trait() | RecordedAs():
            return BEGINNING, FOREVER
        case _:
            anchor = anchor_of(comparison)
            return BEGINNING, context.anchor(anchor).last if anchor else FOREVER


def _day(day: int) -> str | None:
    return day_text(day) if BEGINNING < day < FOREVER else None


def _anchor_need(context: Context, anchor: str) -> Need:
    span: Span = context.record.anchors[anchor]
    message = f"The date of {anchor} is not given, and the criterion counts from it."
    return Need(anchor, _day(span.first), _day(span.last), "a full date, actual or planned", message)


def _conflict_need(truths: Truths, criterion: Criterion) -> Need:
    name = next(iter(_conflicting(criterion, truths)), criterion.id)
    message = "What is recorded contradicts itself; correct one of the facts."
    return Need(name, None, None, "a correction", message)


def _conflicting(criterion: Criterion, truths: Truths) -> Iterator[str]:
    if criterion.conflict is None:
        return
    rules = criterion.conflict.parts if isinstance(criterion.conflict, And | Or) else (criterion.conflict,)
    for rule in rules:
        if isinstance(rule, Comparison) and answer(rule, truths) is not Truth.FALSE:
            yield rule.measure.concept


# words


@lru_cache(maxsize=4096)
def form_of(concept: Concept, *, with_limit: bool = False) -> str:  # noqa: PLR0911 - one line for each kind
    """In what form a fact of the concept is given."""
    match concept.kind:
        case Kind.QUANTITY if set(concept.units) == {"1"}:
            return "a number"
        case Kind.QUANTITY:
            limit = ", and the upper limit of normal that belongs to it" if with_limit else ""
            return f"a value with unit, {' or '.join(concept.units)}{limit}"
        case Kind.SCALE | Kind.SCORE if concept.levels is not None:
            words = list(concept.levels.words)
            if concept.levels.numbers:
                words.append(f"a whole number from {concept.levels.least} to {concept.levels.greatest}")
            return " or ".join(words)
        case Kind.TEST:
            return "positive or negative"
        case Kind.YES_NO:
            return "yes or no"
        case Kind.CATEGORY:
            return " or ".join(concept.categories)
        case Kind.BIRTH_DATE:
            return "a full date"
        case Kind.EVENT:
            return 'each event with its date, or "none" where there was none'
        case _:
            return "a value"


def _about(concept: Concept) -> str:
    return f"{concept.label[:1].upper()}{concept.label[1:]}"


def _why_not(concept: Concept, comparison: Comparison, measured: Measured) -> str:
    """Why what is recorded does not decide."""
    own = [used for used in measured.used if used.fact.concept.name == concept.name]
    unreadable = [used.fact.path for used in own if not used.fact.readable]
    if unreadable:
        return f"{', '.join(unreadable)} cannot be read"
    note = next((used.note for used in own if used.note), "")
    if note:
        return f"{own[0].fact.reported} ({note})"
    return f"what is known, {measured.value}, does not decide {comparison.text}"


def _time(days: tuple[str | None, str | None]) -> str:
    first, last = days
    if first and last:
        return f" from {first} to {last}"
    return f" from {first} on" if first else f" up to {last}" if last else ""
