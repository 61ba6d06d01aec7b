package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import java.time.OffsetTime;

/// Writes a column of TIME WITH TIME ZONE values: times of day in microseconds, each with an offset from UTC of less
/// than 16 hours.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class TimeTzWriter extends FixedWidthWriter {
  private static final int NANOS_PER_MICRO = 1_000;

  TimeTzWriter(WriterPlace place) {
    super(place, Long.BYTES);
  }

  /// Writes the time of a row; what is finer than a microsecond is cut off.
  ///
  /// @throws InvalidInputException if the offset is 16 hours or more
  public void set(long row, OffsetTime value) {
    try {
      put(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof OffsetTime time)) {
      throw RefusedValue.ofClass(value, field(), "an OffsetTime");
    }
    int offset = time.getOffset().getTotalSeconds();
    if (Math.abs(offset) > TimeTzColumn.GREATEST_OFFSET) {
      throw RefusedValue.outOfRange(time, field());
    }
    long micros = time.toLocalTime().toNanoOfDay() / NANOS_PER_MICRO;
    long bits = (micros << TimeTzColumn.OFFSET_BITS) | (TimeTzColumn.GREATEST_OFFSET - offset);
    place(row).setAtIndex(JAVA_LONG_UNALIGNED, row, bits);
  }
}
