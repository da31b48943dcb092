"""Folds an export with one line for each value (EAV) into lines that hold all values of a record, event and repeat."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import Factory, define

from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.project import BOX, CHECKBOX, EVENT, INSTANCE, INSTRUMENT, Project, as_column


@define
class _Line:
    place: str
    texts: dict[str, str]
    twice: list[str] = Factory(list)

    def take(self, column: str, text: str) -> None:
        if self.texts.setdefault(column, text) != text:
            self.twice.append(column)


def folded(record: str, entries: Iterable[Entry], project: Project) -> list[Entry]:
    """The lines of one record.

    Of a checkbox such exports name the checked choices alone, so that the others of a form with data are unchecked.
    """
    lines: dict[tuple[str, str, str], _Line] = {}
    for entry in entries:
        key = entry.key()
        heading = {column: text for column, text in zip((EVENT, INSTRUMENT, INSTANCE), key, strict=True) if text}
        line = lines.setdefault(key, _Line(entry.place, {project.record_id: record, **heading}))
        name, value = entry.texts["field_name"].strip(), entry.texts["value"]
        field = project.fields.get(name)
        if field is not None and field.kind == CHECKBOX:
            line.take(f"{name}{BOX}{as_column(value)}", "1")
        elif name != project.record_id:
            line.take(name, value)
    for line in lines.values():
        _uncheck(line, project)
    return [Entry(line.place, line.texts, tuple(line.twice)) for line in lines.values()]


def _uncheck(line: _Line, project: Project) -> None:
    forms = {project.form_of(column) for column in line.texts if column != project.record_id}
    for field in project.fields.values():
        if field.kind == CHECKBOX and field.form in forms:
            for code in field.choices:
                line.texts.setdefault(f"{field.name}{BOX}{as_column(code)}", "0")
