"""The SQL of a ruleset: what ``worksheet`` and ``lower`` mean for one subject, written for a table of them.

No clinical constant stands here. What a text says was read into dictionaries by the code that reads one subject's
facts; the rest is the arithmetic of days and intervals, in the words that DuckDB and Spark share.
"""
