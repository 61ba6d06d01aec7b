package io.dataprism.column;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.UUID;

/// Writes a column of UUID values.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class UuidWriter extends FixedWidthWriter {
  private static final ValueLayout.OfLong BIG_ENDIAN = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);

  private final boolean isVector;

  UuidWriter(WriterPlace place) {
    super(place, 2 * Long.BYTES);
    this.isVector = place.isVector();
  }

  /// Writes the UUID of a row.
  public void set(long row, UUID value) {
    long high = value.getMostSignificantBits();
    long low = value.getLeastSignificantBits();
    MemorySegment place = place(row);
    if (isVector) {
      // DuckDB keeps them as signed numbers of 128 bits whose first bit is turned over, so that they sort as their
      // texts.
      place.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 2 * row, low);
      place.setAtIndex(ValueLayout.JAVA_LONG_UNALIGNED, 2 * row + 1, high ^ Long.MIN_VALUE);
    } else {
      place.setAtIndex(BIG_ENDIAN, 2 * row, high);
      place.setAtIndex(BIG_ENDIAN, 2 * row + 1, low);
    }
  }

  @Override
  void put(long row, Object value) {
    if (!(value instanceof UUID uuid)) {
      throw RefusedValue.ofClass(value, field(), "a UUID");
    }
    set(row, uuid);
  }
}
