"""The points of a band score, by the dictionary's own tables, from the values that its parts were drawn around."""

from __future__ import annotations

import numpy as np

from ucmsc_rules.cohort.synth.hepatitis_b import marginal_of
from ucmsc_rules.cohort.synth.marginals import Amount, Grade
from ucmsc_rules.cohort.synth.people import People
from ucmsc_rules.cohort.synth.results import Floats, true_amounts, true_grades
from ucmsc_rules.cohort.synth.texts import Codes
from ucmsc_rules.facts.concepts import Concept, Dictionary, Part
from ucmsc_rules.values.interval import ends


def points_of(people: People, concept: Concept, dictionary: Dictionary) -> Codes | None:
    """Each subject's sum of points; None where a part is of a kind that has no table here."""
    total = np.zeros(people.count, np.int64)
    for part in concept.parts:
        points = _points(people, part, dictionary)
        if points is None:
            return None
        total += points
    return total if concept.parts else None


def _points(people: People, part: Part, dictionary: Dictionary) -> Codes | None:
    concept = dictionary[part.concept]
    marginal = marginal_of(concept)
    match marginal:
        case Amount(units=(unit, *_)):
            table = part.tables.get(unit.name or "1", part.tables.get(""))
            values: Floats = np.round(true_amounts(people, concept.name, marginal), unit.decimals)
        case Grade():
            table = part.tables.get("")
            least = concept.levels.least if concept.levels else 0
            values = (true_grades(people, concept.name, marginal) + least).astype(float)
        case _:
            return None
    if table is None:
        return None
    points = np.zeros(people.count, np.int64)
    for band in table:
        lo, hi = ends(band.values)
        points[(values >= lo) & (values <= hi)] = band.points
    return points
