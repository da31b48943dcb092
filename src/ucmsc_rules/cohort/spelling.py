"""Facts as numbers: every text stands for its place in a dictionary, and SQL sees texts once, to look them up.

A row's texts but for its dates make one number (or two, where the cohort has very many texts), its dates three.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from attrs import frozen

from ucmsc_rules.cohort.columns import (
    ABSENT,
    BAD_DATES,
    DATES,
    ENDS_BEFORE,
    HAS_UNTIL,
    HAS_WHEN,
    READ,
    SHAPES,
    TEXTS,
    UNREADABLE,
)
from ucmsc_rules.cohort.engine import Engine
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.packing import Packed, pack
from ucmsc_rules.cohort.sql.words import choose
from ucmsc_rules.values.dates import BEGINNING, FOREVER

SPELLED = "spelled"
CHANGED = "the table of facts was changed while it was read; copy it, and screen the copy"
SHAPE = "shape"
DAYS = ("day_first", "day_last", "m", "dated", "uf", "ul", "rf", "rl")


@frozen
class Words:
    """The distinct texts of each column that a table of facts has, in order; a text's place is its number."""

    texts: Mapping[str, Sequence[str]]

    @property
    def dates(self) -> Sequence[str]:
        """The texts of all columns of dates."""
        return sorted({text for name in DATES for text in self.texts.get(name, ())})

    @property
    def told(self) -> Sequence[str]:
        """The columns that tell anything, dates apart: those that have more than one text."""
        return [name for name in TEXTS if len(self.texts.get(name, ())) > 1]

    @property
    def packed(self) -> Packed:
        """The texts of a row as digits, and the shape of its dates."""
        sizes = {name: max(len(self.texts[name]), 1) for name in TEXTS if name in self.texts}
        return pack({**sizes, SHAPE: SHAPES})

    @property
    def numbers(self) -> Sequence[str]:
        """The names of the numbers that these digits make."""
        return [f"k{number}" for number in range(len(self.packed.numbers))]


@frozen
class Key:
    """One distinct combination of texts (those that are not blank) and shape, its count, and a subject that has it."""

    texts: Mapping[str, str]
    shape: int
    numbers: tuple[int, ...]
    count: int
    example: str


@frozen
class Spelled:
    """The distinct keys of the table ``spelled``, and the words that they are made of.

    ``rows`` are the keys as numbers, with their count and a subject: of a million, most are looked at only once.
    """

    words: Words
    rows: Sequence[tuple[Any, ...]]

    def distinct(self) -> Iterator[Key]:
        """Every distinct key, in order."""
        columns, packed = self.words.texts, self.words.packed
        for *numbers, count, example in self.rows:
            digits = packed.digits(numbers)
            shape = digits.pop(SHAPE)
            texts = {name: text for name, digit in digits.items() if (text := columns[name][digit])}
            yield Key(texts, shape, tuple(numbers), count, example)

    def ending_before(self) -> list[tuple[int, str]]:
        """The counts and subjects of those keys whose end lies before the start; the shape is the last digit."""
        return [(row[-2], row[-1]) for row in self.rows if row[-3] % SHAPES & ENDS_BEFORE]


def find_words(engine: Engine, present: Sequence[str]) -> Words:
    """Asks for every distinct text, and makes a table ``words_<column>`` of those that are no dates.

    A table for each, since databases plan by how many rows a table has.
    """
    names = [name for name in (*TEXTS, *DATES) if name in present]
    queries = [f"SELECT DISTINCT {place} AS place, c_{name} AS txt FROM all_facts" for place, name in enumerate(names)]
    found: dict[str, set[str]] = {name: set() for name in names}
    for place, text in engine.rows(" UNION ALL ".join(queries)):
        found[names[place]].add(text or "")
    words = Words({name: sorted(texts) for name, texts in found.items()})
    for name in words.told:
        texts, codes = list[str | None](words.texts[name]), list(range(len(words.texts[name])))
        if "" in texts:  # what is NULL is blank
            texts, codes = [*texts, None], [*codes, texts.index("")]
        engine.load(f"words_{name}", {"txt": ("text", texts), "code": ("long", codes)})
    return words


