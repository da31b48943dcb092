"""Reads what was done to a subject: medication that was given or taken, and procedures."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.adapters.fhir.cells import Found, course, filled
from ucmsc_rules.adapters.fhir.codes import BLANK, name_of, plain_code
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object, objects
from ucmsc_rules.adapters.fhir.moments import NEVER_TOLD, Time, moment, time_of
from ucmsc_rules.adapters.fhir.person import About
from ucmsc_rules.adapters.fhir.values import unknown
from ucmsc_rules.adapters.row import NOT_DONE, Cell

YES = Cell("yes")
NOT_GIVEN = Cell("not done", absent=NOT_DONE)
IN_ERROR = "entered-in-error"
_DONE = frozenset({"completed", "in-progress", "stopped"})
_TIMES = ("effective", "occurence", "occurrence", "performed")  # R5 spells "occurence" for administrations


def read_administration(resource: Json, about: About) -> Iterator[Found]:
    """The cells of a MedicationAdministration."""
    yield from _medication(resource, about, _done(resource), moment(a_text(resource.get("recorded"))))


def read_statement(resource: Json, about: About) -> Iterator[Found]:
    """The cells of a MedicationStatement, in R5 also with its adherence."""
    yield from _medication(resource, about, _taken(resource), moment(a_text(resource.get("dateAsserted"))))


def read_procedure(resource: Json, about: About) -> Iterator[Found]:
    """The cells of a Procedure."""
    recorded = moment(a_text(resource.get("recorded")))
    cells = filled(
        code=about.codes.cell(resource.get("code")),
        name=Cell(name_of(resource.get("code"))),
        category=about.codes.cell(resource.get("category")),
        body_site=about.codes.cell(resource.get("bodySite")),
        outcome=about.codes.cell(resource.get("outcome")),
    )
    yield _event(resource, cells, _done(resource), recorded)


def _medication(resource: Json, about: About, value: Cell, recorded: str) -> Iterator[Found]:
    code, name, trouble = _drug(resource, about)
    cells = filled(code=code, name=Cell(name), category=about.codes.cell(resource.get("category")))
    found = _event(resource, cells, unknown(trouble) if trouble and not value.absent else value, recorded)
    yield found


def _event(resource: Json, cells: dict[str, Cell], value: Cell, recorded: str) -> Found:
    status = plain_code(resource.get("status"))
    going_on = status in {"in-progress", "active"}
    dates = {} if value.absent == NOT_DONE else course(_time(resource), recorded, going_on=going_on)
    marks = filled(value=value, recorded=Cell(recorded), status=Cell(IN_ERROR if status == IN_ERROR else ""))
    return Found({**cells, **marks, **dates}, part=resource)


def _time(resource: Json) -> Time:
    times = [time for stem in _TIMES if (time := time_of(resource, stem)) != NEVER_TOLD]
    return times[0] if len(times) == 1 else Time(loose=bool(times))


def _done(resource: Json) -> Cell:
    """Yes, where some of it was done; in FHIR what was stopped had begun."""
    status = plain_code(resource.get("status"))
    if status in _DONE or status == IN_ERROR:
        return YES
    return NOT_GIVEN if status == "not-done" else unknown(f"status {status or 'left out'}")


def _taken(resource: Json) -> Cell:
    status = plain_code(resource.get("status"))
    if status == "recorded":
        adherence = plain_code(an_object(resource.get("adherence")).get("code"))
        if adherence == "not-taking":
            return NOT_GIVEN
        return YES if adherence == "taking" else unknown(f"adherence {adherence or 'left out'}")
    if status in {"active", "completed", "stopped", IN_ERROR}:
        return YES
    return NOT_GIVEN if status == "not-taken" else unknown(f"status {status or 'left out'}")


def _drug(resource: Json, about: About) -> tuple[Cell, str, str]:
    """The codes and the name of the medication, in place or by reference, and why they cannot be trusted."""
    concept = resource.get("medicationCodeableConcept")
    either = an_object(resource.get("medication"))
    if concept is None and "concept" in either:
        concept = either["concept"]
    if concept is not None:
        return about.codes.cell(concept), name_of(concept), ""
    reference = resource.get("medicationReference") or either.get("reference")
    if reference is None:
        return BLANK, "", ""
    medication = about.find(reference, resource)
    codes = [medication.get("code"), *(_ingredient(each) for each in objects(medication.get("ingredient")))]
    code = about.codes.cell([each for each in codes if each is not None])
    trouble = (
        "the Medication has a modifierExtension, which is not understood" if "modifierExtension" in medication else ""
    )
    return code, name_of(medication.get("code")) or a_text(an_object(reference).get("display")), trouble


def _ingredient(ingredient: Json) -> object:
    item = ingredient.get("itemCodeableConcept")
    return item if item is not None else an_object(ingredient.get("item")).get("concept")
