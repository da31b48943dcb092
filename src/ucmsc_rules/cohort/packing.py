"""Several small numbers as one: rows that differ in many columns are then told apart by one or two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from attrs import frozen

ROOM = 2**62  # a whole number of 64 bits holds this, and a sum of two of them


@frozen
class Digit:
    """A small number: its name, how many values it can have, and by what it is multiplied."""

    name: str
    size: int
    weight: int


@frozen
class Packed:
    """Digits by name, each with how many values it can have, gathered into as few whole numbers as hold them.

    >>> packed = pack({"concept": 50, "value": 200_000, "unit": 12})
    >>> packed.written({"concept": "c", "value": "v", "unit": "u"})
    ['(c) * 2400000 + (v) * 12 + (u) * 1']
    >>> packed.digits([7 * 2_400_000 + 3 * 12 + 11])
    {'concept': 7, 'value': 3, 'unit': 11}
    """

    numbers: tuple[tuple[Digit, ...], ...]

    def written(self, digits: Mapping[str, str]) -> list[str]:
        """The numbers as SQL, of digits as SQL (of 64 bits)."""
        return [" + ".join(f"({digits[each.name]}) * {each.weight}" for each in number) for number in self.numbers]

    def digits(self, numbers: Sequence[int]) -> dict[str, int]:
        """The digits that some numbers hold."""
        pairs = zip(self.numbers, numbers, strict=True)
        return {each.name: number // each.weight % each.size for digits, number in pairs for each in digits}


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
    return Packed(tuple(map(_weighed, numbers)))


def _weighed(sizes: Sequence[tuple[str, int]]) -> tuple[Digit, ...]:
    """The digits of one number, the first the heaviest."""
    found = []
    weight = 1
    for name, size in reversed(sizes):
        found.append(Digit(name, size, weight))
        weight *= size
    return tuple(found[::-1])
