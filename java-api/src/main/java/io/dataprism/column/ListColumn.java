package io.dataprism.column;

import java.util.List;
import org.jspecify.annotations.Nullable;

/// A column of LIST values: lists of any length. How to read their elements is told by [ListLikeColumn].
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class ListColumn extends OffsetColumn implements ListLikeColumn {
  private final Column child;

  ListColumn(Slice slice) {
    super(slice);
    this.child = ColumnReader.read(slice.child(0));
  }

  @Override
  public Column child() {
    return child;
  }

  /// How many elements the list of a row has; unspecified where the row is NULL.
  public long length(long row) {
    return end(row) - start(row);
  }

  @Override
  public @Nullable List<@Nullable Object> get(long row) {
    return isNull(row) ? null : Elements.list(child, start(row), end(row));
  }

  /// A copy of a row's list, as for [#get], or null.
  @Override
  public @Nullable List<@Nullable Object> getObject(long row) {
    return get(row);
  }

  @Override
  public long byteSize() {
    return super.byteSize() + child.byteSize();
  }
}
