"""Says what is not known where a part of the input is lost, or where the data of one person are parted."""

from __future__ import annotations

from typing import Any

from ucmsc_rules.adapters.fhir.json_shape import Json, a_text, an_object, objects
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.facts.concepts import Dictionary, Kind

SHOWN = 5
LOST = "a part of the input could not be read, and may be of this subject; so nothing that it may change is known"
UNKNOWN_PATIENT = "this patient's own resource is not in the input, so sex and birth date are not known from it"
PARTED = (
    "this patient is linked to {}, where more is known of the same person, so nothing that it may change is known; "
    "merge them"
)
DOUBT = "no value: a part of what is known of this subject is not at hand"


def homeless(paths: list[str]) -> str:
    """What is told of resources that name no patient."""
    shown = ", ".join(paths[:SHOWN]) + (f" and {len(paths) - SHOWN} more" if len(paths) > SHOWN else "")
    return f"{len(paths)} resources name no patient that can be told from the input: {shown}"


def doubted(record: Any, mapping: FieldMapping, dictionary: Dictionary) -> Any:  # noqa: ANN401 - a record is plain data
    """The record with a fact of unknown value for each concept that the lost part may speak of."""
    doubts = []
    for concept in dict.fromkeys(rule.concept for rule in mapping.facts):
        fact = {"concept": concept, "value": DOUBT, "source": "input"}
        doubts.append({**fact, "complete": False} if dictionary[concept].kind is Kind.EVENT else fact)
    return {**an_object(record), "facts": [*record["facts"], *doubts]}


def linked_to(patient: Json) -> list[str]:
    """The other resources that hold data of the same person, as the patient's own resource tells."""
    others = [an_object(link.get("other")) for link in objects(patient.get("link"))]
    references = [a_text(other.get("reference")) for other in others]
    return [reference for reference in references if "Patient/" in reference or reference.startswith("urn:")]
