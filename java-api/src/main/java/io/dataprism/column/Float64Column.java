package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of DOUBLE values: IEEE 754 numbers of 64 bits.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class Float64Column extends FixedWidthColumn {
  Float64Column(Slice slice) {
    super(slice);
  }

  /// The value of a row; unspecified where the row is NULL.
  public double get(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_DOUBLE_UNALIGNED, row);
  }

  /// The value of a row, or null.
  @Override
  public @Nullable Double getObject(long row) {
    return isNull(row) ? null : get(row);
  }

  /// A copy of the values; unspecified where a row is NULL.
  public double[] toArray() {
    double[] copy = new double[arrayLength()];
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
  public void copyTo(long firstRow, double[] target, int targetIndex, int count) {
    copyRows(JAVA_DOUBLE_UNALIGNED, firstRow, target, targetIndex, count);
  }
}
