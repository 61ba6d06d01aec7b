package io.dataprism.benchmarks.function;

import io.dataprism.column.Float64Writer;
import io.dataprism.column.Int64Writer;
import io.dataprism.registration.GeneratedPart;
import io.dataprism.registration.GeneratedRows;
import io.dataprism.registration.Table;
import io.dataprism.schema.DataType;
import io.dataprism.schema.Field;
import io.dataprism.schema.Schema;
import java.util.List;

/// Whole numbers from 0 on and their halves, in parts that several threads write.
final class DataPrismSeries {
  /// Several for each thread, so that all have work until the end.
  private static final int PARTS = 32;

  private static final Schema SCHEMA =
      new Schema(List.of(new Field("i", DataType.Scalar.BIGINT, false), new Field("d", DataType.Scalar.DOUBLE, false)));

  private DataPrismSeries() {}

  static Table of(long rows) {
    return Table.generated(SCHEMA, PARTS, (part, _) -> new Part(rows * part / PARTS, rows * (part + 1) / PARTS));
  }

  private static final class Part implements GeneratedPart {
    private final long[] integers = new long[GeneratedRows.BATCH_ROWS];
    private final double[] doubles = new double[GeneratedRows.BATCH_ROWS];
    private final long end;
    private long next;

    Part(long first, long end) {
      this.next = first;
      this.end = end;
    }

    @Override
    public int write(GeneratedRows rows) {
      int count = (int) Math.min(end - next, GeneratedRows.BATCH_ROWS);
      for (int row = 0; row < count; row++) {
        integers[row] = next + row;
        doubles[row] = (next + row) / 2.0;
      }
      rows.column(0).as(Int64Writer.class).set(0, integers, 0, count);
      rows.column(1).as(Float64Writer.class).set(0, doubles, 0, count);
      next += count;
      return count;
    }
  }
}
