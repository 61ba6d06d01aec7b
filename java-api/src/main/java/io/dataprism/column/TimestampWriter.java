package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.InvalidInputException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.TimeUnit;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/// Writes a column of TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS or TIMESTAMP_NS values: dates with times, without a zone.
/// [LocalDateTime#MAX] is DuckDB's `infinity` and [LocalDateTime#MIN] its `-infinity`.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class TimestampWriter extends FixedWidthWriter {
  private final TimeUnit unit;

  TimestampWriter(WriterPlace place, DataType.Timestamp type) {
    super(place);
    this.unit = type.unit();
  }

  /// What the values count since 1970-01-01 00:00:00.
  public TimeUnit unit() {
    return unit;
  }

  /// Writes the timestamp of a row; what is finer than [#unit()] is cut off.
  ///
  /// @throws InvalidInputException if the type has no such timestamp
  public void set(long row, LocalDateTime value) {
    try {
      put(row, value);
    } catch (RefusedValue e) {
      throw refused(row, e);
    }
  }

  /// Writes the timestamp of a row.
  ///
  /// @param value counted in [#unit()] since 1970-01-01 00:00:00
  public void setValue(long row, long value) {
    place(row).setAtIndex(JAVA_LONG_UNALIGNED, row, value);
  }

  /// Writes the timestamps of consecutive rows, with one copy of memory. None of them is NULL then.
  ///
  /// @param row the first row
  /// @param values counted in [#unit()] since 1970-01-01 00:00:00
  /// @param from where in the array the first one stands
  /// @param count how many
  public void set(long row, long[] values, int from, int count) {
    copyRows(row, values, JAVA_LONG_UNALIGNED, from, count);
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof LocalDateTime time)) {
      throw RefusedValue.ofClass(value, field(), "a LocalDateTime");
    }
    setValue(row, count(time));
  }

  private long count(LocalDateTime time) {
    if (time.equals(LocalDateTime.MAX)) {
      return EpochTime.INFINITY;
    }
    if (time.equals(LocalDateTime.MIN)) {
      return -EpochTime.INFINITY;
    }
    try {
      Instant instant = time.toInstant(ZoneOffset.UTC);
      return EpochTime.count(instant.getEpochSecond(), instant.getNano(), unit);
    } catch (ArithmeticException e) {
      throw RefusedValue.outOfRange(time, field());
    }
  }
}
