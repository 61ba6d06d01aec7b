package io.dataprism.plan;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;

/// How DuckDB runs a statement, or how it ran it. Immutable.
///
/// @param text the plan for people, several lines. What [io.dataprism.Engine#explain] gives is drawn by DuckDB. What
///   [io.dataprism.Engine#explainAnalyze] gives is drawn by this library, one operator above those whose rows it takes:
///   DuckDB tells of a run either in its drawing or in parts, and a second run would change data twice.
/// @param root the operator that gives the rows of the statement, or changes the data; empty where DuckDB tells of
///   none, which is so for a run that has nothing to measure, such as one of `SET`, `CREATE TABLE` without a query, or
///   `INSERT` of literal values
/// @param time how long the statement took, planning included; empty for a plan that has not been run, or if DuckDB
///   does not tell
public record QueryPlan(String text, Optional<PlanNode> root, Optional<Duration> time) {
  /// Rejects null.
  public QueryPlan {
    Objects.requireNonNull(text, "text");
    Objects.requireNonNull(root, "root");
    Objects.requireNonNull(time, "time");
  }

  /// The [#text()].
  @Override
  public String toString() {
    return text;
  }
}
