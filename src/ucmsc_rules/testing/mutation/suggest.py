"""Writes a record as a case of a ruleset, with no more facts than are needed to tell two rulesets apart."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ucmsc_rules.cases import case_record
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import Case, Ruleset
from ucmsc_rules.testing.mutation.answers import answers, read
from ucmsc_rules.values.truth import Truth

_PLAIN = re.compile(r"[A-Za-z0-9<][A-Za-z0-9 .%/<=*^_-]*\Z")
RawFact = Mapping[str, Any]


def suggested(ruleset: Ruleset, criterion: str, record: Mapping[str, Any], before: Compiled, changed: Compiled) -> str:
    """A case, as the ruleset's file would hold it, that the ruleset answers and a changed copy does not."""

    def both(told: Mapping[str, Any]) -> tuple[Truth, Truth]:
        known = read(ruleset, told)
        return answers(before, known)[criterion], answers(changed, known)[criterion]

    kept, wanted = record, both(record)
    for fewer in _fewer(record, keep=ruleset.case_anchors):
        facts = [fact for fact in kept["facts"] if fact in fewer["facts"]]
        anchors = {name: day for name, day in kept["anchors"].items() if name in fewer["anchors"]}
        smaller = {**kept, "anchors": anchors, "facts": facts}
        kept = smaller if both(smaller) == wanted else kept
    return case_text(ruleset, criterion, kept, wanted[0].value)


def _fewer(record: Mapping[str, Any], keep: Mapping[str, str]) -> Iterator[Mapping[str, Any]]:
    """The record without one of its facts, or of its anchors that cases do not give, each in turn."""
    for fact in record["facts"]:
        yield {**record, "facts": [each for each in record["facts"] if each is not fact]}
    for name in record["anchors"]:
        if name not in keep:
            yield {**record, "anchors": {each: day for each, day in record["anchors"].items() if each != name}}


def case_text(ruleset: Ruleset, criterion: str, record: Mapping[str, Any], holds: str) -> str:
    """A record as a case in one line.

    >>> from ucmsc_rules import load_ruleset
    >>> fact = {"concept": "hbv_dna", "value": "<20 IU/mL", "when": "2026-03-01"}
    >>> record = {"anchors": {"screening": "2026-03-01"}, "facts": [fact]}
    >>> case_text(load_ruleset("ucmsc-hbv-cirrhosis"), "I4", record, "true")
    '- {hbv_dna: <20 IU/mL, holds: true}'
    """
    usual = {name: str(day) for name, day in ruleset.case_anchors.items()}
    given: dict[str, Any] = {name: day for name, day in record["anchors"].items() if usual.get(name) != day}
    for name in usual:
        if name not in record["anchors"]:
            given[name] = "UN-UN-UN"  # an anchor that cannot be read counts as not given
    for fact in record["facts"]:
        short = _short(ruleset, criterion, fact, record["anchors"])
        told = given.setdefault(fact["concept"], [])
        told.append(short)
    return f"- {{{', '.join(f'{key}: {_written(value)}' for key, value in given.items())}, holds: {holds}}}".replace(
        "{, ", "{"
    )


def _short(ruleset: Ruleset, criterion: str, fact: RawFact, anchors: Mapping[str, str]) -> object:
    """A fact as a case writes it: a plain value where that stands for the same fact."""
    rest = {key: value for key, value in fact.items() if key != "concept"}
    rule = next(each for each in ruleset.criteria if each.id == criterion)
    for plain in (rest.get("value"), rest.get("when")):
        if plain is None or isinstance(plain, bool):
            continue
        case = Case({fact["concept"]: plain, **anchors}, "", None, "", rule.place)
        if case_record(ruleset, rule, case)["facts"] == [dict(fact)]:
            return plain
    return rest


def _written(value: object) -> str:
    match value:
        case list():
            one = value[0] if len(value) == 1 else value
            return _written(one) if len(value) == 1 else f"[{', '.join(map(_written, value))}]"
        case Mapping():
            return f"{{{', '.join(f'{key}: {_written(each)}' for key, each in value.items())}}}"
        case str() if _PLAIN.match(value):
            return value
        case _:
            return json.dumps(value, ensure_ascii=False)
