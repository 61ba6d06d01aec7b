package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.ConversionException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.TimeUnit;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS or TIMESTAMP_NS values: dates with times, without a zone.
///
/// DuckDB's `infinity` is [LocalDateTime#MAX] and its `-infinity` is [LocalDateTime#MIN]; no other timestamp of DuckDB
/// reaches them.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class TimestampColumn extends FixedWidthColumn {
  private final TimeUnit unit;

  TimestampColumn(Slice slice, DataType.Timestamp type) {
    super(slice);
    this.unit = type.unit();
  }

  /// What the values count since 1970-01-01 00:00:00.
  public TimeUnit unit() {
    return unit;
  }

  /// The timestamp of a row, or null.
  ///
  /// @throws ConversionException if the year is beyond a billion, which TIMESTAMP_S and TIMESTAMP_MS allow
  public @Nullable LocalDateTime get(long row) {
    if (isNull(row)) {
      return null;
    }
    long value = value(row);
    if (value == EpochTime.INFINITY) {
      return LocalDateTime.MAX;
    }
    if (value == -EpochTime.INFINITY) {
      return LocalDateTime.MIN;
    }
    long seconds = EpochTime.checkedSeconds(value, unit, field(), row);
    return LocalDateTime.ofEpochSecond(seconds, EpochTime.nanos(value, unit), ZoneOffset.UTC);
  }

  /// The timestamp of a row, counted in [#unit()] since 1970-01-01 00:00:00; unspecified where the row is NULL.
  public long value(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, row);
  }

  /// Whether a row is a point in time, and not `infinity` or `-infinity`; unspecified where the row is NULL.
  public boolean isFinite(long row) {
    return EpochTime.isFinite(value(row));
  }

  /// The timestamp of a row, or null.
  ///
  /// @throws ConversionException as for [#get]
  @Override
  public @Nullable LocalDateTime getObject(long row) {
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
