package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.time.Period;

/// Writes a column of INTERVAL values, whose times are in microseconds.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class IntervalWriter extends FixedWidthWriter {
  private static final int INTS_PER_VALUE = 4;
  private static final int LONGS_PER_VALUE = 2;
  private static final long NANOS_PER_MICRO = 1_000;

  /// DuckDB counts microseconds in its vectors, and Arrow nanoseconds.
  private final boolean storesMicros;

  IntervalWriter(WriterPlace place) {
    super(place);
    this.storesMicros = place.isVector();
  }

  /// Writes the interval of a row; what is finer than a microsecond is cut off.
  public void set(long row, Interval value) {
    put(row, value.months(), value.days(), value.nanos() / NANOS_PER_MICRO * NANOS_PER_MICRO);
  }

  @Override
  void put(long row, Object value) {
    switch (value) {
      case Interval interval -> set(row, interval);
      case Period period -> putPeriod(row, period);
      case Duration duration -> {
        try {
          set(row, new Interval(0, 0, duration.toNanos()));
        } catch (ArithmeticException e) {
          throw RefusedValue.outOfRange(value, field());
        }
      }
      default -> throw RefusedValue.ofClass(value, field(), "an Interval, Period or Duration");
    }
  }

  // Months are carried over apart from the days.
  @SuppressWarnings("JavaPeriodGetDays")
  private void putPeriod(long row, Period period) {
    long months = period.toTotalMonths();
    if (months != (int) months) {
      throw RefusedValue.outOfRange(period, field());
    }
    put(row, (int) months, period.getDays(), 0);
  }

  private void put(long row, int months, int days, long nanos) {
    MemorySegment place = place(row);
    place.setAtIndex(JAVA_INT_UNALIGNED, INTS_PER_VALUE * row, months);
    place.setAtIndex(JAVA_INT_UNALIGNED, INTS_PER_VALUE * row + 1, days);
    place.setAtIndex(JAVA_LONG_UNALIGNED, LONGS_PER_VALUE * row + 1, storesMicros ? nanos / NANOS_PER_MICRO : nanos);
  }
}
