package io.dataprism.column;

import io.dataprism.bindings.ArrowMemory;
import java.util.List;

/// Writes a column without a type: every row is NULL.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class NullWriter extends ColumnWriter {
  NullWriter(WriterPlace place) {
    super(place);
  }

  @Override
  void put(long row, Object value) {
    throw RefusedValue.ofClass(value, field(), "null");
  }

  @Override
  long grow(long rows) {
    // There is nothing to hold.
    return Long.MAX_VALUE;
  }

  @Override
  ArrowMemory.Parts finish(long rows) {
    extend(rows);
    return new ArrowMemory.Parts(rows, rows, List.of(), List.of(), null);
  }
}
