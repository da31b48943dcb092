"""The form of a REDCap project that takes verdicts: its names, its codes, and its data dictionary."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal

from attrs import Factory, frozen

from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.truth import Truth
from ucmsc_rules.verdicts.finding import Status
from ucmsc_rules.wording import either

Shape = Literal["radio", "checkbox"]
HEADER = (
    "Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label",
    "Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number",
    "Text Validation Min", "Text Validation Max", "Identifier?", "Branching Logic (Show field only if...)",
    "Required Field?", "Custom Alignment", "Question Number (surveys only)", "Matrix Group Name", "Matrix Ranking?",
    "Field Annotation",
)  # fmt: skip
_NAME = re.compile(r"[a-z](?:_?[a-z0-9])*\Z")
_TRUTHS = {"true": "Holds", "false": "Does not hold", "unknown": "Unknown"}
AGAINST, OPEN = "against", "open"
_TEXTS = {
    "needs": "What is still needed",
    "problems": "Problems of the input",
    "ruleset": "Ruleset",
    "engine": "Engine",
}


def _answers() -> Mapping[str, str]:
    return {"true": "1", "false": "0", "unknown": "9"}


def _statuses() -> Mapping[str, str]:
    return {"eligible": "1", "ineligible": "0", "undetermined": "9"}


@frozen
class VerdictForm:
    """The form of a project that takes verdicts: where it stands, how its fields are called, and its codes.

    ``instance`` is the number of the repeat where the form ``repeats``, or its event does, and "" where neither does.
    With ``shape`` "radio" each criterion has a field with the codes of ``answers``; with "checkbox" there are two
    checkboxes, of the criteria that speak against the subject and of those that are open. ``complete`` is the status of
    the form (0 incomplete, 1 unverified, 2 complete): nobody has looked at it yet.
    """

    record_id: str = "record_id"
    event: str = ""
    instrument: str = "eligibility"
    instance: str = ""
    repeats: Literal["form", "event"] = "form"
    prefix: str = "el_"
    shape: Shape = "radio"
    answers: Mapping[str, str] = Factory(_answers)
    statuses: Mapping[str, str] = Factory(_statuses)
    complete: str = "1"

    def __attrs_post_init__(self) -> None:
        for codes, needed in ((self.answers, Truth), (self.statuses, Status)):
            words = [each.value for each in needed]
            if sorted(codes) != sorted(words) or len(set(codes.values())) < len(words):
                raise UcmscRulesError(f"write one code for each of {either(words)}, and no code twice")


def code_of(criterion: str) -> str:
    """A criterion's id as a code of a checkbox, or as the end of a field's name."""
    return re.sub(r"[^a-z0-9]+", "_", criterion.lower()).strip("_")


def field_of(criterion: str, form: VerdictForm) -> str:
    """The field of a criterion where each has one."""
    return f"{form.prefix}{code_of(criterion)}"


def dictionary_lines(ruleset: Ruleset, form: VerdictForm) -> Iterator[list[str]]:
    """The lines of the data dictionary, the field that names the record first; each name is checked."""
    _refuse_names(ruleset, form)
    yield _line(form.record_id, form, "text", "Record ID")
    statuses = ((form.statuses[status.value], status.value.capitalize()) for status in Status)
    yield _line(f"{form.prefix}status", form, "radio", "Eligibility, by what is known", _choices(statuses))
    if form.shape == "radio":
        answers = _choices((form.answers[truth], label) for truth, label in _TRUTHS.items())
        for each in ruleset.criteria:
            label = f"{each.id} ({each.category.value}): {each.text}"
            yield _line(field_of(each.id, form), form, "radio", label, answers)
    else:
        criteria = _choices((code_of(each.id), f"{each.id}: {each.text}") for each in ruleset.criteria)
        yield _line(f"{form.prefix}{AGAINST}", form, "checkbox", "Criteria that speak against the subject", criteria)
        yield _line(f"{form.prefix}{OPEN}", form, "checkbox", "Criteria that are not decided", criteria)
    for name, label in _TEXTS.items():
        yield _line(f"{form.prefix}{name}", form, "notes", label)


def _refuse_names(ruleset: Ruleset, form: VerdictForm) -> None:
    taken = {f"{form.prefix}{name}" for name in ("status", AGAINST, OPEN, *_TEXTS)}
    for name in (form.record_id, form.instrument, *sorted(taken)):
        _refuse(name)
    for each in ruleset.criteria:
        name = field_of(each.id, form)
        _refuse(name)
        if name in taken:
            raise UcmscRulesError(f'{each.id} would be the field "{name}", which is another one; rename the criterion')
        taken.add(name)


def _refuse(name: str) -> None:
    if not _NAME.match(name):
        message = f'"{name}" cannot be a name in REDCap; it takes small letters, digits and single underscores'
        raise UcmscRulesError(f"{message}, after a letter")


def _choices(pairs: Iterable[tuple[str, str]]) -> str:
    return " | ".join(f"{code}, {' '.join(label.replace('|', '/').split())}" for code, label in pairs)


def _line(name: str, form: VerdictForm, kind: str, label: str, choices: str = "") -> list[str]:
    cells = {0: name, 1: form.instrument, 3: kind, 4: " ".join(label.split()), 5: choices}
    return [cells.get(place, "") for place in range(len(HEADER))]
