"""Turns a subject's resources into rows: one for each resource, component, family condition and milestone."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from attrs import Factory, define

from ucmsc_rules.adapters.fhir.cells import Found
from ucmsc_rules.adapters.fhir.condition import read_condition
from ucmsc_rules.adapters.fhir.entries import Entry
from ucmsc_rules.adapters.fhir.given import read_administration, read_procedure, read_statement
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, objects
from ucmsc_rules.adapters.fhir.observation import read_observation
from ucmsc_rules.adapters.fhir.others import (
    read_allergy,
    read_consent,
    read_encounter,
    read_family,
    read_research_subject,
)
from ucmsc_rules.adapters.fhir.person import About, patient_cells
from ucmsc_rules.adapters.fhir.values import unknown
from ucmsc_rules.adapters.row import Row
from ucmsc_rules.facts.fact import Problem

ANSWERS = ("value", "holds", "sex", "birth_sex", "birth_date")  # the cells that say something about the subject
VERSIONS = "several versions of this resource differ, and which is the newest is not told"


def _read_patient(patient: Json, about: About) -> Iterator[Found]:
    yield Found(patient_cells(patient, about), part=patient)


READERS: Mapping[str, Callable[[Json, About], Iterator[Found]]] = {
    "Patient": _read_patient, "Observation": read_observation, "Condition": read_condition,
    "MedicationAdministration": read_administration, "MedicationStatement": read_statement,
    "MedicationUsage": read_statement, "Procedure": read_procedure, "AllergyIntolerance": read_allergy,
    "FamilyMemberHistory": read_family, "Consent": read_consent, "ResearchSubject": read_research_subject,
    "Encounter": read_encounter,
}  # fmt: skip


@define
class Notes:
    """What is wrong with the resources of a subject."""

    problems: list[Problem] = Factory(list)

    def add(self, path: str, message: str, level: str = "error") -> None:
        """Note something that could not be taken as it is written."""
        self.problems.append(Problem(level, path, message))


def rows_of(entry: Entry, about: About, notes: Notes, *, doubtful: bool) -> Iterator[Row]:
    """The rows of one resource."""
    resource, kind = entry.resource, entry.kind
    why = VERSIONS if doubtful else _not_understood(resource)
    if doubtful:
        notes.add(entry.path, VERSIONS)
    for found in READERS[kind](resource, about):
        path = f"{entry.path}{found.place}"
        cells = found.cells
        if found.trouble:
            notes.add(f"{path}.referenceRange", found.trouble)
        if reason := why or (_not_understood(found.part) if found.place else ""):
            cells = {name: unknown(reason) if name in ANSWERS else cell for name, cell in cells.items()}
            notes.add(path, f"{reason}, so what this says is unknown")
        yield Row(kind, cells, path)


def _not_understood(element: Json) -> str:
    """Why an element may mean the opposite of what it says; "" where it does not."""
    if "modifierExtension" in element:
        urls = ", ".join(a_text(each.get("url"))[:100] for each in objects(element["modifierExtension"]))
        return f"a modifierExtension ({urls}) is not understood"
    return "implicitRules are not understood" if "implicitRules" in element else ""
