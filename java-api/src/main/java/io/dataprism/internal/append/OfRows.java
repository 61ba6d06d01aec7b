package io.dataprism.internal.append;

import io.dataprism.appender.RowAppender;
import org.jspecify.annotations.Nullable;

/// Appends rows of values.
final class OfRows extends TableAppender implements RowAppender {
  OfRows(CollectedRows rows) {
    super(rows);
  }

  @Override
  public void append(@Nullable Object... values) {
    if (values.length != columns().size()) {
      throw Appenders.invalid(
          values.length + " values for a row of " + columns().size() + " columns", "give one for each column");
    }
    rows()
        .add((writers, row) -> {
          for (int i = 0; i < values.length; i++) {
            writers.get(i).setObject(row, values[i]);
          }
          return row + 1;
        });
  }
}
