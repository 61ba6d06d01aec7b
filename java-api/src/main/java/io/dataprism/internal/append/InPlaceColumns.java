package io.dataprism.internal.append;

import io.dataprism.appender.ColumnData;
import io.dataprism.error.InvalidInputException;
import io.dataprism.internal.arrow.ColumnLayout;
import io.dataprism.registration.Table;
import io.dataprism.schema.Field;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Columns that all lie in native memory that any thread may read, so that they can be inserted without a copy.
///
/// @param table the rows
/// @param rowCount how many there are
/// @param byteSize how many bytes they take
record InPlaceColumns(Table table, long rowCount, long byteSize) {
  private static final Thread ANOTHER_THREAD = Thread.ofVirtual().unstarted(() -> {});

  /// The columns, or null where they do not lie so, or something is wrong with them, which copying them tells best.
  static @Nullable InPlaceColumns of(List<ColumnLayout> columns, ColumnData[] given) {
    Table.Builder table = Table.builder();
    long rows = 0;
    long bytes = 0;
    try {
      for (int i = 0; i < given.length; i++) {
        Field column = columns.get(i).field();
        switch (given[i]) {
          case ColumnData.Packed(MemorySegment values, MemorySegment validity) when areShared(values, validity) -> {
            if (validity.equals(MemorySegment.NULL)) {
              table.column(column.name(), column.type(), values);
            } else {
              table.column(column.name(), column.type(), values, validity);
            }
            rows = values.byteSize() / columns.get(i).width();
            bytes += values.byteSize();
          }
          case ColumnData.Text(MemorySegment offsets, MemorySegment utf8, MemorySegment validity)
              when areShared(offsets, utf8, validity) -> {
            table.text(column.name(), offsets, utf8, validity);
            rows = offsets.byteSize() / Integer.BYTES - 1;
            bytes += offsets.byteSize() + utf8.byteSize();
          }
          default -> {
            return null;
          }
        }
      }
      return new InPlaceColumns(table.build(), rows, bytes);
    } catch (InvalidInputException e) {
      return null;
    }
  }

  private static boolean areShared(MemorySegment... segments) {
    return Stream.of(segments)
        .allMatch(memory -> memory.isNative() && memory.scope().isAlive() && memory.isAccessibleBy(ANOTHER_THREAD));
  }
}
