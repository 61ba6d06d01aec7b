package io.dataprism.benchmarks.register;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import io.dataprism.schema.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Sums numbers in SQL that lie in one segment of the program's memory, and the same in a table of DuckDB's.
public final class RegisteredScan implements AutoCloseable {
  private static final String SUM = "SELECT count(v) AS n, sum(v) AS total FROM ";

  private final Arena arena = Arena.ofShared();
  private final Engine engine;
  private final Registration registration;

  /// Makes the numbers.
  ///
  /// @param threads how many threads run a query
  public RegisteredScan(long count, int threads) {
    this.engine = Engine.builder().threads(threads).open();
    MemorySegment values = arena.allocate(ValueLayout.JAVA_DOUBLE, count);
    for (long i = 0; i < count; i++) {
      // Sums of these are exact, in whatever order.
      values.setAtIndex(ValueLayout.JAVA_DOUBLE, i, (i % 1_000) / 2.0);
    }
    this.registration = engine.register("registered", Table.of("v", DataType.Scalar.DOUBLE, values));
    engine.execute("CREATE TABLE native AS SELECT * FROM registered");
  }

  /// Reads a table: `registered` or `native`.
  public Sums sum(String table) {
    try (QueryResult result = engine.query(SUM + table);
        RecordBatch batch = result.next()) {
      if (batch == null) {
        throw new IllegalStateException("a sum has one row");
      }
      return new Sums(batch.int64(0).get(0), 0, batch.float64(1).get(0));
    }
  }

  @Override
  public void close() {
    registration.close();
    engine.close();
    arena.close();
  }
}
