"""Probes of scores: every band of every part, with the other parts set so that its points decide the comparison."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise, product

from attrs import evolve

from ucmsc_rules.facts.concepts import Band, Concept, Kind, Part
from ucmsc_rules.rules.model import Comparison, Result, Ruleset
from ucmsc_rules.screening import make_screener, screen_one
from ucmsc_rules.testing.boundaries.amounts import steps
from ucmsc_rules.testing.boundaries.days import Days, written
from ucmsc_rules.testing.boundaries.probe import Asker
from ucmsc_rules.testing.boundaries.realise import RawFact, amount, level_texts, satisfies
from ucmsc_rules.values.truth import Truth

Scored = tuple[list[RawFact], str, str]
_DAY = timedelta(days=1)
_HALVINGS = 24


def of_parts(asker: Asker, concept: Concept, on: str) -> Iterator[Scored]:
    """Facts, a reason and what they are about: each band's ends, in each unit, where they decide."""
    dictionary = asker.ruleset.dictionary
    for part in concept.parts:
        others = [each for each in concept.parts if each is not part]
        for low, high in _neighbouring(part):
            around = _rest(others, asker.target.comparison, low, high)
            if around is None:
                continue
            rest = [
                {"concept": name, "value": _typical(dictionary[name], points, concept), "when": on}
                for name, points in around.items()
            ]
            about = f"{concept.name}, {part.concept} of {low} or {high} points"
            for value, reason in _values(dictionary[part.concept], part, low, high):
                yield [{"concept": part.concept, "value": value, "when": on}, *rest], reason, about
            yield rest, f"{part.concept} is missing", about


def with_reported(asker: Asker, concept: Concept, anchors: Days) -> Iterator[Scored]:
    """A reported score beside parts that agree with it, contradict it, or came later."""
    measure = asker.target.comparison.measure
    on = anchors[measure.at] if isinstance(measure, Result) else next(iter(anchors.values()))
    dictionary = asker.ruleset.dictionary
    about = f"{concept.name}, reported beside its parts"
    early, late = str(on - 3 * _DAY), str(on - _DAY)
    for points in _spreads(concept):
        first, *rest = concept.parts
        told = [
            {"concept": each.concept, "value": _typical(dictionary[each.concept], points, concept)} for each in rest
        ]
        parts = [{**fact, "when": early} for fact in told]
        for level in _near(concept, asker.target.comparison):
            score = {"concept": concept.name, "value": level}
            yield (
                [{**score, "when": late}, *parts],
                f"a score of {level} after its parts, of which one is missing",
                about,
            )
            newer = {
                "concept": first.concept,
                "value": _typical(dictionary[first.concept], points, concept),
                "when": late,
            }
            yield (
                [{**score, "when": early}, *parts, newer],
                f"a score of {level} that is older than a part, of {points} points each",
                about,
            )
            yield (
                [{**score, "when": late}, *parts, {**newer, "when": early}],
                f"a score of {level} and all parts",
                about,
            )


def _spreads(concept: Concept) -> Iterator[int]:
    every = sorted({band.points for part in concept.parts for bands in part.tables.values() for band in bands})
    yield from (every[0], every[-1])


def _near(concept: Concept, comparison: Comparison) -> list[int]:
    levels = concept.levels
    bound = int(comparison.bound)
    least, most = (levels.least, levels.greatest) if levels is not None else (bound, bound)
    return sorted({min(max(bound + n, least), most) for n in (-1, 0, 1)})


def _neighbouring(part: Part) -> list[tuple[int, int]]:
    points = sorted({band.points for bands in part.tables.values() for band in bands})
    return list(pairwise(points))


def _rest(others: list[Part], comparison: Comparison, low: int, high: int) -> dict[str, int] | None:
    """Points for the other parts, under which one point more or less of this part turns the comparison."""
    options = [sorted({band.points for bands in part.tables.values() for band in bands}) for part in others]
    for world in product(*options):
        total = Decimal(sum(world))
        answers = {satisfies(comparison.op, total + points, comparison.bound) for points in (low, high)}
        if len(answers) > 1:
            return {part.concept: points for part, points in zip(others, world, strict=True)}
    return None


def _typical(concept: Concept, points: int, score: Concept) -> str | int:
    """A value well inside the band of so many points."""
    part = next(each for each in score.parts if each.concept == concept.name)
    unit, bands = next(iter(part.tables.items()))
    band = next(each for each in bands if each.points == points)
    low, high = band.values.lo, band.values.hi
    if concept.kind is not Kind.QUANTITY:
        return dict(level_texts(concept))[int(low if low.is_finite() else high)]
    if not high.is_finite():
        return amount(low * 2, unit)
    return amount(high / 2 if not low.is_finite() else (low + high) / 2, unit)


