package io.dataprism.internal.append;

import io.dataprism.appender.ColumnAppender;
import io.dataprism.appender.ColumnData;
import io.dataprism.column.ColumnWriter;
import io.dataprism.registration.Table;
import java.util.List;

/// Appends whole columns.
final class OfColumns extends TableAppender implements ColumnAppender {
  OfColumns(CollectedRows rows) {
    super(rows);
  }

  @Override
  public void append(ColumnData... given) {
    if (given.length != columns().size()) {
      throw Appenders.invalid(
          given.length + " columns of values for " + columns().size() + " columns", "give one for each column");
    }
    CollectedRows.Filler copy = (writers, row) -> fill(writers, row, given);
    GivenColumns whole = GivenColumns.of(rows().layout(), given);
    Table table = whole != null && rows().isWholeFlush(whole.rowCount(), whole.byteSize()) ? whole.table() : null;
    if (whole != null && table != null) {
      rows().addAsTable(table, whole.rowCount(), copy);
    } else {
      rows().add(copy);
    }
  }

  private static long fill(List<ColumnWriter> writers, long row, ColumnData[] given) {
    long rows = -1;
    for (int i = 0; i < given.length; i++) {
      long length = ColumnFiller.fill(writers.get(i), row, given[i]);
      if (rows >= 0 && length != rows) {
        throw Appenders.invalid(
            "column '"
                + writers.get(i).field().name()
                + "' has "
                + length
                + " values, and those before it have "
                + rows,
            "give all columns the same length");
      }
      rows = length;
    }
    return row + rows;
  }
}
