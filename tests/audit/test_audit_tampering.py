"""Any single edit, deletion, insertion or swap in the database is found, and where it was."""

from __future__ import annotations

import json
import shutil
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.kept_trails import fill, tampered
from ucmsc_rules.audit import AuditError, AuditTrail, Head, Verification, canonical_json
from ucmsc_rules.audit.canonical import sha256
from ucmsc_rules.audit.verify import MOST_FAULTS

COUNT = 8
COLUMNS = ("sequence", "subject", "content", "hash")


@pytest.fixture(scope="module")
def kept() -> Iterator[Path]:
    """A trail in SQLite, of which each trial takes a copy."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "kept.db"
        with AuditTrail(place) as trail:
            fill(trail, COUNT)
        yield place


def rows_of(place: Path) -> list[list[Any]]:
    """The rows of a trail as they stand in the file."""
    connection = sqlite3.connect(place)
    found = [list(row) for row in connection.execute("SELECT * FROM ucmsc_rules_audit ORDER BY sequence")]
    connection.close()
    return found


def verified(kept: Path, rows: list[list[Any]], head: Head | None = None) -> Verification:
    """What verifying says of a trail with other rows, whose triggers are in their place again."""
    with TemporaryDirectory() as folder:
        place = Path(folder) / "trail.db"
        shutil.copyfile(kept, place)
        connection = sqlite3.connect(place)
        connection.execute("PRAGMA synchronous = OFF")  # nothing here is to outlive a power cut
        triggers = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            connection.execute(f"DROP TRIGGER {name}")
        connection.execute("DELETE FROM ucmsc_rules_audit")
        connection.executemany("INSERT INTO ucmsc_rules_audit VALUES (?, ?, ?, ?)", rows)
        for _, sql in triggers:
            connection.execute(sql)
        connection.commit()
        connection.close()
        with AuditTrail(place, create=False) as trail:
            return trail.verify(head)


def messages(found: Verification) -> list[str]:
    """The faults as they are printed."""
    return [str(fault) for fault in found.faults]


def test_the_same_rows_are_sound(kept: Path) -> None:
    """Otherwise the trials below would show nothing."""
    found = verified(kept, rows_of(kept))
    assert (found.faults, found.entries, found.head.sequence) == ((), COUNT, COUNT)


@pytest.mark.thorough
@given(data=st.data())
@settings(max_examples=300, deadline=None)
def test_any_single_edit_is_found_at_its_entry(kept: Path, data: st.DataObject) -> None:
    """One character of any column, put in, taken out or replaced; or another value altogether."""
    rows = rows_of(kept)
    place, column = data.draw(st.integers(0, COUNT - 1)), data.draw(st.integers(1, 3))
    old = rows[place][column]
    at = data.draw(st.integers(0, len(old)))
    new = data.draw(
        st.one_of(
            st.characters(codec="utf-8").map(lambda sign: old[:at] + sign + old[at + 1 :]),
            st.characters(codec="utf-8").map(lambda sign: old[:at] + sign + old[at:]),
            st.just(old[:at] + old[at + 1 :]),
            st.sampled_from([rows[other][column] for other in range(COUNT)]),
            st.sampled_from(["", old.encode(), old.upper(), 7, "{}", "[]", "null"]),
        ).filter(lambda new: new != old)
    )
    rows[place][column] = new
    found = verified(kept, rows)
    assert place + 1 in {fault.sequence for fault in found.faults}
    assert {fault.sequence for fault in found.faults} <= {place + 1, place + 2}


@given(data=st.data())
@settings(max_examples=60, deadline=None)
def test_an_edit_whose_hash_was_made_to_fit_is_found_at_the_next_entry(kept: Path, data: st.DataObject) -> None:
    """Only the last entry can be rewritten so, and then the head that was kept tells it."""
    rows = rows_of(kept)
    place = data.draw(st.integers(0, COUNT - 1))
    content = json.loads(rows[place][2])
    key = data.draw(st.sampled_from(["who", "reason", "when", "engine", "ruleset_version", "answer"]))
    content[key] += "x"
    forged = canonical_json(content)
    rows[place][2:] = [forged, sha256(forged)]
    if place < COUNT - 1:
        assert messages(verified(kept, rows)) == [
            f"entry {place + 2}: it does not follow entry {place + 1}: one of the two was replaced"
        ]
    else:
        assert verified(kept, rows).sound
        head = Head(COUNT, rows_of(kept)[-1][3])
        assert messages(verified(kept, rows, head)) == [
            f"entry {COUNT}: it is not the entry that was last when the head was kept"
        ]


@pytest.mark.thorough
@given(gone=st.sets(st.integers(1, COUNT), min_size=1))
@settings(max_examples=100, deadline=None)
def test_any_deletion_is_found(kept: Path, gone: set[int]) -> None:
    """In the middle by itself; of the last entries by the head or the count that was kept."""
    rows = [row for row in rows_of(kept) if row[0] not in gone]
    last = rows[-1][0] if rows else 0
    within = {number for number in gone if number < last}
    found = verified(kept, rows)
    after_gaps = {row[0] for row in rows if row[0] - 1 in gone}
    assert {fault.sequence for fault in found.faults} == after_gaps
    assert found.sound is (not within)
    head = Head(COUNT, rows_of(kept)[-1][3])
    for known in (head, Head(COUNT)):
        assert verified(kept, rows, known).sound is False
    if last < COUNT:
        expected = f"entry {COUNT}: it was there when the head was kept; the trail now ends with entry {last}"
        assert messages(verified(kept, rows, head))[-1] == expected


@given(pair=st.sets(st.integers(1, COUNT), min_size=2, max_size=2))
@settings(max_examples=56, deadline=None)
def test_any_swap_is_found_at_both_places(kept: Path, pair: set[int]) -> None:
    """Two whole entries with their hashes change places."""
    rows, (one, other) = rows_of(kept), sorted(pair)
    rows[one - 1][1:], rows[other - 1][1:] = rows[other - 1][1:], rows[one - 1][1:]
    found = messages(verified(kept, rows))
    assert f"entry {one}: it was moved: its content is that of entry {other}" in found
    assert f"entry {other}: it was moved: its content is that of entry {one}" in found


@given(at=st.integers(1, COUNT), of=st.integers(1, COUNT))
@settings(max_examples=60, deadline=None)
def test_any_insertion_is_found_where_it_is(kept: Path, at: int, of: int) -> None:
    """A copy of an entry put in between, all that follow renumbered."""
    rows = rows_of(kept)
    rows.insert(at, [0, *rows[of - 1][1:]])
    for number, row in enumerate(rows, start=1):
        row[0] = number
    found = verified(kept, rows)
    assert found.faults[0].sequence == (at + 1 if of != at + 1 else at + 2)
    assert found.entries == COUNT + 1


def test_a_renumbered_trail_after_a_deletion_is_found(kept: Path) -> None:
    """The numbers are in the contents too."""
    rows = [row for row in rows_of(kept) if row[0] != 3]
    for number, row in enumerate(rows, start=1):
        row[0] = number
    found = messages(verified(kept, rows))
    assert found[0] == "entry 3: it was moved: its content is that of entry 4"
    assert len(found) == COUNT - 3


@pytest.mark.parametrize(
    ("gone", "message"),
    [
        ({1}, "entry 2: entry 1 is gone before it"),
        ({4}, "entry 5: entry 4 is gone before it"),
        ({4, 5, 6}, "entry 7: entries 4 to 6 are gone before it"),
    ],
)
def test_what_is_gone_is_named(kept: Path, gone: set[int], message: str) -> None:
    """Once, and nothing else is blamed."""
    assert messages(verified(kept, [row for row in rows_of(kept) if row[0] not in gone])) == [message]


def test_a_head_of_long_ago_serves_for_all_up_to_it(kept: Path) -> None:
    """Entries that were appended since are verified by the chain alone."""
    rows = rows_of(kept)
    assert verified(kept, rows, Head(3, rows[2][3])).sound
    assert messages(verified(kept, rows, Head(3, rows[3][3]))) == [
        "entry 3: it is not the entry that was last when the head was kept"
    ]
    assert verified(kept, rows, Head(3)).sound
    assert verified(kept, rows, Head(0)).sound


def test_a_trail_with_a_thousand_faults_tells_the_first_hundred(kept: Path) -> None:
    """They have one cause, and a reader has enough."""
    rows = [[number, None, "nothing", ""] for number in range(1, 1001)]
    found = verified(kept, rows)
    assert (len(found.faults), found.entries) == (MOST_FAULTS, 1000)


# on both databases


@pytest.mark.parametrize(
    ("statements", "faults"),
    [
        (["UPDATE ucmsc_rules_audit SET content = replace(content, '\"errors\":0', '\"errors\":1') WHERE sequence = 2"],
         ["entry 2: it was edited: its hash is not that of its content"]),
        (["UPDATE ucmsc_rules_audit SET hash = '' WHERE sequence = 2"],
         ["entry 2: it was edited: its hash is not that of its content",
          "entry 3: it does not follow entry 2: one of the two was replaced"]),
        (["UPDATE ucmsc_rules_audit SET subject = NULL WHERE sequence = 4"],
         ["entry 4: it was edited: its column of subjects does not say what its content does"]),
        (["DELETE FROM ucmsc_rules_audit WHERE sequence IN (1, 2)"], ["entry 3: entries 1 to 2 are gone before it"]),
        (["UPDATE ucmsc_rules_audit SET sequence = 9 WHERE sequence = 4"],
         ["entry 9: entries 4 to 8 are gone before it", "entry 9: it was moved: its content is that of entry 4"]),
        (["UPDATE ucmsc_rules_audit SET content = '' WHERE sequence = 4"],
         ["entry 4: it was edited: its hash is not that of its content",
          "entry 4: this is no entry: its content has not the form of one"]),
    ],
)  # fmt: skip
def test_a_tampered_trail_says_what_and_where(place: str, statements: list[str], faults: list[str]) -> None:
    """The same in SQLite and in PostgreSQL."""
    with AuditTrail(place) as trail:
        fill(trail, 4)
        tampered(place, *statements)
        assert messages(trail.verify()) == faults


def test_the_last_entry_that_was_deleted_is_missed_by_its_head(place: str) -> None:
    """By its text too; without it, the shorter trail is as good as any."""
    with AuditTrail(place) as trail:
        fill(trail, 4)
        head = str(trail.head())
        tampered(place, "DELETE FROM ucmsc_rules_audit WHERE sequence = 4")
        assert trail.verify().sound
        assert (
            messages(trail.verify(head))
            == messages(trail.verify("4"))
            == ["entry 4: it was there when the head was kept; the trail now ends with entry 3"]
        )
        with pytest.raises(AuditError, match="is no head of a trail"):
            trail.verify("the last one")


def test_appending_to_a_tampered_trail_hides_nothing(place: str) -> None:
    """What was done before is found as before."""
    with AuditTrail(place) as trail:
        fill(trail, 3)
        tampered(place, "UPDATE ucmsc_rules_audit SET hash = lower('ABC') WHERE sequence = 3")
        before = trail.verify().faults
        fill(trail, 1)
        assert trail.verify().faults == before
