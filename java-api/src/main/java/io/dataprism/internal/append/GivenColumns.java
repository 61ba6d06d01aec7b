package io.dataprism.internal.append;

import io.dataprism.appender.ColumnData;
import io.dataprism.bindings.MemoryHold;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.registration.Table;
import io.dataprism.schema.Field;
import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;
import java.util.List;
import java.util.RandomAccess;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Columns as they were given, all of the same length, which can be read as a table from where they are.
///
/// @param columns what they are to be
/// @param given their values
/// @param rowCount how many rows they have
/// @param byteSize how many bytes they take at least, as far as that can be told
record GivenColumns(List<ColumnLayout> columns, List<ColumnData> given, long rowCount, long byteSize) {
  /// The columns, or null where their lengths differ or something else is wrong, which writing them tells best.
  static @Nullable GivenColumns of(List<ColumnLayout> columns, ColumnData[] given) {
    long rows = -1;
    long bytes = 0;
    for (int i = 0; i < given.length; i++) {
      long width = columns.get(i).width();
      long count =
          switch (given[i]) {
            case ColumnData.Primitives(Object array, _) -> {
              bytes += width * Array.getLength(array);
              yield Array.getLength(array);
            }
            case ColumnData.OfObjects(var values) -> values instanceof RandomAccess ? values.size() : -1;
            case ColumnData.Packed(MemorySegment values, MemorySegment validity) -> {
              bytes += values.byteSize();
              yield width > 0 && areReadable(values, validity) ? wholes(values, width) : -1;
            }
            case ColumnData.Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) -> {
              bytes += offsets.byteSize() + utf8.byteSize();
              yield areReadable(offsets, utf8, validity) ? wholes(offsets, Integer.BYTES) - 1 : -1;
            }
          };
      if (count < 0 || (i > 0 && count != rows)) {
        return null;
      }
      rows = count;
    }
    return new GivenColumns(columns, List.of(given), rows, bytes);
  }

  /// How many values of a width the memory holds; -1 where it ends within one.
  private static long wholes(MemorySegment memory, long width) {
    return memory.byteSize() % width == 0 ? memory.byteSize() / width : -1;
  }

  /// Whether any thread may read the memory.
  private static boolean areReadable(MemorySegment... segments) {
    return Stream.of(segments).allMatch(memory -> memory.scope().isAlive() && MemoryHold.isForAnyThread(memory));
  }

  /// The rows as a table: read in place where all columns lie in native memory, otherwise copied by the threads that
  /// read it, part by part. Null where something is wrong with the columns.
  @Nullable Table table() {
    return given.stream().allMatch(GivenColumns::isNative) ? inPlace() : copied();
  }

  private static boolean isNative(ColumnData data) {
    return switch (data) {
      case ColumnData.Primitives _, ColumnData.OfObjects _ -> false;
      case ColumnData.Packed(MemorySegment values, MemorySegment validity) -> values.isNative() && validity.isNative();
      case ColumnData.Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) ->
          offsets.isNative() && utf8.isNative() && validity.isNative();
    };
  }

  private @Nullable Table inPlace() {
    Table.Builder table = Table.builder();
    try {
      for (int i = 0; i < given.size(); i++) {
        Field column = columns.get(i).field();
        switch (given.get(i)) {
          case ColumnData.Packed(MemorySegment values, MemorySegment validity)
              when validity.equals(MemorySegment.NULL) ->
              table.column(column.name(), column.type(), values);
          case ColumnData.Packed(MemorySegment values, MemorySegment validity) ->
              table.column(column.name(), column.type(), values, validity);
          case ColumnData.Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity) ->
              table.text(column.name(), offsets, utf8, validity);
          case ColumnData.Primitives _, ColumnData.OfObjects _ -> throw new AssertionError("these lie on the heap");
        }
      }
      return table.build();
    } catch (InvalidInputException e) {
      return null;
    }
  }

  private Table copied() {
    return WholeFlush.table(
        columns,
        rowCount,
        (rows, from, count) -> {
          for (int i = 0; i < given.size(); i++) {
            if (rows.isWanted(i)) {
              ColumnFiller.fill(rows.column(i), 0, given.get(i), from, count);
            }
          }
        });
  }
}
