package io.dataprism.column;

import io.dataprism.bindings.ArrowArrayNode;
import io.dataprism.internal.arrow.ColumnLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// The rows of an Arrow array that a column shows.
///
/// @param layout how the values lie in memory
/// @param array the array
/// @param start where in the array's buffers the first row lies, the array's own offset counted in
/// @param rowCount how many rows
record Slice(ColumnLayout layout, ArrowArrayNode array, long start, long rowCount) {
  static Slice of(ColumnLayout layout, ArrowArrayNode array) {
    return new Slice(layout, array, array.offset(), array.length());
  }

  /// All rows of a child whose rows are not the rows of its parent, such as the elements of lists.
  Slice child(int index) {
    return of(layout.children().get(index), array.child(index));
  }

  /// The rows of a child that belong to the rows of this slice, such as a field of structs.
  Slice alignedChild(int index) {
    ArrowArrayNode child = array.child(index);
    return new Slice(layout.children().get(index), child, child.offset() + start, rowCount);
  }

  /// Values of one width, beginning with the first row.
  MemorySegment values(int buffer, int width) {
    return rowCount == 0 ? MemorySegment.NULL : array.buffer(buffer, (start + rowCount) * width).asSlice(start * width);
  }

  /// Offsets, beginning with the first row and one more than there are rows; none where there are no rows, for then
  /// Arrow allows the buffer to be missing.
  MemorySegment offsets() {
    int width = layout.width();
    return rowCount == 0 ? MemorySegment.NULL : array.buffer(1, (start + rowCount + 1) * width).asSlice(start * width);
  }

  /// The bitmap that tells which rows are not NULL, beginning with the byte of the first row; empty where none is NULL.
  MemorySegment validity() {
    if (rowCount == 0 || !array.hasBuffer(0)) {
      return MemorySegment.NULL;
    }
    return array.buffer(0, (start + rowCount + Byte.SIZE - 1) / Byte.SIZE).asSlice(start / Byte.SIZE);
  }

  /// How many rows are NULL, by the array's own count where it is for these rows.
  long nullCount(MemorySegment validity) {
    if (validity.byteSize() == 0) {
      return 0;
    }
    boolean whole = start == array.offset() && rowCount == array.length();
    return whole && array.nullCount() >= 0 ? array.nullCount() : countNulls(validity);
  }

  private long countNulls(MemorySegment validity) {
    long first = start % Byte.SIZE;
    long nulls = 0;
    for (long bit = first; bit < first + rowCount; bit++) {
      nulls += 1 - (validity.get(ValueLayout.JAVA_BYTE, bit / Byte.SIZE) >> (bit % Byte.SIZE) & 1);
    }
    return nulls;
  }
}
