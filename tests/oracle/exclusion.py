"""The exclusion criteria: for each the answers it has in some possible world."""

from collections.abc import Callable
from datetime import date
from math import inf

from . import values
from .childpugh import child_pugh_above_12
from .days import Days, ago, worth_trying
from .facts import BOTH, Answers, Fact, antibody, grades, nyha_classes, yes_no
from .subject import Subject, compared, quantity
from .values import Reported, Span, read_quantity
from .worlds import (
    NO,
    either,
    happened,
    history,
    is_event,
    result_days,
    touches,
)


def e1(s: Subject) -> Answers:
    """Another cause of cirrhosis is present."""
    causes = ("alcoholic_hepatitis", "hepatitis_c", "autoimmune_hepatitis", "metabolic_fatty_liver_disease")
    return either(*map(s.yes, (*causes, "other_cirrhosis_cause")))


def e2(s: Subject) -> Answers:
    """The Child-Pugh score is above 12."""
    return child_pugh_above_12(s.results, s.candidates, s.oldest, s.screening)


def e3(s: Subject) -> Answers:
    """Malignancy ever, or liver malignancy in the family."""
    return either(s.ever("malignancy"), s.yes("family_liver_malignancy"))


def e4_branches(s: Subject) -> dict[str, Answers]:
    """Heart failure of NYHA II or more; cardiovascular disease; diabetes; creatinine; other serious condition."""
    nyha = s.each("nyha_class", lambda fact: frozenset(level >= 2 for level in nyha_classes(fact)))
    glucose = s.each("fasting_glucose", lambda fact: at_least(fact, values.glucose, "10"))
    hba1c = s.each("hba1c", lambda fact: at_least(fact, values.hba1c, "8"))
    return {
        "a": nyha,
        "b": s.yes("cardiovascular_disease"),
        "c": either(glucose, hba1c),
        "d": s.each("creatinine", above_twice_uln),
        "e": s.yes("other_serious_condition"),
    }


def at_least(fact: Fact, convert: Callable[[Reported], Span], threshold: str) -> Answers:
    """Whether a quantity, in the criterion's unit, is at least so much."""
    reported = quantity(fact)
    return compared(fact, convert(reported), threshold, lambda x, t: x >= t) if reported else BOTH


def above_twice_uln(fact: Fact) -> Answers:
    """Creatinine above twice the result's own ULN; as reported in one unit, else both converted without rounding.

    A ULN that is missing, cannot be read, is no plain positive number or has no unit: unknown.
    """
    reported, limit = quantity(fact), read_quantity(fact.raw.get("uln"))
    if reported is None or limit is None or not limit.unit or limit.span.low_open or limit.span.high_open:
        return BOTH
    span, uln = values.creatinine_umol(reported), values.creatinine_umol(limit)
    if span is None or uln is None or not 0 < uln.low <= uln.high < inf:
        return BOTH
    twice = [2 * bound for bound in uln.points()]
    return frozenset(point > bound for bound in twice for point in span.points((bound,)))


def e4(s: Subject) -> Answers:
    """Any of the branches."""
    return either(*e4_branches(s).values())


def e5_branches(s: Subject) -> dict[str, Answers]:
    """Bleeding tendency or gastrointestinal bleeding in 3 months; upper haemorrhage in 4 weeks; the investigator."""
    bleeding = s.within("gi_bleeding", s.screening, months=3)
    return {
        "a": either(s.yes("severe_bleeding_tendency"), bleeding),
        "b": s.within("upper_gi_haemorrhage", s.screening, days=28),
        "c": s.yes("unsuitable_bleeding"),
    }


def e5(s: Subject) -> Answers:
    """Any of the branches."""
    return either(*e5_branches(s).values())


def e6(s: Subject) -> Answers:
    """Hepatic encephalopathy (a grade of 1 or more counts as it, on its day) or hepatorenal syndrome in 3 months.

    A grade that cannot be read leaves it unknown. A grade of 1 or more up to screening beats a `none`, and no
    grade makes the history complete: something else may have happened.
    """
    first = ago(s.screening, months=3)
    graded = s.facts("encephalopathy_grade")
    counted = [grade_in_window(fact, first, s.screening) for fact in graded]
    events = s.within("hepatic_encephalopathy", s.screening, months=3)
    beaten = any(grades(fact)[-1] >= 1 and result_days(fact).first <= s.screening for fact in graded)
    if beaten and all(fact.value == "none" for fact in s.facts("hepatic_encephalopathy")):
        events = BOTH
    return either(*counted, events, s.within("hepatorenal_syndrome", s.screening, months=3))


