"""CDISC ODM-XML, 1.2 to 2.0: snapshots and transactions, and Dataset-XML."""

from __future__ import annotations

from ucmsc_rules.adapters.odm.assemble import SubjectRows
from ucmsc_rules.adapters.odm.read import read_odm
from ucmsc_rules.adapters.odm.subjects import rows_of

__all__ = ["SubjectRows", "read_odm", "rows_of"]
