package io.dataprism.column;

import io.dataprism.schema.Field;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/// Consecutive rows of columns as Java collections, which may hold null, and the elements of such collections.
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

  /// The elements that a list is made of.
  interface Source {
    int length();

    @Nullable Object element(int index);
  }

  /// The elements of a collection or an array.
  static Source source(Object value, Field field) {
    return switch (value) {
      case List<? extends @Nullable Object> list when list instanceof RandomAccess -> new OfList(list);
      case Collection<? extends @Nullable Object> collection -> new OfList(new ArrayList<@Nullable Object>(collection));
      case byte[] _ -> throw RefusedValue.ofClass(value, field, "a Collection or an array of another type");
      default -> {
        if (!value.getClass().isArray()) {
          throw RefusedValue.ofClass(value, field, "a Collection or an array");
        }
        yield new OfArray(value);
      }
    };
  }

  private record OfList(List<? extends @Nullable Object> list) implements Source {
    @Override
    public int length() {
      return list.size();
    }

    @Override
    public @Nullable Object element(int index) {
      return list.get(index);
    }
  }

  private record OfArray(Object array) implements Source {
    @Override
    public int length() {
      return Array.getLength(array);
    }

    @Override
    public @Nullable Object element(int index) {
      return Array.get(array, index);
    }
  }

  /// Throws if more elements were written than there is room for.
  static void requireUnwritten(ColumnWriter elements, long end) {
    if (elements.rowCount() > end) {
      throw new IllegalStateException(
          elements.rowCount()
              + " elements were written into column '"
              + elements.field().name()
              + "', for which its rows"
              + " have room for "
              + end);
    }
  }
}
