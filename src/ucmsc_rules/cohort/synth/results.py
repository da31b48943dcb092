"""Results: repeated, superseded, censored, in the units of the site, now and then unreadable, late or preliminary."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from attrs import frozen
from numpy.typing import NDArray

from ucmsc_rules.cohort.synth.marginals import Amount, Antibody, Grade, Reported, Virus
from ucmsc_rules.cohort.synth.people import SITES, People
from ucmsc_rules.cohort.synth.texts import (
    NULL,
    Codes,
    Rows,
    choose,
    day_text,
    decimal_text,
    moment_text,
    on_day,
    pick,
    some,
    texts,
)
from ucmsc_rules.facts.concepts import Concept
from ucmsc_rules.facts.words import level_word

Floats = NDArray[np.float64]
_BAD = ("haemolysed", "see comment", "n/a")
_UNREADABLE, _BELOW, _ABOVE = 2**50, 2**51, 2**52
_STATUS = (None, "final", "amended", "preliminary", "cancelled")
_STATUS_SHARES = (0.8, 0.16, 0.012, 0.02, 0.008)
_TIMES = (0, 1 + 7 * 60 + 40, 1 + 8 * 60 + 10, 1 + 14 * 60 + 30)
_TIME_SHARES = (0.7, 0.12, 0.12, 0.06)


@frozen(eq=False)
class Taken:
    """When results were taken: whose, the day with its time as ``moment_text`` reads it, and the columns of both."""

    chance: np.random.Generator
    subject: Codes
    columns: Mapping[str, Any]


def take(people: People, name: str, missing: float, repeats: float) -> Taken:
    """The days of a concept's results: the latest shortly before the main anchor, some too old, some after it."""
    chance = people.chance(name, 1)
    there = np.flatnonzero(chance.random(people.count) >= missing)
    number = 1 + chance.poisson(repeats, there.size)
    subject = np.repeat(there, number)
    order = np.arange(subject.size) - np.repeat(np.cumsum(number) - number, number)
    back = np.array([0, 0, 30, -6])[choose(chance, there.size, (0.5, 0.455, 0.035, 0.01))]
    latest = people.at[there] - back - chance.integers(0, 22, there.size) * (back >= 0)
    earlier = order * chance.integers(3, 45, subject.size) * ~some(chance, subject.size, 0.03)
    days = np.repeat(latest, number) - earlier
    minutes = np.array(_TIMES)[choose(chance, subject.size, _TIME_SHARES)]
    columns = {
        "when": texts(days * 1441 + minutes, moment_text),
        "status": pick(choose(chance, subject.size, _STATUS_SHARES), _STATUS),
        "source": _sources(people, subject),
    }
    return Taken(chance, subject, columns)


def _sources(people: People, subject: Codes) -> Any:  # noqa: ANN401 - pyarrow has no types
    return texts(people.site[subject], lambda site: f"site {site + 1:02d}")


def true_amounts(people: People, name: str, marginal: Amount) -> Floats:
    """What each subject's value hovers around, in the first unit."""
    own = people.chance(name).normal(size=people.count)
    ill = marginal.severity * people.severity + np.sqrt(1 - marginal.severity**2) * own
    values: Floats = marginal.median * np.exp(marginal.spread * ill)
    return values


def true_grades(people: People, name: str, marginal: Grade) -> Codes:
    """Each subject's level, from 0 on."""
    own = people.chance(name).normal(size=people.count)
    ill = marginal.severity * people.severity + np.sqrt(1 - marginal.severity**2) * own
    ranks = np.empty(people.count)
    ranks[np.argsort(ill, kind="stable")] = (np.arange(people.count) + 0.5) / people.count
    return np.searchsorted(np.cumsum(marginal.shares), ranks, side="right").clip(0, len(marginal.shares) - 1)


