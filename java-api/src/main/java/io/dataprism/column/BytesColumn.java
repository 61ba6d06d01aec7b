package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A column whose values are bytes of any number.
public abstract sealed class BytesColumn extends OffsetColumn
    permits Utf8Column, BinaryColumn, BitColumn, BignumColumn {

  private final MemorySegment data;

  BytesColumn(Slice slice) {
    super(slice);
    this.data = slice.array().buffer(2, lastOffset());
  }

  /// The bytes of all rows, one after the other; [#start] and [#end] tell which belong to a row.
  ///
  /// @return a read-only view, valid as long as the batch
  public final MemorySegment data() {
    return data;
  }

  /// How many bytes the value of a row has; unspecified where the row is NULL.
  public final long byteLength(long row) {
    return end(row) - start(row);
  }

  @Override
  public long byteSize() {
    return super.byteSize() + data.byteSize();
  }

  final @Nullable MemorySegment segment(long row) {
    return isNull(row) ? null : data.asSlice(start(row), byteLength(row));
  }

  final byte @Nullable [] bytes(long row) {
    if (isNull(row)) {
      return null;
    }
    long start = start(row);
    byte[] bytes = new byte[Math.toIntExact(end(row) - start)];
    MemorySegment.copy(data, JAVA_BYTE, start, bytes, 0, bytes.length);
    return bytes;
  }
}
