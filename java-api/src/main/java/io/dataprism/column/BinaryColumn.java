package io.dataprism.column;

import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// A column of BLOB values, or of GEOMETRY values as well-known binary.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class BinaryColumn extends BytesColumn {
  BinaryColumn(Slice slice) {
    super(slice);
  }

  /// A copy of a row's bytes, or null.
  public byte @Nullable [] get(long row) {
    return bytes(row);
  }

  /// A row's bytes in place, or null.
  ///
  /// @return a read-only view, valid as long as the batch
  public @Nullable MemorySegment getSegment(long row) {
    return segment(row);
  }

  /// A copy of a row's bytes, as a `byte[]`, or null.
  @Override
  public byte @Nullable [] getObject(long row) {
    return get(row);
  }
}