def amount_rows(people: People, concept: Concept, marginal: Amount) -> Rows:
    """A laboratory's results, each in the unit that its site is used to."""
    taken = take(people, concept.name, marginal.missing, marginal.repeats)
    chance, subject = taken.chance, taken.subject
    value = true_amounts(people, concept.name, marginal)[subject] * np.exp(0.08 * chance.normal(size=subject.size))
    shares = [unit.share for unit in marginal.units]
    unit = choose(people.habits(concept.name), SITES, shares)[people.site[subject]]
    inline = some(chance, subject.size, 0.3)
    columns = {**taken.columns, **_written(chance, marginal, value, unit, inline)}
    if marginal.uln is not None:
        limit = np.where(people.female[subject], marginal.uln[1], marginal.uln[0])
        told = ~some(chance, subject.size, 0.08)
        columns["uln"] = texts(np.where(told, _coded(marginal, limit, unit) * 2 + 1, NULL), _writer(marginal))
    return Rows(concept.name, subject, columns)


def _written(
    chance: np.random.Generator, marginal: Amount, value: Floats, unit: Codes, inline: NDArray[np.bool_]
) -> dict[str, Any]:
    """The value, with its unit beside it or in a column of its own."""
    below = np.zeros(value.size, np.int64)
    if marginal.below is not None:
        below = np.where(value < marginal.below, _BELOW, below)
        value = np.maximum(value, marginal.below)
    if marginal.above is not None:
        below = np.where(value > marginal.above, _ABOVE, below)
        value = np.minimum(value, marginal.above)
    bad = some(chance, value.size, 0.003)
    codes = _coded(marginal, value, unit) * 2 + inline + below
    codes = np.where(bad, _UNREADABLE + chance.integers(0, len(_BAD), value.size), codes)
    names = [each.name for each in marginal.units]
    beside = np.where(inline | bad, len(names), unit)
    return {"value": texts(codes, _writer(marginal)), "unit": pick(beside, [*(name or None for name in names), None])}


def _coded(marginal: Amount, value: Floats, unit: Codes) -> Codes:
    factor = np.array([each.factor * 10**each.decimals for each in marginal.units])[unit]
    codes: Codes = np.rint(value * factor).astype(np.int64) * len(marginal.units) + unit
    return codes


def _writer(marginal: Amount) -> Any:  # noqa: ANN401 - a function
    def write(code: int) -> str:
        if _UNREADABLE <= code < _BELOW:
            return _BAD[code - _UNREADABLE]
        sign, code = (">", code - _ABOVE) if code >= _ABOVE else ("<", code - _BELOW) if code >= _BELOW else ("", code)
        code, inline = divmod(code, 2)
        scaled, place = divmod(code, len(marginal.units))
        unit = marginal.units[place]
        text = f"{sign}{decimal_text(scaled, unit.decimals)}"
        return f"{text} {unit.name}".rstrip() if inline else text

    return write


_VIRUS_FORMS = ("[IU]/mL", "log10 IU/mL", "copies/mL")
_PLAIN, _LOG10, _COPIES, _NO_UNIT = range(4)
_MOST = 170_000_000  # the upper limit of quantification of common assays, in IU/mL


