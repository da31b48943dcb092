"""Which of a concept's facts count at an anchor: those in the window that could be the latest."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from attrs import evolve

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.facts.fact import Fact, Problem, same_report
from ucmsc_rules.frozen import frozen_to_mypy
from ucmsc_rules.values.dates import BEGINNING, FOREVER, Span
from ucmsc_rules.values.units import LOG, exactly


@frozen_to_mypy
class Selection:
    """The facts that could be the latest, and whether one surely counts."""

    facts: tuple[Fact, ...]
    surely: bool


def distinct(facts: Sequence[Fact]) -> Sequence[Fact]:
    """The facts without their copies; the first of each stays."""
    if len(facts) < 2:  # noqa: PLR2004
        return facts
    return list({same_report(fact): fact for fact in reversed(facts)}.values())[::-1]


def select(
    facts: Sequence[Fact], at: Span, max_age: int | None = None, *, undated_by_anchor: bool = False
) -> Selection:
    """The facts that could be the latest up to an anchor, no older than ``max_age`` days where that is given.

    A fact is superseded only by one that surely came later and surely counts by the anchor, or by a correction of
    what was reported for the same time. Where none surely lies in the window, nothing is known. A fact without a date
    lies on some day up to its record date; with ``undated_by_anchor``, at the latest on the anchor.
    """
    earliest, surely_from = _window(at, max_age)
    if len(facts) == 1:
        fact = facts[0]
        by_anchor = undated_by_anchor and not fact.dated and fact.recorded is None
        return _only(fact, Span(BEGINNING, at.first) if by_anchor else fact.days, at, (earliest, surely_from))
    kept = distinct(up_to(facts, at) if undated_by_anchor else facts)
    possible = [fact for fact in kept if fact.days.first <= at.last and fact.days.last >= earliest]
    standing = _not_superseded(possible, [fact for fact in kept if fact.days.last <= at.first])
    surely = any(
        fact.counts_surely and fact.days.first >= surely_from and fact.days.last <= at.first for fact in standing
    )
    return Selection(tuple(standing), surely)


def _only(fact: Fact, days: Span, at: Span, window: tuple[int, int]) -> Selection:
    """The same for one fact, which is what most concepts have."""
    earliest, surely_from = window
    if days.first > at.last or days.last < earliest:
        return Selection((), surely=False)
    return Selection((fact,), fact.counts_surely and days.first >= surely_from and days.last <= at.first)


def up_to(facts: Sequence[Fact], at: Span) -> Sequence[Fact]:
    """The facts, those without a date placed on some day up to their record date, else up to the anchor."""
    if all(fact.dated or fact.recorded is not None for fact in facts):
        return facts
    by_anchor = Span(BEGINNING, at.first)
    return [fact if fact.dated or fact.recorded is not None else evolve(fact, days=by_anchor) for fact in facts]


def conflicts(facts: Iterable[Fact]) -> list[Problem]:
    """A warning for each readable fact that says otherwise than one before it for the same time."""
    first: dict[Span, Fact] = {}
    found = []
    for fact in facts:
        if not (fact.dated and fact.readable):
            continue
        other = first.setdefault(fact.days, fact)
        if not _same_value(fact, other):
            message = (
                f"{fact.concept.name} {fact.reported} contradicts {other.reported} ({other.path}) for the same time, "
                "so only the range from one to the other is known; correct one of them"
            )
            found.append(Problem("warning", f"{fact.path}.value", message))
    return found


def _same_value(one: Fact, other: Fact) -> bool:
    """Whether two results say the same, be it in other units."""
    if one.unit == other.unit or one.concept.kind is not Kind.QUANTITY or other.unit.startswith(LOG):
        return (one.value, one.unit) == (other.value, other.unit)
    return exactly(one.concept.unit_rules, one.value, one.unit, other.unit, one.copies_per_iu) == other.value


def _window(at: Span, max_age: int | None) -> tuple[int, int]:
    """The first day that may count, and the first that surely does."""
    if max_age is None:
        return BEGINNING, BEGINNING
    earliest = max(at.first - max_age, BEGINNING)
    return earliest, FOREVER if at.last >= FOREVER else max(at.last - max_age, BEGINNING)


def _not_superseded(possible: list[Fact], by_anchor: list[Fact]) -> list[Fact]:
    """Those of the possible facts that none replaces; in one pass, since a hostile record may hold many."""
    if len(possible) < 2:  # noqa: PLR2004
        return possible
    counting = [fact for fact in by_anchor if fact.counts_surely]
    latest_day = max((fact.days.first for fact in counting), default=BEGINNING)
    latest_time = max(
        ((fact.days.first, fact.days.minute) for fact in counting if fact.days.minute is not None),
        default=(BEGINNING, 0),
    )
    corrected = {fact.days for fact in possible if fact.amended and fact.dated and fact.counts_surely}

    def stands(fact: Fact) -> bool:
        if latest_day > fact.days.last:
            return False
        if fact.days.minute is not None and latest_time > (fact.days.last, fact.days.minute):
            return False
        return fact.amended or not fact.dated or fact.days not in corrected

    return [fact for fact in possible if stands(fact)]
