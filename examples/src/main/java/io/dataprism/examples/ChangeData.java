package io.dataprism.examples;

import io.dataprism.Engine;
import io.dataprism.Transaction;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.PermissionException;
import java.nio.file.Path;

/// A database in a file: written in a transaction, then opened read-only.
public final class ChangeData {
  private ChangeData() {}

  /// Runs the example.
  ///
  /// @param args the database file, which is created if it does not exist
  public static void main(String[] args) {
    Path database = Path.of(args.length > 0 ? args[0] : "airports.duckdb");
    write(database);
    read(database);
  }

  private static void write(Path database) {
    try (Engine engine = Engine.open(database)) {
      engine.execute("CREATE OR REPLACE TABLE airports (code VARCHAR PRIMARY KEY, city VARCHAR)");
      try (Transaction transaction = engine.begin()) {
        long rows = transaction.execute("INSERT INTO airports VALUES ('DEN', 'Denver'), ('ORD', 'Chicago')");
        transaction.commit();
        System.out.println(rows + " airports inserted");
      }
      try (Transaction transaction = engine.begin()) {
        transaction.execute("DELETE FROM airports WHERE code = 'ORD'");
        transaction.execute("INSERT INTO airports VALUES (?, ?)", "DEN", "Dengler");
        transaction.commit();
      } catch (ConstraintException e) {
        System.out.println("refused: " + e.code());
      }
    }
  }

  private static void read(Path database) {
    try (Engine engine = Engine.builder().database(database).readOnly().open()) {
      System.out.print(engine.query("FROM airports ORDER BY code").toTable(10));
      try {
        engine.execute("DELETE FROM airports");
      } catch (PermissionException e) {
        System.out.println("refused: " + e.code());
      }
    }
  }
}
