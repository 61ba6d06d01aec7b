package io.dataprism.benchmarks.start;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;

/// The first result through this library.
public final class DataPrismFirstResult {
  private DataPrismFirstResult() {}

  /// Prints the answer.
  public static void main(String[] args) {
    try (Engine engine = Engine.open();
        QueryResult result = engine.query("SELECT 6 * 7")) {
      for (RecordBatch batch : result) {
        System.out.println(batch.int32(0).get(0));
      }
    }
  }
}
