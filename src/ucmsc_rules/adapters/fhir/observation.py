"""Reads Observations: one row for each, and one for each of its components."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.adapters.fhir.cells import Found, course, filled
from ucmsc_rules.adapters.fhir.codes import BLANK, name_of, plain_code
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object, objects
from ucmsc_rules.adapters.fhir.limits import upper_limit
from ucmsc_rules.adapters.fhir.moments import Time, moment, time_of, within
from ucmsc_rules.adapters.fhir.person import About
from ucmsc_rules.adapters.fhir.values import unknown, value_of
from ucmsc_rules.adapters.row import Cell

STATUSES = {
    "final": "final", "amended": "amended", "corrected": "corrected", "appended": "amended",
    "preliminary": "preliminary", "registered": "preliminary", "specimen-in-process": "preliminary",
    "cancelled": "cancelled", "cannot-be-obtained": "cancelled", "entered-in-error": "entered-in-error",
}  # fmt: skip
FINAL = "final"
NO_STATUS = "no status"


def read_observation(observation: Json, about: About) -> Iterator[Found]:
    """The cells of an observation, then those of its components, which share its day, status and specimen."""
    shared, elsewhere = _shared(observation, about), _other_focus(observation)
    for place, part in _parts(observation):
        yield _found(part, shared, about, place, elsewhere)


def _parts(observation: Json) -> Iterator[tuple[str, Json]]:
    yield "", observation
    for number, component in enumerate(objects(observation.get("component"))):
        yield f".component[{number}]", component


def _shared(observation: Json, about: About) -> dict[str, Cell]:
    time, issued = time_of(observation, "effective"), moment(a_text(observation.get("issued")))
    status, day = canonical_status(observation), _day_of_result(time, issued)
    event = course(time, issued, going_on=False)
    event["start"] = event.pop("when", BLANK)
    return filled(
        **event,
        status=Cell("" if status == FINAL else status),
        when=Cell(day),
        recorded=Cell("" if day else issued),
        category=about.codes.cell(observation.get("category")),
        method=about.codes.cell(observation.get("method")),
        body_site=about.codes.cell(observation.get("bodySite")),
        specimen=specimen_of(observation, about),
    )


def canonical_status(resource: Json) -> str:
    """The status as the canonical record knows it; one that it does not know stays, and no status is told as such."""
    status = plain_code(resource.get("status"))
    return STATUSES.get(status, status or NO_STATUS)


def _day_of_result(time: Time, issued: str) -> str:
    """When the result is of: of a period all that its days share; of an open one, up to when it was issued."""
    end = time.end or issued
    return within(time.start, end) if time.start and end else ""


def _found(part: Json, shared: dict[str, Cell], about: About, place: str, elsewhere: str) -> Found:
    value = value_of(part, about.codes)
    if elsewhere and value.text and not value.absent:
        value = unknown(elsewhere)
    limit, trouble = upper_limit(part, about.person, shared["when"].text if "when" in shared else "")
    cells = filled(
        code=about.codes.cell(part.get("code")),
        name=Cell(name_of(part.get("code"))),
        value=value,
        unit=Cell(value.unit),
        uln=limit,
        interpretation=about.codes.cell(part.get("interpretation")),
    )
    return Found({**shared, **cells}, place, trouble, part)


def _other_focus(observation: Json) -> str:
    """Why the result may be of somebody or something else than the subject; "" where nothing says so."""
    focus, subject = objects(observation.get("focus")), an_object(observation.get("subject"))
    others = [each for each in focus if each.get("reference") != subject.get("reference")]
    return "its focus is not the subject" if others else ""


def specimen_of(observation: Json, about: About) -> Cell:
    """What the specimen is, by its resource where that is at hand, else by the words of the reference."""
    reference = observation.get("specimen")
    if reference is None:
        return BLANK
    specimen = about.find(reference, observation)
    kind = about.codes.cell(specimen.get("type"))
    return kind if kind.text else Cell(a_text(an_object(reference).get("display")))
