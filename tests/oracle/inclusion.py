"""The inclusion criteria: for each the answers it has in some possible world."""

from datetime import date
from fractions import Fraction

from . import values
from .consent import consent_given
from .days import ANY_DAY, Days, ago, read_days, worth_trying
from .facts import Answers, Fact, lloq_of
from .subject import Subject, compared, quantity
from .values import Reported, Span
from .worlds import both, happened, history, negated


def i1(s: Subject) -> Answers:
    """Age 18 to 75 in completed years at screening; several birth dates: any day between the first and the last.

    Born 29 February: a year older on 28 February in common years.
    """
    facts = s.facts("birth_date")
    born = [(read_days(fact.value) if fact.readable else None) or ANY_DAY for fact in facts] or [ANY_DAY]
    hull = Days(min(days.first for days in born), max(days.last for days in born))
    edges = (ago(s.screening, 12 * 18), ago(s.screening, 12 * 76))
    return frozenset(18 <= age(day, s.screening) <= 75 for day in worth_trying(hull, edges))


def age(born: date, on: date) -> int:
    """The completed years: the most that, added to the day of birth, are not after the day."""
    years = on.year - born.year
    return years if ago(born, months=-12 * years) <= on else years - 1


def i2(s: Subject) -> Answers:
    """Decompensated hepatitis B cirrhosis is diagnosed."""
    return s.yes("hbv_decompensated_cirrhosis")


def i3(s: Subject) -> Answers:
    """Some treatment lasted more than 3 calendar months by screening, and symptoms or quality of life are no better."""
    by = s.screening

    def lasted(start: date, end: date) -> bool:
        return bool(start < ago(min(end, by), months=3))

    known = history(s.facts("conservative_treatment"), by, "still going on")
    treated = happened(known, lasted, (by, ago(by, months=3)), by, by)
    better = both(s.yes("symptom_improvement"), s.yes("quality_of_life_improvement"))
    return both(treated, negated(better))


def i4(s: Subject) -> Answers:
    """HBV DNA is at most 1000 IU/mL. "Target not detected" is below the LLOQ, or anything where none is told."""

    def at_most_1000(fact: Fact) -> Answers:
        reported = below_lloq(fact) if fact.value == "Target not detected" else quantity(fact)
        span = values.hbv_dna(reported, fact.raw.get("copies_per_iu")) if reported else values.ANYTHING
        return compared(fact, span, "1000", lambda x, t: x <= t)

    return s.each("hbv_dna", at_most_1000)


def below_lloq(fact: Fact) -> Reported | None:
    """From 0 to below the LLOQ; None where it is not told."""
    limit = lloq_of(fact.raw)
    return Reported(Span(Fraction(0), limit.span.high, high_open=True), limit.unit) if limit else None


def i5(s: Subject) -> Answers:
    """Consent was given by screening and not withdrawn."""
    return consent_given(s.facts("informed_consent"), s.screening)
