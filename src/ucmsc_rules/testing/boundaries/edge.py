"""Edges: records at the edges of a ruleset, with what each must come out as; kept as lines of JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from hashlib import sha256
from typing import Any

from attrs import evolve, field, frozen

from ucmsc_rules.errors import EnginesDisagree, UcmscRulesError
from ucmsc_rules.rules.model import Criterion, Ruleset
from ucmsc_rules.screening import EngineName, Screener, make_screener, screen_one
from ucmsc_rules.testing.boundaries.probe import Probe
from ucmsc_rules.testing.boundaries.walking import probes
from ucmsc_rules.verdicts.finding import Finding, Verdict
from ucmsc_rules.verdicts.report import evidence_text

LONGEST_LINE = 100_000
_ANSWERS = ("true", "false", "unknown")
_TEXTS = ("id", "criterion", "category", "branch", "about", "reason")


class EdgeError(UcmscRulesError):
    """A line that holds no edge."""


@frozen
class Edge:
    """A record at the edge of a rule, and what must come out: ``holds`` by the id of the criterion and its branches."""

    id: str
    criterion: str
    category: str
    branch: str
    about: str
    record: Mapping[str, Any] = field(eq=False)
    holds: Mapping[str, str] = field(eq=False)
    reason: str


@frozen
class Miss:
    """An edge that a ruleset answers otherwise, and a message that says where, what and why."""

    edge: Edge
    got: Mapping[str, str] = field(eq=False)
    message: str


def edges(ruleset: Ruleset, criterion: str | None = None) -> Iterator[Edge]:
    """Records at the edges of a ruleset's rules, each with what it must come out as, and why it is there.

    What must come out is reckoned by possible worlds, with calendars and units of their own, not by the engines. An
    edge says what the *rule* means: whether that is what the protocol means, a person has to read.

    >>> from ucmsc_rules import load_ruleset
    >>> edge = next(edges(load_ruleset("ucmsc-hbv-cirrhosis"), "I4"))
    >>> edge.holds, edge.reason
    ({'I4': 'true'}, '1000 [IU]/mL is at the bound 1000 [IU]/mL')
    """
    from ucmsc_rules.testing.worlds import expected  # noqa: PLC0415 - needs the extra; probes do not

    categories = {each.id: each.category.value for each in ruleset.criteria}
    for probe in probes(ruleset, criterion):
        yield _edge(probe, categories[probe.criterion], expected(ruleset, probe.record, probe.criterion))


def _edge(probe: Probe, category: str, holds: Mapping[str, str]) -> Edge:
    told = json.dumps([probe.record["anchors"], probe.record["facts"]], sort_keys=True)
    where = f"{probe.criterion}.{probe.branch}" if probe.branch else probe.criterion
    name = f"{where}-{sha256(told.encode()).hexdigest()[:10]}"
    return Edge(name, probe.criterion, category, probe.branch, probe.about, probe.record, holds, probe.reason)


def check_edges(ruleset: Ruleset, edges: Iterable[Edge], engine: EngineName = "auto") -> tuple[Miss, ...]:
    """The edges that a ruleset does not answer as it must.

    Held against edges that were kept from a ruleset known to be right, this finds what a change broke, and where.
    """
    criteria = {each.id: each for each in ruleset.criteria}
    screeners: dict[str, Screener] = {}  # a criterion at a time: an edge has facts for its own only
    misses: list[Miss] = []
    for edge in edges:
        if edge.criterion not in criteria:
            message = f"{edge.id}: the ruleset has no criterion {edge.criterion}; it had when the edge was made"
            misses.append(Miss(edge, {}, message))
            continue
        criterion = criteria[edge.criterion]
        if edge.criterion not in screeners:
            screeners[edge.criterion] = make_screener(evolve(ruleset, criteria=(criterion,)), engine)
        misses += _misses(screeners[edge.criterion], criterion, edge)
    return tuple(misses)


def _misses(screener: Screener, criterion: Criterion, edge: Edge) -> Iterator[Miss]:
    if criterion.category.value != edge.category:
        category = criterion.category.value
        message = f"{edge.id}: {edge.criterion} is an {category} criterion here, and was an {edge.category} criterion"
        yield Miss(edge, {}, message)
    try:
        verdict = screen_one(screener, edge.record, 0, {}, ())
    except EnginesDisagree as disagreement:
        yield Miss(edge, {}, f"{edge.id}: {disagreement}")
        return
    if verdict.subject is None:
        yield Miss(edge, {}, f"{edge.id}: {verdict.problems[0].message}")
        return
    finding = verdict[edge.criterion]
    got = {edge.criterion: finding.holds.value}
    got |= {f"{edge.criterion}.{key}": truth.value for key, truth in finding.branches.items()}
    if got != edge.holds:
        yield Miss(edge, got, _message(edge, got, finding, verdict))


def _message(edge: Edge, got: Mapping[str, str], finding: Finding, verdict: Verdict) -> str:
    rules = [*edge.holds, *(rule for rule in got if rule not in edge.holds)]
    differing = "; ".join(
        f"{rule} must be {edge.holds.get(rule, 'absent')} and is {got.get(rule, 'absent')}"
        for rule in rules
        if edge.holds.get(rule) != got.get(rule)
    )
    why = [evidence_text(evidence) for evidence in finding.evidence]
    why += [f"{problem.path}: {problem.message}" for problem in verdict.problems]
    return f"{edge.id}: {differing}. {edge.about}: {edge.reason}. Evidence: {'; '.join(why) or 'no fact was read'}"


# lines of JSON


def dump_edge(edge: Edge) -> str:
    """An edge as one line of JSON, without its newline."""
    told = {name: getattr(edge, name) for name in ("id", "criterion", "category", "branch", "about", "holds", "reason")}
    return json.dumps({**told, "record": edge.record}, ensure_ascii=False)


def read_edges(lines: Iterable[str]) -> tuple[Edge, ...]:
    """The edges that were kept, a line each; empty lines are passed over. Raises EdgeError with a line's number."""
    return tuple(_read(line, number) for number, line in enumerate(lines, 1) if line.strip())


def _read(line: str, number: int) -> Edge:
    if len(line) > LONGEST_LINE:
        raise EdgeError(f"line {number}: {len(line)} characters; an edge has at most {LONGEST_LINE}")
    try:
        told = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise EdgeError(
            f"line {number}: no JSON ({error}); write one edge on each line, as edges prints them"
        ) from None
    if not isinstance(told, dict) or not all(isinstance(told.get(name), str) for name in _TEXTS):
        raise EdgeError(f"line {number}: no edge; it needs {', '.join(_TEXTS)} as texts, a record and holds")
    holds, record = told.get("holds"), told.get("record")
    if not isinstance(record, dict) or not isinstance(holds, dict) or not set(holds.values()) <= set(_ANSWERS):
        raise EdgeError(
            f'line {number}: "record" must be an object, "holds" one of {", ".join(_ANSWERS)} for each rule'
        )
    return Edge(**{name: told[name] for name in _TEXTS}, record=record, holds=holds)
