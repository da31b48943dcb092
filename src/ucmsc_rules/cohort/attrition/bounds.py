"""What balances of counts say of each of them: its least and greatest value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from attrs import Factory, define

Bounds = dict[str, tuple[int, int]]
Balance = tuple[tuple[str, int], ...]  # counts times -1 or 1, whose sum is nought


class ImpossibleError(Exception):
    """No values of the counts keep every balance."""


@define
class Balances:
    """Balances, and where each count stands in them."""

    all: list[Balance] = Factory(list)
    of: dict[str, list[int]] = Factory(dict)

    def add(self, signs: Mapping[str, int]) -> None:
        """Takes a balance."""
        for name in signs:
            self.of.setdefault(name, []).append(len(self.all))
        self.all.append(tuple(signs.items()))

    def having(self, name: str) -> list[Balance]:
        """The balances in which a count stands."""
        return [self.all[at] for at in self.of.get(name, ())]

    def neighbours(self, name: str, longest: int) -> set[str]:
        """The counts that share a balance with one, of at most so many counts."""
        return {other for balance in self.having(name) if len(balance) <= longest for other, _ in balance}


def tightened(balances: Balances, bounds: Bounds, moved: Iterable[str]) -> Bounds:
    """The bounds drawn as near as each balance allows, from the counts that moved on; raises ImpossibleError.

    >>> balances = Balances()
    >>> balances.add({"all": 1, "some": -1, "others": -1})
    >>> tightened(balances, {"all": (10, 10), "some": (4, 10), "others": (1, 10)}, ["all"])["some"]
    (4, 9)
    """
    waiting = dict.fromkeys(at for name in moved for at in balances.of.get(name, ()))
    while waiting:
        at = next(iter(waiting))
        del waiting[at]
        for name in _tighten(balances.all[at], bounds):
            waiting |= dict.fromkeys(balances.of[name])
    return bounds


def _tighten(balance: Balance, bounds: Bounds) -> list[str]:
    """Draws the bounds of a balance's counts as near as the others of it allow; which ones moved."""
    least = most = 0
    for name, sign in balance:
        lo, hi = bounds[name]
        least, most = (least + lo, most + hi) if sign > 0 else (least - hi, most - lo)
    if least > 0 or most < 0:
        raise ImpossibleError
    changed = []
    for name, sign in balance:
        lo, hi = bounds[name]
        # the others sum to something within [least, most] less this count's own share
        new = (max(lo, hi - most), min(hi, lo - least)) if sign > 0 else (max(lo, hi + least), min(hi, lo + most))
        if new != (lo, hi):
            if new[0] > new[1]:
                raise ImpossibleError
            bounds[name] = new
            changed.append(name)
            least, most = _moved(least, most, sign, (lo, hi), new)
    return changed


def ties(balance: Balance, name: str, bounds: Bounds) -> bool:
    """Whether a balance, by the bounds of its other counts, sets the least or the greatest value of one.

    >>> bounds = {"all": (10, 10), "some": (4, 9), "others": (1, 6), "any": (0, 99)}
    >>> ties((("all", 1), ("some", -1), ("others", -1)), "some", bounds)
    True
    >>> ties((("any", 1), ("some", -1), ("others", -1)), "some", bounds)
    False
    """
    least = most = own = 0
    for each, sign in balance:
        if each == name:
            own = sign
            continue
        lo, hi = bounds[each]
        least, most = (least + lo, most + hi) if sign > 0 else (least - hi, most - lo)
    if own > 0:
        least, most = -most, -least
    return least == bounds[name][0] or most == bounds[name][1]


def _moved(least: int, most: int, sign: int, old: tuple[int, int], new: tuple[int, int]) -> tuple[int, int]:
    lo, hi = new[0] - old[0], new[1] - old[1]
    return (least + lo, most + hi) if sign > 0 else (least - hi, most - lo)
