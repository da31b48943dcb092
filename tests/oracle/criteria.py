"""The criteria: for each one the answers that it has in some possible world.

Two answers mean unknown. Where the statement says "unknown" outright, both are given, whatever worlds say.
"""

from collections.abc import Callable
from typing import Any

from . import exclusion as ex
from . import inclusion as inc
from .days import read_anchors
from .facts import BOTH, Answers
from .subject import Subject

CRITERIA: dict[str, Callable[[Subject], Answers]] = {
    "I1": inc.i1,
    "I2": inc.i2,
    "I3": inc.i3,
    "I4": inc.i4,
    "I5": inc.i5,
    "E1": ex.e1,
    "E2": ex.e2,
    "E3": ex.e3,
    "E4": ex.e4,
    "E5": ex.e5,
    "E6": ex.e6,
    "E7": ex.e7,
    "E8": ex.e8,
    "E9": ex.e9,
    "E10": ex.e10,
    "E11": ex.e11,
    "E12": ex.e12,
    "E13": ex.e13,
    "E14": ex.e14,
    "E15": ex.e15,
    "E16": ex.e16,
    "E17": ex.e17,
}


def possible(record: dict[str, Any]) -> dict[str, Answers]:
    """For each criterion the answers that occur in some possible world; without a screening day, all of them."""
    anchors = read_anchors(record)
    if anchors.screening is None:
        return dict.fromkeys(CRITERIA, BOTH)
    subject = Subject(record, anchors, anchors.screening)
    return {name: answer(subject) for name, answer in CRITERIA.items()}


def possible_branches(record: dict[str, Any]) -> dict[str, dict[str, Answers]]:
    """The same for the lettered branches of E4 and E5."""
    anchors = read_anchors(record)
    if anchors.screening is None:
        return {"E4": dict.fromkeys("abcde", BOTH), "E5": dict.fromkeys("abc", BOTH)}
    subject = Subject(record, anchors, anchors.screening)
    return {"E4": ex.e4_branches(subject), "E5": ex.e5_branches(subject)}
