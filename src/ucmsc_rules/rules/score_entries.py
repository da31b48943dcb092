"""Reads what a score is reckoned from: the bands of its parts, or inputs and the steps of a formula."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from attrs import evolve

from ucmsc_rules.documents import MappingNode
from ucmsc_rules.documents.fields import Entry, Fields, Notes, children, fields_of
from ucmsc_rules.errors import ValueTextError
from ucmsc_rules.facts.concepts import Band, Concept, Input, Kind, Part, Step
from ucmsc_rules.rules.bands import band_values, uncovered
from ucmsc_rules.rules.formulas import parse_formula
from ucmsc_rules.values.units import unitless
from ucmsc_rules.wording import did_you_mean, either

Concepts = Mapping[str, Concept]
_PART_KINDS = (Kind.QUANTITY, Kind.SCALE, Kind.SCORE, Kind.TEST, Kind.YES_NO)
_INPUT_KINDS = (*_PART_KINDS, Kind.CATEGORY, Kind.BIRTH_DATE)


def with_score(concept: Concept, entry: Entry, concepts: Concepts, notes: Notes) -> Concept:
    """The concept with its parts, or its inputs and steps, where its entry has any."""
    if concept.kind is not Kind.SCORE or not isinstance(entry.node, MappingNode):
        return concept
    fields = Fields(entry.node, entry.place, concept.name, notes)
    if "parts" in fields and ("inputs" in fields or "steps" in fields):
        fields.note('a score has "parts", or "inputs" and "steps"; write one of the two', "parts")
    if ("inputs" in fields) != ("steps" in fields):
        fields.note('"inputs" and "steps" go together; write both')
    parts = [part for below in fields.entries("parts") if (part := _part(below, fields, concepts))]
    inputs = [found for below in fields.entries("inputs") if (found := _input(below, fields, concepts))]
    steps = _steps(fields, [below.name for below in fields.entries("inputs")])
    scored = evolve(concept, parts=tuple(parts), inputs=tuple(inputs), steps=steps)
    _check_total(scored, fields)
    return scored


def referred(concept: Concept) -> tuple[str, ...]:
    """The concepts that a score is reckoned from.

    >>> referred(Concept("inr", Kind.QUANTITY, "INR"))
    ()
    """
    inputs = [name for found in concept.inputs for name in (found.concept, found.replaced_when) if name]
    return (*(part.concept for part in concept.parts), *inputs)


def _find(entry: Entry, name: str, kinds: tuple[Kind, ...], fields: Fields, concepts: Concepts) -> Concept | None:
    if name not in concepts:
        message = f'unknown concept "{name}"{did_you_mean(name, concepts)}'
    elif concepts[name].kind not in kinds:
        wanted = either(kind.value for kind in kinds)
        message = f"{name} is of kind {concepts[name].kind.value}; this must be of kind {wanted}"
    else:
        return concepts[name]
    fields.notes.add(entry.place, fields.subject, message)
    return None


def _part(entry: Entry, fields: Fields, concepts: Concepts) -> Part | None:
    concept = _find(entry, entry.name, _PART_KINDS, fields, concepts)
    if concept is None:
        return None
    converted = ("convert_to", "quantum") if _has_unit(concept) else ()
    part = fields_of(entry, fields.subject, fields.notes, ("points", *converted), ())
    tables = {table.name: _table(table, part, concept) for table in part.entries("points")}
    convert_to = part.choice("convert_to", list(tables)) if converted else ""
    return Part(concept.name, tables, convert_to, _quantum(part, "quantum") if converted else None)


def _has_unit(concept: Concept) -> bool:
    return concept.kind is Kind.QUANTITY and not unitless(concept.unit_rules)


def _table(entry: Entry, part: Fields, concept: Concept) -> tuple[Band, ...]:
    units = list(concept.units) if concept.kind is Kind.QUANTITY else [""]
    if entry.name not in units:
        written = either(f'"{unit}"' for unit in units)
        part.notes.add(entry.place, part.subject, f'{concept.name} has no table in "{entry.name}"; write {written}')
    found = [_band(band, part, concept) for band in children(entry, part.subject, part.notes)]
    bands = tuple(band for band in found if band)
    if len(bands) == len(found) and not part.notes.about(concept.name) and (fault := uncovered(bands, concept)):
        part.notes.add(entry.place, part.subject, f"{concept.name}: {fault}")
    return bands


def _band(entry: Entry, part: Fields, concept: Concept) -> Band | None:
    text = Fields(MappingNode({entry.name: entry.node}, {}, entry.place), entry.place, part.subject, part.notes)
    if not entry.name.isascii() or not entry.name.isdecimal() or len(entry.name) > 3:  # noqa: PLR2004 - points are few
        part.notes.add(entry.place, part.subject, f'the points "{entry.name}" must be a whole number')
        return None
    try:
        return Band(int(entry.name), band_values(text.text(entry.name), concept))
    except ValueTextError as error:
        text.note(str(error), entry.name)
        return None


def _check_total(score: Concept, fields: Fields) -> None:
    """A score that its own parts can leave would be cut off without a word."""
    points = [[band.points for table in part.tables.values() for band in table] for part in score.parts]
    if score.levels is None or not points or fields.notes.about(score.name):
        return
    least, greatest = sum(map(min, points)), sum(map(max, points))
    if (least, greatest) != (score.levels.least, score.levels.greatest):
        written = f"{score.levels.least} to {score.levels.greatest}"
        fields.note(f"the parts add up to {least} to {greatest}, the levels go from {written}", "levels")


def _input(entry: Entry, fields: Fields, concepts: Concepts) -> Input | None:
    concept = _find(entry, entry.name, _INPUT_KINDS, fields, concepts)
    if concept is None:
        return None
    needed = ("unit",) if concept.kind is Kind.QUANTITY else ()
    found = fields_of(
        entry, fields.subject, fields.notes, needed, ("at_least", "at_most", "replaced_when", "replaced_by")
    )
    if ("replaced_when" in found) != ("replaced_by" in found):
        found.note('"replaced_when" and "replaced_by" go together; write both')
    when = found.text("replaced_when")
    if when:
        _find(found.below("replaced_when"), when, (Kind.YES_NO,), fields, concepts)
    unit = found.choice("unit", list(concept.units)) if needed else None
    return Input(concept.name, unit, *_clamps(found), when or None, found.number("replaced_by"))


def _clamps(fields: Fields) -> tuple[Decimal | None, Decimal | None]:
    least, greatest = fields.number("at_least"), fields.number("at_most")
    if least is not None and greatest is not None and least > greatest:
        fields.note('"at_least" must not be above "at_most"', "at_least")
    return least, greatest


def _quantum(fields: Fields, key: str) -> Decimal | None:
    quantum = fields.number(key)
    if quantum is not None and quantum <= 0:
        fields.note(f'"{key}" must be above 0', key)
        return None
    return quantum


def _steps(fields: Fields, names: list[str]) -> tuple[Step, ...]:
    steps: list[Step] = []
    for entry in fields.entries("steps"):
        if entry.name in names:
            fields.notes.add(
                entry.place, fields.subject, f'"{entry.name}" is an input already; name the step otherwise'
            )
        steps.append(_step(entry, fields, names, [step.name for step in steps]))
        names = [*names, entry.name]
    return tuple(steps)


def _step(entry: Entry, fields: Fields, names: list[str], earlier: list[str]) -> Step:
    optional = ("round_to", "at_least", "at_most", "only_above")
    step = fields_of(entry, fields.subject, fields.notes, ("formula",), optional)
    formula = step.text("formula")
    try:
        if formula:
            parse_formula(formula, names)
    except ValueTextError as error:
        step.note(str(error), "formula")
    return Step(entry.name, formula, _quantum(step, "round_to"), *_clamps(step), _only_above(step, earlier))


def _only_above(step: Fields, earlier: list[str]) -> tuple[str, Decimal] | None:
    if "only_above" not in step:
        return None
    above = fields_of(step.below("only_above"), step.subject, step.notes, ("step", "value"), ())
    if above.text("step") and above.text("step") not in earlier:
        above.note(f'"step" must be an earlier step, not "{above.text("step")}"', "step")
    return above.text("step"), above.number("value") or Decimal(0)
