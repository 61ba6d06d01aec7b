package io.dataprism.column;

import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.schema.Field;
import io.dataprism.schema.TimeUnit;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneOffset;

/// Numbers that count time as the types of java.time, and the other way round.
final class EpochTime {
  /// DuckDB's `infinity`; its negative is `-infinity`.
  static final long INFINITY = Long.MAX_VALUE;

  private static final long FIRST_SECOND = LocalDateTime.MIN.toEpochSecond(ZoneOffset.UTC);
  private static final long LAST_SECOND = LocalDateTime.MAX.toEpochSecond(ZoneOffset.UTC);
  private static final long NANOS_PER_DAY = 86_400_000_000_000L;

  private EpochTime() {}

  static boolean isFinite(long value) {
    return value != INFINITY && value != -INFINITY;
  }

  static long seconds(long value, TimeUnit unit) {
    return Math.floorDiv(value, unit.perSecond());
  }

  static int nanos(long value, TimeUnit unit) {
    return (int) (Math.floorMod(value, unit.perSecond()) * unit.nanos());
  }

  /// Seconds and nanoseconds since the epoch in a unit, what is finer than it cut off.
  ///
  /// @throws ArithmeticException if the number is out of range, or one that stands for infinity
  static long count(long seconds, int nanos, TimeUnit unit) {
    long fraction = nanos / unit.nanos();
    long count;
    if (seconds < 0 && fraction > 0) {
      // The second before the first that fits may still have moments that do.
      count = Math.addExact(Math.multiplyExact(seconds + 1, unit.perSecond()), fraction - unit.perSecond());
    } else {
      count = Math.addExact(Math.multiplyExact(seconds, unit.perSecond()), fraction);
    }
    if (!isFinite(count)) {
      throw new ArithmeticException(count + " stands for infinity");
    }
    return count;
  }

  /// The seconds of a value that is to become a value of java.time, whose types end at a billion years.
  static long checkedSeconds(long value, TimeUnit unit, Field field, long row) {
    long seconds = seconds(value, unit);
    if (seconds < FIRST_SECOND || seconds > LAST_SECOND) {
      throw outOfRange(field, row, value + " " + unit, "read value(row)");
    }
    return seconds;
  }

  static LocalTime localTime(long nanos, Field field, long row) {
    if (nanos < 0 || nanos >= NANOS_PER_DAY) {
      String text = nanos == NANOS_PER_DAY ? "24:00:00" : nanos + " ns";
      throw outOfRange(field, row, text, "read the count since midnight instead");
    }
    return LocalTime.ofNanoOfDay(nanos);
  }

  private static ConversionException outOfRange(Field field, long row, String value, String hint) {
    return new ConversionException(
        Details.of(
            ErrorCode.OUT_OF_RANGE,
            "row " + row + " of column '" + field.name() + "' is " + value + ", which java.time cannot express",
            hint));
  }
}
