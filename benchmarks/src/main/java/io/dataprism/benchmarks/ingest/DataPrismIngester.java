package io.dataprism.benchmarks.ingest;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.appender.ColumnAppender;
import io.dataprism.appender.ColumnData;
import io.dataprism.appender.RecordAppender;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.benchmarks.ingest.Rows.Row;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// This library, with its appenders.
public abstract class DataPrismIngester implements Ingester {
  private static final String TABLE = "rows";

  final Engine engine = Engine.open();

  /// From Java arrays of whole columns, texts in UTF-8.
  public static DataPrismIngester arrays(Rows rows) {
    Columns columns = Columns.of(rows);
    return new DataPrismIngester() {
      @Override
      void fill() {
        append(columns);
      }
    };
  }

  /// From native memory, where the columns lie as those of Arrow do.
  public static DataPrismIngester segments(Rows rows) {
    Arena arena = Arena.ofShared();
    Columns columns = Columns.of(rows).in(arena);
    return new DataPrismIngester() {
      @Override
      void fill() {
        append(columns);
      }

      @Override
      public void close() {
        super.close();
        arena.close();
      }
    };
  }

  /// From objects.
  public static DataPrismIngester records(Rows rows) {
    List<Row> records = rows.records();
    return new DataPrismIngester() {
      @Override
      void fill() {
        try (RecordAppender<Row> appender = engine.appender(TABLE).forRecords(Row.class)) {
          appender.append(records);
        }
      }
    };
  }

  record Columns(MemorySegment ids, MemorySegment amounts, MemorySegment offsets, MemorySegment utf8) {
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

    Columns in(Arena arena) {
      return new Columns(copy(ids, arena), copy(amounts, arena), copy(offsets, arena), copy(utf8, arena));
    }

    private static MemorySegment copy(MemorySegment array, Arena arena) {
      return arena.allocate(array.byteSize(), Long.BYTES).copyFrom(array);
    }
  }

  final void append(Columns columns) {
    try (ColumnAppender appender = engine.appender(TABLE).forColumns()) {
      appender.append(
          ColumnData.of(columns.ids),
          ColumnData.of(columns.amounts),
          ColumnData.text(columns.offsets, columns.utf8, MemorySegment.NULL));
    }
  }

  /// Fills the empty table.
  abstract void fill();

  @Override
  public final void run() {
    engine.execute(CREATE);
    fill();
  }

  @Override
  public final Sums check() {
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
