"""An append-only, hash-chained trail of verdicts in SQLite or PostgreSQL, and the screening log.

A trail needs SQLAlchemy (``ucmsc-rules[audit]``), which is asked for when ``AuditTrail`` is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules.audit.canonical import canonical_json, digest_of
from ucmsc_rules.audit.entry import Answer, AuditError, Entry, Head, head_from
from ucmsc_rules.audit.verify import Fault, Verification

if TYPE_CHECKING:
    from ucmsc_rules.audit.trail import AuditTrail

__all__ = [
    "Answer", "AuditError", "AuditTrail", "Entry", "Fault", "Head", "Verification", "canonical_json", "digest_of",
    "head_from",
]  # fmt: skip


def __getattr__(name: str) -> object:
    """The trail itself; AuditError where what it stands on is not installed."""
    if name != "AuditTrail":
        message = f"module {__name__!r} has no attribute {name!r}"
        raise AttributeError(message)
    try:
        from ucmsc_rules.audit.trail import AuditTrail  # noqa: PLC0415 - the rest of the package does without SQLAlchemy
    except ModuleNotFoundError as error:
        raise AuditError(f"an audit trail needs {error.name}; install ucmsc-rules[audit]") from None
    return AuditTrail
