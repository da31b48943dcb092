"""A REDCap project as its data dictionary describes it: which fields there are, on which form, and what they hold."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property

from attrs import Factory, define, evolve, frozen

CHECKBOX = "checkbox"
BOX = "___"
COMPLETE = "_complete"
EVENT = "redcap_event_name"
INSTRUMENT = "redcap_repeat_instrument"
INSTANCE = "redcap_repeat_instance"
WHOLE_RECORD = "record"
STATUSES: Mapping[str, str] = {"0": "Incomplete", "1": "Unverified", "2": "Complete"}
_CHOOSING = frozenset({"radio", "dropdown", "select", CHECKBOX})
_IMPLIED = {"yesno": {"1": "Yes", "0": "No"}, "truefalse": {"1": "True", "0": "False"}}
_SUFFIXES = (COMPLETE, "_timestamp", "_return_code")


@frozen
class DataField:
    """A field of the data dictionary; ``kind`` is its field type, ``choices`` are labels by code."""

    name: str
    form: str
    kind: str = "text"
    label: str = ""
    choices: Mapping[str, str] = Factory(dict)
    validation: str = ""

    @property
    def decimal_comma(self) -> bool:
        """Whether numbers in it are written with a decimal comma."""
        return self.validation.endswith("comma_decimal")


@define(frozen=True, eq=False, slots=False)
class Project:
    """The fields of a project in their order. ``missing`` are its missing-data codes, with their labels."""

    fields: Mapping[str, DataField]
    missing: Mapping[str, str] = Factory(dict)

    @cached_property
    def record_id(self) -> str:
        """The field that names a record: always the first one."""
        return next(iter(self.fields), "")

    @cached_property
    def forms(self) -> tuple[str, ...]:
        """The instruments, in their order."""
        return tuple(dict.fromkeys(field.form for field in self.fields.values() if field.form))

    @cached_property
    def _form_columns(self) -> Mapping[str, str]:
        return {f"{form}{suffix}": form for form in self.forms for suffix in _SUFFIXES}

    def field_of(self, column: str) -> DataField | None:
        """The field that a column of an export belongs to; a checkbox has a column for each of its choices.

        >>> project = Project({"hx": DataField("hx", "history", "checkbox", choices={"1": "bleeding"})})
        >>> project.field_of("hx___1").name, project.field_of("hx"), project.field_of("height")
        ('hx', None, None)
        """
        name, mark, _ = column.partition(BOX)
        field = self.fields.get(name if mark else column)
        return field if field is not None and (field.kind == CHECKBOX) is bool(mark) else None

    def form_of(self, column: str) -> str | None:
        """The form on which a column's field stands; None for what is on no form.

        >>> Project({"sex": DataField("sex", "demographics")}).form_of("demographics_complete")
        'demographics'
        """
        field = self.field_of(column)
        return field.form if field is not None else self._form_columns.get(column)

    def plumbing(self) -> tuple[str, ...]:
        """The columns that say whose data these are and how they were entered, and are no data themselves."""
        return (self.record_id, *self._form_columns)

    def columns(self) -> Iterator[str]:
        """The columns that an export can have."""
        for field in self.fields.values():
            if field.kind == CHECKBOX:
                yield from (f"{field.name}{BOX}{as_column(code)}" for code in (*field.choices, *self.missing))
            else:
                yield field.name
        yield from self._form_columns

    def is_missing_box(self, column: str) -> bool:
        """Whether a checkbox column stands for a missing-data code, and not for one of the field's choices."""
        field = self.field_of(column)
        if field is None or field.kind != CHECKBOX:
            return False
        return column.partition(BOX)[2] not in {as_column(code) for code in field.choices}


def as_column(code: str) -> str:
    """A checkbox's code as the name of its column ends.

    >>> as_column("-1"), as_column("UNK")
    ('_1', 'unk')
    """
    return re.sub(r"[^a-z0-9_]", "", code.strip().lower().replace("-", "_"))


def project_of(fields: Iterable[DataField], missing: str = "") -> Project:
    """A project from its fields in their order, and its missing-data codes as REDCap writes them."""
    return Project({field.name: field for field in fields}, choices_of(missing))


def choices_of(text: str) -> dict[str, str]:
    """The labels by code of a list of choices.

    >>> choices_of("0, Female | 1, Male|-999, Not asked, or refused")
    {'0': 'Female', '1': 'Male', '-999': 'Not asked, or refused'}
    """
    pairs = (choice.partition(",") for choice in re.split(r"[|\n]", text) if choice.strip())
    return {code.strip(): label.strip() for code, _, label in pairs}


def with_choices(field: DataField, choices: str) -> DataField:
    """A field with the choices that its data dictionary writes as one text, or that its field type implies.

    >>> with_choices(DataField("pregnant", "history", "yesno"), "").choices
    {'1': 'Yes', '0': 'No'}
    """
    return evolve(field, choices=choices_of(choices) if field.kind in _CHOOSING else _IMPLIED.get(field.kind, {}))
