"""What an adapter gives for each subject: a canonical record, and all that it did not understand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import Factory, frozen

from ucmsc_rules.facts.fact import Problem
from ucmsc_rules.facts.json_text import Broken


@frozen
class Received:
    """A subject's canonical record as plain data, or ``Broken`` where a part of the source could not be taken at all.

    ``problems`` have paths in the source, as people know it. ``unread`` counts what the mapping does not name, by a
    label that a reader understands ("LB LBTESTCD=AFP", "Observation loinc 1834-1 (AFP)", "form demographics: email").
    """

    record: Mapping[str, Any] | Broken
    problems: tuple[Problem, ...] = ()
    unread: Mapping[str, int] = Factory(dict)
