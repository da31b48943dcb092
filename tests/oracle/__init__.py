"""A second, independent reckoning of the trial's criteria: what holds in some possible world.

It shares no code with the library. Read it beside the statement of the criteria.
"""

from .criteria import CRITERIA, possible, possible_branches

__all__ = ["CRITERIA", "possible", "possible_branches"]
