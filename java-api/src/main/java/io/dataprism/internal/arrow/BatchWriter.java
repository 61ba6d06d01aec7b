package io.dataprism.internal.arrow;

import io.dataprism.column.ColumnWriter;
import java.lang.foreign.MemorySegment;
import java.util.List;

/// Rows that are written column by column and become one Arrow array. Used by one thread at a time. Whoever has it
/// hands its memory over or closes it.
public interface BatchWriter extends AutoCloseable {
  /// The writers of the columns.
  List<ColumnWriter> columns();

  /// How many bytes are allocated.
  long byteSize();

  /// Forgets rows, of all columns.
  ///
  /// @param rows how many are left
  void rewind(long rows);

  /// Hands the rows over as a struct array with one child a column, to whoever releases it. The batch ends.
  ///
  /// @param rows how many there are; those that a column has not written are NULL in it
  /// @param target a place for an `ArrowArray`
  /// @throws IllegalStateException if a column has more rows
  void moveTo(long rows, MemorySegment target);

  /// Frees the memory, unless it was handed over. Doing so twice is allowed.
  @Override
  void close();
}
