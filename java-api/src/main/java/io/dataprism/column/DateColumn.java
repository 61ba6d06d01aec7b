package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;

import java.time.LocalDate;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of DATE values.
///
/// DuckDB's `infinity` is [LocalDate#MAX] and its `-infinity` is [LocalDate#MIN]; no other date of DuckDB reaches them.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class DateColumn extends FixedWidthColumn {
  private static final int INFINITY = Integer.MAX_VALUE;

  DateColumn(Slice slice) {
    super(slice);
  }

  /// The date of a row, or null.
  public @Nullable LocalDate get(long row) {
    if (isNull(row)) {
      return null;
    }
    int day = epochDay(row);
    return switch (day) {
      case INFINITY -> LocalDate.MAX;
      case -INFINITY -> LocalDate.MIN;
      default -> LocalDate.ofEpochDay(day);
    };
  }

  /// The days from 1970-01-01 to the date of a row; unspecified where the row is NULL.
  public int epochDay(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_INT_UNALIGNED, row);
  }

  /// Whether a row is a day, and not `infinity` or `-infinity`; unspecified where the row is NULL.
  public boolean isFinite(long row) {
    int day = epochDay(row);
    return day != INFINITY && day != -INFINITY;
  }

  /// The date of a row, or null.
  @Override
  public @Nullable LocalDate getObject(long row) {
    return get(row);
  }

  /// A copy of the days since 1970-01-01; unspecified where a row is NULL.
  public int[] toArray() {
    int[] copy = new int[arrayLength()];
    copyTo(0, copy, 0, copy.length);
    return copy;
  }

  /// Copies the days since 1970-01-01 of consecutive rows into an array, with one copy of memory; unspecified where a
  /// row is NULL.
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
