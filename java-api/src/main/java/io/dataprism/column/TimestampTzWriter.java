package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.TimeUnit;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZonedDateTime;

/// Writes a column of TIMESTAMP WITH TIME ZONE values: instants. [Instant#MAX] is DuckDB's `infinity` and [Instant#MIN]
/// its `-infinity`.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class TimestampTzWriter extends FixedWidthWriter {
  private final TimeUnit unit;

  TimestampTzWriter(WriterPlace place, DataType.TimestampTz type) {
    super(place);
    this.unit = type.unit();
  }

  /// What the values count since 1970-01-01 00:00:00 UTC.
  public TimeUnit unit() {
    return unit;
  }

  /// Writes the instant of a row; what is finer than [#unit()] is cut off.
  ///
  /// @throws InvalidInputException if the type has no such instant
  public void set(long row, Instant value) {
    try {
      put(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  /// Writes the instant of a row.
  ///
  /// @param value counted in [#unit()] since 1970-01-01 00:00:00 UTC
  public void setValue(long row, long value) {
    place(row).setAtIndex(JAVA_LONG_UNALIGNED, row, value);
  }

  /// Writes the instants of consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values counted in [#unit()] since 1970-01-01 00:00:00 UTC
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, long[] values, int from, int count) {
    copyRows(row, values, JAVA_LONG_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    setValue(row, count(instant(value)));
  }

  private Instant instant(Object value) {
    return switch (value) {
      case Instant instant -> instant;
      // It has limits of its own, which stand for infinity too.
      case OffsetDateTime time when time.equals(OffsetDateTime.MAX) -> Instant.MAX;
      case OffsetDateTime time when time.equals(OffsetDateTime.MIN) -> Instant.MIN;
      case OffsetDateTime time -> time.toInstant();
      case ZonedDateTime time -> time.toInstant();
      default -> throw RefusedValue.ofClass(value, field(), "an Instant, OffsetDateTime or ZonedDateTime");
    };
  }

  private long count(Instant instant) {
    if (instant.equals(Instant.MAX)) {
      return EpochTime.INFINITY;
    }
    if (instant.equals(Instant.MIN)) {
      return -EpochTime.INFINITY;
    }
    try {
      return EpochTime.count(instant.getEpochSecond(), instant.getNano(), unit);
    } catch (ArithmeticException e) {
      throw RefusedValue.outOfRange(instant, field());
    }
  }
}
