"""Reads SDTM: datasets of a study, each domain in a file of its own, become one record for each subject."""

from __future__ import annotations

from ucmsc_rules.adapters.sdtm.read import read_sdtm

__all__ = ["read_sdtm"]
