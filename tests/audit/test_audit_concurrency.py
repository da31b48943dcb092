"""Many writers, interrupted writers: the chain never forks, and what was committed stays."""

from __future__ import annotations

import multiprocessing
import os
import random
import re
import signal
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Thread

import pytest
from sqlalchemy import Connection
from sqlalchemy.engine import make_url

from audit.kept_trails import RECORD, SAID, VERDICT, engine_at, fill, record_of, verdict_on
from ucmsc_rules.audit import AuditError, AuditTrail, postgresql, sqlite
from ucmsc_rules.audit import trail as trail_module
from ucmsc_rules.audit.opening import database_of

needs_fork = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
KILLS = 100
METHODS = [each for each in ("fork", "spawn") if each in multiprocessing.get_all_start_methods()]
End = tuple[int | None, list[str]]


def append_some(place: str, name: str, count: int) -> None:
    """What a process does that appends by a trail of its own."""
    with AuditTrail(place) as trail:
        for number in range(count):
            record = record_of(f"{name}-{number}")
            trail.append(verdict_on(record), record, **SAID)


def subjects_of(place: str) -> list[str]:
    """The subjects of a trail that verifies."""
    with AuditTrail(place, create=False) as trail:
        assert trail.verify().faults == ()
        return [str(entry.subject) for entry in trail.entries()]


def test_many_threads_append_to_one_trail(place: str) -> None:
    """Each of 100 entries by 16 threads is there once, and the numbers that they were given are all different."""
    with AuditTrail(place) as trail, ThreadPoolExecutor(16) as pool:
        appended = list(pool.map(lambda _: trail.append(VERDICT, RECORD, **SAID), range(100)))
        assert sorted(entry.sequence for entry in appended) == list(range(1, 101))
        assert sorted(trail.entries(), key=lambda entry: entry.hash) == sorted(appended, key=lambda entry: entry.hash)
        assert trail.verify().sound


def test_many_trails_of_one_process_append(place: str) -> None:
    """Threads that opened the same place by themselves are as good, also where none had made the trail before."""
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(lambda name: append_some(place, str(name), 8), range(6)))
    assert sorted(subjects_of(place)) == sorted(f"{name}-{number}" for name in range(6) for number in range(8))


@pytest.mark.parametrize(
    "method", [each for each in ("fork", "spawn") if each in multiprocessing.get_all_start_methods()]
)
def test_many_processes_append(place: str, method: str) -> None:
    """Processes of every kind, which race to make the trail too."""
    context = multiprocessing.get_context(method)
    workers = [context.Process(target=append_some, args=(place, str(name), 15)) for name in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=120)
    assert [worker.exitcode for worker in workers] == [0] * 4
    found = subjects_of(place)
    assert sorted(found) == sorted(f"{name}-{number}" for name in range(4) for number in range(15))
    for name in range(4):  # each writer's own are in its order
        assert [subject for subject in found if subject.startswith(f"{name}-")] == [f"{name}-{n}" for n in range(15)]


def test_a_trail_is_sound_at_any_moment_while_others_write(place: str) -> None:
    """Whoever verifies sees whole entries only, and a head that was taken before."""
    with AuditTrail(place) as trail:
        done = Event()

        def write() -> None:
            fill(trail, 60)
            done.set()

        writer = Thread(target=write)
        writer.start()
        looks = 0
        while not done.is_set() or not looks:
            head = trail.head()
            found = trail.verify(head)
            assert found.faults == ()
            assert found.entries >= head.sequence
            looks += 1
        writer.join()
        assert trail.verify().entries == 60


def verify_and_fill(trail: AuditTrail) -> None:
    """What a child does with its parent's trail."""
    assert trail.verify(trail.head()).sound
    fill(trail, 3)


@needs_fork
def test_a_trail_that_came_along_in_a_fork_appends(place: str) -> None:
    """The child uses neither the parent's connections nor its lock, even if a thread of the parent holds it."""
    with AuditTrail(place) as trail:
        fill(trail, 2)
        with trail._lock:
            child = multiprocessing.get_context("fork").Process(target=verify_and_fill, args=(trail,))
            child.start()
            child.join(timeout=60)
        assert child.exitcode == 0
        fill(trail, 2)  # by the connection that the child did not touch
        assert (trail.verify().entries, trail.verify().sound) == (7, True)


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_connection_that_the_server_ended_is_replaced(place: str) -> None:
    """As after a restart of the server."""
    named = make_url(place).update_query_dict({"application_name": "to-be-ended"})
    engine = engine_at(place)
    with AuditTrail(named) as trail:
        fill(trail, 1)
        with engine.begin() as connection:
            asked = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'to-be-ended'"
            assert connection.exec_driver_sql(asked).scalars().all() == [True]
        assert trail.append(VERDICT, RECORD, **SAID).sequence == 2
    engine.dispose()


