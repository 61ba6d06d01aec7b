package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.ConversionException;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.UnsupportedException;
import io.dataprism.schema.DataType;
import io.dataprism.schema.TimeUnit;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of TIMESTAMP WITH TIME ZONE values: instants. A value holds no zone; the session's zone is how SQL shows
/// it.
///
/// DuckDB's `infinity` is [Instant#MAX] or [OffsetDateTime#MAX] and its `-infinity` is [Instant#MIN] or
/// [OffsetDateTime#MIN]; no other timestamp of DuckDB reaches them.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class TimestampTzColumn extends FixedWidthColumn {
  private final TimeUnit unit;
  private final String zoneName;
  private @Nullable ZoneId zone;

  TimestampTzColumn(Slice slice, DataType.TimestampTz type) {
    super(slice);
    this.unit = type.unit();
    this.zoneName = type.zone();
  }

  /// What the values count since 1970-01-01 00:00:00 UTC.
  public TimeUnit unit() {
    return unit;
  }

  /// The time zone of the session that ran the query.
  ///
  /// @throws UnsupportedException if Java does not know the zone
  public ZoneId zone() {
    ZoneId known = zone;
    if (known == null) {
      try {
        known = ZoneId.of(zoneName, ZoneId.SHORT_IDS);
      } catch (DateTimeException e) {
        throw new UnsupportedException(
            new Details(
                ErrorCode.NOT_IMPLEMENTED,
                "Java does not know the time zone '" + zoneName + "' of column '" + field().name() + "'",
                null,
                -1,
                "SET TimeZone to a name that both know, such as 'UTC' or 'Europe/Berlin', or read get(row)",
                e));
      }
      zone = known;
    }
    return known;
  }

  /// The instant of a row, or null.
  ///
  /// @throws ConversionException if java.time cannot express it
  public @Nullable Instant get(long row) {
    if (isNull(row)) {
      return null;
    }
    long value = value(row);
    if (value == EpochTime.INFINITY) {
      return Instant.MAX;
    }
    if (value == -EpochTime.INFINITY) {
      return Instant.MIN;
    }
    return Instant.ofEpochSecond(EpochTime.checkedSeconds(value, unit, field(), row), EpochTime.nanos(value, unit));
  }

  /// The instant of a row with the offset that it had or has in the session's [#zone()], or null.
  ///
  /// @throws ConversionException if java.time cannot express it
  /// @throws UnsupportedException if Java does not know the zone
  public @Nullable OffsetDateTime offsetDateTime(long row) {
    Instant instant = get(row);
    if (instant == null) {
      return null;
    }
    if (instant.equals(Instant.MAX)) {
      return OffsetDateTime.MAX;
    }
    return instant.equals(Instant.MIN) ? OffsetDateTime.MIN : OffsetDateTime.ofInstant(instant, zone());
  }

  /// The instant of a row, counted in [#unit()] since 1970-01-01 00:00:00 UTC; unspecified where the row is NULL.
  public long value(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, row);
  }

  /// Whether a row is a point in time, and not `infinity` or `-infinity`; unspecified where the row is NULL.
  public boolean isFinite(long row) {
    return EpochTime.isFinite(value(row));
  }

  /// The instant of a row, or null.
  ///
  /// @throws ConversionException if java.time cannot express it
  @Override
  public @Nullable Instant getObject(long row) {
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
