"""The Child-Pugh score at screening, from its parts and from a score that was reported."""

from collections.abc import Callable
from datetime import date

from .days import Days
from .facts import Answers, Fact, ascites_points, grades, scores
from .values import Reported, albumin_points, bilirubin_points, inr_points, read_quantity
from .worlds import later, result_days

Results = Callable[[str], list[Fact]]
MEASURED: dict[str, Callable[[Reported], set[int]]] = {
    "bilirubin_total": bilirubin_points,
    "serum_albumin": albumin_points,
    "inr": inr_points,
}
GRADES = (1, 2, 2, 3, 3)
PARTS = (*MEASURED, "ascites", "encephalopathy_grade")


def child_pugh_above_12(results: Results, candidates: Results, first: date, last: date) -> Answers:
    """Whether the score is above 12, over all that it may be.

    `results` are those that count; `candidates` also those that perhaps lie outside the 28 days: where such a
    part could be newer than a reported score, that score does not count.
    """
    totals = _totals(results)
    reported = results("child_pugh_score")
    parts = [part for name in PARTS for part in candidates(name)]
    known: set[int] = set() if reported else set(totals)
    for score in reported:
        outdated = any(_could_be_newer(part, score, first, last) for part in parts)
        known |= set(totals) if outdated else _with_score(totals, scores(score))
    return frozenset(total > 12 for total in known)


def _totals(results: Results) -> range:
    """From the fewest to the most points that the five parts may come to."""
    points = [_part_points(results, name) for name in PARTS]
    return range(sum(map(min, points)), sum(map(max, points)) + 1)


def _part_points(results: Results, name: str) -> set[int]:
    """The points of every result that could be the latest; 1 to 3 for a part that is missing or cannot be read."""
    found = [_points(fact, name) for fact in results(name)]
    return set().union(*found) if found else {1, 2, 3}


def _points(fact: Fact, name: str) -> set[int]:
    if name == "ascites":
        return set(ascites_points(fact))
    if name == "encephalopathy_grade":
        return {GRADES[grade] for grade in grades(fact)}
    reported = read_quantity(fact.value, fact.raw.get("unit")) if fact.readable else None
    return MEASURED[name](reported) if reported else {1, 2, 3}


def _with_score(totals: range, reported: range) -> set[int]:
    """What parts and reported score have in common; all from one to the other where they contradict."""
    common = set(totals) & set(reported)
    return common or set(range(min(*totals, *reported), max(*totals, *reported) + 1))


def _could_be_newer(part: Fact, score: Fact, first: date, last: date) -> bool:
    """Whether a part counting at screening may be of a later day (or time of day) than the reported score.

    Of one day, and not both with a time, they tie: neither is newer.
    """
    newest, oldest = _inside(part, first, last), _inside(score, first, last)
    return later(newest.last, newest.time, oldest.first, oldest.time)


def _inside(fact: Fact, first: date, last: date) -> Days:
    inside = result_days(fact).within(first, last)
    assert inside is not None, "a result that could be the latest has a day in the window"
    return inside
