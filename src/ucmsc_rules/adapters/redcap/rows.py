"""Turns the lines of one record into rows: one for each form with data, in each event and repeat."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.fit import CHECKED, UNCHECKED, Fitted
from ucmsc_rules.adapters.redcap.project import BOX, CHECKBOX, COMPLETE, WHOLE_RECORD
from ucmsc_rules.adapters.row import UNKNOWN, Cell, Row

Key = tuple[str, str, str]
SAVED = frozenset({"1", "2"})
BLANK = Cell()


def rows_of(entries: Iterable[Entry], fitted: Fitted) -> Iterator[Row]:
    """The rows of a record, in the order of its lines and, within one, of the project's forms."""
    for entry in entries:
        cells = {column: Cell(text) for column, text in entry.texts.items() if text.strip()}
        cells |= {column: Cell(absent=UNKNOWN) for column in entry.unreadable}
        heading = _heading(cells, fitted)
        forms = {form: _spoken(form, own, fitted) for form, own in _by_form(cells, entry.key(), fitted).items()}
        everything = {column: cell for own in forms.values() for column, cell in own.items()}
        for form, own in forms.items():
            lent = {column: everything[column] for column in fitted.borrowed.get(form, ()) if column in everything}
            untold = (missing for column in own for missing in fitted.untold.get(column, ()))
            unknown = {column: Cell(absent=UNKNOWN) for column in untold}
            yield Row(form, {**unknown, **heading, **own, **lent}, path_of(entry.key(), form))


def path_of(key: Key, form: str) -> str:
    """Where a row stands in its record: the event and its repeat, the form and its repeat.

    >>> path_of(("visit_1_arm_1", "labs", "2"), "labs"), path_of(("visit_arm_1", "", "3"), "vitals")
    ('visit_1_arm_1 labs[2]', 'visit_arm_1[3] vitals')
    >>> path_of(("", "", ""), "demographics")
    'demographics'
    """
    event, instrument, instance = key
    number = f"[{instance}]" if instance else ""
    if instrument:
        return f"{event} {form}{number}".strip()
    return f"{event}{number} {form}".strip() if event else f"{form}{number}"


def _heading(cells: dict[str, Cell], fitted: Fitted) -> dict[str, Cell]:
    """The cells that every row of a line carries: whose it is, at which event, and which repeat."""
    names = (fitted.record_id, *(column for column in cells if column.startswith("redcap_")))
    return {column: cells[column] for column in names if column in cells}


def _by_form(cells: dict[str, Cell], key: Key, fitted: Fitted) -> dict[str, dict[str, Cell]]:
    """The cells of each form in the order of the forms, without those of the heading."""
    project = fitted.project
    forms: dict[str, dict[str, Cell]] = {form: {} for form in project.forms} if project else {}
    for column, cell in cells.items():
        if column == fitted.record_id or column.startswith("redcap_"):
            continue
        form = (project.form_of(column) if project else key[1]) or WHOLE_RECORD
        forms.setdefault(form, {})[column] = cell
    return {form: own for form, own in forms.items() if _has_data(form, own, fitted)}


def _has_data(form: str, own: dict[str, Cell], fitted: Fitted) -> bool:
    """Whether anything was entered: a form that nobody opened has unchecked boxes and status 0 all the same."""
    status = f"{form}{COMPLETE}"
    plumbing = fitted.project.plumbing() if fitted.project else ()
    return any(
        cell.absent or cell.text.strip() != UNCHECKED or not (is_box(column, fitted) or column == status)
        for column, cell in own.items()
        if column not in plumbing or column == status
    )


def is_box(column: str, fitted: Fitted) -> bool:
    """Whether a column is one box of a checkbox field."""
    field = fitted.project.field_of(column) if fitted.project else None
    return field.kind == CHECKBOX if field is not None else BOX in column


def _spoken(form: str, own: dict[str, Cell], fitted: Fitted) -> dict[str, Cell]:
    """The cells of a form's row: boxes that say something, and a status, which is 0 where nobody gave one."""
    status = f"{form}{COMPLETE}"
    cells = dict(own)
    if fitted.project is not None and form in fitted.project.forms and (not fitted.there or status in fitted.there):
        cells.setdefault(status, Cell(UNCHECKED))
    saved = fitted.project is not None and status in cells and cells[status].text.strip() in SAVED
    cells |= {column: _unchecked(column, fitted, saved=saved) for column in own if _is_unchecked(column, own, fitted)}
    for column, why in fitted.missing_boxes.items():
        if column in own and own[column].text.strip() == CHECKED:
            others = (each for each in fitted.boxes_beside(column) if each not in cells or cells[each].text != CHECKED)
            cells |= dict.fromkeys(others, Cell(column.partition(BOX)[2], absent=why))
    return {column: cell for column, cell in cells.items() if column not in fitted.missing_boxes and cell != BLANK}


def _is_unchecked(column: str, own: dict[str, Cell], fitted: Fitted) -> bool:
    return own[column].text.strip() == UNCHECKED and is_box(column, fitted)


def _unchecked(column: str, fitted: Fitted, *, saved: bool) -> Cell:
    """What an unchecked box says.

    It speaks where the mapping says what that means, on a form that somebody saved as more than incomplete: else nobody
    may have come to it yet. A condition then does not know, and a value is not there.
    """
    if saved and column in fitted.told_unchecked:
        return Cell(UNCHECKED)
    return Cell(absent=UNKNOWN) if column in fitted.asked_unchecked else BLANK
