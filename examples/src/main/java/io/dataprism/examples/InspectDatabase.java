package io.dataprism.examples;

import io.dataprism.Engine;
import io.dataprism.catalog.Catalog;
import io.dataprism.catalog.ColumnInfo;
import io.dataprism.catalog.ColumnStorage;
import io.dataprism.catalog.TableInfo;
import io.dataprism.plan.PlanNode;
import io.dataprism.plan.QueryPlan;
import java.nio.file.Path;

/// What a database file holds, how it is stored, and where the time of a query goes.
public final class InspectDatabase {
  private InspectDatabase() {}

  /// Runs the example.
  ///
  /// @param args the database file, which is created if it does not exist
  public static void main(String[] args) {
    Path database = Path.of(args.length > 0 ? args[0] : "measurements.duckdb");
    try (Engine engine = Engine.open(database)) {
      engine.execute(
          """
          CREATE OR REPLACE TABLE measurements AS
          SELECT range AS id, 'sensor ' || range % 20 AS sensor, sin(range) AS value FROM range(500_000)
          """);
      engine.execute("CHECKPOINT");
      describe(engine.catalog());
      explain(engine);
    }
  }

  private static void describe(Catalog catalog) {
    for (TableInfo table : catalog.tables()) {
      System.out.printf("%s: %,d rows%n", table.name().name(), catalog.countRows(table.name()));
      for (ColumnInfo column : catalog.columns(table.name())) {
        System.out.println("  " + column.name() + " " + column.type());
      }
      for (ColumnStorage column : catalog.storage(table.name())) {
        System.out.println("  " + column.column() + " is stored as " + column.compression());
      }
    }
  }

  private static void explain(Engine engine) {
    QueryPlan plan = engine.explainAnalyze("SELECT max(value) FROM measurements WHERE sensor = ?", "sensor 7");
    plan.root().stream()
        .flatMap(PlanNode::nodes)
        .forEach(node -> System.out.printf("%s gave %,d rows%n", node.operator(), node.actualRows().orElse(0)));
  }
}
