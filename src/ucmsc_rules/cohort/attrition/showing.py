"""An attrition without its small counts: which counts there are, and how they hang together."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import evolve

from ucmsc_rules.cohort.attrition.model import Attrition, Combination, Count, Row
from ucmsc_rules.cohort.attrition.suppress import HEADLINES, Cells, hidden_cells


def suppressed(attrition: Attrition, min_cell: int) -> Attrition:
    """The same counts without those from 1 to ``min_cell - 1``, nor others from which these could be reckoned."""
    if min_cell <= 1:
        return evolve(attrition, min_cell=0)
    hidden = hidden_cells(cells_of(attrition), min_cell)

    def shown(name: str, count: Count) -> Count:
        return None if name in hidden else count

    def named(each: object, kinds: tuple[str, ...], name: str) -> dict[str, Any]:
        return {kind: shown(f"{kind} {name}".rstrip(), getattr(each, kind)) for kind in kinds}

    wants = (
        evolve(
            each,
            subjects=shown(f"want {each.concept}", each.subjects),
            only=shown(f"only want {each.concept}", each.only),
        )
        for each in attrition.wants
    )
    combinations = (evolve(each, subjects=shown(_combination(each), each.subjects)) for each in attrition.combinations)
    return evolve(
        attrition,
        **named(attrition, ("screened", "excluded", "eligible", "undetermined"), ""),
        rows=tuple(evolve(row, **named(row, _OF_ROW, row.criterion)) for row in attrition.rows),
        branches=tuple(
            evolve(each, excluded=shown(f"branch {each.criterion}.{each.branch}", each.excluded))
            for each in attrition.branches
        ),
        # a place in the order would tell what a hidden count lies between
        wants=tuple(sorted(wants, key=lambda each: (-(each.subjects or 0), each.concept))),
        combinations=tuple(sorted(combinations, key=lambda each: (-(each.subjects or 0), each.criteria))),
        other_combinations=shown("other combinations", attrition.other_combinations),
        changes=tuple(
            evolve(each, **named(each, _OF_CHANGE, f"change {at}")) for at, each in enumerate(attrition.changes)
        ),
        min_cell=min_cell,
    )


_OF_ROW = ("excluded", "unknown", "passed", "only", "first", "remaining", "open", "last_open")
_OF_CHANGE = ("excluded", "unknown", "passed", "eligible", "undetermined", "ineligible", "gained", "lost")


def _combination(combination: Combination) -> str:
    criteria = combination.criteria
    return f"only {criteria[0]}" if len(criteria) == 1 else f"together {' '.join(criteria)}"


def cells_of(attrition: Attrition) -> Cells:
    """Every count by a name, and how they hang together."""
    cells = Cells()
    cells.add({name: getattr(attrition, name) for name in sorted(HEADLINES)})
    cells.sum("screened", ("excluded", "eligible", "undetermined"))
    left = "screened"
    for row in attrition.rows:
        cells.add({f"{kind} {row.criterion}": getattr(row, kind) for kind in _OF_ROW})
        left = _add_row(cells, row, left)
    if attrition.rows:
        cells.sum(left, ("eligible", "undetermined"))
        _add_orders(cells, [row.criterion for row in attrition.rows])
    for branch in attrition.branches:
        cells.add({f"branch {branch.criterion}.{branch.branch}": branch.excluded})
        cells.at_most((f"branch {branch.criterion}.{branch.branch}",), f"excluded {branch.criterion}")
    for want in attrition.wants:
        cells.add({f"want {want.concept}": want.subjects, f"only want {want.concept}": want.only})
        cells.at_most((f"only want {want.concept}",), f"want {want.concept}")
        cells.at_most((f"want {want.concept}",), "undetermined")
    cells.at_most(tuple(f"only want {want.concept}" for want in attrition.wants), "undetermined")
    _add_combinations(cells, attrition)
    _add_changes(cells, attrition)
    return cells


def _add_row(cells: Cells, row: Row, left: str) -> str:
    """The counts of one criterion: of all, of those left so far, of the excluded and of the undetermined."""
    name = row.criterion
    cells.sum("screened", (f"excluded {name}", f"unknown {name}", f"passed {name}"))
    cells.sum(left, (f"first {name}", f"remaining {name}"))
    unknown_anyway = cells.at_most((f"open {name}",), f"unknown {name}")
    cells.at_most((f"excluded {name}", unknown_anyway), "excluded")
    cells.at_most((f"open {name}",), "undetermined")
    return f"remaining {name}"


def _add_orders(cells: Cells, names: list[str]) -> None:
    """What holds over all criteria: each excluded subject is first excluded by one, each undetermined one lacks one."""
    cells.sum("excluded", tuple(f"first {name}" for name in names))
    cells.sum(f"excluded {names[0]}", (f"first {names[0]}",))
    cells.sum(f"first {names[-1]}", (f"only {names[-1]}",))
    later: str | None = None
    for place, name in enumerate(names):
        if later is not None:
            earlier_too = cells.at_most((f"first {name}",), f"excluded {name}")
            cells.within((earlier_too,), (later,))
        if place < len(names) - 1:
            not_only = cells.at_most((f"only {name}",), f"first {name}")
            later = cells.running_sum(later, not_only, f"first up to {name}, and by others")
    for one, of, total in (("only", "excluded", "excluded"), ("last_open", "open", "undetermined")):
        several = cells.at_most(tuple(f"{one} {name}" for name in names), total)
        beside = [cells.at_most((f"{one} {name}",), f"{of} {name}") for name in names]
        cells.within(cells.twice(several), beside)


def _add_combinations(cells: Cells, attrition: Attrition) -> None:
    names = {combination: _combination(combination) for combination in attrition.combinations}
    cells.add({name: combination.subjects for combination, name in names.items() if len(combination.criteria) > 1})
    cells.add({"other combinations": attrition.other_combinations})
    if names:
        cells.sum("excluded", (*names.values(), "other combinations"))
    for row in attrition.rows:
        having = tuple(name for combination, name in names.items() if row.criterion in combination.criteria)
        if having:
            untold = cells.at_most(having, f"excluded {row.criterion}")
            cells.at_most((untold,), "other combinations")


def _add_changes(cells: Cells, attrition: Attrition) -> None:
    for at, change in enumerate(attrition.changes):
        cells.add({f"{kind} change {at}": getattr(change, kind) for kind in _OF_CHANGE})
        cells.sum("screened", tuple(f"{kind} change {at}" for kind in ("excluded", "unknown", "passed")))
        cells.sum("screened", tuple(f"{kind} change {at}" for kind in ("ineligible", "eligible", "undetermined")))
        cells.balance(("eligible", f"gained change {at}"), (f"eligible change {at}", f"lost change {at}"))
        cells.at_most((f"excluded change {at}",), f"ineligible change {at}")
        cells.at_most((f"lost change {at}",), "eligible")
        cells.at_most((f"gained change {at}",), f"eligible change {at}")
        before = {"excluded": f"excluded {change.criterion}", "unknown": f"unknown {change.criterion}",
                  "passed": f"passed {change.criterion}", "eligible": "eligible", "undetermined": "undetermined",
                  "ineligible": "excluded"}  # fmt: skip
        for kind, name in before.items():
            cells.apart(name, f"{kind} change {at}")
        for other in range(at):
            if attrition.changes[other].criterion == change.criterion:
                for kind in (
                    "excluded",
                    "unknown",
                    "passed",
                    "eligible",
                    "undetermined",
                    "ineligible",
                    "gained",
                    "lost",
                ):
                    cells.apart(f"{kind} change {other}", f"{kind} change {at}")


def counts_of(attrition: Attrition) -> Mapping[str, Count]:
    """Every count by its name, as ``suppressed`` speaks of them."""
    return cells_of(attrition).values