def grade_in_window(fact: Fact, first: date, last: date) -> Answers:
    """Whether a grade is 1 or more, on a day in the window."""
    levels = grades(fact)
    if not fact.readable or len(levels) == 5:
        return BOTH
    days = worth_trying(result_days(fact), (first, last))
    return frozenset(level >= 1 and first <= day <= last for day in days for level in levels)


def e7(s: Subject) -> Answers:
    """Spontaneous peritonitis or a more severe infection within 2 weeks before enrolment."""
    return s.within_days_before(s.anchors.enrolment, 14, "spontaneous_peritonitis", "severe_infection")


def e8(s: Subject) -> Answers:
    """An antibody is positive, or tuberculosis is active."""
    antibodies = (s.each(concept, antibody) for concept in ("hiv_antibody", "hcv_antibody", "syphilis_antibody"))
    return either(*antibodies, s.yes("active_tuberculosis"))


def e9(s: Subject) -> Answers:
    """Human albumin within 3 weeks before the first infusion."""
    return s.within_days_before(s.anchors.infusion, 21, "human_albumin")


def e10(s: Subject) -> Answers:
    """Venous thrombosis or pulmonary embolism ever."""
    return either(s.ever("venous_thrombosis"), s.ever("pulmonary_embolism"))


def e11(s: Subject) -> Answers:
    """Drug addiction or alcohol abuse."""
    return either(s.yes("drug_addiction"), s.yes("alcohol_abuse"))


def e12(s: Subject) -> Answers:
    """A woman who is pregnant or breastfeeding.

    For a man it does not hold; if he may be recorded as either, on whatever day, that is a conflict: unknown.
    Sexes that are missing, differ or cannot be read: either sex.
    """
    told = [fact.value if fact.readable else "?" for fact in s.facts("sex")]
    known = len(set(map(str, told))) == 1 and told[0] in ("female", "male")
    sexes = {told[0]} if known else {"female", "male"}
    found: Answers = frozenset()
    if "female" in sexes:
        found |= either(s.yes("pregnant"), s.yes("breastfeeding"))
    if "male" in sexes:
        recorded = s.facts("pregnant") + s.facts("breastfeeding")
        found |= BOTH if any(True in yes_no(fact) for fact in recorded) else NO
    return found


def e13(s: Subject) -> Answers:
    """Severe drug allergy ever."""
    return s.ever("severe_allergy")


def e14(s: Subject) -> Answers:
    """Serious mental disorder within 24 months before screening."""
    return s.within("serious_mental_disorder", s.screening, months=24)


def e15(s: Subject) -> Answers:
    """Took part in another trial within 3 months (without `until` its end is unknown), or stem cell therapy ever."""
    trial = s.within("interventional_trial", s.screening, months=3, shape="open end")
    return either(trial, s.ever("stem_cell_therapy"))


def e16(s: Subject) -> Answers:
    """Liver transplantation is proposed within 3 months after screening.

    An undated plan lies on some day from its record date, else from screening, on.
    """
    facts = []
    for fact in s.facts("liver_transplantation_planned"):
        first = fact.recorded.first if fact.recorded else s.screening
        undated = is_event(fact) and fact.when is None
        facts.append(redated(fact, Days(first, date.max)) if undated else fact)
    return planned_ahead(s, facts)


def planned_ahead(s: Subject, facts: list[Fact]) -> Answers:
    """A plan dated before screening does not count: in such worlds it is as if nobody had reported it."""
    first, last = s.screening, ago(s.screening, months=-3)
    for n, fact in enumerate(facts):
        if is_event(fact) and fact.when and fact.when.first < first:
            others = facts[:n] + facts[n + 1 :]
            found = planned_ahead(s, others)
            if counted := fact.when.within(first, date.max):
                found |= planned_ahead(s, [*others, redated(fact, counted)])
            return found
    known = history(facts, s.screening)
    return happened(known, touches(first, last), (first, last), s.screening, s.screening)


def redated(fact: Fact, when: Days) -> Fact:
    """The same fact on other days."""
    return Fact(fact.raw, True, when, fact.until, fact.ongoing, fact.recorded, fact.amended, fact.complete)


def e17(s: Subject) -> Answers:
    """The investigator finds the subject unsuitable."""
    return s.yes("investigator_unsuitable")
