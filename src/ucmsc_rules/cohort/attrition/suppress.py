"""Which counts of a set of tables may be shown, so that no small one is, nor can be reckoned from the others.

A count from 1 to ``min_cell - 1`` is small. Small are not only counts that would be printed: the difference of two of
them says as much, as 100 excluded, 98 of them first by this criterion. Every relation of the tables becomes a balance
of counts that cannot be negative, differences included. Somebody who sees what is left knows these balances; a small
count is safe where they leave it ``min_cell`` different values or more. While one is not, another count is hidden;
in the end whatever need not be hidden after all is shown again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from attrs import Factory, define

from ucmsc_rules.cohort.attrition.bounds import Balances, Bounds, ImpossibleError, ties, tightened

HEADLINES = frozenset({"screened", "excluded", "eligible", "undetermined"})
_TRIALS = 200_000  # how often it is tried to show a count again, times how many counts there are
_FEWEST = 20
_SHORT = 12  # counts to a balance by which two are called near
_PATIENCE = 8  # rounds in which what is missed least is hidden for an unsafe count; then what ties it
_NEAR = 3  # balances from an unsafe count within which another is hidden for it


@define
class Cells:
    """Counts by name, and their balances. ``between`` are differences, which nobody prints."""

    values: dict[str, int] = Factory(dict)
    balances: Balances = Factory(Balances)
    between: set[str] = Factory(set)
    running: set[str] = Factory(set)

    def add(self, counts: Mapping[str, int | None]) -> None:
        """Takes counts; those of an attrition whose cells are all shown."""
        self.values |= {name: count for name, count in counts.items() if count is not None}

    def sum(self, total: str, parts: Sequence[str]) -> None:
        """Says that the parts add up to a total."""
        self.balance((total,), parts)

    def balance(self, left: Sequence[str], right: Sequence[str]) -> None:
        """Says that both sides add up to the same."""
        self.balances.add({**dict.fromkeys(left, 1), **dict.fromkeys(right, -1)})

    def at_most(self, parts: Sequence[str], whole: str) -> str:
        """Says that the parts add up to no more than the whole; the rest is a count of people too. Gives its name."""
        return self.within(parts, (whole,))

    def within(self, parts: Sequence[str], wholes: Sequence[str]) -> str:
        """Says that the parts add up to no more than the wholes do. Gives the name of the rest."""
        rest = f"{' + '.join(wholes)} but for {' + '.join(parts)}"
        self.values[rest] = sum(self.values[each] for each in wholes) - sum(self.values[part] for part in parts)
        self.between.add(rest)
        self.balance(wholes, (*parts, rest))
        return rest

    def twice(self, name: str) -> tuple[str, str]:
        """A count under two names, for a balance in which it stands twice."""
        again = f"{name}, again"
        self.values[again] = self.values[name]
        self.between.add(again)
        self.balance((name,), (again,))
        return name, again

    def running_sum(self, so_far: str | None, part: str, name: str) -> str:
        """A sum of parts up to one of them, under a name of its own; gives the name of what is summed so far.

        It stands in the place of all these parts in further balances, which would be as long as there are criteria. It
        says nothing that its parts do not, so it is not small itself.
        """
        if so_far is None:
            return part
        self.values[name] = self.values[so_far] + self.values[part]
        self.between.add(name)
        self.running.add(name)
        self.balance((name,), (so_far, part))
        return name

    def apart(self, one: str, other: str) -> None:
        """Says that the difference of two counts, of which neither holds the other, is nobody's business if small."""
        less, more = sorted((one, other), key=lambda name: (self.values[name], name))
        self.at_most((less,), more)


def hidden_cells(cells: Cells, min_cell: int) -> set[str]:
    """The names of the counts that are not shown."""
    small = sorted(name for name, count in cells.values.items() if 0 < count < min_cell and name not in cells.running)
    hidden = set(small) | cells.between
    waiting, rounds = small, Counter[str]()  # what is safe once stays so, since the more is hidden, the less is known
    while waiting:
        bounds = possible_values(cells, hidden)
        bare = _narrow(bounds, waiting, min_cell)
        if not bare:
            bare = waiting = [name for name in waiting if not _has_choice(cells, bounds, name, min_cell)]
        rounds.update(bare)
        victims = {_victim(cells, each, hidden, bounds if rounds[each] > _PATIENCE else None) for each in bare}
        hidden |= {each for each in victims if each is not None}
        if None in victims:
            return {name for name, count in cells.values.items() if count} - cells.between
    return _as_few(cells, small, hidden, min_cell) - cells.between


