"""Reads a project's data dictionary: the CSV that REDCap offers for download, or the metadata of its API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.lines import from_objects, read_lines
from ucmsc_rules.adapters.redcap.project import DataField, Project, project_of, with_choices
from ucmsc_rules.adapters.redcap.source import Objects, Source, opening
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.json_text import Broken

_NAMES = (
    ("field_name", "Variable / Field Name"),
    ("form_name", "Form Name"),
    ("field_type", "Field Type"),
    ("field_label", "Field Label"),
    ("select_choices_or_calculations", "Choices, Calculations, OR Slider Labels"),
    ("text_validation_type_or_show_slider_number", "Text Validation Type OR Show Slider Number"),
)
_NEEDED = 3


def read_project(source: Source | Objects, missing: str = "") -> Project:
    """The project of a data dictionary (CSV or JSON, or its objects), with its missing-data codes.

    ``missing`` is what REDCap calls ``missing_data_codes``, such as ``"-999, Not asked | UNK, Unknown"``. Raises
    UcmscRulesError where the text is no data dictionary.
    """
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        return project_of(_fields(from_objects(source)), missing)
    with opening(source)() as stream:
        return project_of(_fields(read_lines(stream)), missing)


def _fields(lines: Iterable[Entry | Broken]) -> list[DataField]:
    fields: dict[str, DataField] = {}
    for line in lines:
        if isinstance(line, Broken):
            raise UcmscRulesError(f"the data dictionary cannot be read: {line.message}")
        texts = [next((line.texts[name] for name in names if name in line.texts), None) for names in _NAMES]
        if None in texts[:_NEEDED]:
            wanted = ", ".join(f'"{names[-1]}"' for names in _NAMES[:_NEEDED])
            raise UcmscRulesError(f"this is no data dictionary of REDCap: {line.place} lacks one of {wanted}")
        name, form, kind, label, choices, validation = ((text or "").strip() for text in texts)
        field = with_choices(DataField(name, form, kind.casefold(), label, {}, validation.casefold()), choices)
        if field.name in fields:
            raise UcmscRulesError(f'the data dictionary has the field "{field.name}" twice; keep one of them')
        fields[field.name] = field
    if not fields:
        raise UcmscRulesError("the data dictionary has no fields; download it again")
    return list(fields.values())
