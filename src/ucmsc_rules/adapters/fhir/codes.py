"""Turns FHIR's codes into cells: the first coding as "system code", the further ones and the words beside it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from attrs import define, field, frozen

from ucmsc_rules.adapters.fhir.interest import Interest
from ucmsc_rules.adapters.fhir.json_shape import NOTHING, Json, a_list, a_text, an_object, objects
from ucmsc_rules.adapters.row import Cell

BLANK = Cell()
MOST_CODINGS = 50
MOST_REMEMBERED = 10_000
LONGEST = 200
_CATEGORY = 3


@frozen
class Coded:
    """A code's cell, that of its name, and whether a rule of the mapping may want an observation of it."""

    cell: Cell
    words: Cell
    wanted: bool


ANY_CODE = Coded(BLANK, BLANK, wanted=True)


@define
class Codes:
    """Reads codes, and remembers those that it has read: a subject's resources share few of them."""

    systems: Mapping[str, str]
    interest: Interest = Interest()  # noqa: RUF009 - frozen
    _remembered: dict[tuple[object, ...], Coded] = field(init=False, factory=dict)

    def cell(self, value: object) -> Cell:
        """The cell of a code."""
        return BLANK if value is None else self.read(value).cell

    def read(self, value: object) -> Coded:
        """The cell of a code with its name."""
        if type(value) is list and len(value) == 1:
            value = value[0]
        key = _plain_key(value)
        try:
            return self._remembered[key]
        except (KeyError, TypeError):  # TypeError: of a part that is no text
            pass
        if not key or not all(part is None or type(part) is str for part in key):
            return self._named(coded(value, self.systems), name_of(value))
        if len(self._remembered) >= MOST_REMEMBERED:
            self._remembered.clear()
        found = self._remembered[key] = self._read_plain(*(a_text(part) for part in key))
        return found

    def _read_plain(self, system: str, code: str, display: str, text: str) -> Coded:
        """The same for a concept of one coding, in a fifth of the time."""
        written = _written(self.systems.get(system, system), code) if code else ""
        texts = [each[:LONGEST] for each in dict.fromkeys((written, text, display)) if each]
        return self._named(Cell(texts[0], also=tuple(texts[1:])) if texts else BLANK, (text or display)[:LONGEST])

    def _named(self, cell: Cell, name: str) -> Coded:
        return Coded(cell, Cell(name), self.interest.wants((cell.text, *cell.also)))


def _plain_key(value: object) -> tuple[object, ...]:
    """What a concept of one coding says, which is how most are; () for any other."""
    if type(value) is not dict:
        return ()
    codings = value.get("coding")
    if type(codings) is not list or len(codings) != 1 or "concept" in value:
        return ()
    coding = codings[0]
    if type(coding) is not dict:
        return ()
    return coding.get("system"), coding.get("code"), coding.get("display"), value.get("text")


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
            inner = _inner(concept)
            codes += _texts(inner, systems)
            words += _words(inner)
        elif isinstance(concept, str):
            codes.append(concept.strip())
    texts = [text[:LONGEST] for text in dict.fromkeys((*codes, *words)) if text][:MOST_CODINGS]
    return Cell(texts[0], also=tuple(texts[1:])) if texts else BLANK


def _inner(concept: Json) -> Json:
    """The concept of a CodeableReference (R5); one that only refers has none."""
    if "concept" in concept:
        return an_object(concept["concept"])
    return NOTHING if isinstance(concept.get("reference"), dict) else concept


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
    if system in {"icd10", "icd10cm"} and len(code) > _CATEGORY and code.isalnum():
        code = f"{code[:_CATEGORY]}.{code[_CATEGORY:]}"
    return f"{system} {code}" if system else code


def _words(concept: Json) -> Iterator[str]:
    yield a_text(concept.get("text"))
    for coding in _codings(concept):
        yield a_text(coding.get("display"))


def name_of(value: object) -> str:
    """The words for a code, for a reader; "" where there are none."""
    for concept in objects(value):
        for word in _words(_inner(concept)):
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
