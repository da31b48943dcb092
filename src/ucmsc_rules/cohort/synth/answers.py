"""Answers and traits: yes and no with and without a day, consent and its withdrawal, sex, birth dates in all forms."""

from __future__ import annotations

import numpy as np

from ucmsc_rules.cohort.synth.marginals import Birth, Words, YesNo
from ucmsc_rules.cohort.synth.people import People
from ucmsc_rules.cohort.synth.texts import (
    DAY,
    MONTH,
    NULL,
    UNKNOWN_DAY,
    YEAR,
    Rows,
    choose,
    day_text,
    on_day,
    pick,
    some,
    texts,
)
from ucmsc_rules.facts.concepts import Concept

_YEAR = 365.25
_ASKED_UNTIL = 50.0  # a third of the women above that age are not asked whether they are pregnant
_WEEKS_AGO = 15
_DATED, _UNDATED, _LATER = range(3)
_SIGNED = (0.93, 0.04, 0.03)  # before the main anchor, without a day, after it


def answer_rows(people: People, concept: Concept, marginal: YesNo) -> Rows:
    """Answers of the days before the main anchor; a few changed since, a few undated, a few that are no answer."""
    chance = people.chance(concept.name, 1)
    asked = chance.random(people.count) >= marginal.missing
    if marginal.women:
        asked &= people.female & ((people.age < _ASKED_UNTIL) | some(chance, people.count, 2 / 3))
    subject = np.flatnonzero(asked)
    yes = chance.random(subject.size) < marginal.yes
    if marginal.women:
        yes &= people.age[subject] < _ASKED_UNTIL
    back = chance.integers(0, 22, subject.size)
    dated = choose(chance, subject.size, _SIGNED if marginal.consent else (0.75, 0.245, 0.005))
    day = np.where(dated == _LATER, people.at[subject] + 3, people.at[subject] - back)
    again = np.flatnonzero(some(chance, subject.size, 0.02))
    strange = some(chance, subject.size, 0.003)
    value = np.concatenate([np.where(strange, 2, yes), 1 - yes[again]])
    when = np.concatenate(
        [np.where(dated == _UNDATED, NULL, on_day(day)), on_day(day[again] + (5 if marginal.consent else -40))]
    )
    recorded = np.concatenate(
        [np.where((dated == _UNDATED) & (back > _WEEKS_AGO), on_day(day), NULL), np.full(again.size, NULL)]
    )
    columns = {
        "value": pick(value, ("no", "yes", "not asked")),
        "when": texts(when, day_text),
        "recorded": texts(recorded, day_text),
    }
    return Rows(concept.name, np.concatenate([subject, subject[again]]), columns)


def word_rows(people: People, concept: Concept, marginal: Words) -> Rows:
    """A category's words; for two of them, the first is that of women."""
    chance = people.chance(concept.name, 1)
    subject = np.flatnonzero(chance.random(people.count) >= marginal.missing)
    if concept.categories == ("female", "male"):
        word = 1 - people.female[subject].astype(np.int64)
    else:
        word = choose(chance, subject.size, marginal.shares[: len(concept.categories)])
    return Rows(concept.name, subject, {"value": pick(word, concept.categories)})


def birth_rows(people: People, concept: Concept, marginal: Birth) -> Rows:
    """Birth dates, full ones and such that lack the day or the month."""
    chance = people.chance(concept.name, 1)
    subject = np.flatnonzero(chance.random(people.count) >= marginal.missing)
    day = people.at[subject] - np.rint(people.age[subject] * _YEAR).astype(np.int64)
    form = np.array([DAY, MONTH, YEAR, UNKNOWN_DAY])[choose(chance, subject.size, (0.9, 0.04, 0.04, 0.02))]
    return Rows(concept.name, subject, {"value": texts(on_day(day, form), day_text)})
