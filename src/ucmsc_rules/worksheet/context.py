"""What measuring a subject needs: the record, the ruleset, and the site's normal ranges."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import frozen

from ucmsc_rules.facts.fact import Fact
from ucmsc_rules.facts.ranges import NormalRange
from ucmsc_rules.facts.records import Record
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.values.dates import Span


@frozen
class Context:
    """One subject under one ruleset."""

    record: Record
    ruleset: Ruleset
    normal_ranges: tuple[NormalRange, ...] = ()

    def facts(self, concept: str) -> Sequence[Fact]:
        """The counting facts of a concept, in the order of the record."""
        return self.record.facts.get(concept, ())

    def anchor(self, name: str) -> Span:
        """The days on which an anchor may lie."""
        return self.record.anchors[name]
