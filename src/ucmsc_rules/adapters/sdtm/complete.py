"""Puts into a mapping's rules what SDTM says of every study, so that a mapping need not repeat it.

A field that begins with ``--`` stands for the variable of whichever domain the rule reads. A rule that takes an
original result gets its unit, day and limits, and a second rule for the standardised result, which serves where there
is no original. A rule of events gets the answer whether it happened, the end, and the day on which that was recorded.
Adverse events are collected from the consent on, so they are never the whole history.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache

from attrs import evolve, frozen

from ucmsc_rules.adapters.mapping import AnchorRule, Condition, FactRule, FieldMapping, Rows, System, Take
from ucmsc_rules.adapters.plan import Both
from ucmsc_rules.adapters.row import NOT_DONE, UNKNOWN
from ucmsc_rules.adapters.sdtm.timing import ENDED, RECORDED, UNTIL, UNTIL_OR_ON
from ucmsc_rules.errors import UcmscRulesError
from ucmsc_rules.facts.concepts import Concept, Dictionary, Kind, OpenEnd

ANY = "--"
_BESIDE_QUANTITY = {"unit": "ORRESU", "uln": "ORNRHI", "lloq": "LLOQ"}
_STANDARD_OF = {"ORRES": "STRESC", "ORRESU": "STRESU", "ORNRHI": "STNRHI"}
_IDENTIFIERS = ("STUDYID", "DOMAIN", "USUBJID", "RSUBJID", "APID", "EPOCH", "VISIT", "VISITNUM", "VISITDY", "TAETORD")
_NO_DATA = (
    "SEQ", "GRPID", "SPID", "REFID", "LNKID", "LNKGRP", "TEST", "STRESN", "STNRLO", "ORNRLO", "NRIND", "STAT", "REASND",
    "PRESP", "DY", "STDY", "ENDY", "BLFL", "LOBXFL", "ENRTPT", "ENTPT", "ENRF", "ENDTC", "MOOD", "DRVFL", "DTC",
    "OCCUR",
)  # fmt: skip
_ALL_NO_DATA = (UNTIL, UNTIL_OR_ON, ENDED, RECORDED, "first", "ITEMGROUPDATASEQ")
POINTS = frozenset({"DS", "DV", "SE", "SV"})  # what they tell of has no duration, and was not asked for
_PARTIAL_HISTORIES = frozenset({"AE", "CE"})


@frozen
class Completed:
    """The mapping with all that SDTM adds, and the fields that it took from each kind of rows before."""

    mapping: FieldMapping
    named: Mapping[str, frozenset[str]]


def complete(mapping: FieldMapping, dictionary: Dictionary) -> Completed:
    """The mapping completed, once for each mapping and dictionary.

    Raises UcmscRulesError where it does not read SDTM, or where a rule does not say of which domain its rows are.
    """
    if mapping.reads is not System.SDTM:
        message = f'the mapping "{mapping.name}" reads {mapping.reads.value}; SDTM needs one with "reads: sdtm"'
        raise UcmscRulesError(message)
    return _complete(Both(mapping, dictionary))


@lru_cache(maxsize=16)
def _complete(both: Both) -> Completed:
    concepts = both.dictionary.concepts
    rules = [each for rule in both.mapping.facts for each in _fact_rules(rule)]
    anchors = [each for rule in both.mapping.anchors for each in _anchor_rules(rule)]
    facts = [each for rule in rules for each in _completed(rule, concepts.get(rule.concept))]
    kinds = dict.fromkeys(
        [kind for rule in rules for kind in rule.kinds] + [kind for rule in anchors for kind in rule.kinds]
    )
    rows = {kind: _ignoring(kind, both.mapping.rows.get(kind, Rows())) for kind in [*kinds, *both.mapping.rows]}
    named = {kind: frozenset(_named(kind, rules)) for kind in kinds}
    return Completed(evolve(both.mapping, facts=tuple(facts), anchors=tuple(anchors), rows=rows), named)


def _ignoring(kind: str, rows: Rows) -> Rows:
    prefix = prefix_of(kind)
    return evolve(rows, ignore=(*rows.ignore, *_IDENTIFIERS, *_ALL_NO_DATA, *(prefix + name for name in _NO_DATA)))


def prefix_of(kind: str) -> str:
    """The letters that a domain's variables begin with.

    >>> prefix_of("LB"), prefix_of("APMH")
    ('LB', 'MH')
    """
    return kind[2:4] if kind.startswith("AP") and len(kind) == 4 else kind[:2]  # noqa: PLR2004 - APMH holds MH


def _named(kind: str, rules: list[FactRule]) -> Iterator[str]:
    for rule in rules:
        if kind in rule.kinds:
            yield from (take.field for take in rule.takes.values())


def _fact_rules(rule: FactRule) -> Iterator[FactRule]:
    """The rule for each of its domains; with the variables of that domain in place of those that begin with ``--``."""
    _refuse_without_domain(rule)
    for kind in rule.kinds:
        prefix = prefix_of(kind)
        takes = {key: evolve(take, field=_variable(take.field, prefix)) for key, take in rule.takes.items()}
        where, unless = _conditions(rule.where, prefix), _conditions(rule.unless, prefix)
        yield evolve(rule, kinds=(kind,), takes=takes, where=where, unless=unless)


def _anchor_rules(rule: AnchorRule) -> Iterator[AnchorRule]:
    """The same for a rule of an anchor."""
    _refuse_without_domain(rule)
    for kind in rule.kinds:
        prefix = prefix_of(kind)
        take = evolve(rule.take, field=_variable(rule.take.field, prefix))
        where, unless = _conditions(rule.where, prefix), _conditions(rule.unless, prefix)
        yield evolve(rule, kinds=(kind,), take=take, where=where, unless=unless)


def _refuse_without_domain(rule: FactRule | AnchorRule) -> None:
    if not rule.kinds:
        raise UcmscRulesError(f'{rule.place}: "from" is missing; say of which domain the rows are, as MH')


def _conditions(given: tuple[Condition, ...], prefix: str) -> tuple[Condition, ...]:
    return tuple(evolve(each, field=_variable(each.field, prefix)) for each in given)


def _variable(name: str, prefix: str) -> str:
    return prefix + name.removeprefix(ANY) if name.startswith(ANY) else name


def _completed(rule: FactRule, concept: Concept | None) -> Iterator[FactRule]:
    if concept is None or rule.kinds[0] in POINTS:
        yield rule
    elif _takes(rule.takes, "value", f"{prefix_of(rule.kinds[0])}ORRES"):
        yield from _results(rule, concept)
    else:
        yield _with_time(rule, concept)


def _results(rule: FactRule, concept: Concept) -> Iterator[FactRule]:
    """The rule with what stands beside an original result, and one for the standardised result where there is none.

    A result that was derived (--DRVFL) is no result.
    """
    prefix = prefix_of(rule.kinds[0])
    beside = {"when": "DTC"} | (_BESIDE_QUANTITY if concept.kind is Kind.QUANTITY else {})
    takes = {key: Take(prefix + name) for key, name in beside.items()} | dict(rule.takes)
    yield evolve(rule, takes=takes)
    standard = {prefix + name: prefix + other for name, other in _STANDARD_OF.items()}
    yield evolve(
        rule,
        takes={key: evolve(take, field=standard.get(take.field, take.field)) for key, take in takes.items()},
        where=(*rule.where, Condition(f"{prefix}ORRES", ("",))),
        unless=(*rule.unless, Condition(f"{prefix}DRVFL", ("Y",))),
    )


def _with_time(rule: FactRule, concept: Concept) -> FactRule:
    """A rule that takes a start, with the answer whether it happened, with the end, and with the day of recording."""
    prefix, takes = prefix_of(rule.kinds[0]), dict(rule.takes)
    happened, start, end = (prefix + name for name in ("OCCUR", "STDTC", "ENDTC"))
    value = takes.get("value", Take(constant="yes"))
    if value.field == happened or (_takes(takes, "when", start) and value.constant == "yes"):
        takes["value"] = value if value.values is not None else Take(happened, values=_answers(concept))
    if _takes(takes, "until", end) or ("until" not in takes and _takes(takes, "when", start)):
        takes["until"] = Take(_end_of(concept))
        takes.setdefault("recorded", Take(RECORDED))
    return evolve(rule, takes=takes, complete=rule.complete and not _is_partial(rule, concept))


def _takes(takes: Mapping[str, Take], key: str, field: str) -> bool:
    return key in takes and takes[key].field == field


def _answers(concept: Concept) -> Mapping[str, str]:
    no = "none" if concept.kind is Kind.EVENT else "no"
    return {"Y": "yes", "N": no, "U": UNKNOWN, "NA": NOT_DONE}


def _end_of(concept: Concept) -> str:
    if concept.kind is not Kind.EVENT:
        return ENDED
    return UNTIL_OR_ON if concept.open_end is OpenEnd.ONGOING else UNTIL


def _is_partial(rule: FactRule, concept: Concept) -> bool:
    return concept.kind is Kind.EVENT and not _PARTIAL_HISTORIES.isdisjoint(rule.kinds)
