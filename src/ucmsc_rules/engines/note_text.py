"""The text of rules and notes as the JSON parser of durable-rules 2.0.28 reads it back, exactly."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from math import inf, isnan
from operator import itemgetter
from string import ascii_letters

from attrs import field, frozen

from ucmsc_rules.engines.notes import Note
from ucmsc_rules.errors import EngineError
from ucmsc_rules.rules.lower import All, Formula, Test

LAST = "zz"
LAST_NOTE = '{"id":"zz","zz":0.5}'
_LAST_RULE = '"zz":{"all":[{"m":{"$and":[{"$gt":{"zz":0.25}},{"$lt":{"zz":0.75}}]}}]}'
_OPS = {"<=": "$lte", "<": "$lt", ">=": "$gte", ">": "$gt"}
_EXACT_INTEGERS = 2.0**53
_KNOWN_TEXTS = 10_000


class Texts(dict[float, str]):
    """The texts of numbers, kept up to a limit; ``ends`` of this kind that say nothing are made null from the start.

    >>> Texts(-inf)[-inf], Texts(-inf)[inf], Texts(-inf)[1e-05]
    ('null', '1.0e999', '1.0e-05')
    """

    def __init__(self, says_nothing: float) -> None:
        super().__init__({says_nothing: "null"})

    def __missing__(self, number: float) -> str:
        text = number_text(number)
        if len(self) < _KNOWN_TEXTS:
            self[number] = text
        return text


def number_text(number: float) -> str:
    """The number with a point before an exponent, as the parser wants it; it reads 1.0e999 as infinity.

    >>> number_text(28.0), number_text(0.1), number_text(1e300)
    ('28', '0.1', '1.0e+300')
    """
    if isnan(number):
        message = "NaN is neither an end of an interval nor a bound"
        raise EngineError(message)
    if number in (inf, -inf):
        return "1.0e999" if number > 0 else "-1.0e999"
    if -_EXACT_INTEGERS < number < _EXACT_INTEGERS and number == int(number):
        return str(int(number))
    text = repr(float(number))
    return text if "." in text else text.replace("e", ".0e")


@frozen
class Template:
    """The text of a batch of notes, every second piece of which is an end, and what picks these from all ends."""

    pieces: list[str]
    pick: Callable[[list[str]], Sequence[str]]

    def fill(self, ends: list[str]) -> str:
        """The text with the ends in their places."""
        pieces = self.pieces.copy()
        pieces[1::2] = self.pick(ends)
        return "".join(pieces)


def write(notes: Sequence[Note], first: dict[str, int]) -> tuple[str, Template]:
    """The rules of a batch, named 00, 01 and so on in the order of the formulas, and the template of its notes.

    ``first`` tells where the lower ends, the upper ends and the parts begin among all ends.
    """
    rules: list[str] = []
    slots: list[int] = []
    text = "["
    for number, note in enumerate(notes):
        fields = _Fields(first, len(slots))
        for formula, _ in note.formulas:
            rules.append(f'"{len(rules):02}":{{"all":[{{"m":{_condition(formula, fields)}}}]}}')
        text += f'{{"id":"{number}"' + "".join(f',"{name}":%' for name in fields.names.values()) + "},"
        slots += fields.names
    pieces = (text + LAST_NOTE + "]").split("%")
    alternating = [piece for each in pieces for piece in (each, "")][:-1]
    return "{" + ",".join([*rules, _LAST_RULE]) + "}", Template(alternating, _picker(slots))


@frozen
class _Fields:
    """The fields of one note by slot, in the order of its text; no two notes of a batch have a name in common."""

    first: dict[str, int]
    named_before: int
    names: dict[int, str] = field(factory=dict)

    def name(self, test: Test) -> str:
        slot = self.first[test.end] + test.index
        if slot not in self.names:
            again, letter = divmod(self.named_before + len(self.names), len(ascii_letters))
            self.names[slot] = ascii_letters[letter] + (str(again) if again else "")
        return self.names[slot]


def _condition(formula: Formula, fields: _Fields) -> str:
    if isinstance(formula, Test):
        return f'{{"{_OPS[formula.op]}":{{"{fields.name(formula)}":{number_text(formula.bound)}}}}}'
    sign = "$and" if isinstance(formula, All) else "$or"
    return f'{{"{sign}":[{",".join(_condition(part, fields) for part in formula.parts)}]}}'


def _picker(slots: Sequence[int]) -> Callable[[list[str]], Sequence[str]]:
    if len(slots) == 1:
        return lambda ends: (ends[slots[0]],)
    return itemgetter(*slots)
