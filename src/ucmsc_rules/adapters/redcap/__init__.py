"""Reads what REDCap exports: records as JSON or CSV, with the project's data dictionary, and its ODM export."""

from ucmsc_rules.adapters.redcap.read import read_redcap

__all__ = ["read_redcap"]
