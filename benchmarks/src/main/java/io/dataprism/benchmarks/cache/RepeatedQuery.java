package io.dataprism.benchmarks.cache;

import io.dataprism.Engine;
import io.dataprism.Query;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.cache.CacheOptions;
import io.dataprism.column.Float64Column;
import io.dataprism.column.Int64Column;
import java.nio.file.Path;

/// Runs the same query over and over and reads all of its rows, a key and a number each.
public final class RepeatedQuery implements AutoCloseable {
  /// A thousand rows out of six millions.
  public static final String SQL =
      "SELECT l_suppkey, sum(l_extendedprice * (1 - l_discount))::DOUBLE FROM lineitem WHERE l_suppkey <= 1000 GROUP BY"
          + " ALL";

  private final Engine engine;
  private final Query query;

  /// Opens a database file.
  ///
  /// @param cached whether rows are kept
  public RepeatedQuery(Path database, boolean cached) {
    this.engine = Engine.builder().database(database).readOnly().cache(CacheOptions.ofBytes(64 << 20)).open();
    Query plain = engine.sql(SQL);
    this.query = cached ? plain.cached() : plain;
  }

  /// Runs the query so many times.
  public Sums run(int times) {
    long rows = 0;
    long keys = 0;
    double values = 0;
    for (int i = 0; i < times; i++) {
      try (QueryResult result = query.run()) {
        for (RecordBatch batch : result) {
          Int64Column key = batch.int64(0);
          Float64Column value = batch.float64(1);
          for (long row = 0; row < batch.rowCount(); row++) {
            keys += key.get(row);
            values += value.get(row);
          }
          rows += batch.rowCount();
        }
      }
    }
    return new Sums(rows / times, keys / times, values / times);
  }

  @Override
  public void close() {
    engine.close();
  }
}
