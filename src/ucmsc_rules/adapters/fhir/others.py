"""Reads allergies, the family's history, consents, research subjects and encounters."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.adapters.fhir.cells import Found, course, filled
from ucmsc_rules.adapters.fhir.codes import BLANK, name_of, plain_code
from ucmsc_rules.adapters.fhir.condition import certainty, start_of, status_of
from ucmsc_rules.adapters.fhir.given import IN_ERROR, NOT_GIVEN, YES
from ucmsc_rules.adapters.fhir.json_shape import Json, a_list, a_text, an_object, objects
from ucmsc_rules.adapters.fhir.moments import moment, period_of, time_of
from ucmsc_rules.adapters.fhir.person import About
from ucmsc_rules.adapters.fhir.values import unknown
from ucmsc_rules.adapters.row import Cell

NOT_ON_STUDY = frozenset({
    "candidate", "potential-candidate", "screening", "eligible", "ineligible", "not-registered",
})  # fmt: skip
ON_STUDY = frozenset({"on-study", "on-study-intervention", "on-study-observation", "follow-up", "off-study"})
NO_CONSENT = frozenset({"rejected", "inactive"})


def read_allergy(allergy: Json, about: About) -> Iterator[Found]:
    """The cells of an AllergyIntolerance; ``severity`` and ``manifestation`` are those of all its reactions.

    ``unstated`` is a value that nobody tells, where no reaction has a severity.
    """
    reactions = objects(allergy.get("reaction"))
    severities = tuple(dict.fromkeys(plain_code(each.get("severity")) for each in reactions if "severity" in each))
    substances = [each["substance"] for each in reactions if "substance" in each]
    symptoms = [symptom for each in reactions for symptom in a_list(each.get("manifestation"))]
    doubtful = any("modifierExtension" in each for each in reactions)
    yield Found(
        filled(
            code=about.codes.cell([allergy.get("code"), *substances]),
            name=Cell(name_of(allergy.get("code"))),
            category=about.codes.cell(allergy.get("category")),
            type=Cell(plain_code(allergy.get("type"))),
            criticality=Cell(plain_code(allergy.get("criticality"))),
            severity=Cell(severities[0], also=severities[1:]) if severities else BLANK,
            unstated=BLANK if severities else unknown("the severity is not stated"),
            manifestation=about.codes.cell(symptoms),
            clinical=Cell(plain_code(allergy.get("clinicalStatus"))),
            verification=Cell(plain_code(allergy.get("verificationStatus"))),
            status=Cell(status_of(allergy)),
            value=unknown("a reaction has a modifierExtension, which is not understood")
            if doubtful
            else certainty(allergy),
            when=Cell(start_of(time_of(allergy, "onset"))),
            recorded=Cell(moment(a_text(allergy.get("recordedDate")))),
        ),
        part=allergy,
    )


def read_family(history: Json, about: About) -> Iterator[Found]:
    """The cells of each condition of a FamilyMemberHistory; of one without conditions, those of the relative alone."""
    status = plain_code(history.get("status"))
    value = YES if status in {"completed", "partial", IN_ERROR} else unknown(f"status {status or 'left out'}")
    shared = filled(
        relationship=about.codes.cell(history.get("relationship")),
        sex=Cell(plain_code(history.get("sex"))),
        status=Cell(IN_ERROR if status == IN_ERROR else ""),
        recorded=Cell(moment(a_text(history.get("date")))),
    )
    conditions = objects(history.get("condition"))
    if not conditions:
        yield Found(shared, part=history)
    for number, condition in enumerate(conditions):
        cells = filled(
            code=about.codes.cell(condition.get("code")), name=Cell(name_of(condition.get("code"))), value=value
        )
        yield Found({**shared, **cells}, f".condition[{number}]", part=condition)


def read_consent(consent: Json, about: About) -> Iterator[Found]:
    """The cells of a Consent. The day of an inactive one is that of the signature, so its no has none."""
    status, day = (
        plain_code(consent.get("status")),
        moment(a_text(consent.get("dateTime")) or a_text(consent.get("date"))),
    )
    studies = about.studies.get(a_text(consent.get("id")), ())
    period = period_of(an_object(consent.get("provision")).get("period") or consent.get("period"))
    yield Found(
        filled(
            code=about.codes.cell(consent.get("category")),
            name=Cell(name_of(consent.get("category"))),
            scope=about.codes.cell(consent.get("scope")),
            study=Cell(studies[0], also=studies[1:]) if studies else BLANK,
            value=_agreed(consent, status),
            status=Cell(IN_ERROR if status == IN_ERROR else ""),
            when=Cell("" if status == "inactive" else day),
            until=Cell(period.end),
        ),
        part=consent,
    )


def _agreed(consent: Json, status: str) -> Cell:
    provisions = objects(consent.get("provision"))
    decisions = {a_text(consent.get("decision")), *(a_text(each.get("type")) for each in provisions)} - {""}
    if status in NO_CONSENT or (status in {"active", IN_ERROR} and decisions == {"deny"}):
        return Cell("no")
    if status in {"active", IN_ERROR} and decisions <= {"permit"}:
        return YES
    return unknown(f"status {status or 'left out'}{' with permit and deny' if len(decisions) > 1 else ''}")


def read_research_subject(resource: Json, about: About) -> Iterator[Found]:
    """The cells of a ResearchSubject, then those of each milestone of its progress (R5)."""
    status = plain_code(resource.get("status"))
    states = [plain_code(each.get("subjectState")) for each in objects(resource.get("progress"))]
    state = next((each for each in reversed(states) if each), status)
    study = study_of(resource)
    shared = filled(study=Cell(study[0], also=study[1:]) if study else BLANK, state=Cell(state), arm=_arm(resource))
    value = _took_part(state)
    cells = filled(value=value, status=Cell(IN_ERROR if status == IN_ERROR else ""))
    period = course(period_of(resource.get("period")), "", going_on=state in ON_STUDY - {"off-study"})
    yield Found({**shared, **cells, **period}, part=resource)
    for number, step in enumerate(objects(resource.get("progress"))):
        day = moment(a_text(step.get("startDate")))
        mark = filled(milestone=about.codes.cell(step.get("milestone")), day=Cell(day))
        if "milestone" in mark:
            yield Found({**shared, **mark}, f".progress[{number}]", part=step)


def study_of(resource: Json) -> tuple[str, ...]:
    """The study that a resource refers to: the reference, its identifier, and its words."""
    reference = an_object(resource.get("study"))
    identifier = an_object(reference.get("identifier"))
    texts = (a_text(reference.get("reference")), a_text(identifier.get("value")), a_text(reference.get("display")))
    return tuple(dict.fromkeys(text for text in texts if text))


def _arm(resource: Json) -> Cell:
    return Cell(a_text(resource.get("actualArm")) or a_text(resource.get("assignedArm")))


def _took_part(state: str) -> Cell:
    if state in ON_STUDY:
        return YES
    return NOT_GIVEN if state in NOT_ON_STUDY else unknown(f"state {state or 'left out'}")


def read_encounter(encounter: Json, about: About) -> Iterator[Found]:
    """The cells of an Encounter, for anchors that are visits."""
    period = period_of(encounter.get("period") or encounter.get("actualPeriod"))
    yield Found(
        filled(
            code=about.codes.cell(encounter.get("type")),
            name=Cell(name_of(encounter.get("type"))),
            visit_class=about.codes.cell(encounter.get("class")),
            status=Cell(plain_code(encounter.get("status"))),
            when=Cell(period.start),
            until=Cell(period.end),
        ),
        part=encounter,
    )
