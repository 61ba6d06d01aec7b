package io.dataprism.column;

import io.dataprism.schema.DataType;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A column of ARRAY values: lists that all have the same length. How to read their elements is told by
/// [ListLikeColumn].
///
/// A NULL row has its place among the elements all the same.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class ArrayColumn extends Column implements ListLikeColumn {
  private final Column child;
  private final long childStart;
  private final int length;

  ArrayColumn(Slice slice, DataType.ArrayOf type) {
    super(slice);
    this.length = type.length();
    this.childStart = slice.start() * length;
    this.child = ColumnReader.read(slice.child(0));
  }

  @Override
  public Column child() {
    return child;
  }

  /// How many elements each array has.
  public int length() {
    return length;
  }

  @Override
  public long start(long row) {
    return childStart + Objects.checkIndex(row, rowCount()) * length;
  }

  @Override
  public long end(long row) {
    return start(row) + length;
  }

  @Override
  public @Nullable List<@Nullable Object> get(long row) {
    return isNull(row) ? null : Elements.list(child, start(row), end(row));
  }

  /// A copy of a row's array, as for [#get], or null.
  @Override
  public @Nullable List<@Nullable Object> getObject(long row) {
    return get(row);
  }

  @Override
  public long byteSize() {
    return super.byteSize() + child.byteSize();
  }
}
