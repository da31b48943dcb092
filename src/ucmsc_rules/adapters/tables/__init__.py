"""Tables: CSV, Parquet, Arrow and data frames, with a row for each subject or a row for each fact."""

from __future__ import annotations

from ucmsc_rules.adapters.tables.read import read_table
from ucmsc_rules.adapters.tables.read_long import read_long_table

__all__ = ["read_long_table", "read_table"]
