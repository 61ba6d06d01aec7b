package io.dataprism.benchmarks.tpch;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.dataprism.Engine;
import io.dataprism.QueryResult;
import io.dataprism.RecordBatch;
import io.dataprism.benchmarks.fetch.Sums;
import io.dataprism.column.Column;
import io.dataprism.column.DateColumn;
import io.dataprism.column.DecimalColumn;
import io.dataprism.column.Float64Column;
import io.dataprism.column.Int128Column;
import io.dataprism.column.Int32Column;
import io.dataprism.column.Int64Column;
import io.dataprism.column.Utf8Column;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Objects;

/// This library.
public final class DataPrismAnswerReader implements AnswerReader {
  private final Engine engine;

  /// Opens a database file.
  public DataPrismAnswerReader(Path database) {
    this.engine = Engine.builder().database(database).readOnly().open();
  }

  @Override
  public Sums read(String sql) {
    Answer answer = new Answer();
    try (QueryResult result = engine.query(sql)) {
      for (RecordBatch batch : result) {
        for (long row = 0; row < batch.rowCount(); row++) {
          answer.nextRow();
          for (int column = 0; column < batch.columnCount(); column++) {
            add(answer, batch.column(column), row);
          }
        }
      }
    }
    return answer.sums();
  }

  private static void add(Answer answer, Column column, long row) {
    if (column.isNull(row)) {
      answer.addNull();
      return;
    }
    switch (column) {
      case Int32Column values -> answer.add((long) values.get(row));
      case Int64Column values -> answer.add(values.get(row));
      case Int128Column values -> answer.add(values.low(row));
      case DecimalColumn values -> answer.add(values.low(row));
      case DateColumn values -> answer.add((long) values.epochDay(row));
      case Float64Column values -> answer.add(values.get(row));
      case Utf8Column values -> {
        MemorySegment text = Objects.requireNonNull(values.getUtf8(row), "a text is NULL");
        answer.add(text.toArray(JAVA_BYTE));
      }
      default -> throw new IllegalArgumentException("a column of an answer has the type " + column.field().type());
    }
  }

  @Override
  public void close() {
    engine.close();
  }
}
