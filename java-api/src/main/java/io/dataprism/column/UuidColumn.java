package io.dataprism.column;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A column of UUID values.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class UuidColumn extends FixedWidthColumn {
  private static final ValueLayout.OfLong BIG_ENDIAN = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  UuidColumn(Slice slice) {
    super(slice);
  }

  /// The UUID of a row, or null.
  public @Nullable UUID get(long row) {
    return isNull(row) ? null : new UUID(high(row), low(row));
  }

  /// The first 64 bits of a row's UUID; unspecified where the row is NULL.
  public long high(long row) {
    return values().getAtIndex(BIG_ENDIAN, 2 * Objects.checkIndex(row, rowCount()));
  }

  /// The last 64 bits of a row's UUID; unspecified where the row is NULL.
  public long low(long row) {
    return values().getAtIndex(BIG_ENDIAN, 2 * Objects.checkIndex(row, rowCount()) + 1);
  }

  /// The UUID of a row, or null.
  @Override
  public @Nullable UUID getObject(long row) {
    return get(row);
  }
}
