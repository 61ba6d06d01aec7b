package io.dataprism.examples;

import io.dataprism.Engine;
import io.dataprism.error.BinderException;
import io.dataprism.error.DataPrismException;
import io.dataprism.error.IoException;

/// What goes wrong says what, where and what to do, and leaves the engine usable.
public final class HandleErrors {
  private HandleErrors() {}

  /// Runs the example.
  ///
  /// @param args the file with the flights; without it, that of the repository
  public static void main(String[] args) {
    String file = args.length > 0 ? args[0] : "examples/data/flights-3m.parquet";
    try (Engine engine = Engine.open()) {
      try {
        engine.query("SELECT avg(dely) FROM read_parquet(?)", file);
      } catch (BinderException e) {
        System.out.println(e.getMessage());
      }
      try {
        engine.query("SELECT avg(delay) FROM read_parquet(?)", "missing.parquet");
      } catch (IoException e) {
        System.out.println(e.code() + ": " + e.getMessage());
      }
      try {
        engine.execute("SELECT 300::TINYINT");
      } catch (DataPrismException e) {
        System.out.println(e.code() + ", number " + e.code().number());
      }
      System.out.print(engine.query("SELECT avg(delay) AS delay FROM read_parquet(?)", file).toTable(1));
    }
  }
}
