"""Measures of results and answers: the latest at an anchor, its ratio to its ULN, traits, and the age."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from attrs import evolve

from ucmsc_rules.facts.concepts import Kind
from ucmsc_rules.facts.fact import NO, ONGOING, YES, YES_OR_NO, Fact, Problem
from ucmsc_rules.facts.ranges import NormalRange, limit_for
from ucmsc_rules.facts.words import unreadable_value
from ucmsc_rules.rules.model import Age, Answer, Given, RecordedAs, Result, Trait, UlnRatio
from ucmsc_rules.values import units
from ucmsc_rules.values.dates import ANY_DAY, BEGINNING, FOREVER, Span, completed_years, day_text
from ucmsc_rules.values.interval import EVERYTHING, Interval, contains, hull, point
from ucmsc_rules.worksheet.context import Context
from ucmsc_rules.worksheet.measured import UNKNOWN, UNREADABLE, Measured, Used
from ucmsc_rules.worksheet.select import Selection, conflicts, distinct, select, up_to

OLDEST = 130  # years; nobody was shown to live longer, so more is a slip of the pen
ANY_TIME = Span(FOREVER, FOREVER)
NOT_SURELY_LATEST = "may not lie in the window, so nothing is known from it"


def measure_result(context: Context, measure: Result) -> Measured:
    """The latest result in the unit that the rule asks for."""
    chosen = select(context.facts(measure.concept), context.anchor(measure.at), measure.max_age)
    return _joined(chosen, [in_unit(fact, measure.unit) for fact in chosen.facts])


def in_unit(fact: Fact, unit: str) -> Used:
    """A result as it is compared in a unit ("" for what has none)."""
    if not fact.readable:
        return Used(fact, EVERYTHING, note=UNREADABLE)
    if fact.concept.kind is not Kind.QUANTITY:
        return Used(fact, fact.value)
    converted = units.convert(fact.concept.unit_rules, fact.value, fact.unit, unit, fact.copies_per_iu)
    if fact.unit == unit:
        return Used(fact, converted.value, unit=unit)
    note = ""
    if converted.raw == units.NOTHING_KNOWN and fact.copies_per_iu is None and "copies" in fact.unit:
        note = "copies need the assay's own factor (copies_per_iu), so nothing is known from it"
    return Used(fact, converted.value, converted.raw, unit, note=note)


def measure_ratio(context: Context, measure: UlnRatio) -> Measured:
    """The latest result as a multiple of the upper limit of normal that was reported with it."""
    chosen = select(context.facts(measure.concept), context.anchor(measure.at), measure.max_age)
    return _joined(chosen, [over_limit(context, fact) for fact in chosen.facts])


def over_limit(context: Context, fact: Fact) -> Used:
    """A result as a multiple of the upper limit of normal that it carries, or of the site's table."""
    if not fact.readable:
        return Used(fact, EVERYTHING, note=UNREADABLE)
    rules = fact.concept.unit_rules
    if fact.uln is not None:
        value = units.ratio(rules, fact.value, fact.unit, fact.uln.value, fact.uln.unit)
        return Used(fact, value, unit="x ULN", limit=fact.uln_text)
    if fact.uln_text:
        note = "the upper limit of normal that came with the result cannot be read, and no other stands in for it"
        return Used(fact, units.NOTHING_KNOWN, unit="x ULN", note=note)
    table = _limits(context, fact)
    if table is None:
        note = "no upper limit of normal came with the result, and there is no default"
        return Used(fact, units.NOTHING_KNOWN, unit="x ULN", note=note)
    ratios = [units.ratio(rules, fact.value, fact.unit, row.uln.value, row.uln.unit) for row in table]
    limit = " or ".join(dict.fromkeys(row.text for row in table))
    return Used(fact, hull(ratios), unit="x ULN", limit=limit, note="the limit is from the site's table of ranges")


