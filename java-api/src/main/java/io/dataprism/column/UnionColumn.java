package io.dataprism.column;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of UNION values: each row holds a value of one of several members, and its tag tells of which.
///
/// Each member is a column with the rows of this one, NULL where a row belongs to another member.
///
/// Arrow has no NULL for a union itself, so DuckDB hands over a NULL union as one of the first member whose value is
/// NULL; both are NULL here.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class UnionColumn extends GroupColumn {
  private static final long NOT_COUNTED = -1;

  private final MemorySegment tags;
  private long nullCount = NOT_COUNTED;

  UnionColumn(Slice slice) {
    super(slice, MemorySegment.NULL, 0);
    this.tags = slice.values(0, Byte.BYTES);
  }

  /// Which member a row belongs to, counted from zero.
  public int tag(long row) {
    return Byte.toUnsignedInt(tags.get(JAVA_BYTE, Objects.checkIndex(row, rowCount())));
  }

  /// The name of the member that a row belongs to.
  public String memberName(long row) {
    return member(row).field().name();
  }

  /// The column of the member that a row belongs to.
  public Column member(long row) {
    return column(tag(row));
  }

  /// The tags, one byte a row.
  ///
  /// @return a read-only view, valid as long as the batch
  public MemorySegment tags() {
    return tags;
  }

  @Override
  public boolean isNull(long row) {
    return member(row).isNull(row);
  }

  @Override
  public long nullCount() {
    if (nullCount == NOT_COUNTED) {
      long nulls = 0;
      for (long row = 0; row < rowCount(); row++) {
        nulls += isNull(row) ? 1 : 0;
      }
      nullCount = nulls;
    }
    return nullCount;
  }

  /// The value of a row, of the type of its member, or null.
  public @Nullable Object get(long row) {
    return member(row).getObject(row);
  }

  /// The value of a row, as for [#get], or null.
  @Override
  public @Nullable Object getObject(long row) {
    return get(row);
  }

  @Override
  public long byteSize() {
    return super.byteSize() + tags.byteSize();
  }
}
