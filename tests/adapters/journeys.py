"""The thirty subjects, written in each format and read again."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

import pytest

from adapters.edc_subjects import ruleset, subjects
from adapters.fhir_writer import to_fhir_bulk, to_fhir_bundles
from adapters.odm_writer import to_odm
from adapters.redcap_odm_writer import to_redcap_odm
from adapters.redcap_writer import DATA_DICTIONARY, REPEATING, export_lines, to_redcap_csv, to_redcap_json
from adapters.sdtm_writer import to_sdtm
from adapters.table_writer import to_long_csv, to_long_parquet, to_wide_csv, to_wide_parquet, wide_mapping
from ucmsc_rules.adapters.fhir import read_fhir
from ucmsc_rules.adapters.load_mapping import load_mapping, parse_mapping
from ucmsc_rules.adapters.mapping import FieldMapping
from ucmsc_rules.adapters.odm import read_odm
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.redcap import read_redcap
from ucmsc_rules.adapters.redcap.odm import read_redcap_odm
from ucmsc_rules.adapters.redcap.read_project import read_project
from ucmsc_rules.adapters.sdtm import read_sdtm
from ucmsc_rules.adapters.tables import read_long_table, read_table


def mapping(name: str) -> FieldMapping:
    """A mapping that is shipped."""
    return load_mapping(name, ruleset().dictionary)


def through_odm(version: Literal["1.3.2", "2.0"]) -> Iterator[Received]:
    """Written and read as ODM."""
    return read_odm(BytesIO(to_odm(subjects(), version)), mapping("example-odm"), ruleset().dictionary)


def through_redcap(data: bytes) -> Iterator[Received]:
    """Read as an export of records."""
    words = ruleset().dictionary
    return read_redcap(BytesIO(data), mapping("example-redcap"), words, data_dictionary=DATA_DICTIONARY)


def through_redcap_odm() -> Iterator[Received]:
    """Written and read as the ODM export of a REDCap project."""
    data = to_redcap_odm(export_lines(subjects()), read_project(DATA_DICTIONARY), REPEATING)
    return read_redcap_odm(BytesIO(data), mapping("example-redcap"), ruleset().dictionary)


def through_sdtm(folder: Path, form: str) -> Iterator[Received]:
    """Written and read as SDTM datasets."""
    if form == "xpt":
        pytest.importorskip("pandas", reason="pyreadstat writes data frames")
    return read_sdtm(to_sdtm(subjects(), folder, form), mapping("sdtm"), ruleset().dictionary)


def through_fhir(sources: Iterable[Any], name: str = "example-fhir") -> Iterator[Received]:
    """Read as FHIR."""
    return read_fhir(sources, mapping(name), ruleset().dictionary)


def bundles() -> list[BytesIO]:
    """A bundle for each subject."""
    return [BytesIO(data) for data in to_fhir_bundles(subjects())]


def through_long(data: bytes) -> Iterator[Received]:
    """Read as a table of canonical facts."""
    return read_long_table(BytesIO(data), ruleset().dictionary)


def through_wide(data: bytes) -> Iterator[Received]:
    """Read as a table with a row for each subject."""
    words = ruleset().dictionary
    return read_table(BytesIO(data), parse_mapping(wide_mapping(subjects()), words), words)


WAYS: Mapping[str, Callable[[Path], Iterator[Received]]] = {
    "FHIR bundles": lambda _: through_fhir(bundles()),
    "FHIR bulk export": lambda folder: through_fhir(to_fhir_bulk(subjects(), folder)),
    "ODM 1.3.2": lambda _: through_odm("1.3.2"),
    "ODM 2.0": lambda _: through_odm("2.0"),
    "REDCap JSON": lambda _: through_redcap(to_redcap_json(subjects())),
    "REDCap CSV": lambda _: through_redcap(to_redcap_csv(subjects())),
    "REDCap ODM": lambda _: through_redcap_odm(),
    "SDTM Dataset-JSON": lambda folder: through_sdtm(folder, "dataset-json"),
    "SDTM XPT": lambda folder: through_sdtm(folder, "xpt"),
    "long CSV": lambda _: through_long(to_long_csv(subjects())),
    "long Parquet": lambda _: through_long(to_long_parquet(subjects())),
    "wide CSV": lambda _: through_wide(to_wide_csv(subjects())),
    "wide Parquet": lambda _: through_wide(to_wide_parquet(subjects())),
}
# formats that have a place for every key of a fact, so that the facts themselves come back
EXACT = frozenset(WAYS) - {"FHIR bundles", "FHIR bulk export", "SDTM Dataset-JSON", "SDTM XPT"}
