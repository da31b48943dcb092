"""The patient of the resources: what their reading has need of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from attrs import Factory, frozen

from ucmsc_rules.adapters.fhir.codes import Codes, plain_code
from ucmsc_rules.adapters.fhir.json_shape import NOTHING, Json, a_text, objects
from ucmsc_rules.adapters.fhir.moments import moment
from ucmsc_rules.adapters.fhir.values import absent_for, extended_reason, unknown
from ucmsc_rules.adapters.row import Cell

SEXES = frozenset({"female", "male"})
BIRTH_SEX = "us-core-birthsex"
INDIVIDUAL_SEX = ("us-core-individual-sex", "us-core-sex")
_BIRTH_SEXES = {"f": "female", "m": "male"}
_SNOMED_SEXES = {"248152002": "female", "248153007": "male"}


@frozen
class Person:
    """A subject's sex and birth date where they are surely known, else ""."""

    sex: str = ""
    birth_date: str = ""


@frozen
class About:
    """What the reading of a subject's resources has need of.

    ``find`` gives the resource of a reference that stands in a resource, or nothing; ``studies`` the studies whose
    research subject names a consent.
    """

    person: Person
    codes: Codes
    find: Callable[[object, Json], Json] = lambda _reference, _resource: NOTHING
    studies: Mapping[str, tuple[str, ...]] = Factory(dict)


def person_of(patients: list[Json]) -> Person:
    """The sex and birth date on which all patient resources of a subject agree."""
    sexes = {cell.text if not cell.absent else "" for each in patients for cell in sex_cells(each).values()}
    births = {a_text(each.get("birthDate")) for each in patients}
    sex = sexes.pop() if len(sexes) == 1 else ""
    return Person(sex if sex in SEXES else "", births.pop() if len(births) == 1 else "")


def sex_cells(patient: Json) -> dict[str, Cell]:
    """The sex by the administrative gender, and by the birth sex of US Core where that is given."""
    cells = {}
    gender = a_text(patient.get("gender")).casefold()
    if gender:
        cells["sex"] = Cell(gender) if gender in SEXES else unknown(f"gender {gender}")
    elif "_gender" in patient:
        cells["sex"] = absent_for(extended_reason(patient["_gender"]))
    for extension in objects(patient.get("extension")):
        url = a_text(extension.get("url")).rpartition("/")[2]
        if url == BIRTH_SEX:
            code = plain_code(extension.get("valueCode"))
        elif url in INDIVIDUAL_SEX:
            code = plain_code(extension.get("valueCoding") or extension.get("valueCode"))
        else:
            continue
        sex = _BIRTH_SEXES.get(code) or _SNOMED_SEXES.get(code)
        cells["birth_sex"] = Cell(sex) if sex else unknown(f"birth sex {code}")
    return cells


def patient_cells(patient: Json, about: About) -> dict[str, Cell]:
    """The cells of a Patient: ``sex``, ``birth_sex``, ``birth_date``, ``deceased``, ``identifier.<system>``."""
    cells = sex_cells(patient)
    born = a_text(patient.get("birthDate"))
    if born:
        cells["birth_date"] = Cell(moment(born))
    elif "birthDate" in patient or "_birthDate" in patient:
        cells["birth_date"] = absent_for(extended_reason(patient.get("_birthDate")))
    died = a_text(patient.get("deceasedDateTime"))
    if died or patient.get("deceasedBoolean") is True:
        cells["deceased"] = Cell(moment(died) if died else "true")
    for identifier in objects(patient.get("identifier")):
        name = about.codes.systems.get(a_text(identifier.get("system")))
        if name:
            cells[f"identifier.{name}"] = Cell(a_text(identifier.get("value")))
    return cells
