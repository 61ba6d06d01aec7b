package io.dataprism.column;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A column without a type, as `SELECT NULL` has it: every row is NULL.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class NullColumn extends Column {
  NullColumn(Slice slice) {
    super(slice, MemorySegment.NULL, slice.rowCount());
  }

  /// Always true.
  @Override
  public boolean isNull(long row) {
    checkRow(row);
    return true;
  }

  /// Always null.
  @Override
  public @Nullable Object getObject(long row) {
    checkRow(row);
    return null;
  }
}
