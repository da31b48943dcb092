"""Trails in SQLite and PostgreSQL: what is appended is there in order, and the database takes nothing else."""

from __future__ import annotations

import re
import sqlite3
import sys
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve
from sqlalchemy import create_engine
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

import ucmsc_rules.audit
from audit.kept_trails import RECORD, RULESET, SAID, VERDICT, engine_at, fill, record_of, tampered, verdict_on
from ucmsc_rules.audit import AuditError, AuditTrail, Head
from ucmsc_rules.corrections import open_screening
from ucmsc_rules.facts.json_text import Broken
from ucmsc_rules.facts.ranges import read_ranges


def test_entries_come_back_in_their_order(trail: AuditTrail) -> None:
    """Each as it was given back when it was appended, chained to the one before."""
    appended = fill(trail, 5)
    assert list(trail.entries()) == appended
    assert [entry.sequence for entry in appended] == [1, 2, 3, 4, 5]
    assert [entry.previous for entry in appended] == ["0" * 64, *(entry.hash for entry in appended[:-1])]
    assert trail.verify() == trail.verify(trail.head())
    assert (trail.verify().sound, trail.verify().entries) == (True, 5)


def test_entries_of_one_subject_and_those_after_a_number_are_found(trail: AuditTrail) -> None:
    """And many of them, though they are read some at a time."""
    appended = fill(trail, 3)
    again = trail.append(VERDICT, RECORD, reason="a correction", **SAID)
    assert list(trail.entries(subject="S-001")) == [appended[0], again]
    assert list(trail.entries(after=2)) == [appended[2], again]
    assert list(trail.entries(subject="S-00")) == []


def test_a_long_trail_is_read_in_pieces(trail: AuditTrail, monkeypatch: pytest.MonkeyPatch) -> None:
    """No entry is lost or read twice where one piece ends and the next begins."""
    monkeypatch.setattr("ucmsc_rules.audit.table._AT_ONCE", 4)
    appended = fill(trail, 9)
    assert list(trail.entries()) == appended
    assert trail.verify().entries == 9
    assert list(trail.entries(after=8)) == appended[8:]


def test_an_empty_trail_is_sound(trail: AuditTrail) -> None:
    """Its head is entry 0."""
    assert (trail.verify().sound, trail.verify().entries, trail.head()) == (True, 0, Head(0))
    assert list(trail.entries()) == []
    assert trail.verify(trail.head()).sound


def test_a_trail_goes_on_where_it_is_opened_again(place: str) -> None:
    """By the same name, or through an engine of SQLAlchemy, which stays open afterwards."""
    with AuditTrail(place) as first:
        fill(first, 2)
    engine = engine_at(place)
    with AuditTrail(engine) as second:
        assert second.append(VERDICT, RECORD, **SAID).sequence == 3
    with AuditTrail(engine, create=False) as third:
        assert (third.verify().entries, third.verify().sound) == (3, True)
    engine.dispose()


@pytest.mark.parametrize("subject", ["S\x00001", "S-\ud800", "Zoë, 'S'; --", "=1+1"])
def test_a_subject_may_be_any_text(trail: AuditTrail, subject: str) -> None:
    """Also one that a database takes for no text."""
    record = record_of(subject)
    entry = trail.append(verdict_on(record), record, who=f"by {subject}", when="2026-03-02", reason=subject)
    assert list(trail.entries(subject=subject)) == [entry]
    assert (entry.subject, trail.verify().sound) == (subject, True)


def test_every_kind_of_verdict_is_entered(trail: AuditTrail) -> None:
    """Refused records and what was no JSON too."""
    for record in (RECORD, 7, Broken("no JSON")):
        trail.append(verdict_on(record), record, **SAID)
    assert [entry.subject for entry in trail.entries()] == ["S-001", None, None]
    assert [entry.input is None for entry in trail.entries()] == [False, False, True]
    assert trail.verify().sound


