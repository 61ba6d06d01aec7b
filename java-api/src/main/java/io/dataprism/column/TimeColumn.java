package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.ConversionException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.TimeUnit;
import java.time.LocalTime;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of TIME or TIME_NS values: times of day without a zone.
///
/// DuckDB's times reach 24:00:00, which no [LocalTime] is; [#value] and [#nanos] tell them all.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class TimeColumn extends FixedWidthColumn {
  private final TimeUnit unit;

  TimeColumn(Slice slice, DataType.Time type) {
    super(slice);
    this.unit = type.unit();
  }

  /// What the values count: microseconds for TIME, nanoseconds for TIME_NS.
  public TimeUnit unit() {
    return unit;
  }

  /// The time of a row, or null.
  ///
  /// @throws ConversionException if the time is 24:00:00
  public @Nullable LocalTime get(long row) {
    return isNull(row) ? null : EpochTime.localTime(nanos(row), field(), row);
  }

  /// The time of a row since midnight, counted in [#unit()]; unspecified where the row is NULL.
  public long value(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, row);
  }

  /// The time of a row since midnight, in nanoseconds; unspecified where the row is NULL.
  public long nanos(long row) {
    return value(row) * unit.nanos();
  }

  /// The time of a row, or null.
  ///
  /// @throws ConversionException if the time is 24:00:00
  @Override
  public @Nullable LocalTime getObject(long row) {
    return get(row);
  }

  /// A copy of the values, counted in [#unit()],; unspecified where a row is NULL.
  public long[] toArray() {
    long[] copy = new long[arrayLength()];
    copyTo(0, copy, 0, copy.length);
    return copy;
  }

  /// Copies the values, counted in [#unit()], of consecutive rows into an array, with one copy of memory; unspecified
  /// where a row is NULL.
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
