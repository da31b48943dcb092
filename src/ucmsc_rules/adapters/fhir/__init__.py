"""Reads FHIR R4, and R5 where the fields agree: Bundles, bulk exports on lines, and single resources.

Each resource becomes a row whose kind is its type (``Observation``, ``Condition``, ...); the cells are listed in
``docs/fhir.md``. What they mean for a study is said by a mapping; ``fhir-r4`` is shipped.
"""

from ucmsc_rules.adapters.fhir.read import read_fhir

__all__ = ["read_fhir"]
