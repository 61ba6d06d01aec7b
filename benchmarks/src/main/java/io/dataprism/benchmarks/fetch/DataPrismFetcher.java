package io.dataprism.benchmarks.fetch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.column.Float64Column;
import io.dataprism.column.Int64Column;
import io.dataprism.column.ListColumn;
import io.dataprism.column.StructColumn;
import io.dataprism.column.Utf8Column;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/// This library.
public final class DataPrismFetcher implements Fetcher {
  private final Engine engine;

  /// Opens a database file.
  public DataPrismFetcher(Path database) {
    this.engine = Engine.builder().database(database).readOnly().open();
  }

  @Override
  public Sums numbers(String sql) {
    long rows = 0;
    long keys = 0;
    double quantities = 0;
    double prices = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        Int64Column key = batch.int64(0);
        Float64Column quantity = batch.float64(1);
        Float64Column price = batch.float64(2);
        for (long row = 0; row < batch.rowCount(); row++) {
          keys += key.get(row);
          quantities += quantity.get(row);
          prices += price.get(row);
        }
        rows += batch.rowCount();
      }
    }
    return new Sums(rows, keys, quantities + prices);
  }

  @Override
  public Sums bytes(String sql) {
    long rows = 0;
    long total = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        total += sum(batch.utf8(0).data());
        rows += batch.rowCount();
      }
    }
    return new Sums(rows, total, 0);
  }

  private static long sum(MemorySegment bytes) {
    long total = 0;
    for (long i = 0; i < bytes.byteSize(); i++) {
      total += bytes.get(JAVA_BYTE, i);
    }
    return total;
  }

  @Override
  public Sums strings(String sql) {
    KeptStrings kept = new KeptStrings();
    long rows = 0;
    long lengths = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        Utf8Column texts = batch.utf8(0);
        for (long row = 0; row < batch.rowCount(); row++) {
          String text = texts.get(row);
          if (text != null) {
            kept.keep(text);
            lengths += text.length();
          }
        }
        rows += batch.rowCount();
      }
    }
    return new Sums(rows, lengths, 0);
  }

  @Override
  public Sums nested(String sql) {
    long rows = 0;
    long integers = 0;
    double prices = 0;
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        ListColumn parts = batch.list(0);
        Int64Column part = parts.child().as(Int64Column.class);
        StructColumn total = batch.struct(1);
        Int64Column lines = total.int64(0);
        Float64Column price = total.float64(1);
        for (long row = 0; row < batch.rowCount(); row++) {
          for (long i = parts.start(row); i < parts.end(row); i++) {
            integers += part.get(i);
          }
          integers += lines.get(row);
          prices += price.get(row);
        }
        rows += batch.rowCount();
      }
    }
    return new Sums(rows, integers, prices);
  }

  @Override
  public void close() {
    engine.close();
  }
}