def test_a_screening_and_its_correction_are_entered(trail: AuditTrail) -> None:
    """With the reason of the correction, and another digest of the input."""
    first = open_screening(RULESET, RECORD, engine="reference")
    second = first.corrected("facts[0]", {**RECORD["facts"][0], "value": "2000 IU/mL"}, "misread", **SAID)
    entries = [trail.append(each.verdict, each.record, **SAID) for each in (first, second)]
    assert [entry.findings[3].holds.value for entry in entries] == ["true", "false"]
    assert entries[0].input != entries[1].input


def test_normal_ranges_are_entered_as_a_digest(trail: AuditTrail) -> None:
    """An entry without them says so."""
    ranges = read_ranges([{"concept": "creatinine", "uln": "104 umol/L"}], RULESET.dictionary)
    assert str(trail.append(VERDICT, RECORD, normal_ranges=ranges, **SAID).ranges).startswith("sha256:")
    assert trail.append(VERDICT, RECORD, **SAID).ranges is None


def test_an_entry_that_may_not_be_made_leaves_the_trail_as_it_was(trail: AuditTrail) -> None:
    """And the next one follows the last that was made."""
    fill(trail, 1)
    with pytest.raises(AuditError, match="blank"):
        trail.append(VERDICT, RECORD, who="", when="2026-03-02")
    with pytest.raises(AuditError, match="S-002"):
        trail.append(VERDICT, record_of("S-002"), **SAID)
    assert trail.append(VERDICT, RECORD, **SAID).sequence == 2
    assert trail.verify().sound


# the database refuses changes

CHANGES = (
    "UPDATE ucmsc_rules_audit SET content = content",
    "UPDATE ucmsc_rules_audit SET subject = '\"S-777\"' WHERE sequence = 2",
    "UPDATE ucmsc_rules_audit SET sequence = 9 WHERE sequence = 3",
    "DELETE FROM ucmsc_rules_audit WHERE sequence = 3",
    "DELETE FROM ucmsc_rules_audit",
)
INSERTED = (
    "(sequence, subject, content, hash) SELECT {}, subject, content, hash FROM ucmsc_rules_audit WHERE sequence = 1"
)
OUT_OF_ORDER = (
    f"INSERT INTO ucmsc_rules_audit {INSERTED.format(5)}",
    f"INSERT INTO ucmsc_rules_audit {INSERTED.format(0)}",
    f"INSERT INTO ucmsc_rules_audit {INSERTED.format(2)}",
)
REFUSALS = re.compile("the audit trail is append-only|an entry of the audit trail comes right after the last one")
OF_SQLITE = (
    f"INSERT OR REPLACE INTO ucmsc_rules_audit {INSERTED.format(2)}",
    f"REPLACE INTO ucmsc_rules_audit {INSERTED.format(3)}",
    "UPDATE OR REPLACE ucmsc_rules_audit SET sequence = 1 WHERE sequence = 2",
)
OF_POSTGRESQL = (
    "TRUNCATE ucmsc_rules_audit",
    f"INSERT INTO ucmsc_rules_audit {INSERTED.format(2)} ON CONFLICT (sequence) DO UPDATE SET hash = ''",
)


def test_the_database_refuses_every_change(place: str) -> None:
    """Whoever asks for it, with the rights to write; what it says tells why."""
    with AuditTrail(place) as trail:
        appended = fill(trail, 3)
        engine = engine_at(place)
        of_this = OF_SQLITE if engine.dialect.name == "sqlite" else OF_POSTGRESQL
        for statement in (*CHANGES, *OUT_OF_ORDER, *of_this):
            with (
                pytest.raises(SQLAlchemyError, match=REFUSALS),
                engine.begin() as connection,
            ):
                connection.exec_driver_sql(statement)
        engine.dispose()
        assert list(trail.entries()) == appended


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_the_right_to_read_and_insert_is_enough(place: str) -> None:
    """A role that can do no more appends, and cannot switch the triggers off."""
    with AuditTrail(place) as owner:
        fill(owner, 1)
    url = make_url(place)
    schema = str(url.query["options"]).partition("=")[2]
    engine = engine_at(place)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {schema} LOGIN PASSWORD 'tests'")
        connection.exec_driver_sql(f"GRANT USAGE ON SCHEMA {schema} TO {schema}")
        connection.exec_driver_sql(f"GRANT SELECT, INSERT ON ucmsc_rules_audit TO {schema}")
    limited = create_engine(url.set(username=schema, password="tests"))  # noqa: S106 - of a temporary server
    with AuditTrail(limited) as trail:
        assert trail.append(VERDICT, RECORD, **SAID).sequence == 2
        assert trail.verify().sound
        with pytest.raises(SQLAlchemyError, match="must be owner"), limited.begin() as connection:
            connection.exec_driver_sql("ALTER TABLE ucmsc_rules_audit DISABLE TRIGGER ALL")
    limited.dispose()
    with engine.begin() as connection:
        connection.exec_driver_sql(f"DROP OWNED BY {schema}")
        connection.exec_driver_sql(f"DROP ROLE {schema}")
    engine.dispose()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
