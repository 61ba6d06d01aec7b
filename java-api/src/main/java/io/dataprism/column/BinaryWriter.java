package io.dataprism.column;

import java.lang.foreign.MemorySegment;

/// Writes a column of BLOB values, or of GEOMETRY values as well-known binary, row by row in growing order.
///
/// How values and NULL are written is told by [ColumnWriter].
public final class BinaryWriter extends BytesWriter {
  BinaryWriter(WriterPlace place) {
    super(place);
  }

  /// Writes the bytes of a row.
  public void set(long row, byte[] value) {
    append(row, value);
  }

  /// Writes the bytes of a row, by one copy of memory.
  public void set(long row, MemorySegment value) {
    append(row, value);
  }

  @Override
  void put(long row, Object value) {
    switch (value) {
      case byte[] bytes -> set(row, bytes);
      case MemorySegment bytes -> set(row, bytes);
      default -> throw RefusedValue.ofClass(value, field(), "a byte[] or MemorySegment");
    }
  }
}
