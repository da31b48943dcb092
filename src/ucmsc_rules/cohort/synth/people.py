"""The subjects of a block: how ill they are, their sex and site, the days of their anchors; and streams of chance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from zlib import crc32

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ucmsc_rules.rules.model import Ruleset

Days = NDArray[np.int64]
SITES = 12
_FIRST, _LAST = date(2023, 1, 2).toordinal(), date(2025, 12, 31).toordinal()
_NO_MAIN, _NO_OTHER, _NO_LAST = 0.003, 0.05, 0.3  # anchors that are not given (yet)


@frozen(eq=False)
class People:
    """Subjects ``first`` to ``first + count``: ``anchors`` are true days by name, ``given`` whether they are told."""

    seed: int
    block: int
    first: int
    count: int
    severity: NDArray[np.float64]
    female: NDArray[np.bool_]
    age: NDArray[np.float64]
    site: NDArray[np.int64]
    treated: NDArray[np.float64]
    at: Days
    anchors: Mapping[str, Days]
    given: Mapping[str, NDArray[np.bool_]]

    def chance(self, name: str, stream: int = 0) -> np.random.Generator:
        """A stream of chance of this block for a concept, which no other concept disturbs."""
        return np.random.default_rng([self.seed, self.block, crc32(name.encode()), stream])

    def habits(self, name: str) -> np.random.Generator:
        """A stream that is the same in all blocks: what sites are used to."""
        return np.random.default_rng([self.seed, crc32(name.encode())])


def draw_people(
    ruleset: Ruleset, stream: tuple[int, int], count: int, women: float, age: tuple[float, float]
) -> People:
    """The subjects of a block; ``count`` is always the size of a whole block, so that a prefix stays itself.

    ``stream`` is the seed and the number of the block.
    """
    seed, block = stream
    chance = np.random.default_rng([seed, block, 0, 1])
    days: dict[str, Days] = {}
    day = chance.integers(_FIRST, _LAST, count)
    for name in ruleset.anchors:
        days[name] = day
        day = day + chance.integers(0, 15, count)
    main, last = ruleset.settings.at, ruleset.anchors[-1]
    share = {name: _NO_MAIN if name == main else _NO_LAST if name == last else _NO_OTHER for name in ruleset.anchors}
    return People(
        seed=seed,
        block=block,
        first=block * count,
        count=count,
        severity=chance.normal(size=count),
        female=chance.random(count) < women,
        age=np.clip(chance.normal(*age, count), 15.5, 89),
        site=chance.integers(0, SITES, count),
        treated=chance.random(count),
        at=days[main],
        anchors=days,
        given={name: chance.random(count) >= share[name] for name in ruleset.anchors},
    )
