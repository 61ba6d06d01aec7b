package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of BIGINT values: whole numbers of 64 bits.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class Int64Column extends FixedWidthColumn {
  Int64Column(Slice slice) {
    super(slice);
  }

  /// The value of a row; unspecified where the row is NULL.
  public long get(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, row);
  }

  /// The value of a row, or null.
  @Override
  public @Nullable Long getObject(long row) {
    return isNull(row) ? null : get(row);
  }

  /// A copy of the values; unspecified where a row is NULL.
  public long[] toArray() {
    long[] copy = new long[arrayLength()];
    copyTo(0, copy, 0, copy.length);
    return copy;
  }

  /// Copies the values of consecutive rows into an array, with one copy of memory; unspecified where a row is NULL.
  ///
  /// @param firstRow the first row that is copied
  /// @param target where to
  /// @param targetIndex where in the target the first value goes
  /// @param count how many rows are copied
  /// @throws IndexOutOfBoundsException if the column or the target is too short
  public void copyTo(long firstRow, long[] target, int targetIndex, int count) {
    copyRows(JAVA_LONG_UNALIGNED, firstRow, target, targetIndex, count);
  }
}
