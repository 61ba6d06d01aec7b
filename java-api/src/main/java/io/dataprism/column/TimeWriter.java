package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.schema.DataType;
import io.dataprism.schema.TimeUnit;
import java.time.LocalTime;

/// Writes a column of TIME or TIME_NS values: times of day without a zone.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class TimeWriter extends FixedWidthWriter {
  private final TimeUnit unit;

  TimeWriter(WriterPlace place, DataType.Time type) {
    super(place);
    this.unit = type.unit();
  }

  /// What the values count: microseconds for TIME, nanoseconds for TIME_NS.
  public TimeUnit unit() {
    return unit;
  }

  /// Writes the time of a row; what is finer than [#unit()] is cut off.
  public void set(long row, LocalTime value) {
    setValue(row, value.toNanoOfDay() / unit.nanos());
  }

  /// Writes the time of a row.
  ///
  /// @param value counted in [#unit()] since midnight, up to 24:00:00
  public void setValue(long row, long value) {
    place(row).setAtIndex(JAVA_LONG_UNALIGNED, row, value);
  }

  /// Writes the times of consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values counted in [#unit()] since midnight, up to 24:00:00
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, long[] values, int from, int count) {
    copyRows(row, values, JAVA_LONG_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof LocalTime time)) {
      throw RefusedValue.ofClass(value, field(), "a LocalTime");
    }
    set(row, time);
  }
}
