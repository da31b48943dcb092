"""A block of subjects as two tables: every concept drawn by itself, then all rows put in the order of the subjects."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa  # type: ignore[import-untyped]
from attrs import frozen

from ucmsc_rules.cohort.synth.answers import answer_rows, birth_rows, word_rows
from ucmsc_rules.cohort.synth.happenings import event_rows
from ucmsc_rules.cohort.synth.hepatitis_b import KNOWN, marginal_of
from ucmsc_rules.cohort.synth.marginals import Amount, Antibody, Birth, Grade, Happening, Reported, Virus, Words, YesNo
from ucmsc_rules.cohort.synth.people import People, draw_people
from ucmsc_rules.cohort.synth.results import amount_rows, antibody_rows, grade_rows, score_rows, virus_rows
from ucmsc_rules.cohort.synth.scores import points_of
from ucmsc_rules.cohort.synth.texts import COLUMNS, NULL, Rows, day_text, texts
from ucmsc_rules.facts.concepts import Concept, Dictionary
from ucmsc_rules.rules.compiled import comparisons_of
from ucmsc_rules.rules.model import Ruleset

SIZE = 20_000
_TEXT = pa.dictionary(pa.int32(), pa.string())
SCHEMA = pa.schema([(name, _TEXT) for name in COLUMNS])


@frozen(eq=False)
class Block:
    """The facts and anchors of some subjects, as Arrow tables of texts."""

    facts: Any
    anchors: Any


def concepts_of(ruleset: Ruleset) -> tuple[Concept, ...]:
    """Every concept that a ruleset reads, the parts and inputs of its scores and the weights of its arms included."""
    names = dict.fromkeys(each.measure.concept for one in ruleset.criteria for each in comparisons_of(one))
    names |= dict.fromkeys(name for each in ruleset.counts_as if each.event in names for name in (each.result,))
    names |= dict.fromkeys(arm.weight for arm in ruleset.arms.values() if arm.weight)
    for name in list(names):
        concept = ruleset.dictionary[name]
        names |= dict.fromkeys(part.concept for part in concept.parts)
        for each in concept.inputs:
            names |= dict.fromkeys(one for one in (each.concept, each.replaced_when) if one)
    return tuple(ruleset.dictionary[name] for name in names)


def left_out(ruleset: Ruleset) -> tuple[str, ...]:
    """The concepts of a ruleset for which no facts are made, since nothing is known of how they spread."""
    drawn = {concept.name for concept in concepts_of(ruleset) if _is_drawn(concept)}
    return tuple(concept.name for concept in concepts_of(ruleset) if concept.name not in drawn)


def _is_drawn(concept: Concept) -> bool:
    marginal = marginal_of(concept)
    return marginal is not None and not (isinstance(marginal, Reported) and not concept.parts)


def draw_block(ruleset: Ruleset, seed: int, number: int, count: int = SIZE) -> Block:
    """The first ``count`` subjects of a block; a whole block is drawn whatever the count."""
    sex, birth = KNOWN["sex"], KNOWN["birth_date"]
    women = sex.shares[0] if isinstance(sex, Words) else 0.5
    age = (birth.mean, birth.spread) if isinstance(birth, Birth) else (50.0, 10.0)
    people = draw_people(ruleset, (seed, number), SIZE, women, age)
    drawn = (_rows(people, concept, ruleset.dictionary) for concept in concepts_of(ruleset))
    tables = [_table(people, rows, count) for rows in drawn if rows is not None]
    facts, order = SCHEMA.empty_table(), np.zeros(0, np.int64)
    if tables:
        order = np.argsort(np.concatenate([subject for _, subject in tables]), kind="stable")
        facts = pa.concat_tables([table for table, _ in tables]).unify_dictionaries().combine_chunks().take(order)
    return Block(facts, _anchors(people, count))


def _rows(people: People, concept: Concept, dictionary: Dictionary) -> Rows | None:  # noqa: PLR0911 - one for each
    match marginal_of(concept):
        case Amount() as marginal:
            return amount_rows(people, concept, marginal)
        case Virus() as marginal:
            return virus_rows(people, concept, marginal)
        case Grade() as marginal:
            return grade_rows(people, concept, marginal)
        case Reported() as marginal:
            points = points_of(people, concept, dictionary)
            return None if points is None else score_rows(people, concept, marginal, points)
        case Antibody() as marginal:
            return antibody_rows(people, concept, marginal)
        case YesNo() as marginal:
            return answer_rows(people, concept, marginal)
        case Happening() as marginal:
            return event_rows(people, concept, marginal)
        case Words() as marginal:
            return word_rows(people, concept, marginal)
        case Birth() as marginal:
            return birth_rows(people, concept, marginal)
        case _:
            return None


def _table(people: People, rows: Rows, count: int) -> tuple[Any, Any]:
    """The rows of one concept as a table, those of subjects beyond the count left out, and whose they are."""
    keep = np.flatnonzero(rows.subject < count)
    subject = rows.subject[keep]
    fixed = {
        "subject": _subjects(people, subject),
        "concept": texts(np.zeros(keep.size, np.int64), lambda _: rows.concept),
    }
    nothing = texts(np.full(keep.size, NULL), str)
    taken = {name: column.take(keep) for name, column in rows.columns.items()}
    columns = [fixed.get(name) or taken.get(name, nothing) for name in COLUMNS]
    return pa.table(columns, schema=SCHEMA), subject


def _subjects(people: People, places: Any) -> Any:  # noqa: ANN401 - pyarrow has no types
    names = pa.array([f"S-{people.first + place + 1:07d}" for place in range(people.count)])
    return pa.DictionaryArray.from_arrays(pa.array(places.astype(np.int32)), names)


def _anchors(people: People, count: int) -> Any:  # noqa: ANN401 - pyarrow has no types
    columns = {"subject": _subjects(people, np.arange(count))}
    for name, days in people.anchors.items():
        columns[name] = texts(np.where(people.given[name], days, NULL)[:count], day_text)
    return pa.table(columns)
