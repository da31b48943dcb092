"""What the command line asks of a trail: to verify it, and to write its screening log."""

from __future__ import annotations

from ucmsc_rules.audit import AuditError, AuditTrail, Verification
from ucmsc_rules.audit.log import lines_of, to_csv
from ucmsc_rules.audit.sheet import to_xlsx

FORMS = ("csv", "xlsx")
FAULTY = 1


def verify_trail(where: str, head: str | None = None) -> tuple[str, int]:
    """What to print of a trail that is verified, and the exit status: 0 where it is sound, 1 where it is not.

    ``where`` is the path of an SQLite file or an URL; ``head`` is what an earlier call printed. Raises AuditError where
    there is no trail, or it cannot be read.
    """
    with AuditTrail(where, create=False) as trail:
        found = trail.verify(head)
    return verification_text(found, checked=head is not None), 0 if found.sound else FAULTY


def verification_text(found: Verification, *, checked: bool) -> str:
    """A verification in words; ``checked`` tells whether it was held against a head."""
    count = f"{found.entries} entr{'y' if found.entries == 1 else 'ies'}"
    lines = [str(fault) for fault in found.faults]
    if found.sound:
        lines.append(f"{count}, unbroken" + (", and all that were there when the head was kept" if checked else ""))
    else:
        lines.append(f"{count}; the trail was tampered with, or its database was damaged")
    if not checked:
        lines.append("whether the last entries are missing cannot be told without a head that was kept before")
    lines.append(f"head {found.head}")
    return "\n".join(lines)


def log_of_trail(where: str, form: str, *, latest: bool = False) -> bytes:
    """The screening log of a trail, as ``csv`` or ``xlsx``; with ``latest``, of each subject's last verdict alone.

    Raises AuditError where there is no trail, it cannot be read, or it is not sound.
    """
    with AuditTrail(where, create=False) as trail:
        if faults := trail.verify().faults:
            raise AuditError(f"no log is written of a trail that is not sound ({faults[0]}); verify it")
        lines = lines_of(trail.entries(), latest=latest)
    return to_xlsx(lines) if form == "xlsx" else to_csv(lines)
