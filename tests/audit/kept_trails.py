"""Verdicts to keep, trails that hold some, and ways to do to a trail what nobody may."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine, create_engine
from sqlalchemy.engine import make_url

from ucmsc_rules import Verdict, load_ruleset, screen
from ucmsc_rules.audit import AuditTrail, Entry
from ucmsc_rules.audit.opening import database_of

RULESET = load_ruleset("ucmsc-hbv-cirrhosis")
SAID = {"who": "investigator 3", "when": "2026-03-02T09:30:00+00:00"}


def record_of(subject: str, dna: str = "20 IU/mL", *more: dict[str, Any]) -> dict[str, Any]:
    """A record with a result, and whatever else."""
    facts = [{"concept": "hbv_dna", "value": dna, "when": "2026-02-27"}, *more]
    return {"subject": subject, "anchors": {"screening": "2026-03-01"}, "facts": facts}


def verdict_on(record: Any) -> Verdict:
    """The verdict of the reference, which is the quicker one."""
    return screen(RULESET, record, engine="reference")


RECORD = record_of("S-001")
VERDICT = verdict_on(RECORD)


def fill(trail: AuditTrail, count: int) -> list[Entry]:
    """So many entries, of subjects S-001 and on."""
    records = [record_of(f"S-{number:03}") for number in range(1, count + 1)]
    return [trail.append(verdict_on(record), record, **SAID) for record in records]


def tampered(where: str, *statements: str) -> None:
    """Does to the database what its triggers refuse, and leaves the triggers as they were."""
    engine = engine_at(where)
    with engine.begin() as connection:
        guards = database_of(engine).guards
        for guard in guards:
            on = " ON ucmsc_rules_audit" if engine.dialect.name == "postgresql" else ""
            connection.exec_driver_sql(f"DROP TRIGGER {guard}{on}")
        for statement in statements:
            connection.exec_driver_sql(statement)
        for guard in guards.values():
            connection.exec_driver_sql(guard)
    engine.dispose()


def engine_at(where: str) -> Engine:
    """An engine of the test's own."""
    return create_engine(make_url(where) if "://" in where else f"sqlite:///{where}")
