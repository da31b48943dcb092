"""A probe: a record at the edge of a rule, and why it is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import field, frozen

from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.rules.phrases import unparse
from ucmsc_rules.testing.boundaries.days import Days, usual_anchors, written
from ucmsc_rules.testing.boundaries.realise import RawFact
from ucmsc_rules.testing.boundaries.witness import Target


@frozen
class Probe:
    """A record at the edge of one comparison, or of one band of a score; it says nothing of what must come out."""

    criterion: str
    branch: str
    about: str
    record: Mapping[str, Any] = field(eq=False)
    reason: str


@frozen
class Asker:
    """What the probes of one comparison have in common."""

    ruleset: Ruleset
    criterion: Criterion
    target: Target

    @property
    def anchors(self) -> dict[str, Any]:
        """The usual day of each anchor."""
        return usual_anchors(self.ruleset)

    def probe(self, facts: Sequence[RawFact], reason: str, anchors: Days | None = None, about: str = "") -> Probe:
        """A probe with these facts of the concept in question, and what must be around them."""
        days = self.anchors if anchors is None else anchors
        around = [fact for fact in self.target.around(self.ruleset, days) if fact not in facts]
        record = {"subject": self.criterion.id, "anchors": written(days), "facts": [*facts, *around]}
        ruleset = self.ruleset
        about = about or unparse(self.target.comparison, ruleset.dictionary, ruleset.settings)
        return Probe(self.criterion.id, self.target.branch, about, record, reason)