@pytest.mark.parametrize("level", ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"])
def test_an_engine_of_any_isolation_level_appends(place: str, level: Any) -> None:
    """The trail's own transactions are what they have to be, whatever the engine's are."""
    engine = create_engine(place, isolation_level=level)
    with AuditTrail(engine) as trail:
        fill(trail, 3)
        assert trail.verify().sound
    engine.dispose()


def test_a_trail_whose_triggers_are_off_is_not_sound(place: str) -> None:
    """Each is named; the entries are verified all the same."""
    with AuditTrail(place) as trail:
        fill(trail, 2)
        engine = engine_at(place)
        sqlite = engine.dialect.name == "sqlite"
        with engine.begin() as connection:
            gone = "DROP TRIGGER ucmsc_rules_audit_in_order" + ("" if sqlite else " ON ucmsc_rules_audit")
            connection.exec_driver_sql(gone)
            if not sqlite:
                off = "ALTER TABLE ucmsc_rules_audit DISABLE TRIGGER ucmsc_rules_audit_no_change"
                connection.exec_driver_sql(off)
        engine.dispose()
        named = ["in_order"] if sqlite else ["in_order", "no_change"]
        assert [str(fault) for fault in trail.verify().faults] == [
            f"the database no longer refuses changes: the trigger ucmsc_rules_audit_{name} is gone, off or another"
            for name in named
        ]


def test_a_trigger_that_does_nothing_is_not_taken_for_the_one_that_refuses(tmp_path: Path) -> None:
    """SQLite keeps the text of a trigger, and that is compared."""
    place = str(tmp_path / "trail.db")
    with AuditTrail(place) as trail:
        fill(trail, 1)
        with sqlite3.connect(place) as connection:
            connection.execute("DROP TRIGGER ucmsc_rules_audit_no_delete")
            connection.execute(
                "CREATE TRIGGER ucmsc_rules_audit_no_delete BEFORE DELETE ON ucmsc_rules_audit BEGIN SELECT 1; END"
            )
        connection.close()
        assert [fault.sequence for fault in trail.verify().faults] == [0]


# opening


def test_a_trail_that_is_to_be_there_is_not_made(place: str) -> None:
    """To verify a misspelt name must not find an empty trail sound."""
    with pytest.raises(AuditError, match="there is no"):
        AuditTrail(place, create=False)
    assert "://" in place or not Path(place).exists()


def test_a_database_without_a_trail_has_none(tmp_path: Path) -> None:
    """A file that is there and holds something else is told apart from one that is not there."""
    place = tmp_path / "other.db"
    sqlite3.connect(place).execute("CREATE TABLE other (a)").connection.close()
    with pytest.raises(AuditError) as refusal:
        AuditTrail(place, create=False)
    assert str(refusal.value) == f"there is no audit trail in {place}"


def test_a_file_that_is_no_database_says_so(tmp_path: Path) -> None:
    """It is left as it is."""
    place = tmp_path / "letter.txt"
    place.write_text("Dear colleague, " * 100)
    with pytest.raises(AuditError) as refusal:
        AuditTrail(place)
    assert str(refusal.value) == f"the audit trail in {place} failed: file is not a database"
    assert place.read_text() == "Dear colleague, " * 100


FORMS = "write the path of a file, sqlite:///FILE or postgresql://USER@HOST/DATABASE"


@pytest.mark.parametrize(
    ("where", "message"),
    [
        ("sqlite://", f"a trail in memory is gone with its process; {FORMS}"),
        ("sqlite:///:memory:", f"a trail in memory is gone with its process; {FORMS}"),
        ("oracle://somewhere/else", f"a trail is kept in SQLite or PostgreSQL, not oracle; {FORMS}"),
        ("sqlite+nonsense:///a.db", f"SQLAlchemy knows no sqlite+nonsense; {FORMS}"),
        ("nonsense://somewhere", f"a trail is kept in SQLite or PostgreSQL, not nonsense; {FORMS}"),
        ("://", f"this is no URL of a database; {FORMS}"),
    ],
)
def test_what_cannot_hold_a_trail_is_refused(where: str, message: str) -> None:
    """With what to write instead; whether the database's driver is installed does not matter."""
    with pytest.raises(AuditError) as refusal:
        AuditTrail(where)
    assert str(refusal.value) == message


def test_a_password_stands_in_no_message() -> None:
    """Not where the server cannot be reached either."""
    with pytest.raises(AuditError) as refusal:
        AuditTrail("postgresql://somebody:secret@127.0.0.1:1/trails")
    assert str(refusal.value).startswith(
        "the audit trail in postgresql+psycopg://somebody:***@127.0.0.1:1/trails failed: "
    )
    assert "secret" not in str(refusal.value)


@pytest.mark.parametrize(
    ("missing", "where", "message"),
    [
        ("sqlalchemy", "trail.db", "an audit trail needs sqlalchemy; install ucmsc-rules[audit]"),
        ("psycopg", "postgresql://a@b/c", "a trail in PostgreSQL needs psycopg; install ucmsc-rules[postgresql]"),
    ],
)
def test_what_is_not_installed_is_told_with_its_extra(
    monkeypatch: pytest.MonkeyPatch, missing: str, where: str, message: str
) -> None:
    """Importing the rest of the package does without it."""
    ours = [name for name in sys.modules if name.startswith("ucmsc_rules.audit.")]
    for name in [*ours, *(name for name in sys.modules if name.partition(".")[0] == missing)]:
        monkeypatch.delitem(sys.modules, name)
    for name in {name.rpartition(".")[2] for name in ours}:
        monkeypatch.delattr(ucmsc_rules.audit, name, raising=False)
    monkeypatch.setitem(sys.modules, missing, None)
    with pytest.raises(Exception, match="install") as refusal:
        ucmsc_rules.audit.AuditTrail(where)
    assert (type(refusal.value).__name__, str(refusal.value)) == ("AuditError", message)


def test_another_name_is_an_attribute_error() -> None:
    """As with any module."""
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        ucmsc_rules.audit.nonsense  # noqa: B018


def test_an_entry_that_cannot_be_read_is_told_with_its_number(place: str) -> None:
    """What stands before it is given."""
    with AuditTrail(place) as trail:
        appended = fill(trail, 3)
        tampered(place, "UPDATE ucmsc_rules_audit SET content = 'nothing' WHERE sequence = 2")
        read = trail.entries()
        assert next(read) == appended[0]
        with pytest.raises(AuditError) as refusal:
            next(read)
        expected = "entry 2: this is no entry: its content has not the form of one; verify the trail"
        assert str(refusal.value) == expected


def test_a_verdicts_digest_is_that_of_its_json(trail: AuditTrail) -> None:
    """A whole answer that was kept elsewhere can be held against the trail."""
    one, other = trail.append(VERDICT, RECORD, **SAID), trail.append(evolve(VERDICT, problems=()), RECORD, **SAID)
    assert one.answer == other.answer == ucmsc_rules.audit.digest_of(ucmsc_rules.to_json(VERDICT))
    assert repr(trail).startswith("AuditTrail('")
