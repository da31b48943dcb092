"""Reads Conditions: what a list of problems or diagnoses says, and for how long it holds."""

from __future__ import annotations

from collections.abc import Iterator

from ucmsc_rules.adapters.fhir.cells import Found, filled
from ucmsc_rules.adapters.fhir.codes import name_of, plain_code
from ucmsc_rules.adapters.fhir.json_shape import Json, a_text
from ucmsc_rules.adapters.fhir.moments import ONGOING, Time, moment, time_of, within
from ucmsc_rules.adapters.fhir.person import About
from ucmsc_rules.adapters.fhir.values import unknown
from ucmsc_rules.adapters.row import Cell

CERTAIN = frozenset({"", "confirmed"})
RULED_OUT = {"refuted": "cancelled", "entered-in-error": "entered-in-error"}
GOING_ON = frozenset({"active", "recurrence", "relapse"})
ENDED = frozenset({"inactive", "remission", "resolved"})
ABATEMENTS = (
    "abatementAge",
    "abatementRange",
    "abatementString",
    "abatementBoolean",
    "abatementPeriod",
    "abatementDateTime",
)


def read_condition(condition: Json, about: About) -> Iterator[Found]:
    """The cells of a condition.

    ``value`` is yes where it was there, ``holds`` where it still is or its end is dated: one that ended on a day that
    nobody told is no yes for the days after.
    """
    onset, recorded = time_of(condition, "onset"), moment(a_text(condition.get("recordedDate")))
    clinical, end = plain_code(condition.get("clinicalStatus")), _end(condition)
    value = certainty(condition)
    ended = bool(end) or clinical in ENDED or any(key in condition for key in ABATEMENTS)
    cells = filled(
        code=about.codes.cell(condition.get("code")),
        name=Cell(name_of(condition.get("code"))),
        category=about.codes.cell(condition.get("category")),
        severity=about.codes.cell(condition.get("severity")),
        body_site=about.codes.cell(condition.get("bodySite")),
        clinical=Cell(clinical),
        verification=Cell(plain_code(condition.get("verificationStatus"))),
        status=Cell(status_of(condition)),
        value=value,
        holds=_holds(value, clinical, end, ended=ended),
        when=Cell(start_of(onset)),
        ended=Cell(end),
        recorded=Cell(recorded),
    )
    yield Found({**cells, **_lasting(start_of(onset), end, recorded, clinical, ended=ended)}, part=condition)


def certainty(resource: Json) -> Cell:
    """Yes, where the verification status is confirmed or left out; whatever else it is leaves it open."""
    verification = plain_code(resource.get("verificationStatus"))
    return Cell("yes") if verification in CERTAIN | RULED_OUT.keys() else unknown(f"verification status {verification}")


def status_of(resource: Json) -> str:
    """The canonical status: a refuted resource does not count, nor one that was entered in error."""
    return RULED_OUT.get(plain_code(resource.get("verificationStatus")), "")


def start_of(onset: Time) -> str:
    """The day of the start: of an onset that took a while, what all its days share."""
    if onset.instant or not (onset.start and onset.end):
        return onset.written if onset.instant else ""
    return within(onset.start, onset.end)


def _end(condition: Json) -> str:
    abatement = time_of(condition, "abatement")
    return abatement.start if abatement.instant else within(abatement.start, abatement.end) if abatement.start else ""


def _holds(value: Cell, clinical: str, end: str, *, ended: bool) -> Cell:
    if value.absent or end or (clinical in GOING_ON and not ended):
        return value
    return unknown(f"clinical status {clinical or 'left out'}, and no day of its end is told")


def _lasting(start: str, end: str, recorded: str, clinical: str, *, ended: bool) -> dict[str, Cell]:
    """The cells ``until`` and ``as_of`` of an event; its end is unknown wherever it is not dated."""
    if end and clinical not in GOING_ON:
        return filled(until=Cell(end), as_of=Cell(recorded))
    if clinical in GOING_ON and not ended and recorded:
        return filled(until=Cell(ONGOING), as_of=Cell(recorded))
    if start:
        return filled(until=Cell(ONGOING), as_of=Cell(start))
    return {} if ended else filled(as_of=Cell(recorded))
