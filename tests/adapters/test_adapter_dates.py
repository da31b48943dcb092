"""Dates of EDC systems: every form that is read, what stays unknown, and what is never guessed at."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ucmsc_rules.adapters.dates import canonical_date, day_of
from ucmsc_rules.adapters.mapping import DateOrder
from ucmsc_rules.values.dates import parse_date

YMD, DMY, MDY = DateOrder
ANY_ORDER = {
    "2026": "2026",
    "2026-03": "2026-03",
    "2026-03-01": "2026-03-01",
    " 2026-03-01 ": "2026-03-01",
    "2026-03-01T08:10": "2026-03-01T08:10",
    "2026-03-01T08:10:59": "2026-03-01T08:10",
    "2026-03-01T08:10:59.999": "2026-03-01T08:10",
    "2026-03-01T08:10:59,5Z": "2026-03-01T08:10",
    "2026-03-01T23:30:00+08:00": "2026-03-01T23:30",
    "2026-03-01T23:30-0500": "2026-03-01T23:30",
    "2026-03-01T23:30+08": "2026-03-01T23:30",
    "2026-03-01 08:10:00": "2026-03-01T08:10",
    "2026-03-01T08": "2026-03-01",
    "2026-03-01T-:10": "2026-03-01",
    "2026-03-01T08:-": "2026-03-01",
    "2026-03--T08:10": "2026-03",
    "2024---15": "2024-UN-15",
    "2024---15T08:10": "2024-UN-15",
    "2026-02--": "2026-02",
    "2026----": "2026",
    "2026--": "2026",
    "UN-MAR-2026": "UN-MAR-2026",
    "un-unk-2026": "2026",
    "UN-UN-2026": "UN-UN-2026",
    "2026-UN-15": "2026-UN-15",
    "2026-UNK-UNK": "2026",
    "15-UNK-2026": "2026-UN-15",
    "15MAR2026": "2026-03-15",
    "5 mar 2026": "2026-03-05",
    "UNMAR2026": "2026-03",
    "UNUNK2026": "2026",
    "MAR2026": "2026-03",
    "MAR-2026": "2026-03",
    "15/Mar/2026 08:10": "2026-03-15T08:10",
    "15MAR2026:08:10:00": "2026-03-15T08:10",
}
NEVER = [
    "", "-", "-----", "--03-15", "---15", "2026-02-30", "2026-13-01", "2026-00-01", "2026-03-00", "0000-01-01",
    "2026-03-01T24:00", "2026-03-01T08:60", "2026-03-01T8am", "2026-03-01TT08:10", "2026-03-01 morning", "2026-W10",
    "2026-060", "26-03-01", "01-03-26", "15-Mrz-2026", "15-MARCH-2026", "1/2", "March 2026", "12.2026.01", "46082",
    "2026-03-01/2026-03-05", "15-MAR/2026", "not known", "2026-03-01T08:10:00+8", "9" * 61, "2026-03-15T-:10 PM",
]  # fmt: skip


@pytest.mark.parametrize("order", DateOrder)
@pytest.mark.parametrize(("text", "read"), ANY_ORDER.items())
def test_forms_of_any_order(text: str, read: str, order: DateOrder) -> None:
    """ISO 8601 and its partial forms, and months by name, are read alike whatever order the mapping gives."""
    assert canonical_date(text, order) == read


@pytest.mark.parametrize("order", DateOrder)
@pytest.mark.parametrize("text", NEVER)
def test_what_is_no_date(text: str, order: DateOrder) -> None:
    """What has no year, no calendar day or no time of a clock, or is of another form, is no date."""
    assert canonical_date(text, order) is None


@pytest.mark.parametrize(
    ("text", "ymd", "dmy", "mdy"),
    [
        ("01/03/2026", None, "2026-03-01", "2026-01-03"),
        ("1.3.2026", None, "2026-03-01", "2026-01-03"),
        ("1-3-2026", None, "2026-03-01", "2026-01-03"),
        ("31/12/2026", None, "2026-12-31", None),
        ("12/31/2026", None, None, "2026-12-31"),
        ("29/02/2026", None, None, None),
        ("UN/03/2026", None, "2026-03", "2026-UN-03"),
        ("03/UN/2026", "2026-UN-03", "2026-UN-03", "2026-03"),
        ("UN/UN/2026", "2026", "2026", "2026"),
        ("03/2026", None, "2026-03", "2026-03"),
        ("13/2026", None, None, None),
        ("01/03/2026 8:05", None, "2026-03-01T08:05", "2026-01-03T08:05"),
        ("01/03/2026 08:05:59 pm", None, "2026-03-01T20:05", "2026-01-03T20:05"),
        ("01/03/2026 12:05 AM", None, "2026-03-01T00:05", "2026-01-03T00:05"),
        ("01/03/2026 12:05 PM", None, "2026-03-01T12:05", "2026-01-03T12:05"),
        ("01/03/2026 13:05 PM", None, None, None),
        ("01/03-2026", None, None, None),
        ("01/03/26", None, None, None),
        ("2026/03/01", "2026-03-01", None, None),
        ("2026-3-1", "2026-03-01", None, None),
        ("2026.03", "2026-03", None, None),
        ("20260301", "2026-03-01", None, None),
        ("20261301", None, None, None),
        ("01032026", None, None, None),
    ],
)
def test_orders(text: str, ymd: str | None, dmy: str | None, mdy: str | None) -> None:
    """What is not ISO 8601 is read in the order that the mapping gives, and in no other."""
    assert [canonical_date(text, order) for order in (YMD, DMY, MDY)] == [ymd, dmy, mdy]


@given(st.dates(date(1900, 1, 1), date(2100, 1, 1)), st.times(), st.sampled_from("-/."))
def test_every_day(day: date, clock: time, gap: str) -> None:
    """Any day and minute comes back from each way to write it."""
    forms = {YMD: ["%Y", "%m", "%d"], DMY: ["%d", "%m", "%Y"], MDY: ["%m", "%d", "%Y"]}
    moment = datetime.combine(day, clock)
    for order, parts in forms.items():
        written = moment.strftime(gap.join(parts))
        assert canonical_date(written, order) == day.isoformat()
        assert canonical_date(f"{written} {moment:%H:%M:%S}", order) == f"{moment:%Y-%m-%dT%H:%M}"
        assert canonical_date(f"{written} {moment:%I:%M %p}", order) == f"{moment:%Y-%m-%dT%H:%M}"


@given(st.text("0123456789-/.: TUNKunkZ+MARmar", max_size=25), st.sampled_from(DateOrder))
@example("2024---15", YMD)
def test_never_more_than_was_said(text: str, order: DateOrder) -> None:
    """What comes out is canonical, and comes back unchanged; its year stands in the source."""
    read = canonical_date(text, order)
    if read is not None:
        parse_date(read)
        assert canonical_date(read, order) == read
        assert day_of(read)[:4].isdigit() is False or read[:4] in text


def test_day_of_other_forms() -> None:
    """A date without a time is its own day, in every form."""
    assert [day_of(text) for text in ("2026-03-01", "UN-OCT-2026", "2026-03-01T08:10")] == [
        "2026-03-01",
        "UN-OCT-2026",
        "2026-03-01",
    ]
