package io.dataprism.internal.append;

import io.dataprism.appender.RecordAppender;
import io.dataprism.internal.record.RecordReader;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Appends records.
final class OfRecords<T extends Record> extends TableAppender implements RecordAppender<T> {
  private final RecordReader reader;

  /// @param rows with the column of each component
  OfRecords(CollectedRows rows, RecordReader reader) {
    super(rows);
    this.reader = reader;
  }

  @Override
  public void append(T row) {
    List<@Nullable Object> values = reader.values(row);
    add((writers, place) -> {
      for (int i = 0; i < values.size(); i++) {
        writers.get(i).setObject(place, values.get(i));
      }
      return place + 1;
    });
  }

  @Override
  public void append(Iterable<? extends T> rows) {
    rows.forEach(this::append);
  }
}
