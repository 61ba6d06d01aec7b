package io.dataprism.column;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A column of STRUCT values, or of VARIANT values in the encoding of Parquet: a BLOB `metadata` and a BLOB `value`.
///
/// Each field is a column with the rows of this one: `batch.struct("point").float64("x").get(row)`.
///
/// Lifetime, threads and the handling of NULL are told in the description of the [package][io.dataprism.column].
public final class StructColumn extends GroupColumn {
  StructColumn(Slice slice) {
    super(slice);
  }

  /// A copy of a row's struct as a map from the names of its fields, in their order, which cannot be changed; null
  /// where the row is NULL. Values are what [Column#getObject] makes of them.
  public @Nullable Map<String, @Nullable Object> get(long row) {
    if (isNull(row)) {
      return null;
    }
    Map<String, @Nullable Object> fields = LinkedHashMap.newLinkedHashMap(columnCount());
    for (int i = 0; i < columnCount(); i++) {
      Column column = column(i);
      fields.put(column.field().name(), column.getObject(row));
    }
    return Collections.unmodifiableMap(fields);
  }

  /// A copy of a row's struct, as for [#get], or null.
  @Override
  public @Nullable Map<String, @Nullable Object> getObject(long row) {
    return get(row);
  }
}