def _limits(context: Context, fact: Fact) -> tuple[NormalRange, ...] | None:
    """The rows of the site's table that may apply to a result that carries no limit."""
    if not context.normal_ranges:
        return None
    dictionary = context.ruleset.dictionary
    sexes = dictionary["sex"].categories if "sex" in dictionary else ()
    in_march = context.ruleset.settings.leap_birthday == "1 March"
    return limit_for(context.normal_ranges, fact, context.record.facts, sexes, leap_birthday_in_march=in_march)


def measure_answer(context: Context, measure: Answer) -> Measured:
    """The answer that stands at an anchor: the latest up to it, however old."""
    at = context.anchor(measure.at)
    facts = context.facts(measure.concept)
    if not facts:
        return Measured(YES_OR_NO)
    if len(facts) == 1 and _stands_alone(facts[0], at):
        return Measured(facts[0].value, (Used(facts[0], facts[0].value),))
    chosen = select(facts, at, undated_by_anchor=True)
    late = [_too_late(fact, measure.at) for fact in facts if fact.days.first > at.last and fact.readable]
    return _joined(chosen, [_lasting(fact, at) for fact in chosen.facts], YES_OR_NO, late)


def _too_late(fact: Fact, anchor: str) -> Problem:
    message = f'"{fact.reported}" of {fact.when} lies after {anchor}, so it does not count; check the date'
    return Problem("warning", f"{fact.path}.when", message)


def _stands_alone(fact: Fact, at: Span) -> bool:
    """Whether one fact that is all there is surely lies before the anchor; most answers are such."""
    by_anchor = fact.days.last <= at.first or not (fact.dated or fact.recorded)
    return by_anchor and fact.readable and fact.until is None


def _lasting(fact: Fact, at: Span) -> Used:
    """An answer that has an ``until`` says nothing of the days after it."""
    if not fact.readable:
        return Used(fact, fact.value, note=UNREADABLE)
    if fact.until is None:
        return Used(fact, fact.value)
    known_until = fact.until.first
    if fact.until == ONGOING:
        known_until = fact.recorded.first if fact.recorded is not None else at.last
    if known_until < at.last:
        return Used(fact, YES_OR_NO, note=f"known only until {day_text(known_until)}")
    return Used(fact, fact.value)


def measure_trait(context: Context, measure: Trait) -> Measured:
    """A category that has no date; facts that differ leave it open."""
    facts = distinct(context.facts(measure.concept))
    if not facts:
        return Measured(unreadable_value(context.ruleset.dictionary[measure.concept]))
    used = [Used(fact, fact.value, note="" if fact.readable else UNREADABLE) for fact in facts]
    return Measured(hull(use.compared for use in used), tuple(used), tuple(_differing(facts)))


def measure_age(context: Context, measure: Age) -> Measured:
    """Completed years at an anchor, over all the days that the birth dates allow."""
    facts = distinct(context.facts(measure.concept))
    if not facts:
        return UNKNOWN
    at = context.anchor(measure.at)
    used, problems = [], list(_differing(facts))
    for fact in facts:
        age = _age(context, fact, at)
        if age is None:
            message = f"{fact.reported} lies after {measure.at}, so the age is unknown; check the birth date"
            problems.append(Problem("error", f"{fact.path}.value", message))
        elif age.lo > OLDEST:
            message = f"an age of {age.lo} years is beyond any that was seen; check the birth date"
            problems.append(Problem("warning", f"{fact.path}.value", message))
        used.append(Used(fact, age or EVERYTHING, unit="years", note="" if fact.readable else UNREADABLE))
    return Measured(hull(use.compared for use in used), tuple(used), tuple(problems))


def _age(context: Context, fact: Fact, at: Span) -> Interval | None:
    """None where the birth would lie after the anchor."""
    if not fact.readable or at.first <= BEGINNING or at.last >= FOREVER:
        return EVERYTHING
    first, last = int(fact.value.lo), int(fact.value.hi)
    if first > at.last:
        return None
    in_march = context.ruleset.settings.leap_birthday == "1 March"
    youngest = completed_years(min(last, at.first), at.first, leap_birthday_in_march=in_march)
    oldest = completed_years(first, at.last, leap_birthday_in_march=in_march)
    return Interval(Decimal(youngest), Decimal(oldest))


