package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of INTERVAL values.
///
/// DuckDB hands the time part over in nanoseconds and does not notice where that overflows, which is beyond 292 years
/// of hours, minutes and seconds. Cast such intervals to VARCHAR in SQL.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class IntervalColumn extends FixedWidthColumn {
  private static final int INTS_PER_VALUE = 4;
  private static final int LONGS_PER_VALUE = 2;

  IntervalColumn(Slice slice) {
    super(slice);
  }

  /// The interval of a row, or null.
  public @Nullable Interval get(long row) {
    return isNull(row) ? null : new Interval(months(row), days(row), nanos(row));
  }

  /// The months of a row; unspecified where the row is NULL.
  public int months(long row) {
    return values().getAtIndex(JAVA_INT_UNALIGNED, INTS_PER_VALUE * Objects.checkIndex(row, rowCount()));
  }

  /// The days of a row, its months not counted in; unspecified where the row is NULL.
  public int days(long row) {
    return values().getAtIndex(JAVA_INT_UNALIGNED, INTS_PER_VALUE * Objects.checkIndex(row, rowCount()) + 1);
  }

  /// The nanoseconds of a row, its days not counted in; unspecified where the row is NULL.
  public long nanos(long row) {
    return values().getAtIndex(JAVA_LONG_UNALIGNED, LONGS_PER_VALUE * Objects.checkIndex(row, rowCount()) + 1);
  }

  /// The interval of a row, or null.
  @Override
  public @Nullable Interval getObject(long row) {
    return get(row);
  }
}