def virus_rows(people: People, concept: Concept, marginal: Virus) -> Rows:
    """A virus's load in IU/mL, as a logarithm or in copies; below the limit it is ``<20`` or not detected."""
    taken = take(people, concept.name, marginal.missing, marginal.repeats)
    chance, subject = taken.chance, taken.subject
    treated = people.treated[subject] < marginal.treated
    mean = np.where(treated, 2.2, marginal.log10_mean)
    own = people.chance(concept.name).normal(size=people.count)[subject]
    load = 10 ** (mean + np.where(treated, 0.9, marginal.log10_spread) * own + 0.1 * chance.normal(size=subject.size))
    hidden = (treated & (people.treated[subject] < marginal.treated * marginal.suppressed)) | (load < marginal.limit)
    form = np.where(hidden, _PLAIN, choose(people.habits(concept.name), SITES, (8, 1, 2))[people.site[subject]])
    undetected = hidden & some(chance, subject.size, 0.45)
    factor = float(marginal.copies_per_unit)
    scaled = np.where(
        form == _LOG10, np.rint(np.log10(load) * 100), np.rint(load * np.where(form == _COPIES, factor, 1))
    )
    codes = np.where(hidden, marginal.limit * 3 + _BELOW, np.minimum(scaled, 2**45).astype(np.int64) * 3 + form)
    codes = np.where(undetected, _UNREADABLE, np.where((load > _MOST) & (form == _PLAIN), _ABOVE, codes))
    told = (form == _COPIES) & ~some(chance, subject.size, 0.1)
    columns = {
        **taken.columns,
        "value": texts(codes, _virus_text),
        "unit": pick(np.where(undetected, _NO_UNIT, form), [*_VIRUS_FORMS, None]),
        "lloq": pick(
            (undetected & some(chance, subject.size, 0.9)).astype(np.int64), [None, f"{marginal.limit} IU/mL"]
        ),
        "copies_per_iu": pick(told.astype(np.int64), [None, marginal.copies_per_unit]),
        "detected": pick(undetected.astype(np.int64), [None, "false"]),
    }
    return Rows(concept.name, subject, columns)


def _virus_text(code: int) -> str:
    if code >= _ABOVE:
        return f">{_MOST}"
    if code >= _BELOW:
        return f"<{(code - _BELOW) // 3}"
    if code >= _UNREADABLE:
        return "target not detected"
    scaled, form = divmod(code, 3)
    return decimal_text(scaled, 2) if form == _LOG10 else str(scaled)


def grade_rows(people: People, concept: Concept, marginal: Grade) -> Rows:
    """A scale's levels in its words or numbers; a few as a range of two, where numbers may be written."""
    taken = take(people, concept.name, marginal.missing, marginal.repeats)
    chance, subject = taken.chance, taken.subject
    levels = concept.levels
    least, greatest = (levels.least, levels.greatest) if levels else (0, len(marginal.shares) - 1)
    level = least + true_grades(people, concept.name, marginal)[subject]
    worse = some(chance, subject.size, 0.03) & (level < greatest)
    ranged = worse & bool(levels and levels.numbers)
    words = {each: level_word(concept, each) for each in range(least, greatest + 1)}

    def write(code: int) -> str:
        lower, is_range = divmod(code, 2)
        return f"{lower}-{lower + 1}" if is_range else words[lower]

    codes = np.where(ranged, level * 2 + 1, np.minimum(level + worse, greatest) * 2)
    return Rows(concept.name, subject, {**taken.columns, "value": texts(codes, write)})


def antibody_rows(people: People, concept: Concept, marginal: Antibody) -> Rows:
    """A test's results; repeated ones agree."""
    taken = take(people, concept.name, marginal.missing, 0.05)
    own = people.chance(concept.name)
    shares = (marginal.positive, 1 - marginal.positive - marginal.neither, marginal.neither)
    result = choose(own, people.count, shares)[taken.subject]
    return Rows(
        concept.name, taken.subject, {**taken.columns, "value": pick(result, ("positive", "negative", "indeterminate"))}
    )


def score_rows(people: People, concept: Concept, marginal: Reported, points: Codes) -> Rows:
    """A score as somebody wrote it down, from each subject's points."""
    chance = people.chance(concept.name, 1)
    subject = np.flatnonzero(chance.random(people.count) >= marginal.missing)
    wrong = np.where(chance.random(subject.size) < marginal.wrong, chance.choice([-1, 1], subject.size), 0)
    least, greatest = (concept.levels.least, concept.levels.greatest) if concept.levels else (0, 10**6)
    score = np.clip(points[subject] + wrong, least, greatest)
    when = people.at[subject] - chance.integers(0, 15, subject.size)
    columns = {"value": texts(score, str), "when": texts(on_day(when), day_text), "source": _sources(people, subject)}
    return Rows(concept.name, subject, columns)