def _as_few(cells: Cells, small: Sequence[str], hidden: set[str], min_cell: int) -> set[str]:
    """What must stay hidden, where each count is shown again whose showing leaves all others safe."""
    extra = hidden.difference(small, cells.between)
    dearest = sorted(extra, key=lambda name: (-_dearness(name), -cells.values[name], name))
    fewer = set(hidden)
    for name in dearest[: max(_TRIALS // len(cells.values), _FEWEST)]:
        near = {name}
        for _ in range(2):
            near |= {other for each in near for other in cells.balances.neighbours(each, _SHORT)}
        if not _bare(cells, small, fewer - {name}, min_cell, near):
            fewer.discard(name)
    return hidden if _bare(cells, small, fewer, min_cell) else fewer


def _victim(cells: Cells, bare: str, hidden: set[str], bounds: Bounds | None) -> str | None:
    """The count, near an unsafe one by its balances, that a reader would miss least.

    With bounds, it is the one that is nearest by balances that leave the unsafe one, and what ties it, little room:
    the others are hidden in vain, and of hundreds of criteria there are many.
    """
    if bounds is not None and (tying := _tying(cells, bare, hidden, bounds)):
        return min(tying, key=lambda name: (_dearness(name), cells.values[name], name))
    near, seen = {bare}, {bare}
    found: dict[str, int] = {}
    passed: set[int] = set()
    distance = 0
    while near and (distance < _NEAR or not found):
        reached = {at for name in near for at in cells.balances.of.get(name, ())} - passed
        passed |= reached
        names = {name for at in reached for name, _ in cells.balances.all[at]}
        for name in names:
            if name not in hidden and cells.values[name]:
                found.setdefault(name, distance)
        near = (names & hidden) - seen
        seen |= near
        distance += 1
    return min(found, key=lambda name: (_dearness(name), found[name], cells.values[name], name), default=None)


def _tying(cells: Cells, bare: str, hidden: set[str], bounds: Bounds) -> set[str]:
    """The nearest counts that are shown in the balances that hold an unsafe one in its bounds; headlines go last."""
    near, seen, headlines = {bare}, {bare}, set[str]()
    while near:
        tight = (each for name in near for each in cells.balances.having(name) if ties(each, name, bounds))
        names = {name for balance in tight for name, _ in balance} - seen
        found = {name for name in names if name not in hidden and cells.values[name]}
        if plain := found - HEADLINES:
            return plain
        headlines |= found
        near = names & hidden
        seen |= names
    return headlines


def _dearness(name: str) -> int:
    """What a reader would miss most is hidden last: the headlines; first goes what can be read off other counts."""
    if name in HEADLINES:
        return 3
    return 0 if name.startswith("remaining") else 1 if " change " in name else 2


def _bare(
    cells: Cells, small: Sequence[str], hidden: set[str], min_cell: int, near: set[str] | None = None
) -> list[str]:
    """Small counts that what is shown gives away; none where all are safe. Tries values of those that are ``near``."""
    bounds = possible_values(cells, hidden)
    narrow = _narrow(bounds, small, min_cell)
    tried = small if near is None else [name for name in small if name in near]
    return narrow or [name for name in tried if not _has_choice(cells, bounds, name, min_cell)]


def _narrow(bounds: Bounds, small: Sequence[str], min_cell: int) -> list[str]:
    return [name for name in small if bounds[name][1] - bounds[name][0] + 1 < min_cell]


def possible_values(cells: Cells, hidden: set[str]) -> Bounds:
    """The least and greatest value that each count may have by its balances, taken one after the other."""
    most = max(cells.values.values(), default=0)
    bounds = {
        name: ((0 if name in cells.between else 1), most) if name in hidden else (count, count)
        for name, count in cells.values.items()
    }
    return tightened(cells.balances, bounds, cells.values)


def _has_choice(cells: Cells, bounds: Bounds, name: str, min_cell: int) -> bool:
    """Whether two values so far apart can both be tried without a contradiction."""
    lo, hi = bounds[name]
    for least in range(lo, min(cells.values[name], hi - min_cell + 1) + 1):
        if _can_be(cells, bounds, name, least) and _can_be(cells, bounds, name, least + min_cell - 1):
            return True
    return False


def _can_be(cells: Cells, bounds: Bounds, name: str, value: int) -> bool:
    try:
        tightened(cells.balances, {**bounds, name: (value, value)}, (name,))
    except ImpossibleError:
        return False
    return True
