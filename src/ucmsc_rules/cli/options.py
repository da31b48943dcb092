"""The options that commands share, and the words that they take."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer


class Format(StrEnum):
    """What ``screen`` prints."""

    TEXT = "text"
    JSON = "json"
    NDJSON = "ndjson"
    CSV = "csv"


class Engine(StrEnum):
    """Which engine answers."""

    AUTO = "auto"
    DURABLE = "durable"
    REFERENCE = "reference"


class EdgesFormat(StrEnum):
    """What ``edges`` prints."""

    TABLE = "table"
    NDJSON = "ndjson"


class MutateFormat(StrEnum):
    """What ``mutate`` prints."""

    TABLE = "table"
    JSON = "json"


class TraceFormat(StrEnum):
    """What ``trace`` prints."""

    MARKDOWN = "markdown"
    CSV = "csv"
    JSON = "json"


class From(StrEnum):
    """Which system's files are read."""

    AUTO = "auto"
    RECORD = "record"
    FHIR = "fhir"
    ODM = "odm"
    REDCAP = "redcap"
    SDTM = "sdtm"
    TABLE = "table"


class FactsFormat(StrEnum):
    """What ``facts`` prints."""

    TEXT = "text"
    NDJSON = "ndjson"


class To(StrEnum):
    """What ``export`` writes."""

    SDTM_IE = "sdtm-ie"
    SDTM_TI = "sdtm-ti"
    SDTM_OPEN = "sdtm-open"
    FHIR = "fhir"
    REDCAP = "redcap"
    ODM = "odm"


class ExportFormat(StrEnum):
    """The form of what has one as JSON and one as CSV."""

    JSON = "json"
    CSV = "csv"


class LogFormat(StrEnum):
    """What ``log`` writes."""

    CSV = "csv"
    XLSX = "xlsx"


class Schema(StrEnum):
    """What a JSON Schema is shipped for."""

    RECORD = "record"
    ANSWER = "answer"
    RULESET = "ruleset"


RulesetOption = Annotated[
    str, typer.Option("--ruleset", metavar="NAME|PATH", help="A ruleset that is shipped, or a file or folder.")
]
CriterionOption = Annotated[
    list[str] | None, typer.Option("--criterion", metavar="ID", help="Only this criterion; may be repeated.")
]
FilesArgument = Annotated[
    list[str],
    typer.Argument(metavar="FILE", help="Records as JSON or .ndjson, or files of an EDC system; - for stdin."),
]
FromOption = Annotated[From, typer.Option("--from", help="The system; auto: as the mapping or the content tells.")]
MappingOption = Annotated[
    str | None, typer.Option(metavar="NAME|PATH", help="What the fields mean; FHIR and SDTM have one that is shipped.")
]
DictionaryOption = Annotated[
    str | None, typer.Option("--data-dictionary", metavar="FILE", help="REDCap's data dictionary (CSV or JSON).")
]
MissingOption = Annotated[
    str,
    typer.Option("--missing-data-codes", metavar="CODES", help='REDCap\'s missing-data codes, as "-999, Not asked".'),
]
OutputOption = Annotated[str | None, typer.Option("--output", metavar="FILE", help="Write there instead of to stdout.")]
RulesetArgument = Annotated[str, typer.Argument(metavar="[NAME|PATH]", help="A ruleset's name, file or folder.")]
