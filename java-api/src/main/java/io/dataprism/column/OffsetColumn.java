package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;

import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// A column whose values lie one after the other in memory of their own, bytes or elements, with offsets that tell
/// where each begins and ends.
public abstract sealed class OffsetColumn extends Column permits BytesColumn, ListColumn, MapColumn {
  private final MemorySegment offsets;
  private final int offsetWidth;
  private final boolean wide;

  OffsetColumn(Slice slice) {
    super(slice);
    this.offsets = slice.offsets();
    this.offsetWidth = slice.layout().width();
    this.wide = offsetWidth == Long.BYTES;
  }

  /// Where the value of a row begins. For a NULL row it is where it ends, or unspecified.
  public final long start(long row) {
    return offset(Objects.checkIndex(row, rowCount()));
  }

  /// Where the value of a row ends: the place after its last byte or element.
  public final long end(long row) {
    return offset(Objects.checkIndex(row, rowCount()) + 1);
  }

  /// The offsets, [#offsetWidth()] bytes each and one more than there are rows: the value of row `r` lies from offset
  /// `r` up to offset `r + 1`. Empty where the column has no rows.
  ///
  /// @return a read-only view, valid as long as the batch
  public final MemorySegment offsets() {
    return offsets;
  }

  /// How many bytes an offset takes: 4 or 8.
  public final int offsetWidth() {
    return offsetWidth;
  }

  @Override
  public long byteSize() {
    return super.byteSize() + offsets.byteSize();
  }

  /// Where the value of the last row ends.
  final long lastOffset() {
    return rowCount() == 0 ? 0 : offset(rowCount());
  }

  private long offset(long index) {
    return wide ? offsets.getAtIndex(JAVA_LONG_UNALIGNED, index) : offsets.getAtIndex(JAVA_INT_UNALIGNED, index);
  }
}
