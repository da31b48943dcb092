"""Several small numbers as one: rows that differ in many columns are then told apart by one or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

ROOM = 2**62  # a whole number of 64 bits holds this, and a sum of two of them


@frozen
class Packed:
    """Digits by name, each with how many values it can have, gathered into as few whole numbers as hold them.

    >>> packed = pack({"concept": 50, "value": 200_000, "unit": 12})
    >>> packed.written({"concept": "c", "value": "v", "unit": "u"})
    ['(c) * 2400000 + (v) * 12 + (u) * 1']
    >>> packed.digits([7 * 2_400_000 + 3 * 12 + 11])
    {'concept': 7, 'value': 3, 'unit': 11}
    """

    numbers: tuple[tuple[tuple[str, int], ...], ...]

    def written(self, digits: Mapping[str, str]) -> list[str]:
        """The numbers as SQL, of digits as SQL (of 64 bits)."""
        return [" + ".join(f"({digits[name]}) * {weight}" for name, _, weight in _weighed(one)) for one in self.numbers]

    def digits(self, numbers: Sequence[int]) -> dict[str, int]:
        """The digits that some numbers hold."""
        pairs = zip(self.numbers, numbers, strict=True)
        return {name: number // weight % size for one, number in pairs for name, size, weight in _weighed(one)}


def pack(sizes: Mapping[str, int]) -> Packed:
    """Digits with so many values each, in their order; a number that is full is followed by another."""
    numbers: list[list[tuple[str, int]]] = [[]]
    room = ROOM
    for name, size in sizes.items():
        if room // size == 0:
            numbers.append([])
            room = ROOM
        numbers[-1].append((name, size))
        room //= size
    return Packed(tuple(map(tuple, numbers)))


def _weighed(digits: Sequence[tuple[str, int]]) -> list[tuple[str, int, int]]:
    found = []
    weight = 1
    for name, size in reversed(digits):
        found.append((name, size, weight))
        weight *= size
    return found[::-1]
