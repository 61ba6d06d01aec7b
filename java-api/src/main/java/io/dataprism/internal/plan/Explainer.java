package io.dataprism.internal.plan;

import io.dataprism.Session;
import io.dataprism.internal.json.Json;
import io.dataprism.plan.PlanNode;
import io.dataprism.plan.QueryPlan;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks DuckDB for plans.
public final class Explainer {
  /// A row of EXPLAIN. There is one for each stage of planning that the setting `explain_output` asks for.
  record Stage(String explainKey, String explainValue) {}

  private Explainer() {}

  /// The plan of a statement, which is not run.
  public static QueryPlan explain(Session session, String sql, @Nullable Object[] parameters) {
    requireOneStatement(session, sql);
    Json plan = json(session, ask(session, "EXPLAIN (FORMAT json) ", sql, parameters));
    Optional<PlanNode> root = plan.elements().stream().findFirst().map(PlanReader::node);
    return new QueryPlan(ask(session, "EXPLAIN (FORMAT text) ", sql, parameters), root, Optional.empty());
  }

  /// Runs a statement and gives its plan with what was measured.
  public static QueryPlan explainAnalyze(Session session, String sql, @Nullable Object[] parameters) {
    requireOneStatement(session, sql);
    Json profile = json(session, ask(session, "EXPLAIN (ANALYZE, FORMAT json) ", sql, parameters));
    Optional<PlanNode> root = PlanReader.measured(profile);
    Optional<Duration> time = PlanReader.totalTime(profile);
    return new QueryPlan(PlanText.of(root, time), root, time);
  }

  /// Of several statements the EXPLAIN in front would explain the first alone, and the others would run.
  private static void requireOneStatement(Session session, String sql) {
    // Preparing parses and plans without running. It sees the caller's text, so that errors show the places in that.
    session.prepare(sql).close();
  }

  private static Json json(Session session, String text) {
    return Json.parse(session.query(Json.tree("?"), text));
  }

  private static String ask(Session session, String explain, String sql, @Nullable Object[] parameters) {
    List<Stage> stages = session.query(explain + sql, parameters).as(Stage.class);
    // Where there are several stages, the physical plan, which is what runs, comes last.
    return stages.getLast().explainValue();
  }
}