def test_an_error_in_a_write_leaves_nothing_and_frees_the_lock(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also one that breaks the write off from outside, as ^C does."""
    with AuditTrail(place) as trail:
        fill(trail, 1)
        with monkeypatch.context() as patch:
            patch.setattr(trail_module, "put", after_putting(interrupt))
            with pytest.raises(KeyboardInterrupt):
                trail.append(VERDICT, RECORD, **SAID)
        assert trail.append(VERDICT, RECORD, **SAID).sequence == 2
        assert trail.verify().sound


def test_a_writer_that_waits_too_long_says_so(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where another program holds the trail for good, it is an error and no entry."""
    monkeypatch.setattr(sqlite, "_WAIT", "PRAGMA busy_timeout = 20")
    monkeypatch.setattr(postgresql, "_PATIENCE", "SELECT set_config('lock_timeout', '20ms', true)")
    engine = engine_at(place)
    with AuditTrail(place) as trail:
        fill(trail, 1)
        with database_of(engine).writing(engine), pytest.raises(AuditError) as refusal:
            trail.append(VERDICT, RECORD, **SAID)
        assert re.fullmatch(
            ".* failed: (database is locked|canceling statement due to lock timeout)", str(refusal.value)
        )
        assert trail.append(VERDICT, RECORD, **SAID).sequence == 2
    engine.dispose()


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
def test_a_writer_that_hangs_loses_its_lock(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its own entry is an error then, and those of others go on."""
    limits = "SELECT set_config('idle_in_transaction_session_timeout', '50ms', true)"
    monkeypatch.setattr(postgresql, "_PATIENCE", limits)
    with AuditTrail(place) as hanging, AuditTrail(place) as other:
        with monkeypatch.context() as patch:
            patch.setattr(trail_module, "put", after_putting(lambda: time.sleep(0.4)))
            with pytest.raises(AuditError, match="failed: "):
                hanging.append(VERDICT, RECORD, **SAID)
        assert other.append(VERDICT, RECORD, **SAID).sequence == 1
        assert hanging.append(VERDICT, RECORD, **SAID).sequence == 2


@pytest.mark.parametrize("place", ["postgresql"], indirect=True)
@pytest.mark.parametrize(("setting", "expected"), [("off", "on"), ("local", "on"), ("remote_apply", "remote_apply")])
def test_a_commit_is_on_the_disk_whatever_the_role_is_set_to(place: str, setting: str, expected: str) -> None:
    """A weaker setting is strengthened for the transaction, a stronger one left."""
    engine = engine_at(place)
    with engine.connect() as connection:
        connection.exec_driver_sql(f"SET synchronous_commit = {setting}")
        connection.commit()
        connection.info["kept"] = True
    with database_of(engine).writing(engine) as connection:
        assert connection.info == {"kept": True}  # the same session, from the pool
        assert connection.exec_driver_sql("SHOW synchronous_commit").scalar() == expected
    engine.dispose()


@pytest.mark.parametrize("place", ["sqlite"], indirect=True)
def test_a_file_in_wal_mode_is_kept_so_and_is_as_durable(place: str) -> None:
    """Somebody who prefers that mode sets it once; EXTRA is then as FULL is."""
    with AuditTrail(place) as trail:
        engine = engine_at(place)
        with engine.connect() as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode = WAL").scalar() == "wal"
        with database_of(engine).writing(engine) as connection:
            assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
            assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 3  # EXTRA
        engine.dispose()
        fill(trail, 3)
        assert (trail.verify().entries, trail.verify().sound) == (3, True)


# interrupted by force


def interrupt() -> None:
    """As ^C."""
    raise KeyboardInterrupt


def die() -> None:
    """As a crash, a kill by the system or the end of a container."""
    os.kill(os.getpid(), signal.SIGKILL)


def after_putting(what: Callable[[], None]) -> Callable[..., None]:
    """A way to put a row after which something happens, before it is committed."""
    put = trail_module.put

    def put_and_then(connection: Connection, *row: object) -> None:
        put(connection, *row)  # type: ignore[arg-type]
        what()

    return put_and_then


def write_for_ever(place: str, told: int) -> None:
    """Appends until it is killed; tells each entry once it was committed."""
    with AuditTrail(place) as trail:
        while True:
            entry = trail.append(VERDICT, RECORD, **SAID)
            os.write(told, f"{entry.sequence}:{entry.hash}\n".encode())


def killed(target: Callable[[str, int], None], place: str, after: Callable[[int], bytes]) -> End:
    """The end of a process that was killed while it wrote, and what it had told by then."""
    reader, writer = os.pipe()
    process = multiprocessing.get_context("fork").Process(target=target, args=(place, writer))
    process.start()
    os.close(writer)
    told = after(reader)
    process.kill()
    process.join()
    with os.fdopen(reader, "rb") as rest:
        told += rest.read()
    return process.exitcode, told.decode("ascii").splitlines()


@pytest.mark.thorough
@needs_fork
def test_a_writer_that_is_killed_a_hundred_times_loses_no_committed_entry(place: str) -> None:
    """Killed at a random moment of its writing; each time the chain verifies and holds every entry that was told."""
    chance = random.Random(4)  # noqa: S311 - any moment will do

    def a_while(reader: int) -> bytes:
        first = os.read(reader, 200)  # it is at work
        time.sleep(chance.random() * 0.004)
        return first

    known = 0
    for round_number in range(1, KILLS + 1):
        exit_code, told = killed(write_for_ever, place, a_while)
        assert (exit_code, bool(told)) == (-signal.SIGKILL, True)
        known += len(told)
        with AuditTrail(place, create=False) as trail:
            found = trail.verify(told[-1])
            assert found.faults == ()
            first = int(told[0].partition(":")[0])
            assert [f"{entry.sequence}:{entry.hash}" for entry in trail.entries(after=first - 1)][: len(told)] == told
        # of what was committed and not told yet there is at most one entry for each kill
        assert 0 <= found.entries - known <= round_number


def write_and_die_uncommitted(place: str, _: int) -> None:
    """Dies between the row and the commit."""
    trail_module.put = after_putting(die)
    append_some(place, "never", 1)


@needs_fork
def test_a_writer_that_dies_before_its_commit_leaves_no_entry(place: str) -> None:
    """The next one takes the number that it would have had."""
    append_some(place, "before", 2)
    exit_code, told = killed(write_and_die_uncommitted, place, lambda reader: os.read(reader, 200))
    assert (exit_code, told) == (-signal.SIGKILL, [])
    append_some(place, "after", 1)
    assert subjects_of(place) == ["before-0", "before-1", "after-0"]
