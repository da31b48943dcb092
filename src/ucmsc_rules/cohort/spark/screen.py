"""Screens a cohort on Spark, with the steps and the queries that DuckDB gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attrs import field, frozen

from ucmsc_rules.cohort.encode import encode
from ucmsc_rules.cohort.findings import count_statuses, define_findings
from ucmsc_rules.cohort.packages import CohortError
from ucmsc_rules.cohort.pipeline import FACTS, PEOPLE, make_sheets
from ucmsc_rules.cohort.placing import place_facts
from ucmsc_rules.cohort.plan import Plan, make_plan
from ucmsc_rules.cohort.problems import CohortProblem, merged
from ucmsc_rules.cohort.spark.engine import Spark, first_line, open_spark
from ucmsc_rules.cohort.spark.sources import open_in_spark
from ucmsc_rules.cohort.spelling import Spelled
from ucmsc_rules.rules.compiled import compile_ruleset
from ucmsc_rules.rules.model import Ruleset

ANSWERS = ("true", "false", "unknown")


@frozen(eq=False)
class SparkCohort:
    """What came out: views in a Spark session of its own, with the names and columns of a ``Cohort``'s tables."""

    engine: Spark = field(repr=False)
    plan: Plan = field(repr=False)
    problems: tuple[CohortProblem, ...]
    statuses: Mapping[str, int]

    @property
    def session(self) -> Any:  # noqa: ANN401 - pyspark.sql.SparkSession
        """The session that has the views, for questions of one's own."""
        return self.engine.session

    @property
    def counts(self) -> Mapping[str, Mapping[str, int]]:
        """For each criterion, how many subjects have which answer."""
        query = "SELECT criterion, holds, count(*) FROM findings WHERE branch = '' GROUP BY criterion, holds"
        found = {(criterion, holds): count for criterion, holds, count in self.rows(query)}
        names = [criterion.id for criterion in self.plan.compiled.ruleset.criteria]
        return {name: {holds: found.get((name, holds), 0) for holds in ANSWERS} for name in names}

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """The rows of a query over the views."""
        return self.engine.rows(query)

    def findings(self, *, wide: bool = False) -> Any:  # noqa: ANN401 - pyspark.sql.DataFrame
        """The findings as a Spark frame, in no order."""
        if wide:
            return self.session.sql("SELECT w.*, s.status FROM findings_wide w JOIN statuses s USING (subject)")
        return self.session.sql("SELECT subject, criterion, branch, holds FROM findings")

    def write(self, path: str, *, wide: bool = False) -> None:
        """Writes the findings as a folder of Parquet. Raises CohortError where there is one already."""
        try:
            self.findings(wide=wide).write.parquet(str(path))
        except self.engine.failures as error:
            raise CohortError(f"the findings cannot be written: {first_line(error)}") from None


def screen_cohort_on_spark(
    ruleset: Ruleset,
    facts: Any,  # noqa: ANN401 - tables of any make
    anchors: Any = None,  # noqa: ANN401
    *,
    default_anchors: Mapping[str, str] | None = None,
    session: Any = None,  # noqa: ANN401 - pyspark.sql.SparkSession
) -> SparkCohort:
    """As ``screen_cohort``, on Spark: in a ``session``, in the one that is active, or in a new one.

    A table may be a Spark frame, too, or a folder of Parquet, wherever Spark reads from. The dictionaries of distinct
    texts are made where this is called; facts stay on Spark's machines, by subject, and no Python runs there.

    Raises CohortError where a table cannot be read at all, or pyspark or Java is missing.
    """
    plan = make_plan(compile_ruleset(ruleset))
    engine = open_spark(session)
    try:
        spelled, problems = encode(engine, open_in_spark, plan, (facts, anchors), default_anchors)
        _fill(engine, plan, spelled)
        define_findings(engine, plan)
        engine.drop_passing()
        return SparkCohort(engine, plan, merged(problems), count_statuses(engine))
    except engine.failures as error:
        raise CohortError(f"the cohort cannot be screened: {first_line(error)}") from None


def _fill(engine: Spark, plan: Plan, spelled: Spelled) -> None:
    """Makes the view ``worksheet`` of all subjects at once: Spark bounds its memory by itself."""
    engine.view(PEOPLE, "SELECT * FROM people")
    place_facts(engine, plan, spelled, "TRUE")
    engine.define("reckoned", f"SELECT * FROM {FACTS}")
    engine.view(FACTS, "SELECT * FROM reckoned")
    engine.define("worksheet", make_sheets(engine, plan), kept=True)
