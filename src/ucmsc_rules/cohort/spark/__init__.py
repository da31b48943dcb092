"""Cohorts on Spark: the same queries as on DuckDB, where one machine is outgrown."""
