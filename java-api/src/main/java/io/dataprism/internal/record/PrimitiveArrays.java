package io.dataprism.internal.record;

import io.dataprism.column.Column;
import io.dataprism.column.Float32Column;
import io.dataprism.column.Float64Column;
import io.dataprism.column.Int32Column;
import io.dataprism.column.Int64Column;
import io.dataprism.column.ListLikeColumn;
import io.dataprism.schema.DataType;
import io.dataprism.schema.DataType.Scalar;
import io.dataprism.schema.Field;

/// Lists of numbers as Java arrays, each filled with one copy of memory.
final class PrimitiveArrays {
  /// Copies consecutive elements.
  private interface Elements {
    Object copy(long start, int count);
  }

  private PrimitiveArrays() {}

  /// Whether lists of a type become arrays of a class.
  static boolean take(Class<?> type, DataType from) {
    return switch (from) {
      case DataType.ListOf list -> takesElement(type, list.element().type());
      case DataType.ArrayOf array -> takesElement(type, array.element().type());
      default -> false;
    };
  }

  private static boolean takesElement(Class<?> type, DataType element) {
    return (type == int[].class && element == Scalar.INTEGER)
        || (type == long[].class && element == Scalar.BIGINT)
        || (type == float[].class && element == Scalar.FLOAT)
        || (type == double[].class && element == Scalar.DOUBLE);
  }

  static Cell over(ListLikeColumn lists, Class<?> type, Target target, Field field) {
    Column child = lists.child();
    Elements elements = elements(child);
    return row -> {
      long start = lists.start(row);
      long end = lists.end(row);
      for (long i = start; child.nullCount() > 0 && i < end; i++) {
        if (child.isNull(i)) {
          throw target.cannotHold(
              "NULL, which is an element of column '" + field.name() + "'",
              "make the component a List, or take NULL out with list_filter() in SQL");
        }
      }
      return type.cast(elements.copy(start, Math.toIntExact(end - start)));
    };
  }

  private static Elements elements(Column child) {
    return switch (child) {
      case Int32Column column ->
          (start, count) -> {
            int[] copy = new int[count];
            column.copyTo(start, copy, 0, count);
            return copy;
          };
      case Int64Column column ->
          (start, count) -> {
            long[] copy = new long[count];
            column.copyTo(start, copy, 0, count);
            return copy;
          };
      case Float32Column column ->
          (start, count) -> {
            float[] copy = new float[count];
            column.copyTo(start, copy, 0, count);
            return copy;
          };
      default ->
          (start, count) -> {
            double[] copy = new double[count];
            child.as(Float64Column.class).copyTo(start, copy, 0, count);
            return copy;
          };
    };
  }
}
