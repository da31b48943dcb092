"""Fits a mapping to a project: what the data dictionary knows of each field need not be said again, nor be misspelt."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import partial

from attrs import evolve, frozen

from ucmsc_rules.adapters.mapping import Condition, FactRule, FieldMapping, Rows, System, Take
from ucmsc_rules.adapters.redcap.columns import Rule, conditions_on, leading_column, rules_of, takes_of, untold_columns
from ucmsc_rules.adapters.redcap.project import (
    BOX,
    CHECKBOX,
    COMPLETE,
    EVENT,
    INSTANCE,
    INSTRUMENT,
    STATUSES,
    WHOLE_RECORD,
    Project,
    as_column,
)
from ucmsc_rules.adapters.row import UNKNOWN
from ucmsc_rules.errors import Complaint, RulesetError, UcmscRulesError
from ucmsc_rules.wording import did_you_mean, either

OF_REDCAP = (EVENT, INSTRUMENT, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier")
ANY_KIND = ""
UNCHECKED = "0"
CHECKED = "1"


@frozen(eq=False)
class Fitted:
    """A mapping that fits a project, and what the making of rows has to know of both.

    ``told_unchecked`` are the boxes whose being unchecked says something, ``asked_unchecked`` those of them of which
    conditions ask. ``borrowed`` are, for a form, the columns of
    other forms of the same event that its rows carry too, since a rule reads them together. ``missing_boxes`` are the
    columns of missing-data codes, and why there is no value. ``forms_asked`` are the forms that rules ask for by field,
    where no data dictionary tells forms. ``there`` are the columns of the export, None where it can have all of them,
    and ``untold`` those that nobody exported, by the column beside which they would be read.
    """

    mapping: FieldMapping
    project: Project | None
    told_unchecked: frozenset[str] = frozenset()
    asked_unchecked: frozenset[str] = frozenset()
    borrowed: Mapping[str, tuple[str, ...]] = {}
    missing_boxes: Mapping[str, str] = {}
    forms_asked: Mapping[str, str] = {}
    there: frozenset[str] | None = None
    untold: Mapping[str, tuple[str, ...]] = {}

    @property
    def record_id(self) -> str:
        """The column that names the record."""
        return self.project.record_id if self.project else self.mapping.subject

    def of_export(self, columns: frozenset[str]) -> Fitted:
        """The same for an export that has some columns and no others."""
        return evolve(self, there=columns, untold=untold_columns(self.mapping, columns))

    def boxes_beside(self, column: str) -> Iterator[str]:
        """The boxes of the same checkbox field that stand for its choices."""
        field = self.project.field_of(column) if self.project else None
        if field is not None:
            yield from (f"{field.name}{BOX}{as_column(code)}" for code in field.choices)


def fit(mapping: FieldMapping, project: Project | None) -> Fitted:
    """The mapping as it reads a project. Raises UcmscRulesError where it names what the project does not have."""
    if mapping.reads is not System.REDCAP:
        message = f'the mapping "{mapping.name}" reads {mapping.reads.value}; REDCap needs one with "reads: redcap"'
        raise UcmscRulesError(message)
    asked = frozenset(_asked_unchecked(mapping))
    told = asked | frozenset(_told_unchecked(mapping))
    if project is None:
        plain = evolve(mapping, rows=_with_plumbing(mapping, None))
        return Fitted(plain, None, told, asked, forms_asked=_forms_asked(mapping))
    complaints = tuple(_complaints(mapping, project))
    if complaints:
        raise RulesetError(complaints)
    missing = {**dict.fromkeys(project.missing, UNKNOWN), **mapping.missing}
    facts = tuple(evolve(rule, takes=_with_commas(rule.takes, project)) for rule in mapping.facts)
    boxes = {column: _why(column, missing) for column in project.columns() if project.is_missing_box(column)}
    fitted = evolve(mapping, facts=facts, missing=missing, rows=_with_plumbing(mapping, project))
    return Fitted(fitted, project, told, asked, _borrowed(mapping, project), boxes)


def _why(column: str, missing: Mapping[str, str]) -> str:
    suffix = column.partition(BOX)[2]
    return next((why for code, why in missing.items() if as_column(code) == suffix), UNKNOWN)


def _with_commas(takes: Mapping[str, Take], project: Project) -> dict[str, Take]:
    """Takes that know of the decimal comma in the fields that are validated as such."""

    def with_comma(take: Take) -> Take:
        field = project.field_of(take.field)
        told = take.decimal_comma is not None or field is None or not field.decimal_comma
        return take if told else evolve(take, decimal_comma=True)

    return {key: with_comma(take) for key, take in takes.items()}


def _with_plumbing(mapping: FieldMapping, project: Project | None) -> dict[str, Rows]:
    """For each kind of rows, and for any other, the columns that are no data."""
    plumbing = (*OF_REDCAP, *(project.plumbing() if project else ()))
    kinds = (ANY_KIND, WHOLE_RECORD, *mapping.rows, *(kind for rule in rules_of(mapping) for kind in rule.kinds))
    known = {kind: mapping.rows.get(kind, Rows()) for kind in (*kinds, *(project.forms if project else ()))}
    return {kind: evolve(rows, ignore=(*rows.ignore, *plumbing)) for kind, rows in known.items()}


def _columns_of(rule: Rule) -> frozenset[str]:
    return frozenset(take.field for take in takes_of(rule).values()) | frozenset(conditions_on(rule))


def _told_unchecked(mapping: FieldMapping) -> Iterator[str]:
    takes = (take for rule in rules_of(mapping) for take in takes_of(rule).values())
    return (take.field for take in takes if take.values and UNCHECKED in take.values)


def _asked_unchecked(mapping: FieldMapping) -> Iterator[str]:
    conditions = (each for rule in rules_of(mapping) for each in (*rule.where, *rule.unless))
    return (each.field for each in conditions if {UNCHECKED, f"{UNCHECKED}*", "*"}.intersection(each.texts))


def _borrowed(mapping: FieldMapping, project: Project) -> dict[str, tuple[str, ...]]:
    borrowed: dict[str, set[str]] = {}
    for rule in rules_of(mapping):
        home = project.form_of(leading_column(rule))
        if home is not None:
            strange = (column for column in _columns_of(rule) if project.form_of(column) not in {home, None})
            borrowed.setdefault(home, set()).update(strange)
    return {form: tuple(sorted(columns)) for form, columns in borrowed.items() if columns}


def _forms_asked(mapping: FieldMapping) -> dict[str, str]:
    rules = (rule for rule in rules_of(mapping) if rule.kinds and WHOLE_RECORD not in rule.kinds)
    return {leading_column(rule): either(rule.kinds) for rule in rules}


def _complaints(mapping: FieldMapping, project: Project) -> Iterator[Complaint]:
    known = (*project.columns(), *OF_REDCAP)
    for rule in rules_of(mapping):
        name = rule.concept if isinstance(rule, FactRule) else rule.anchor
        complain = partial(Complaint, rule.place, name)
        for kind in rule.kinds:
            if kind not in project.forms:
                yield complain(f'the data dictionary has no form "{kind}"{did_you_mean(kind, project.forms)}')
        for column in sorted(_columns_of(rule)):
            if column not in known:
                yield complain(_no_column(column, project, known))
        for take in takes_of(rule).values():
            yield from map(complain, _no_choices(take.field, take.values or (), project))
        for condition in (*rule.where, *rule.unless):
            yield from map(complain, _no_choices(condition.field, _plain(condition), project))


def _plain(condition: Condition) -> tuple[str, ...]:
    return tuple(text for text in condition.texts if text.strip() and not text.endswith("*"))


def _no_column(column: str, project: Project, known: Iterable[str]) -> str:
    field = project.fields.get(column)
    if field is not None and field.kind == CHECKBOX:
        boxes = either(f'"{column}{BOX}{as_column(code)}"' for code in field.choices)
        return f'"{column}" is a checkbox, which has a column for each of its choices; write {boxes}'
    return f'the data dictionary has no field "{column}"{did_you_mean(column, known)}'


def _no_choices(column: str, codes: Iterable[str], project: Project) -> Iterator[str]:
    choices = _choices(column, project)
    if not choices:
        return
    taken = {code.casefold() for code in (*choices, *project.missing)}
    for code in codes:
        if code.strip().casefold() not in taken:
            listed = either(f"{known} ({label})" for known, label in choices.items())
            yield f'"{code}" is no choice of {column}; it has {listed}'


def _choices(column: str, project: Project) -> Mapping[str, str]:
    field = project.field_of(column)
    if field is None:
        return STATUSES if column.endswith(COMPLETE) else {}
    return {CHECKED: "checked", UNCHECKED: "unchecked"} if field.kind == CHECKBOX else field.choices
