"""Whether a synthetic cohort gets the same findings in DuckDB and one by one, by both engines; row by row.

``python benchmarks/cohort_agreement.py 200000`` ends with status 1 where any finding, branch or status differs.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from ucmsc_rules import load_ruleset
from ucmsc_rules.cohort import screen_cohort
from ucmsc_rules.cohort.synth import records_of, synthesise, write_cohort
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.screening import screen

TRIAL = load_ruleset("ucmsc-hbv-cirrhosis")
RULES = tuple(compile_ruleset(TRIAL).rules)
SHOWN = 10


def main(count: int) -> int:
    """The number of subjects with any difference; each is printed, up to ten."""
    with tempfile.TemporaryDirectory() as folder:
        facts, anchors = write_cohort(TRIAL, count, Path(folder))
        cohort = screen_cohort(TRIAL, facts, anchors)
        names = ", ".join(f'"{name}"' for name in RULES)
        rows = cohort.rows(f"SELECT subject, status, {names} FROM findings_wide JOIN statuses USING (subject)")
    together = {row[0]: row[1:] for row in rows}
    differing = seen = 0
    for block in synthesise(TRIAL, count):
        for record in records_of(block):
            verdict = screen(TRIAL, record)
            found = {finding.criterion: finding.holds.value for finding in verdict.findings}
            for finding in verdict.findings:
                found |= {f"{finding.criterion}.{key}": truth.value for key, truth in finding.branches.items()}
            alone = (verdict.status.value, *(found[name] for name in RULES))
            seen += 1
            if together.get(verdict.subject or "") != alone:
                differing += 1
                if differing <= SHOWN:
                    print(verdict.subject, together.get(verdict.subject or ""), alone)
        print(f"{seen:,} subjects, {seen * len(TRIAL.criteria):,} findings, {differing} subjects differ", flush=True)
    return differing + abs(seen - len(together))


if __name__ == "__main__":
    sys.exit(1 if main(int(sys.argv[1])) else 0)
