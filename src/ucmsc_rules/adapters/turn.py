"""Turns the rows of one subject into a canonical record, by a mapping; what is not understood is told and counted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ucmsc_rules.adapters.dates import day_of
from ucmsc_rules.adapters.entries import PERHAPS, Gathered, add_fact
from ucmsc_rules.adapters.mapping import FieldMapping, Rows
from ucmsc_rules.adapters.matching import Met
from ucmsc_rules.adapters.plan import KindPlan, MappingPlan, Matched, Plan, plan_of
from ucmsc_rules.adapters.received import Received
from ucmsc_rules.adapters.row import NOT_DONE, Cell, Row
from ucmsc_rules.adapters.zones import DAY, turned, zone_of
from ucmsc_rules.facts.concepts import Dictionary, Kind

LONGEST_NAME = 80
MOST_REMEMBERED = 1024
DISORDERED = "in its time zone its day stands in another order than the time itself, so its day is not known"


def receive(subject: str, rows: Iterable[Row], mapping: FieldMapping, dictionary: Dictionary) -> Received:
    """The record that a subject's rows give by a mapping, the problems, and what the mapping does not name."""
    plan, gathered = plan_of(mapping, dictionary), Gathered()
    for row in rows:
        _take_in(row, plan, gathered)
    _settle_zones(gathered)
    record = {"subject": subject, "anchors": _anchors(gathered), "facts": list(gathered.facts.values())}
    return Received(record, tuple(gathered.problems), gathered.unread)


def _settle_zones(gathered: Gathered) -> None:
    """Times of one concept in several zones lose what cannot be compared: the time, and a day in another order."""
    by_concept: dict[str, list[tuple[dict[str, Any], str]]] = {}
    for fact, written in gathered.timed:
        by_concept.setdefault(fact["concept"], []).append((fact, written))
    for timed in by_concept.values():
        if len({zone_of(written) for _, written in timed}) == 1:
            continue
        disordered = turned(written for _, written in timed)
        for fact, written in timed:
            fact["when"] = fact["when"][:DAY]
            if written in disordered:
                gathered.complain(fact["source"], DISORDERED)
                fact["when"] = f"{fact['when']} in another time zone"


def _take_in(row: Row, plan: MappingPlan, gathered: Gathered) -> None:
    kind = plan.kinds.get(row.kind, plan.others)
    matched = _matched(row, kind, plan)
    for rule, answer in matched.rules:
        if rule.anchor:
            _take_anchor(rule, row, gathered, surely=answer is Met.YES)
        elif not add_fact(rule, row, gathered, surely=answer is Met.YES):
            _count_unsaid(rule, row, kind.rows, gathered)
    for name in matched.left:
        if _holds_data(row.cells[name]):
            gathered.count(f"{row.kind}.{name}")
    if not matched.known:
        _count_row(row, kind, gathered)


def _matched(row: Row, kind: KindPlan, plan: MappingPlan) -> Matched:
    """The rules that a row meets; rows of the same fields and deciding texts meet the same ones, and are asked once."""
    key = (tuple(row.cells), *(_deciding(row.cells.get(field)) for field in kind.deciding))
    known = kind.remembered.get(key)
    if known is None:
        if len(kind.remembered) >= MOST_REMEMBERED:
            kind.remembered.clear()
        known = kind.remembered[key] = _ask(row, kind, plan)
    return known


def _deciding(cell: Cell | None) -> object:
    """All of a cell that conditions look at."""
    if cell is None or not (cell.absent or cell.also):
        return cell and cell.text
    return (cell.text, cell.absent, cell.also)


def _ask(row: Row, kind: KindPlan, plan: MappingPlan) -> Matched:
    met: list[tuple[Plan, Met]] = []
    known = False
    for number in kind.index.candidates(row, plan.missing):
        rule = plan.rules[number]
        answer = rule.asked.ask(row.cells, plan.missing)
        known = known or answer is not Met.NO
        if answer in {Met.YES, Met.PERHAPS}:
            met.append((rule, answer))
    return Matched(tuple(met), _left(row, kind, [rule for rule, _ in met]) if met else (), known)


def _take_anchor(rule: Plan, row: Row, gathered: Gathered, *, surely: bool) -> None:
    """Note the day that a row gives an anchor; a row that may be about something else gives a problem instead."""
    reader = rule.readers["when"]
    said = reader.read(row.cells.get(reader.field))
    path = f"{row.path}.{reader.field}" if reader.field else row.path
    if said.trouble:
        gathered.complain(path, said.trouble)
    if said.text and said.told and not surely:
        gathered.complain(row.path, PERHAPS.format(rule.anchor))
    elif said.text and said.told:
        gathered.anchors.setdefault(rule.anchor, {}).setdefault(day_of(said.text), path)


def _anchors(gathered: Gathered) -> dict[str, str]:
    """The anchors whose rows agree; each of the others is a problem."""
    given = {}
    for name, days in gathered.anchors.items():
        first, *others = days
        if not others:
            given[name] = first
            continue
        path = days[others[0]]
        message = f"{name} is {' and '.join(days)} in different rows, so it counts as not given; correct one of them"
        gathered.complain(path, message)
    return given


def _count_unsaid(rule: Plan, row: Row, rows: Rows, gathered: Gathered) -> None:
    """A row that a condition picked for its event and that gives no fact is counted: nothing else tells of it."""
    reader = rule.readers.get("value") or rule.readers.get("when")
    cell = row.cells.get(reader.field) if reader is not None else None
    blank = cell is None or not (cell.absent or _holds_data(cell))
    if blank and reader is not None and rule.says_itself and rule.kind is Kind.EVENT:
        gathered.count(f"{_name(row, rows)} without {reader.field}")


def _left(row: Row, kind: KindPlan, met: list[Plan]) -> tuple[str, ...]:
    """The fields that no rule names, and those whose values no rule took, of a row that others were taken from."""
    fields = row.cells.keys()
    left = fields - kind.named
    if kind.valued & fields:
        left |= (kind.valued & fields).difference(*(rule.used for rule in met))
    return tuple(field for field in fields if field in left)


def _count_row(row: Row, kind: KindPlan, gathered: Gathered) -> None:
    holds_data = any(_holds_data(cell) for field, cell in row.cells.items() if field not in kind.no_data)
    if holds_data or kind.rows.named_by:
        gathered.count(_name(row, kind.rows))


def _holds_data(cell: Cell) -> bool:
    return bool(cell.text.strip() or cell.also or (cell.absent and cell.absent != NOT_DONE))


def _name(row: Row, rows: Rows) -> str:
    """A row's kind and the cells that name it: ``LB LBTESTCD=AFP``."""
    named = [f"{field}={_first(row.cells, field)}" for field in rows.named_by if _first(row.cells, field)]
    return " ".join([row.kind, *named])


def _first(cells: Mapping[str, Cell], field: str) -> str:
    cell = cells.get(field)
    return next((text for text in (cell.text.strip(), *cell.also) if text), "")[:LONGEST_NAME] if cell else ""
