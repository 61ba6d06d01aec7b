package io.dataprism.benchmarks.ingest;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import java.lang.foreign.MemorySegment;

/// This library, from Java arrays of whole columns.
public final class DataPrismIngester implements Ingester {
  private final Engine engine = Engine.open();
  private final Table table;

  /// Makes the rows.
  public DataPrismIngester(Rows rows) {
    long[] ids = new long[rows.count()];
    double[] amounts = new double[rows.count()];
    byte[] utf8 = rows.utf8();
    int[] offsets = new int[rows.count() + 1];
    for (int row = 0; row < rows.count(); row++) {
      ids[row] = rows.id(row);
      amounts[row] = rows.amount(row);
      offsets[row + 1] = (row + 1) * (utf8.length / rows.count());
    }
    this.table =
        Table.builder()
            .column("id", ids)
            .column("amount", amounts)
            .text("name", MemorySegment.ofArray(offsets), MemorySegment.ofArray(utf8), MemorySegment.NULL)
            .build();
  }

  @Override
  public void run() {
    engine.execute(CREATE);
    try (Registration _ = engine.register("ready", table)) {
      engine.execute("INSERT INTO rows SELECT * FROM ready");
    }
  }

  @Override
  public Sums check() {
    return check(engine);
  }

  static Sums check(Engine engine) {
    try (QueryResult result = engine.query(CHECK);
        RecordBatch batch = result.next()) {
      if (batch == null) {
        throw new IllegalStateException("a sum has one row");
      }
      return new Sums(batch.int64(0).get(0), batch.int64(1).get(0), batch.float64(2).get(0));
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
