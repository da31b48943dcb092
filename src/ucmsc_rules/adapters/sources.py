"""Files of any system, read by the adapter for it. The mapping tells the system, or the content where that is safe."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import chain
from pathlib import Path
from typing import BinaryIO

from attrs import frozen

from ucmsc_rules.adapters.mapping import FieldMapping, System
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.concepts import Dictionary

File = str | Path | BinaryIO
USUAL_MAPPINGS = {System.FHIR: "fhir-r4", System.SDTM: "sdtm"}
HEAD = 64 * 1024
_XPT = b"HEADER RECORD*******LIBRARY HEADER RECORD!!!!!!!"
_XPT8 = b"HEADER RECORD*******LIBV8   HEADER RECORD!!!!!!!"
_ODM = re.compile(r"<(?:\w+:)?ODM[\s>]|cdisc\.org/ns/odm/")
_RECORD = re.compile(r'"(?:facts|anchors)"\s*:|"subject"\s*:\s*"')
_FHIR = re.compile(r'"resourceType"\s*:\s*"[A-Z]')
_DATASET_JSON = re.compile(r'"(?:datasetJSONVersion|datasetJSONCreationDateTime)"\s*:')


@frozen
class Source:
    """What to read: files of one system, and what REDCap keeps beside an export of records."""

    files: Sequence[File]
    mapping: FieldMapping | None
    data_dictionary: str | Path | None = None
    missing_data_codes: str = ""


def recognised(head: bytes) -> System | None:
    """The system whose format the first bytes of a file are surely of; None for canonical records and all else.

    CSV and REDCap's JSON look like anybody's, so they are never recognised.

    >>> recognised(b'{"resourceType": "Bundle"}'), recognised(b'{"subject": "S-001"}'), recognised(b"subject,concept")
    (<System.FHIR: 'fhir'>, None, None)
    """
    if head.startswith((_XPT, _XPT8)):
        return System.SDTM
    if head.startswith(b"PAR1"):
        return System.TABLE
    text = _text(head).lstrip("\ufeff \t\r\n")
    if text.startswith("<"):
        return System.ODM if _ODM.search(text) else None
    if not text.startswith(("{", "[")):
        return None
    found = [(match.start(), system) for pattern, system in _JSON if (match := pattern.search(text))]
    return min(found, key=lambda each: each[0])[1] if found else None


_JSON: tuple[tuple[re.Pattern[str], System | None], ...] = (
    (_RECORD, None),
    (_FHIR, System.FHIR),
    (_DATASET_JSON, System.SDTM),
)


def _text(head: bytes) -> str:
    wide = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}
    return head.decode(wide.get(head[:2], "utf-8"), "replace")


def read_source(source: Source, dictionary: Dictionary) -> Iterator[Received]:
    """The subjects of files, by the adapter for what the mapping reads; without one, of long tables of canonical facts.

    FHIR and SDTM take all files as one input; of the others each is read by itself. Raises UcmscRulesError where the
    files cannot be used at all.
    """
    mapping = source.mapping
    if mapping is None:
        return _long_tables(source, dictionary)
    return _READERS[mapping.reads](source, mapping, dictionary)


def _long_tables(source: Source, dictionary: Dictionary) -> Iterator[Received]:
    from ucmsc_rules.adapters.tables import read_long_table  # noqa: PLC0415 - each format imports what it needs

    return chain.from_iterable(read_long_table(file, dictionary) for file in source.files)


def _fhir(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    from ucmsc_rules.adapters.fhir import read_fhir  # noqa: PLC0415

    return read_fhir(list(source.files), mapping, dictionary)


def _sdtm(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    from ucmsc_rules.adapters.sdtm import read_sdtm  # noqa: PLC0415

    return read_sdtm(_paths(source.files), mapping, dictionary)


def _odm(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    from ucmsc_rules.adapters.odm import read_odm  # noqa: PLC0415

    return chain.from_iterable(read_odm(file, mapping, dictionary) for file in source.files)


def _redcap(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    return chain.from_iterable(_redcap_file(file, source, mapping, dictionary) for file in source.files)


def _table(source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    from ucmsc_rules.adapters.tables import read_table  # noqa: PLC0415

    return chain.from_iterable(read_table(file, mapping, dictionary) for file in source.files)


_READERS = {
    System.FHIR: _fhir,
    System.SDTM: _sdtm,
    System.ODM: _odm,
    System.REDCAP: _redcap,
    System.TABLE: _table,
}


def _paths(files: Sequence[File]) -> list[str | Path]:
    paths = [file for file in files if isinstance(file, str | Path)]
    if len(paths) < len(files):
        raise UcmscRulesError(
            "SDTM is read from files, since each dataset is one; write their names, or their folder's"
        )
    return paths


def _redcap_file(file: File, source: Source, mapping: FieldMapping, dictionary: Dictionary) -> Iterator[Received]:
    """An export of records, or of the whole project as ODM, which holds its data dictionary itself."""
    if _head(file).lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        from ucmsc_rules.adapters.redcap.odm import read_redcap_odm  # noqa: PLC0415

        return read_redcap_odm(file, mapping, dictionary)
    from ucmsc_rules.adapters.redcap import read_redcap  # noqa: PLC0415

    return read_redcap(
        file,
        mapping,
        dictionary,
        data_dictionary=source.data_dictionary,
        missing_data_codes=source.missing_data_codes,
    )


def _head(file: File) -> bytes:
    """The first bytes of a file; of a stream that cannot go back, what it lets be looked at."""
    if isinstance(file, str | Path):
        with Path(file).open("rb") as stream:
            return stream.read(HEAD)
    peek = getattr(file, "peek", None)
    if peek is not None:
        return bytes(peek(HEAD)[:HEAD])
    start = file.tell()
    head = file.read(HEAD)
    file.seek(start)
    return head
