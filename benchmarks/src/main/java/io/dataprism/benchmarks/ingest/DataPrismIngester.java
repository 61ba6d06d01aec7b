package io.dataprism.benchmarks.ingest;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.registration.Registration;
import io.dataprism.registration.Table;
import io.dataprism.schema.DataType;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// This library, from whole columns.
public final class DataPrismIngester implements Ingester {
  private final Engine engine = Engine.open();
  private final Arena arena = Arena.ofShared();
  private final Table table;

  private DataPrismIngester(Columns columns, boolean onHeap) {
    this.table =
        Table.builder()
            .column("id", DataType.Scalar.BIGINT, ready(columns.ids, onHeap))
            .column("amount", DataType.Scalar.DOUBLE, ready(columns.amounts, onHeap))
            .text("name", ready(columns.offsets, onHeap), ready(columns.utf8, onHeap), MemorySegment.NULL)
            .build();
  }

  /// From Java arrays.
  public static DataPrismIngester arrays(Rows rows) {
    return new DataPrismIngester(Columns.of(rows), true);
  }

  /// From native memory, where the columns lie as those of Arrow do.
  public static DataPrismIngester segments(Rows rows) {
    return new DataPrismIngester(Columns.of(rows), false);
  }

  private MemorySegment ready(MemorySegment array, boolean onHeap) {
    return onHeap ? array : arena.allocate(array.byteSize(), Long.BYTES).copyFrom(array);
  }

  private record Columns(MemorySegment ids, MemorySegment amounts, MemorySegment offsets, MemorySegment utf8) {
    static Columns of(Rows rows) {
      long[] ids = new long[rows.count()];
      double[] amounts = new double[rows.count()];
      byte[] utf8 = rows.utf8();
      int[] offsets = new int[rows.count() + 1];
      for (int row = 0; row < rows.count(); row++) {
        ids[row] = rows.id(row);
        amounts[row] = rows.amount(row);
        offsets[row + 1] = (row + 1) * (utf8.length / rows.count());
      }
      return new Columns(
          MemorySegment.ofArray(ids),
          MemorySegment.ofArray(amounts),
          MemorySegment.ofArray(offsets),
          MemorySegment.ofArray(utf8));
    }
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
    arena.close();
  }
}
