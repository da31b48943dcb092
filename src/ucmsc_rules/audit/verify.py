"""Verifies a trail: finds what was edited, taken out, put in or moved, and says where."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from ucmsc_rules.audit.canonical import sha256
from ucmsc_rules.audit.entry import BEGINNING, AuditError, Entry, Head, Stored, entry_from, subject_text

MOST_FAULTS = 100
GUARD = 0


@frozen
class Fault:
    """Something that was done to a trail; ``sequence`` is 0 where it is about the table and not about an entry."""

    sequence: int
    message: str

    def __str__(self) -> str:
        return f"entry {self.sequence}: {self.message}" if self.sequence else self.message


@frozen
class Verification:
    """What verifying found; ``head`` is the last entry, to be kept elsewhere for the next time."""

    entries: int
    head: Head
    faults: tuple[Fault, ...]

    @property
    def sound(self) -> bool:
        """Whether nothing was found."""
        return not self.faults


class _Faults(list[Fault]):
    """The first hundred, since one cause can have as many as there are entries."""

    def note(self, sequence: int, message: str) -> None:
        if len(self) < MOST_FAULTS:
            self.append(Fault(sequence, message))


def verify_rows(rows: Iterable[Stored], missing_guards: Iterable[str], head: Head | None) -> Verification:
    """Verifies the rows of a trail in their order, against a head that was kept where there is one."""
    faults = _Faults()
    for guard in missing_guards:
        faults.note(GUARD, f"the database no longer refuses changes: the trigger {guard} is gone, off or another")
    count, before, known_before = 0, Head(0, BEGINNING), head is None or head.sequence == 0
    for row in rows:
        count += 1
        for message in _faults_of(row, before):
            faults.note(row.sequence, message)
        before = Head(row.sequence, row.hash if isinstance(row.hash, str) else "")
        if head is not None and head.sequence == row.sequence:
            known_before = True
            if head.hash and head.hash != row.hash:
                faults.note(row.sequence, "it is not the entry that was last when the head was kept")
    end = before if count else Head(0)
    if head is not None and not known_before:
        faults.note(head.sequence, f"it was there when the head was kept; the trail now ends with entry {end.sequence}")
    return Verification(count, end, tuple(faults))


def _faults_of(row: Stored, before: Head) -> Iterator[str]:
    """What is wrong with a row, by itself and as the one that follows another."""
    if row.sequence != before.sequence + 1:
        yield _gap(before.sequence + 1, row.sequence)
    if isinstance(row.content, str) and (not row.content.isascii() or sha256(row.content) != row.hash):
        yield "it was edited: its hash is not that of its content"
    try:
        entry = entry_from(row)
    except AuditError as error:
        yield str(error)
        return
    yield from _misplaced(row, entry, before)


def _misplaced(row: Stored, entry: Entry, before: Head) -> Iterator[str]:
    if entry.sequence != row.sequence:
        yield f"it was moved: its content is that of entry {entry.sequence}"
    elif row.sequence == before.sequence + 1 and entry.previous != before.hash:
        yield f"it does not follow entry {before.sequence}: one of the two was replaced"
    if row.subject != subject_text(entry.subject):
        yield "it was edited: its column of subjects does not say what its content does"


def _gap(expected: int, found: int) -> str:
    if found < expected:
        return "entries are numbered from 1"
    missing = f"entry {expected} is" if found == expected + 1 else f"entries {expected} to {found - 1} are"
    return f"{missing} gone before it"
