"""Whole cohorts: the same ruleset and the same meaning, by the column instead of by the subject.

The names are loaded when they are first used; what needs an extra package asks for it only then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ucmsc_rules.lazy import names_from

if TYPE_CHECKING:
    from ucmsc_rules.cohort.attrition import count_attrition, suppressed, tables_of
    from ucmsc_rules.cohort.attrition.model import Attrition, Change
    from ucmsc_rules.cohort.commands import Options, run_cohort
    from ucmsc_rules.cohort.findings import Cohort
    from ucmsc_rules.cohort.packages import CohortError
    from ucmsc_rules.cohort.plots import draw, save_plots
    from ucmsc_rules.cohort.postgres import PostgresTable
    from ucmsc_rules.cohort.problems import CohortProblem
    from ucmsc_rules.cohort.report import report_html, write_report
    from ucmsc_rules.cohort.screen import screen_cohort
    from ucmsc_rules.cohort.spark.screen import SparkCohort, screen_cohort_on_spark
    from ucmsc_rules.cohort.synth import records_of, synthesise, write_cohort
    from ucmsc_rules.cohort.varying import change_of, vary

_HOMES = {
    "Attrition": "cohort.attrition.model",
    "Change": "cohort.attrition.model",
    "Cohort": "cohort.findings",
    "CohortError": "cohort.packages",
    "CohortProblem": "cohort.problems",
    "Options": "cohort.commands",
    "PostgresTable": "cohort.postgres",
    "SparkCohort": "cohort.spark.screen",
    "change_of": "cohort.varying",
    "count_attrition": "cohort.attrition",
    "draw": "cohort.plots",
    "records_of": "cohort.synth",
    "report_html": "cohort.report",
    "run_cohort": "cohort.commands",
    "save_plots": "cohort.plots",
    "screen_cohort": "cohort.screen",
    "screen_cohort_on_spark": "cohort.spark.screen",
    "suppressed": "cohort.attrition",
    "synthesise": "cohort.synth",
    "tables_of": "cohort.attrition",
    "vary": "cohort.varying",
    "write_cohort": "cohort.synth",
    "write_report": "cohort.report",
}

__all__ = [
    "Attrition",
    "Change",
    "Cohort",
    "CohortError",
    "CohortProblem",
    "Options",
    "PostgresTable",
    "SparkCohort",
    "change_of",
    "count_attrition",
    "draw",
    "records_of",
    "report_html",
    "run_cohort",
    "save_plots",
    "screen_cohort",
    "screen_cohort_on_spark",
    "suppressed",
    "synthesise",
    "tables_of",
    "vary",
    "write_cohort",
    "write_report",
]

__getattr__ = names_from(__name__, _HOMES)
