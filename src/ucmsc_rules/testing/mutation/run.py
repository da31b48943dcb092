"""Runs a ruleset's own cases against its mutants, and says which changes they would not notice."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum
from fractions import Fraction
from pathlib import Path

from attrs import frozen

from ucmsc_rules.cases import case_record
from ucmsc_rules.check import check_ruleset
from ucmsc_rules.errors import RulesetError
from ucmsc_rules.facts.records import Record
from ucmsc_rules.rules.compiled import Compiled
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing.boundaries import Probe, probes
from ucmsc_rules.testing.mutation.answers import Asked, answers, narrowed, read
from ucmsc_rules.testing.mutation.equivalence import answers_alike
from ucmsc_rules.testing.mutation.mutant import Mutant, mutants
from ucmsc_rules.testing.mutation.suggest import suggested


class Fate(Enum):
    """What became of a mutant.

    ``EQUIVALENT`` is proved: it answers as the ruleset does whatever is known. ``UNPROVED`` survived, no edge tells it
    apart, and it has more cells than are tried, or none: it changes a setting or a score.
    """

    KILLED = "killed"
    EQUIVALENT = "equivalent"
    SURVIVED = "survived"
    UNPROVED = "unproved"


@frozen
class Trial:
    """A mutant, its fate, the place of the case that killed it, or a case that would, where one was found."""

    mutant: Mutant
    fate: Fate
    by: str = ""
    suggestion: str = ""


@frozen
class MutationReport:
    """All trials, in the order of the mutants."""

    trials: tuple[Trial, ...]

    @property
    def survivors(self) -> tuple[Trial, ...]:
        """The trials of mutants that no case noticed and that are not proved to be equivalent."""
        return tuple(trial for trial in self.trials if trial.fate in (Fate.SURVIVED, Fate.UNPROVED))

    @property
    def score(self) -> Fraction:
        """The share of mutants that were killed, of those not proved to be equivalent; 1 where there are none."""
        killed = sum(trial.fate is Fate.KILLED for trial in self.trials)
        counted = killed + len(self.survivors)
        return Fraction(killed, counted) if counted else Fraction(1)


def run_mutants(ruleset: Ruleset) -> MutationReport:
    """Holds every mutant of a ruleset to the ruleset's own cases.

    Raises RulesetError where the ruleset does not answer its own cases: then a mutant's answer would say nothing.

    >>> from ucmsc_rules import load_ruleset
    >>> run_mutants(load_ruleset("ucmsc-hbv-cirrhosis")).survivors
    ()
    """
    report = check_ruleset(ruleset, "reference")
    if report.complaints:
        raise RulesetError(report.complaints)
    asked = {criterion: list(cases) for criterion, cases in _cases(ruleset)}
    edges = _Edges(ruleset)
    return MutationReport(tuple(_trial(ruleset, mutant, asked, edges) for mutant in mutants(ruleset)))


def _cases(ruleset: Ruleset) -> Iterator[tuple[str, Iterator[Asked]]]:
    for criterion in ruleset.criteria:
        yield (
            criterion.id,
            (
                Asked(
                    criterion.id,
                    f"{criterion.id}.{case.branch}" if case.branch else criterion.id,
                    case.holds,
                    read(ruleset, case_record(ruleset, criterion, case)),
                    f"{Path(case.place.file).name}:{case.place.line}",
                )
                for case in criterion.cases
            ),
        )


def _trial(ruleset: Ruleset, mutant: Mutant, asked: Mapping[str, list[Asked]], edges: _Edges) -> Trial:
    compiled = narrowed(mutant.ruleset, mutant.criteria)
    by = _killer(compiled, (case for criterion in mutant.criteria for case in asked[criterion]))
    if by is not None:
        return Trial(mutant, Fate.KILLED, by=by)
    alike = _alike(ruleset, mutant)
    if alike:
        return Trial(mutant, Fate.EQUIVALENT)
    suggestion = edges.telling_apart(mutant, compiled)
    return Trial(mutant, Fate.UNPROVED if alike is None and not suggestion else Fate.SURVIVED, suggestion=suggestion)


def _killer(compiled: Compiled, asked: Iterable[Asked]) -> str | None:
    """Where the first case stands that the mutant answers otherwise; a branch that it lacks is answered otherwise."""
    for case in asked:
        got = answers(compiled, case.record).get(case.rule)
        if got is None or got.value != case.wanted:
            return case.where
    return None


def _alike(ruleset: Ruleset, mutant: Mutant) -> bool | None:
    """Whether a mutant of one criterion's rules is proved to be equivalent; None where that is not to be told.

    Settings, scores and what counts as an event change measures, not rules: there are no cells to try.
    """
    if mutant.where.partition(".")[0] not in mutant.criteria:
        return None
    one, other = (
        [each for each in known.criteria if each.id in mutant.criteria] for known in (ruleset, mutant.ruleset)
    )
    return answers_alike(one[0], other[0], ruleset.dictionary)


class _Edges:
    """Records at the edges of the rules, made and read when they are first asked for."""

    def __init__(self, ruleset: Ruleset) -> None:
        self._ruleset = ruleset
        self._known: dict[str, list[tuple[Probe, Record]]] = {}

    def telling_apart(self, mutant: Mutant, changed: Compiled) -> str:
        """A case in which the ruleset and its mutant answer differently; "" where no edge shows one."""
        ruleset = self._ruleset
        before = narrowed(ruleset, mutant.criteria)
        for criterion in mutant.criteria:
            mutated = () if mutant.kind == "score" else probes(mutant.ruleset, criterion)
            for source in (self._of(criterion), ((probe, read(ruleset, probe.record)) for probe in mutated)):
                for probe, record in source:
                    if answers(before, record)[criterion] is not answers(changed, record)[criterion]:
                        return suggested(ruleset, criterion, probe.record, before, changed)
        return ""

    def _of(self, criterion: str) -> list[tuple[Probe, Record]]:
        if criterion not in self._known:
            found = probes(self._ruleset, criterion)
            self._known[criterion] = [(probe, read(self._ruleset, probe.record)) for probe in found]
        return self._known[criterion]
