"""Reads a REDCap project's records: lines of an export become rows, and rows a canonical record for each subject."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext

from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap.columns import missing_columns
from ucmsc_rules.adapters.redcap.entry import Entry
from ucmsc_rules.adapters.redcap.fit import Fitted, fit
from ucmsc_rules.adapters.redcap.gather import gather, look_over
from ucmsc_rules.adapters.redcap.labels import no_record_id, refusal_by
from ucmsc_rules.adapters.redcap.lines import from_objects, read_lines
from ucmsc_rules.adapters.redcap.project import Project
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.adapters.redcap.source import Objects, Source, opening
from ucmsc_rules.adapters.redcap.subject import received_of
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.concepts import Dictionary
from ucmsc_rules.facts.json_text import Broken

Lines = Iterator[Entry | Broken]
LinesAgain = Callable[[], AbstractContextManager[Lines]]


def read_redcap(
    source: Source | Objects,
    mapping: FieldMapping,
    dictionary: Dictionary,
    *,
    data_dictionary: Source | Objects | Project | None = None,
    missing_data_codes: str = "",
) -> Iterator[Received]:
    """The subjects of an export of records: JSON or CSV, with a line for each record or for each value.

    ``source`` may be the objects themselves, as PyCap gives them. ``data_dictionary`` is the project's (CSV or JSON);
    without it every row is of the kind "record" or of its repeating instrument, an unchecked box never says anything,
    and the mapping has to name the ``subject``. ``missing_data_codes`` are the project's, as ``"-999, Not asked"``.

    Raises UcmscRulesError where the mapping or the data dictionary cannot be used; what is wrong with the records
    themselves stands in what is received.
    """
    project = _project(data_dictionary, missing_data_codes)
    fitted = fit(mapping, project)
    if not fitted.record_id:
        message = "which column names the record is not told; give the data dictionary, or write"
        raise UcmscRulesError(f'{message} "subject: record_id" in the mapping {mapping.name}')
    return read_entries(_reopened(source), fitted, dictionary)


def _project(source: Source | Objects | Project | None, missing: str) -> Project | None:
    if isinstance(source, Project):
        return source
    return read_project(source, missing) if source is not None else None


def _reopened(source: Source | Objects) -> LinesAgain:
    """What gives the lines of a source, again and again."""
    if isinstance(source, Sequence) and not isinstance(source, str | bytes):
        return lambda: nullcontext(from_objects(source))
    again = opening(source)

    @contextmanager
    def lines() -> Iterator[Lines]:
        with again() as stream:
            yield read_lines(stream)

    return lines


def read_entries(lines: LinesAgain, fitted: Fitted, dictionary: Dictionary) -> Iterator[Received]:
    """The subjects of an export; it is looked over first, so that none is answered before all its lines are known."""
    name_of = _name_of(fitted)
    with lines() as first:
        survey = look_over(first, name_of, refusal_by(fitted.project))
    refusal = no_record_id(survey.nameless, fitted.record_id) if survey.nameless else survey.refusal
    if refusal:
        yield Received(Broken(refusal))
        return
    if survey.columns is not None:
        fitted = fitted.of_export(survey.columns)
        missing = missing_columns(fitted.mapping, survey.columns)
        yield from (Received(missing),) if missing else ()
    with lines() as second:
        for group in gather(second, survey, name_of):
            if group.entries:
                yield received_of(group, fitted, dictionary)
            yield from map(Received, group.beside)


def _name_of(fitted: Fitted) -> Callable[[Entry], str]:
    def name_of(entry: Entry) -> str:
        return entry.texts.get("record" if entry.has_line_per_value() else fitted.record_id, "").strip()

    return name_of
