package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of SMALLINT values: whole numbers of 16 bits.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class Int16Column extends FixedWidthColumn {
  Int16Column(Slice slice) {
    super(slice);
  }

  /// The value of a row; unspecified where the row is NULL.
  public short get(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_SHORT_UNALIGNED, row);
  }

  /// The value of a row, or null.
  @Override
  public @Nullable Short getObject(long row) {
    return isNull(row) ? null : get(row);
  }

  /// A copy of the values; unspecified where a row is NULL.
  public short[] toArray() {
    short[] copy = new short[arrayLength()];
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
  public void copyTo(long firstRow, short[] target, int targetIndex, int count) {
    copyRows(JAVA_SHORT_UNALIGNED, firstRow, target, targetIndex, count);
  }
}
