package io.dataprism.benchmarks.function;

import java.util.concurrent.atomic.AtomicLong;
import org.duckdb.DuckDBColumnType;
import org.duckdb.DuckDBDataChunkWriter;
import org.duckdb.DuckDBTableFunction;
import org.duckdb.DuckDBTableFunctionBindInfo;
import org.duckdb.DuckDBTableFunctionCallInfo;
import org.duckdb.DuckDBTableFunctionInitInfo;
import org.duckdb.DuckDBWritableVector;

/// Gives whole numbers from 0 on and their halves, chunk by chunk, on several threads.
///
/// @param threads on how many
record JdbcSeries(int threads) implements DuckDBTableFunction<Long, AtomicLong, Object> {
  /// How many rows there are.
  @Override
  public Long bind(DuckDBTableFunctionBindInfo info) {
    info.addResultColumn("i", DuckDBColumnType.BIGINT);
    info.addResultColumn("d", DuckDBColumnType.DOUBLE);
    return info.getParameter(0).getLong();
  }

  /// How many rows have been given.
  @Override
  public AtomicLong init(DuckDBTableFunctionInitInfo info) {
    info.setMaxThreads(threads);
    return new AtomicLong();
  }

  @Override
  public long apply(DuckDBTableFunctionCallInfo info, DuckDBDataChunkWriter out) {
    long rows = info.<Long>getBindData();
    long first = info.<AtomicLong>getInitData().getAndAdd(out.capacity());
    long count = Math.clamp(rows - first, 0, out.capacity());
    DuckDBWritableVector i = out.vector(0);
    DuckDBWritableVector d = out.vector(1);
    for (long row = 0; row < count; row++) {
      i.setLong(row, first + row);
      d.setDouble(row, (first + row) / 2.0);
    }
    return count;
  }
}