def measure_given(context: Context, measure: Given) -> Measured:
    """Whether a dated yes was given by an anchor and not taken back, be it later.

    It holds where the latest answer up to the anchor is yes and the latest answer of all is yes too. An answer
    without a date may be of any day.
    """
    at = context.anchor(measure.by)
    facts = [_signature(fact) for fact in up_to(context.facts(measure.concept), at)]
    if not any(fact.readable for fact in facts):
        return Measured(YES_OR_NO, tuple(Used(fact, YES_OR_NO, note=UNREADABLE) for fact in facts))
    by_anchor, of_all = select(facts, at), select(facts, ANY_TIME)
    signed = [fact.value for fact in by_anchor.facts]
    if not by_anchor.surely:  # perhaps nothing was said by the anchor yet
        signed.append(NO)
    latest, last_of_all = hull(signed), hull(fact.value for fact in of_all.facts)
    counting = [fact for fact in facts if not _is_late_yes(fact, at)]
    if counting:  # whether a signature after the anchor mends a refusal before it, the protocol does not say
        last_of_all = hull([last_of_all, *(fact.value for fact in select(counting, ANY_TIME).facts)])
    mended = any(_may_be_late_yes(fact, at) for fact in facts) and any(_may_be_yes_by(fact, at) for fact in counting)
    if mended and NO in (latest, last_of_all):  # signed, refused, and signed again after the anchor
        latest = last_of_all = YES_OR_NO
    used = distinct([*by_anchor.facts, *of_all.facts])
    return Measured(
        Interval(min(latest.lo, last_of_all.lo), min(latest.hi, last_of_all.hi)),
        tuple(Used(fact, fact.value, note="" if fact.readable else UNREADABLE) for fact in used),
        tuple(_too_late(fact, measure.by) for fact in facts if _is_late_yes(fact, at)),
    )


def _signature(fact: Fact) -> Fact:
    """A signature without a date may be of any day, whenever it was recorded."""
    return evolve(fact, days=ANY_DAY) if not fact.dated and fact.value == YES else fact


def _is_late_yes(fact: Fact, at: Span) -> bool:
    return fact.readable and fact.days.first > at.last and fact.value == YES


def _may_be_yes_by(fact: Fact, at: Span) -> bool:
    """Whether a fact may be a signature up to the anchor, be it that it cannot be read."""
    return fact.days.first <= at.last and fact.value.hi == 1


def _may_be_late_yes(fact: Fact, at: Span) -> bool:
    """Whether a fact may be a signature after the anchor, be it that it cannot be read."""
    return fact.days.last > at.last and fact.value.hi == 1


def measure_recorded(context: Context, measure: RecordedAs) -> Measured:
    """1 where any counting fact says the level, 0 where none can."""
    level = Decimal(measure.level)
    saying = [fact for fact in distinct(context.facts(measure.concept)) if contains(fact.value, level)]
    surely = any(fact.readable and fact.counts_surely and fact.value == point(level) for fact in saying)
    value = Interval(Decimal(int(surely)), Decimal(int(bool(saying))))
    return Measured(value, tuple(Used(fact, fact.value) for fact in saying))


def _joined(
    chosen: Selection, used: list[Used], nothing: Interval = EVERYTHING, problems: Sequence[Problem] = ()
) -> Measured:
    if len(used) > 1:
        problems = (*conflicts(chosen.facts), *problems)
    if not chosen.surely:
        unsure = tuple([evolve(use, note=use.note or NOT_SURELY_LATEST) for use in used])
        return Measured(nothing, unsure, tuple(problems))
    return Measured(hull([use.compared for use in used]), tuple(used), tuple(problems))


def _differing(facts: Sequence[Fact]) -> list[Problem]:
    first = facts[0]
    return [
        Problem("warning", f"{fact.path}.value", f"{fact.reported} differs from {first.reported} ({first.path})")
        for fact in facts[1:]
        if fact.readable and first.readable and fact.value != first.value
    ]
