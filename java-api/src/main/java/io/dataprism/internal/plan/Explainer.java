package io.dataprism.internal.plan;

import io.dataprism.QueryResult;
import io.dataprism.internal.json.Json;
import io.dataprism.plan.PlanNode;
import io.dataprism.plan.QueryPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Asks DuckDB for plans.
public final class Explainer {
  /// A row of EXPLAIN. There is one for each stage of planning that the setting `explain_output` asks for.
  record Stage(String explainKey, String explainValue) {}

  /// A statement whose plan is asked for, where it is to be run.
  public interface Explained {
    /// Parses and plans the statement's own text, without running it.
    void prepare();

    /// Runs the statement with something in front of it, and with its parameters.
    QueryResult run(String before);

    /// Runs other SQL.
    QueryResult run(String sql, String parameter);
  }

  private Explainer() {}

  /// The plan of a statement, which is not run.
  public static QueryPlan explain(Explained statement) {
    requireOneStatement(statement);
    Json plan = json(statement, ask(statement, "EXPLAIN (FORMAT json) "));
    Optional<PlanNode> root = plan.elements().stream().findFirst().map(PlanReader::node);
    return new QueryPlan(ask(statement, "EXPLAIN (FORMAT text) "), root, Optional.empty());
  }

  /// Runs a statement and gives its plan with what was measured.
  public static QueryPlan explainAnalyze(Explained statement) {
    requireOneStatement(statement);
    Json profile = json(statement, ask(statement, "EXPLAIN (ANALYZE, FORMAT json) "));
    Optional<PlanNode> root = PlanReader.measured(profile);
    Optional<Duration> time = PlanReader.totalTime(profile);
    return new QueryPlan(PlanText.of(root, time), root, time);
  }

  /// Of several statements the EXPLAIN in front would explain the first alone, and the others would run.
  private static void requireOneStatement(Explained statement) {
    // Errors show places in the statement's own text.
    statement.prepare();
  }

  private static Json json(Explained statement, String text) {
    return Json.parse(statement.run(Json.tree("?"), text));
  }

  private static String ask(Explained statement, String explain) {
    List<Stage> stages = statement.run(explain).as(Stage.class);
    // Where there are several stages, the physical plan, which is what runs, comes last.
    return stages.getLast().explainValue();
  }
}
