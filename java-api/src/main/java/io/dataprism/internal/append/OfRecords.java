package io.dataprism.internal.append;

import io.dataprism.appender.RecordAppender;
import io.dataprism.column.ColumnWriter;
import io.dataprism.internal.record.RecordWriter;
import io.dataprism.registration.GeneratedRows;
import java.util.List;
import java.util.Objects;
import java.util.RandomAccess;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// Appends records.
final class OfRecords<T extends Record> extends TableAppender implements RecordAppender<T> {
  private final Class<T> type;
  private volatile @Nullable RecordWriter writer;

  /// @param rows with the column of each component
  OfRecords(CollectedRows rows, Class<T> type) {
    super(rows);
    this.type = type;
  }

  @Override
  public void append(T row) {
    rows().add((columns, place) -> write(columns, place, row));
  }

  @Override
  public void append(Iterable<? extends T> records) {
    if (records instanceof List<? extends T> list
        && list instanceof RandomAccess
        && rows().isWholeFlush(list.size(), 0)) {
      rows()
          .addAsTable(
              WholeFlush.table(rows().layout(), list.size(), (target, from, count) -> write(target, list, from, count)),
              list.size(),
              (columns, place) -> {
                long next = place;
                for (T row : list) {
                  next = write(columns, next, row);
                }
                return next;
              });
    } else {
      records.forEach(this::append);
    }
  }

  private void write(GeneratedRows target, List<? extends T> records, int from, int count) {
    List<ColumnWriter> columns = IntStream.range(0, columns().size()).mapToObj(target::column).toList();
    for (int i = 0; i < count; i++) {
      write(columns, i, records.get(from + i));
    }
  }

  private long write(List<ColumnWriter> columns, long place, T row) {
    writer(columns).write(columns, place, Objects.requireNonNull(row, "row"));
    return place + 1;
  }

  private RecordWriter writer(List<ColumnWriter> columns) {
    RecordWriter made = writer;
    if (made == null) {
      made = RecordWriter.of(type, columns);
      writer = made;
    }
    return made;
  }
}
