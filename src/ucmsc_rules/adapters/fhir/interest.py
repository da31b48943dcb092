"""Tells which observations a mapping has no rule for, so that no more is made of them than a count."""

from __future__ import annotations

from collections.abc import Iterable

from attrs import frozen

from ucmsc_rules.adapters.mapping import AnchorRule, FactRule, FieldMapping, Rows

OBSERVATION = "Observation"
CODE = "code"
_NAMING = frozenset({CODE, "name"})


@frozen
class Interest:
    """The texts of codes that rules ask for; all are wanted where a rule does not ask for a code."""

    everything: bool = True
    exact: frozenset[str] = frozenset()
    beginnings: tuple[str, ...] = ()

    def wants(self, texts: Iterable[str]) -> bool:
        """Whether a rule may apply to an observation with one of these texts as its code."""
        if self.everything:
            return True
        folded = [text.strip().casefold() for text in texts]
        return any(text in self.exact or text.startswith(self.beginnings) for text in folded if text)


def interest_of(mapping: FieldMapping) -> Interest:
    """What a mapping wants of observations."""
    rules: list[FactRule | AnchorRule] = [*mapping.facts, *mapping.anchors]
    asked = [_asked(rule) for rule in rules if not rule.kinds or OBSERVATION in rule.kinds]
    named_by = mapping.rows.get(OBSERVATION, Rows()).named_by
    if not named_by or not _NAMING.issuperset(named_by) or not all(asked):
        return Interest()
    texts = {text.strip().casefold() for of_rule in asked for text in of_rule}
    return Interest(
        everything=False,
        exact=frozenset(text for text in texts if not text.endswith("*")),
        beginnings=tuple(sorted(text.removesuffix("*") for text in texts if text.endswith("*"))),
    )


def _asked(rule: FactRule | AnchorRule) -> tuple[str, ...]:
    """The codes of which a rule wants one; none where it may do without."""
    for condition in rule.where:
        if condition.field == CODE and "" not in condition.texts and "*" not in condition.texts:
            return condition.texts
    return ()


def label_of(mapping: FieldMapping, code: str, name: str) -> str:
    """What an observation that no rule wants is counted as, in the words of all other rows."""
    texts = {CODE: code, "name": name}
    named = [f"{field}={texts[field][:80]}" for field in mapping.rows[OBSERVATION].named_by if texts[field]]
    return " ".join((OBSERVATION, *named))
