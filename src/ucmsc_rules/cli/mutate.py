"""Prints which changes of a ruleset its own cases do not notice."""

from __future__ import annotations

import json
from collections import Counter

import typer

from ucmsc_rules.cli.complaints import AMISS, asked_for, complained
from ucmsc_rules.cli.printable import printable
from ucmsc_rules.cli.tables import drawn
from ucmsc_rules.rules.model import Ruleset
from ucmsc_rules.testing.mutation import Fate, MutationReport, Trial, run_mutants


def print_mutants(name: str, form: str) -> int:
    """The fates of a ruleset's mutants; gives the exit status."""
    ruleset = asked_for(name)
    with complained():
        report = run_mutants(ruleset)
    typer.echo(_json(ruleset, report) if form == "json" else printable(_text(ruleset, report)), nl=False)
    return AMISS if report.survivors else 0


def _text(ruleset: Ruleset, report: MutationReport) -> str:
    counts: dict[str, Counter[Fate]] = {}
    for trial in report.trials:
        counts.setdefault(trial.mutant.where.partition(".")[0], Counter())[trial.fate] += 1
    rows = [(where, *(str(found[fate]) for fate in Fate)) for where, found in counts.items()]
    table = drawn(("where", *(fate.value for fate in Fate)), rows, numbers=range(1, len(Fate) + 1))
    quiet = [trial for trial in report.trials if trial.fate is not Fate.KILLED]
    lines = [line for trial in quiet for line in _lines(trial)]
    killed = sum(trial.fate is Fate.KILLED for trial in report.trials)
    score = f"{killed} of {killed + len(report.survivors)} changes that are not equivalent are noticed"
    told = f"{ruleset.name} {ruleset.version}: {score}, {float(report.score):.1%}"
    return "\n".join([table, *lines, *([""] if lines else []), told, ""])


def _lines(trial: Trial) -> list[str]:
    mutant = trial.mutant
    lines = [f"{mutant.id} {trial.fate.value}, {mutant.where}, {mutant.kind}: {mutant.before} -> {mutant.after}"]
    if trial.suggestion:
        lines += ["  a case that would notice it, once a person has confirmed it against the protocol:"]
        lines += [f"      {trial.suggestion}"]
    elif trial.fate is not Fate.EQUIVALENT:
        lines += ["  no edge tells it apart; look whether the two can differ at all"]
    return lines


def _json(ruleset: Ruleset, report: MutationReport) -> str:
    told = {
        "ruleset": ruleset.name,
        "version": ruleset.version,
        "digest": ruleset.digest,
        "score": round(float(report.score), 6),
        "mutants": [
            {
                "id": trial.mutant.id, "fate": trial.fate.value, "kind": trial.mutant.kind, "where": trial.mutant.where,
                "before": trial.mutant.before, "after": trial.mutant.after, "by": trial.by,
                "suggestion": trial.suggestion,
            }
            for trial in report.trials
        ],
    }  # fmt: skip
    return json.dumps(told, ensure_ascii=False, indent=2) + "\n"
