"""Notices an export of labels: its texts are those that people see, and cannot be told from codes with certainty."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.project import COMPLETE, STATUSES, Project
from ucmsc_rules.values.dates import shown

RAW = 'export the records again as raw data ("CSV / Microsoft Excel (raw data)", or rawOrLabel=raw in the API)'
_HEADERS = frozenset({"Event Name", "Repeat Instrument", "Repeat Instance", "Complete?", "Record ID"})
_BOXES = {"1": "Checked", "0": "Unchecked"}


def refusal_by(project: Project | None) -> Callable[[Entry], str]:
    """Tells of a line why the whole export cannot be read; "" where it can."""
    labels: dict[str, Mapping[str, str]] = {}

    def refusal(entry: Entry) -> str:
        if entry.has_line_per_value() and project is None:
            return "an export with one line for each value is read by the data dictionary alone; give it"
        for column, text in _texts(entry):
            if column not in labels:
                held = _choices(column, project)
                labels[column] = {label.casefold(): code for code, label in held.items() if label not in held}
            code = labels[column].get(text.strip().casefold()) if labels[column] and text else None
            if code is not None:
                return f"{entry.place} has the label {shown(text)} in {column}, not its code {code}; {RAW}"
        return ""

    return refusal


def _texts(entry: Entry) -> Iterable[tuple[str, str]]:
    texts = entry.texts
    return ((texts["field_name"].strip(), texts["value"]),) if entry.has_line_per_value() else texts.items()


def _choices(column: str, project: Project | None) -> Mapping[str, str]:
    """The labels by code of a column; a checkbox has one of its own where each line holds a value."""
    field = (project.field_of(column) or project.fields.get(column)) if project else None
    if field is None:
        return STATUSES if column.endswith(COMPLETE) else {}
    return {**field.choices, **_BOXES} if column != field.name else field.choices


def no_record_id(entry: Entry, record_id: str) -> str:
    """What to say of an export whose lines have no column with the record's name."""
    columns = ", ".join(list(entry.texts)[:8])
    if not _HEADERS.isdisjoint(entry.texts) or any("(choice=" in column for column in entry.texts):
        return f"the columns are named by labels ({columns}); {RAW}"
    return f'there is no column "{record_id}", which names the record; the columns are {columns}'