def _values(concept: Concept, part: Part, low: int, high: int) -> Iterator[tuple[str, str]]:
    if concept.kind is not Kind.QUANTITY:
        texts = dict(level_texts(concept))
        for text in texts.values():
            yield text, f"{concept.name} {text}"
        if concept.kind is Kind.SCALE and concept.levels is not None:
            for level in range(concept.levels.least, concept.levels.greatest):
                yield f"{texts[level]}-{texts[level + 1]}", f"{concept.name} from {texts[level]} to {texts[level + 1]}"
        return
    for unit, bands in part.tables.items():
        cut = _cut(bands, low, high)
        if cut is None:
            continue
        for number, words in steps(cut, concept.units[unit].quantum):
            text = amount(number, unit)
            yield text, f"{concept.name} {text} is {words} the end of a band, {amount(cut, unit)}"
        for comparator in ("<", "<=", ">", ">="):
            text = f"{comparator}{amount(cut, unit)}"
            yield text, f"{concept.name} {text} is censored at the end of a band"
    yield from _elsewhere(concept, part, low, high)


def _elsewhere(concept: Concept, part: Part, low: int, high: int) -> Iterator[tuple[str, str]]:
    """A thousandth of the unit that parts are converted to, which has no table of its own."""
    cut = _cut(part.tables.get(part.convert_to, ()), low, high)
    if cut is None or not part.convert_to.startswith(("mg/", "g/")) or part.quantum is None:
        return
    unit = part.convert_to.replace("mg/", "ug/") if part.convert_to.startswith("mg/") else f"m{part.convert_to}"
    for turn in (cut, cut - part.quantum / 2, cut + part.quantum / 2):
        for number in (turn * 1000 - 1, turn * 1000, turn * 1000 + 1):
            text = amount(number, unit)
            yield text, f"{concept.name} {text} has no table and is first rounded in {part.convert_to}"


def _cut(bands: tuple[Band, ...], low: int, high: int) -> Decimal | None:
    """The number between the bands of so many points."""
    ends: Mapping[int, set[Decimal]] = {
        band.points: {end for end in (band.values.lo, band.values.hi) if end.is_finite()} for band in bands
    }
    return next(iter(ends.get(low, set()) & ends.get(high, set())), None)


# by a formula


def of_formula(asker: Asker, concept: Concept, on: str) -> Iterator[Scored]:
    """The reports of each input between which the score crosses the bound, the other inputs staying as they are."""
    usual = _usual(asker.ruleset, concept, on)
    about = f"{concept.name}, by its formula"
    for each in concept.inputs:
        unit = each.unit or "1"
        step = asker.ruleset.dictionary[each.concept].units[unit].quantum
        for level in (1, 2, 4):
            rest = [
                {**fact, "value": _grown(fact["value"], level)} for fact in usual if fact["concept"] != each.concept
            ]
            turn = _turning(asker, (each.concept, unit, step), rest, on)
            if turn is None:
                continue
            for number, words in steps(turn, step):
                text = amount(number, unit)
                facts = [{"concept": each.concept, "value": text, "when": on}, *rest]
                yield facts, f"{each.concept} {text} is {words} {amount(turn, unit)}, where the score turns", about
            facts = [{"concept": each.concept, "value": f">{amount(turn, unit)}", "when": on}, *rest]
            yield facts, f"{each.concept} is censored where the score turns", about
            yield rest, f"{each.concept} is missing", about


def _usual(ruleset: Ruleset, concept: Concept, on: str) -> list[RawFact]:
    facts: list[RawFact] = []
    for each in concept.inputs:
        least = each.at_least if each.at_least is not None else Decimal(1)
        most = each.at_most if each.at_most is not None else least * 2
        facts.append(
            {"concept": each.concept, "value": amount((least + min(most, least * 2)) / 2, each.unit or "1"), "when": on}
        )
        if each.replaced_when is not None and each.replaced_when in ruleset.dictionary:
            facts.append({"concept": each.replaced_when, "value": "no", "when": on})
    return facts


def _grown(value: str, by: int) -> str:
    number, _, unit = value.partition(" ")
    return value if number == "no" else amount(Decimal(number) * by, unit)


def _turning(asker: Asker, told: tuple[str, str, Decimal], rest: list[RawFact], on: str) -> Decimal | None:
    """The first report at which the comparison turns, between a thousandth and a thousand times a step of 100."""
    name, unit, step = told
    alone = evolve(asker.criterion.branches[0], key="", rule=asker.target.comparison)
    criterion = evolve(asker.criterion, branches=(alone,), conflict=None)
    screener = make_screener(evolve(asker.ruleset, criteria=(criterion,)), "reference")
    anchors = written(asker.anchors)

    def answer(number: Decimal) -> Truth:
        facts = [{"concept": name, "value": amount(number, unit), "when": on}, *rest]
        return screen_one(screener, {"subject": "S", "anchors": anchors, "facts": facts}, 0, {}, ())[criterion.id].holds

    low, high = step, step * 2000
    first = answer(low)
    if first is answer(high) or Truth.UNKNOWN in (first, answer(high)):
        return None
    for _ in range(_HALVINGS):
        middle = ((low + high) / 2 / step).to_integral_value() * step
        if middle in (low, high):
            break
        low, high = (middle, high) if answer(middle) is first else (low, middle)
    return high
