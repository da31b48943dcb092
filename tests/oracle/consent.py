"""Informed consent: signatures and withdrawals on their days, against the day of screening."""

from collections.abc import Iterable
from datetime import date
from itertools import product

from .days import ANY_DAY, Days, worth_trying
from .facts import BOTH, Answers, Fact, without_superseded, yes_no
from .worlds import NO, answer_days, later

YES = frozenset({True})
Moment = tuple[date, str | None]


def consent_given(facts: list[Fact], screening: date) -> Answers:
    """Whether consent was signed by screening and not withdrawn, over all days and answers the facts may have.

    An undated signature lies on any day at all; an undated `no` on some day up to its record date, else screening.
    """
    facts = without_superseded(facts)
    if not facts:
        return BOTH
    dated = [[(answer, _days(fact, answer, screening)) for answer in yes_no(fact)] for fact in facts]
    edges = {edge for told in dated for _, days in told for edge in (days.first, days.last)} | {screening}
    options = [
        [(answer, (day, days.time)) for answer, days in told for day in worth_trying(days, edges, every=3)]
        for told in dated
    ]
    found: Answers = frozenset()
    for world in product(*options):
        signed = [moment for answer, moment in world if answer]
        found |= _given(signed, [moment for answer, moment in world if not answer], screening)
        if found == BOTH:
            break
    return found


def _days(fact: Fact, answer: bool, screening: date) -> Days:
    return fact.when or (ANY_DAY if answer else answer_days(fact, screening))


def _given(signed: list[Moment], refused: list[Moment], screening: date) -> Answers:
    """Consent in one world, where only the order within a day may still be open.

    A refusal later than every signature, even after screening: not given. One that may be later: unknown.
    Only signatures after screening: not given. A refusal between a signature by screening and one after it:
    unknown.
    """
    if any(all(later(*no, *yes) for yes in signed) for no in refused):
        return NO
    if not _answered(signed, refused):
        return BOTH
    by_screening = [yes for yes in signed if yes[0] <= screening]
    if not by_screening:
        return NO
    return YES if _answered(by_screening, refused) else BOTH


def _answered(signed: list[Moment], refused: Iterable[Moment]) -> bool:
    """Whether after every refusal there is a signature."""
    return all(any(later(*yes, *no) for yes in signed) for no in refused)
