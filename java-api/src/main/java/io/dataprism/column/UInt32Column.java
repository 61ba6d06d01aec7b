package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of UINTEGER values: whole numbers of 32 bits, none negative.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class UInt32Column extends FixedWidthColumn {
  UInt32Column(Slice slice) {
    super(slice);
  }

  /// The value of a row; unspecified where the row is NULL.
  public long get(long row) {
    Objects.checkIndex(row, rowCount());
    return Integer.toUnsignedLong(values().getAtIndex(JAVA_INT_UNALIGNED, row));
  }

  /// The value of a row, or null.
  @Override
  public @Nullable Long getObject(long row) {
    return isNull(row) ? null : get(row);
  }

  /// A copy of the values' bits, to be read as unsigned numbers, as `Integer.toUnsignedLong` does; unspecified where a
  /// row is NULL.
  public int[] toArray() {
    int[] copy = new int[arrayLength()];
    copyTo(0, copy, 0, copy.length);
    return copy;
  }

  /// Copies the bits of consecutive rows into an array, with one copy of memory; unspecified where a row is NULL.
  ///
  /// @param firstRow the first row that is copied
  /// @param target where to
  /// @param targetIndex where in the target the first value goes
  /// @param count how many rows are copied
  /// @throws IndexOutOfBoundsException if the column or the target is too short
  public void copyTo(long firstRow, int[] target, int targetIndex, int count) {
    copyRows(JAVA_INT_UNALIGNED, firstRow, target, targetIndex, count);
  }
}
