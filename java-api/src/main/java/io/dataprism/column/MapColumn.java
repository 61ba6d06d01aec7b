package io.dataprism.column;

import io.dataprism.bindings.ArrowArrayNode;
import io.dataprism.internal.arrow.ColumnLayout;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A column of MAP values. The keys of all maps are one column and the values another; the entries of row `r` are their
/// rows from `start(r)` up to `end(r)`. Keys are never NULL and are unique within a map.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class MapColumn extends OffsetColumn {
  private final Column keys;
  private final Column values;

  MapColumn(Slice slice) {
    super(slice);
    ArrowArrayNode entries = slice.array().child(0);
    this.keys = part(slice, entries, 0);
    this.values = part(slice, entries, 1);
  }

  /// The keys of all maps, one after the other.
  public Column keys() {
    return keys;
  }

  /// The values of all maps, one after the other, in the order of their keys.
  public Column values() {
    return values;
  }

  /// How many entries the map of a row has; unspecified where the row is NULL.
  public long length(long row) {
    return end(row) - start(row);
  }

  /// A copy of a row's map, which keeps the order of its entries and cannot be changed, or null. Keys and values are
  /// what [Column#getObject] makes of them.
  public @Nullable Map<Object, @Nullable Object> get(long row) {
    return isNull(row) ? null : Elements.map(keys, values, start(row), end(row));
  }

  /// A copy of a row's map, as for [#get], or null.
  @Override
  public @Nullable Map<Object, @Nullable Object> getObject(long row) {
    return get(row);
  }

  @Override
  public long byteSize() {
    return super.byteSize() + keys.byteSize() + values.byteSize();
  }

  /// Arrow puts keys and values into a struct, whose rows are the entries.
  private static Column part(Slice slice, ArrowArrayNode entries, int index) {
    ColumnLayout layout = slice.layout().children().get(index);
    ArrowArrayNode array = entries.child(index);
    return ColumnReader.read(new Slice(layout, array, array.offset() + entries.offset(), entries.length()));
  }
}
