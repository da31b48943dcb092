"""Reads Observations: one row for each, and one for each of its components."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.adapters.fhir.cells import Found, course, filled
from ucmsc_rules.adapters.fhir.codes import BLANK, plain_code
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
_CODED = {"category": "category", "method": "method", "body_site": "bodySite"}


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
    cells = course(time, issued, going_on=not (time.instant or time.end))
    if "when" in cells:
        cells["start"] = cells.pop("when")
    if day:
        cells["when"] = cells["start"] if time.instant else Cell(day)
    elif issued:
        cells["recorded"] = Cell(issued)
    if status != FINAL:
        cells["status"] = Cell(status)
    for name, key in _CODED.items():
        if key in observation and (cell := about.codes.cell(observation[key])).text:
            cells[name] = cell
    if (specimen := specimen_of(observation, about)).text:
        cells["specimen"] = specimen
    return cells


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
    code, cells, trouble = about.codes.read(part.get("code")), dict(shared), ""
    if "referenceRange" in part:
        limit, trouble = upper_limit(part, about.person, shared["when"].text if "when" in shared else "")
        cells.update(filled(uln=limit))
    said = {"code": code.cell, "name": code.words, "value": value, "unit": Cell(value.unit)}
    cells |= filled(**said)
    if "interpretation" in part:
        cells.update(filled(interpretation=about.codes.cell(part["interpretation"])))
    return Found(cells, place, trouble, part)


def _other_focus(observation: Json) -> str:
    """Why the result may be of somebody or something else than the subject; "" where nothing says so."""
    if "focus" not in observation:
        return ""
    focus, subject = objects(observation["focus"]), an_object(observation.get("subject"))
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
