"""Events: affirmed as none, on a day, in a month or a year, with an end, going on, or planned."""

from __future__ import annotations

import numpy as np

from ucmsc_rules.cohort.synth.marginals import Happening
from ucmsc_rules.cohort.synth.people import People
from ucmsc_rules.cohort.synth.texts import (
    DAY,
    MONTH,
    NULL,
    UNKNOWN_DAY,
    YEAR,
    Codes,
    Rows,
    choose,
    day_text,
    on_day,
    pick,
    some,
    texts,
)
from ucmsc_rules.facts.concepts import Concept

_LONG_AGO = 150  # days after which people remember a month or a year
_RECENT = (0.93, 0.05, 0.005, 0.015)
_OLD = (0.4, 0.36, 0.2, 0.04)
_ONGOING = -1
_OLDEST = 40 * 365


def event_rows(people: People, concept: Concept, marginal: Happening) -> Rows:
    """Who had the event, and who says that there was none; the rest is silent."""
    chance = people.chance(concept.name, 1)
    kind = choose(chance, people.count, (marginal.had, marginal.none, max(0.0, 1 - marginal.had - marginal.none)))
    had, none = np.flatnonzero(kind == 0), np.flatnonzero(kind == 1)
    had = np.sort(np.concatenate([had, had[chance.random(had.size) < marginal.again]]))
    day, when = _days(people, marginal, had, chance)
    until = _ends(people, marginal, had, day, chance)
    vague = some(chance, had.size, 0.015)
    dated = some(chance, none.size, 0.5)
    affirmed = people.at[none] - chance.integers(0, 20, none.size) * np.where(some(chance, none.size, 0.03), 4, 1)
    columns = {
        "value": pick(np.concatenate([vague * 1, np.full(none.size, 2)]), (None, "yes", "none")),
        "when": texts(np.concatenate([np.where(vague, NULL, when), np.where(dated, on_day(affirmed), NULL)]), day_text),
        "until": texts(np.concatenate([np.where(vague, NULL, until), np.full(none.size, NULL)]), _end_text),
        "recorded": texts(np.concatenate([_recorded(people, had, until, chance), np.full(none.size, NULL)]), day_text),
        "complete": pick(
            np.concatenate([some(chance, had.size, 0.04) * 1, np.zeros(none.size, np.int64)]), (None, "false")
        ),
    }
    return Rows(concept.name, np.concatenate([had, none]), columns)


def _days(people: People, marginal: Happening, had: Codes, chance: np.random.Generator) -> tuple[Codes, Codes]:
    """The true days, and how they are told: the longer ago, the less exactly."""
    ago = np.rint(chance.exponential(marginal.ago / np.log(2), had.size)).astype(np.int64)
    ago = np.minimum(ago, np.minimum(_OLDEST, np.rint(people.age[had] * 300).astype(np.int64)))
    day = people.at[had] + (ago + 1 if marginal.ahead else -ago)
    forms = np.array([DAY, MONTH, YEAR, UNKNOWN_DAY])
    form = np.where(ago > _LONG_AGO, choose(chance, had.size, _OLD), choose(chance, had.size, _RECENT))
    return day, on_day(day, forms[form])


def _ends(people: People, marginal: Happening, had: Codes, day: Codes, chance: np.random.Generator) -> Codes:
    if not marginal.lasts:
        return np.full(had.size, NULL)
    end = day + np.rint(chance.exponential(marginal.lasts / np.log(2), had.size)).astype(np.int64)
    told = choose(chance, had.size, (marginal.ends, marginal.ongoing, max(0.0, 1 - marginal.ends - marginal.ongoing)))
    known = (told == 0) & (end <= people.at[had] + 60)
    return np.where(known, on_day(end), np.where(told == 1, _ONGOING, NULL))


def _recorded(people: People, had: Codes, until: Codes, chance: np.random.Generator) -> Codes:
    """A record date, for most that go on and a few others."""
    told = chance.random(had.size) < np.where(until == _ONGOING, 0.6, 0.03)
    return np.where(told, on_day(people.at[had] - chance.integers(0, 20, had.size)), NULL)


def _end_text(code: int) -> str:
    return "ongoing" if code == _ONGOING else day_text(code)