def spell(engine: Engine, words: Words) -> Spelled:
    """Makes the table ``spelled`` of ``source_facts``: a subject, numbers, and three dates.

    ``days`` and ``people`` must be there. Raises CohortError where the facts are no longer those that were looked up.
    """
    engine.define(SPELLED, _spelled(words), kept=True)
    names = ", ".join(words.numbers)
    counted = f"SELECT {names}, count(*) AS n, min(sid) AS sid FROM {SPELLED} GROUP BY {names}"
    columns = ", ".join(f"g.{name}" for name in (*words.numbers, "n"))
    rows = engine.rows(f"SELECT {columns}, p.subject FROM ({counted}) g JOIN people p ON p.sid = g.sid")
    if sum(row[-2] for row in rows) != engine.rows("SELECT count(*) FROM source_facts")[0][0]:
        raise CohortError(CHANGED)  # facts that are lost could change an answer
    return Spelled(words, sorted(rows))


def _spelled(words: Words) -> str:
    present = words.texts
    digits = {**dict.fromkeys(TEXTS, "0"), SHAPE: _shape(present)}
    digits |= {name: f"words_{name}.code" for name in words.told}
    tables = {name: f"words_{name}" for name in words.told}
    tables |= {name: f"days {name[0]}" for name in DATES if name in present}
    joins = [f"JOIN {table} ON {table.split()[-1]}.txt IS NOT DISTINCT FROM c_{name}" for name, table in tables.items()]
    numbers = [f"{each} AS {name}" for name, each in zip(words.numbers, words.packed.written(digits), strict=True)]
    dates = [f"{f'{name[0]}.code' if name in present else '0'} AS {name[0]}" for name in DATES]
    columns = ", ".join(["p.sid", *numbers, *dates])
    return f"SELECT {columns} FROM source_facts {' '.join(joins)} JOIN people p ON p.subject = c_subject"


def _shape(present: Collection[str]) -> str:
    """What a row's dates are together: given, unreadable, in order (``until`` before ``when`` is an error)."""
    given = {"when": "w.state", "until": "u.until_state", "recorded": "r.state"}
    states = {name: given[name] if name in present else str(ABSENT) for name in DATES}
    before = "u.ends < w.starts" if "when" in present and "until" in present else "FALSE"
    wrong = " OR ".join([*(f"{state} = {UNREADABLE}" for state in states.values()), before])
    return (
        f"CASE WHEN {states['when']} > 0 THEN {HAS_WHEN} ELSE 0 END + "
        f"CASE WHEN {states['until']} > 0 THEN {HAS_UNTIL} ELSE 0 END + "
        f"CASE WHEN {wrong} THEN {BAD_DATES} ELSE 0 END + CASE WHEN {before} THEN {ENDS_BEFORE} ELSE 0 END"
    )


def days_of(present: Collection[str], row: str) -> tuple[list[str], str]:
    """The columns of a row's days, and the joins that give them."""

    def part(name: str, column: str) -> str:
        return f"d{name[0]}.{column}" if name in present else "CAST(NULL AS INTEGER)"

    state = part("when", "state") if "when" in present else str(ABSENT)
    by_then = f"coalesce({part('recorded', 'l')}, {FOREVER})"
    read, absent = f"{state} = {READ}", f"{state} = {ABSENT}"
    columns = {
        "day_first": choose((read, part("when", "f")), otherwise=str(BEGINNING)),
        "day_last": choose((read, part("when", "l")), (absent, by_then), otherwise=str(FOREVER)),
        "m": part("when", "m"),
        "dated": f"{state} > 0",
        "uf": part("until", "uf"),
        "ul": part("until", "ul"),
        "rf": part("recorded", "f"),
        "rl": part("recorded", "l"),
    }
    joins = [f"JOIN days d{name[0]} ON d{name[0]}.code = {row}.{name[0]}" for name in DATES if name in present]
    return [f"{column} AS {name}" for name, column in columns.items()], " ".join(joins)
