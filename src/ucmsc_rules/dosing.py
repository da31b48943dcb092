"""Doses by a subject's record: the weight that counts, and the arm's dose for it."""

from __future__ import annotations

from ucmsc_rules.facts.records import Record
from ucmsc_rules.rules.arms import Arm, Dose, DoseError
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.dates import day_text
from ucmsc_rules.values.quantity import Quantity
from ucmsc_rules.worksheet.select import select


def find_arm(ruleset: Ruleset, name: str) -> Arm:
    """The arm of that name. Raises DoseError where the ruleset has none."""
    if name not in ruleset.arms:
        raise DoseError(f'{ruleset.name} has no arm "{name}"; write one of {", ".join(ruleset.arms) or "none"}')
    return ruleset.arms[name]


def dose_on_record(ruleset: Ruleset, arm: str, record: Record, concentration: str | None = None) -> Dose:
    """The dose by the record's own weight: the latest on or before the ruleset's last anchor (the first infusion).

    Raises DoseError where no single weight surely is the latest.
    """
    chosen_arm = find_arm(ruleset, arm)
    return chosen_arm.dose_of(_weight_on_record(ruleset, chosen_arm, record), concentration)


def _weight_on_record(ruleset: Ruleset, arm: Arm, record: Record) -> Quantity:
    anchor = ruleset.anchors[-1]
    at = record.anchors[anchor]
    chosen = select(record.facts.get(arm.weight, ()), at)
    reported = {(fact.value, fact.unit) for fact in chosen.facts}
    if not chosen.surely or len(reported) != 1 or not chosen.facts[0].readable:
        message = f"{record.subject}: no single {arm.weight} is surely the latest up to {anchor} ({day_text(at.last)})"
        raise DoseError(message)
    return Quantity(chosen.facts[0].value, chosen.facts[0].unit)
