package io.dataprism.internal.append;

import io.dataprism.appender.RecordAppender;
import io.dataprism.column.ColumnWriter;
import io.dataprism.internal.record.RecordWriter;
import java.util.List;
import java.util.Objects;
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
    Objects.requireNonNull(row, "row");
    rows()
        .add((columns, place) -> {
          writer(columns).write(columns, place, row);
          return place + 1;
        });
  }

  @Override
  public void append(Iterable<? extends T> rows) {
    rows.forEach(this::append);
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
