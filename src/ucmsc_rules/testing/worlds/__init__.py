"""A second way of reckoning what holds: every possible world of a record, with calendars and units of its own.

It shares nothing with the engines but the ruleset and its data dictionary, so that both being wrong in the same way is
unlikely. It is slow, and it is what edges and properties are held to.
"""

from ucmsc_rules.testing.worlds.reckon import expected, possible

__all__ = ["expected", "possible"]
