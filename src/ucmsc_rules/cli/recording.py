"""Records each verdict in an audit trail before it is printed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from attrs import frozen

from ucmsc_rules.cli.answering import Answered
from ucmsc_rules.facts.ranges import NormalRange


@frozen
class AuditOrder:
    """Where verdicts are recorded, who screens and when; nothing here reads a clock."""

    where: str
    who: str
    when: str
    reason: str


def recorded(
    answers: Iterable[Answered], order: AuditOrder | None, ranges: tuple[NormalRange, ...]
) -> Iterator[Answered]:
    """The answers, each once it stands in the trail. Raises AuditError where it cannot be written there."""
    if order is None:
        yield from answers
        return
    from ucmsc_rules.audit import AuditTrail  # noqa: PLC0415 - needs an extra, which most screenings do without

    with AuditTrail(order.where) as trail:
        for answered in answers:
            if answered.verdict is not None:
                trail.append(
                    answered.verdict, answered.record, who=order.who, when=order.when, reason=order.reason,
                    normal_ranges=ranges,
                )  # fmt: skip
            yield answered
