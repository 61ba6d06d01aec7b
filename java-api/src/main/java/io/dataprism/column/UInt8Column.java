package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of UTINYINT values: whole numbers of 8 bits, none negative.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class UInt8Column extends FixedWidthColumn {
  UInt8Column(Slice slice) {
    super(slice);
  }

  /// The value of a row; unspecified where the row is NULL.
  public int get(long row) {
    Objects.checkIndex(row, rowCount());
    return Byte.toUnsignedInt(values().getAtIndex(JAVA_BYTE, row));
  }

  /// The value of a row, or null.
  @Override
  public @Nullable Integer getObject(long row) {
    return isNull(row) ? null : get(row);
  }

  /// A copy of the values' bits, to be read as unsigned numbers, as `Byte.toUnsignedInt` does; unspecified where a row
  /// is NULL.
  public byte[] toArray() {
    byte[] copy = new byte[arrayLength()];
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
  public void copyTo(long firstRow, byte[] target, int targetIndex, int count) {
    copyRows(JAVA_BYTE, firstRow, target, targetIndex, count);
  }
}
