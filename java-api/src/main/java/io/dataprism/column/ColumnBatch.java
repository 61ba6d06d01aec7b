package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import io.dataprism.internal.arrow.BatchWriter;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.internal.arrow.ResultLayout;
import io.dataprism.internal.arrow.WriterFactory;
import io.dataprism.schema.Field;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;

/// Rows that are written column by column.
final class ColumnBatch implements BatchWriter {
  private final ArrowMemory memory;
  private final List<ColumnWriter> columns;

  private ColumnBatch(ArrowMemory memory, List<ColumnWriter> columns) {
    this.memory = memory;
    this.columns = List.copyOf(columns);
  }

  @Override
  public List<ColumnWriter> columns() {
    return columns;
  }

  @Override
  public long byteSize() {
    return memory.byteSize();
  }

  @Override
  public void rewind(long rows) {
    columns.forEach(column -> column.rewind(rows));
  }

  @Override
  public void moveTo(long rows, MemorySegment target) {
    List<ArrowMemory.Parts> children = new ArrayList<>(columns.size());
    for (ColumnWriter column : columns) {
      if (column.rowCount() > rows) {
        throw new IllegalStateException(
            "column '" + column.field().name() + "' has " + column.rowCount() + " rows, not " + rows);
      }
      children.add(column.finish(rows));
    }
    memory.moveTo(new ArrowMemory.Parts(rows, 0, Collections.singletonList(null), children, null), target);
  }

  @Override
  public void close() {
    memory.close();
  }

  /// Makes writers for other packages.
  static final class Factory extends WriterFactory {
    @Override
    public BatchWriter batch(
        ResultLayout layout, ArrowMemory memory, Function<Field, List<String>> enumTexts, long firstRow) {
      List<ColumnWriter> columns = new ArrayList<>(layout.columns().size());
      for (ColumnLayout column : layout.columns()) {
        columns.add(
            WriterKinds.make(
                new WriterPlace(column, memory, MemorySegment.NULL, MemorySegment.NULL, 0, enumTexts, firstRow)));
      }
      return new ColumnBatch(memory, columns);
    }

    @Override
    public FixedWidthWriter over(
        ColumnLayout layout,
        MemorySegment values,
        MemorySegment validity,
        long rowCount,
        Function<Field, List<String>> enumTexts) {
      WriterPlace place = new WriterPlace(layout, null, values, validity, rowCount, enumTexts, 0);
      if (WriterKinds.make(place) instanceof FixedWidthWriter writer) {
        return writer;
      }
      throw new IllegalArgumentException(layout.field() + " has no values of one width");
    }
  }
}
