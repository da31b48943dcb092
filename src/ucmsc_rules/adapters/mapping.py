"""A mapping: how a study's fields become concepts. It is data, read from YAML and checked as rulesets are."""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum

from attrs import Factory, frozen

from ucmsc_rules.errors import Place


class System(Enum):
    """The family of formats that a mapping reads."""

    FHIR = "fhir"
    ODM = "odm"
    REDCAP = "redcap"
    SDTM = "sdtm"
    TABLE = "table"


class DateOrder(Enum):
    """In which order the parts of a date stand where it is not written as ISO 8601."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


@frozen
class Take:
    """How one key of a fact is had: from a field of the row, or as a constant.

    ``values`` says what the field's texts or codes mean; a text that it lacks is a problem and never a value.
    ``dates`` and ``decimal_comma`` are None where those of the mapping hold.
    """

    field: str = ""
    constant: str = ""
    values: Mapping[str, str] | None = None
    dates: DateOrder | None = None
    decimal_comma: bool | None = None


@frozen
class Condition:
    """A field whose text, or one of whose further texts, must be one of these; case and outer blanks do not matter.

    A text that ends in ``*`` stands for all that begin so, and "" for a blank field or one that the row lacks.
    """

    field: str
    texts: tuple[str, ...]


@frozen
class FactRule:
    """Which rows speak of a concept, and how each key of a canonical fact is had from them.

    ``kinds`` is empty where any row will do. All of ``where`` and none of ``unless`` must be met. ``takes`` is by key
    of the canonical fact (value, unit, when, until, recorded, status, uln, lloq, copies_per_iu, detected).
    ``complete`` is false where the source cannot say that a list of events is whole.
    """

    concept: str
    takes: Mapping[str, Take]
    kinds: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    complete: bool = True
    place: Place = Place("", 1, 1)  # noqa: RUF009 - frozen


@frozen
class AnchorRule:
    """Where the date of an anchor stands. Where rows differ, the anchor is a problem and counts as not given."""

    anchor: str
    take: Take
    kinds: tuple[str, ...] = ()
    where: tuple[Condition, ...] = ()
    unless: tuple[Condition, ...] = ()
    place: Place = Place("", 1, 1)  # noqa: RUF009 - frozen


@frozen
class Rows:
    """Of one kind of rows: the fields that name a row where it is listed as unread, and those that are no data."""

    named_by: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()


@frozen(eq=False)
class FieldMapping:
    """All that a mapping file says. ``missing`` gives ``NOT_DONE`` or ``UNKNOWN`` for texts that stand for no value.

    ``systems`` gives short names to the code systems that a source names by URI. ``subject`` is the field with the
    subject's identifier where the format itself does not tell.
    """

    name: str
    version: str
    title: str
    reads: System
    facts: tuple[FactRule, ...]
    anchors: tuple[AnchorRule, ...] = ()
    subject: str = ""
    missing: Mapping[str, str] = Factory(dict)
    dates: DateOrder = DateOrder.YMD
    decimal_comma: bool = False
    systems: Mapping[str, str] = Factory(dict)
    rows: Mapping[str, Rows] = Factory(dict)
    digest: str = ""
