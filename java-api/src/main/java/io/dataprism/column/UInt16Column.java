package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of USMALLINT values: whole numbers of 16 bits, none negative.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class UInt16Column extends FixedWidthColumn {
  UInt16Column(Slice slice) {
    super(slice);
  }

  /// The value of a row; unspecified where the row is NULL.
  public int get(long row) {
    Objects.checkIndex(row, rowCount());
    return Short.toUnsignedInt(values().getAtIndex(JAVA_SHORT_UNALIGNED, row));
  }

  /// The value of a row, or null.
  @Override
  public @Nullable Integer getObject(long row) {
    return isNull(row) ? null : get(row);
  }

  /// A copy of the values' bits, to be read as unsigned numbers, as `Short.toUnsignedInt` does; unspecified where a row
  /// is NULL.
  public short[] toArray() {
    short[] copy = new short[arrayLength()];
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
  public void copyTo(long firstRow, short[] target, int targetIndex, int count) {
    copyRows(JAVA_SHORT_UNALIGNED, firstRow, target, targetIndex, count);
  }
}
