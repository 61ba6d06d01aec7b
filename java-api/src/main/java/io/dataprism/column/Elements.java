package io.dataprism.column;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Consecutive rows of columns as Java collections, which may hold null.
final class Elements {
  private Elements() {}

  static List<@Nullable Object> list(Column column, long start, long end) {
    List<@Nullable Object> list = new ArrayList<>(Math.toIntExact(end - start));
    for (long row = start; row < end; row++) {
      list.add(column.getObject(row));
    }
    return Collections.unmodifiableList(list);
  }

  static Map<Object, @Nullable Object> map(Column keys, Column values, long start, long end) {
    Map<Object, @Nullable Object> map = LinkedHashMap.newLinkedHashMap(Math.toIntExact(end - start));
    for (long row = start; row < end; row++) {
      Object key = keys.getObject(row);
      if (key != null) {
        map.put(key, values.getObject(row));
      }
    }
    return Collections.unmodifiableMap(map);
  }
}
