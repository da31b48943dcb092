"""Turns FHIR's codes into cells: the first coding as "system code", the further ones and the words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from ucmsc_rules.adapters.fhir.json_shape import Json, a_list, a_text, an_object, objects
from ucmsc_rules.adapters.row import Cell

BLANK = Cell()
MOST_CODINGS = 50
LONGEST = 200
_CATEGORY = 3


def coded(value: object, systems: Mapping[str, str]) -> Cell:
    """The cell of a CodeableConcept, a CodeableReference, a Coding, or of a list of them; blank where it says nothing.

    A system is named by its short name in the mapping, else by its URI. A code without a system stands alone, so that
    it is never taken for one of a system. The words come last.

    >>> concept = {"coding": [{"system": "http://loinc.org", "code": "2160-0"}, {"code": "KREA"}], "text": "Creatinine"}
    >>> coded(concept, {"http://loinc.org": "loinc"})
    Cell(text='loinc 2160-0', unit='', absent='', also=('KREA', 'Creatinine'))
    """
    codes: list[str] = []
    words: list[str] = []
    for concept in a_list(value):
        if isinstance(concept, dict):
            inner = concept["concept"] if isinstance(concept.get("concept"), dict) else concept
            codes += _texts(inner, systems)
            words += _words(inner)
        elif isinstance(concept, str):
            codes.append(concept.strip())
    texts = [text[:LONGEST] for text in dict.fromkeys((*codes, *words)) if text][:MOST_CODINGS]
    return Cell(texts[0], also=tuple(texts[1:])) if texts else BLANK


def _texts(concept: Json, systems: Mapping[str, str]) -> Iterator[str]:
    for coding in _codings(concept):
        code = a_text(coding.get("code"))
        if code:
            system = a_text(coding.get("system"))
            yield _written(systems.get(system, system), code)


def _codings(concept: Json) -> list[Json]:
    """The codings of a concept, or itself where it is one coding."""
    return objects(concept["coding"]) if "coding" in concept else [concept]


def _written(system: str, code: str) -> str:
    """A code with its system; ICD-10 is written with its point, whether or not the source left it out."""
    if system in {"icd10", "icd10cm"} and len(code) > _CATEGORY and "." not in code and code.isalnum():
        code = f"{code[:_CATEGORY]}.{code[_CATEGORY:]}"
    return f"{system} {code}" if system else code


def _words(concept: Json) -> Iterator[str]:
    for text in (concept.get("text"), *(coding.get("display") for coding in _codings(concept))):
        yield a_text(text)


def name_of(value: object) -> str:
    """The words for a code, for a reader; "" where there are none."""
    for concept in objects(value):
        inner = an_object(concept["concept"]) if "concept" in concept else concept
        for word in _words(inner):
            if word:
                return word[:LONGEST]
    return ""


def plain_code(value: object) -> str:
    """The only code of a small value set, whatever its system: a status, a severity; "" where there is none."""
    if isinstance(value, str):
        return value.strip().casefold()
    for concept in objects(value):
        for coding in _codings(concept):
            code = a_text(coding.get("code"))
            if code:
                return code.casefold()
        if a_text(concept.get("text")):
            return a_text(concept.get("text")).casefold()
    return ""
