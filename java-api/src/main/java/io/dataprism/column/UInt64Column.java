package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.math.BigInteger;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of UBIGINT values: whole numbers of 64 bits, none negative.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class UInt64Column extends FixedWidthColumn {
  UInt64Column(Slice slice) {
    super(slice);
  }

  /// The bits of a row's value, to be read as an unsigned number, as [Long#toUnsignedString(long)] and
  /// [Long#compareUnsigned] do: values above 2⁶³-1 look negative. Unspecified where the row is NULL.
  public long get(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, row);
  }

  /// The value of a row, or null.
  @Override
  public @Nullable BigInteger getObject(long row) {
    return isNull(row) ? null : Int128.unsigned(0, get(row));
  }

  /// A copy of the values' bits, to be read as unsigned numbers; unspecified where a row is NULL.
  public long[] toArray() {
    long[] copy = new long[arrayLength()];
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
  public void copyTo(long firstRow, long[] target, int targetIndex, int count) {
    copyRows(JAVA_LONG_UNALIGNED, firstRow, target, targetIndex, count);
  }
}
