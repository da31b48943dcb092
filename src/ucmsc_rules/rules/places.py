"""The places in a protocol that a ruleset lists, held against the sources of its criteria."""

from __future__ import annotations

from ucmsc_rules.rules.model import Criterion, Ruleset

BETWEEN_PLACES = "; "


def places_of(criterion: Criterion) -> tuple[str, ...]:
    """The places that a criterion's source names, each once."""
    parts = (part.strip() for part in criterion.source.split(BETWEEN_PLACES))
    return tuple(dict.fromkeys(part for part in parts if part))


def without_criterion(ruleset: Ruleset) -> tuple[str, ...]:
    """The listed places that no criterion names."""
    named = {place for criterion in ruleset.criteria for place in places_of(criterion)}
    return tuple(place for place in ruleset.places if place not in named)


def unlisted(ruleset: Ruleset) -> tuple[tuple[Criterion, str], ...]:
    """The places that criteria name and the ruleset does not list."""
    named = ((criterion, place) for criterion in ruleset.criteria for place in places_of(criterion))
    return tuple((criterion, place) for criterion, place in named if place not in ruleset.places)
