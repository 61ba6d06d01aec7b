package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import io.dataprism.error.ConversionException;
import java.time.LocalTime;
import java.time.OffsetTime;
import java.time.ZoneOffset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of TIME WITH TIME ZONE values: times of day in microseconds, each with an offset from UTC of less than 16
/// hours.
///
/// DuckDB's times reach 24:00:00, which no [OffsetTime] is; [#micros] tells them all.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class TimeTzColumn extends FixedWidthColumn {
  /// DuckDB packs a time into the upper 40 bits and the distance of its offset from the greatest one into the lower 24.
  static final int OFFSET_BITS = 24;

  private static final int OFFSET_MASK = (1 << OFFSET_BITS) - 1;
  static final int GREATEST_OFFSET = 16 * 60 * 60 - 1;
  private static final int NANOS_PER_MICRO = 1_000;

  TimeTzColumn(Slice slice) {
    super(slice);
  }

  /// The time of a row with its offset, or null.
  ///
  /// @throws ConversionException if the time is 24:00:00
  public @Nullable OffsetTime get(long row) {
    if (isNull(row)) {
      return null;
    }
    LocalTime time = EpochTime.localTime(micros(row) * NANOS_PER_MICRO, field(), row);
    return time.atOffset(ZoneOffset.ofTotalSeconds(offsetSeconds(row)));
  }

  /// The local time of a row since midnight, in microseconds; unspecified where the row is NULL.
  public long micros(long row) {
    return bits(row) >>> OFFSET_BITS;
  }

  /// The offset of a row, in seconds, positive to the east of Greenwich; unspecified where the row is NULL.
  public int offsetSeconds(long row) {
    return GREATEST_OFFSET - (int) (bits(row) & OFFSET_MASK);
  }

  /// The time of a row with its offset, or null.
  ///
  /// @throws ConversionException if the time is 24:00:00
  @Override
  public @Nullable OffsetTime getObject(long row) {
    return get(row);
  }

  private long bits(long row) {
    Objects.checkIndex(row, rowCount());
    return values().getAtIndex(JAVA_LONG_UNALIGNED, row);
  }
}
