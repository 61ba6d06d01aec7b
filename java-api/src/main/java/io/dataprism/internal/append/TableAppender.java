package io.dataprism.internal.append;

import io.dataprism.appender.Appender;
import io.dataprism.internal.handle.LeakReporter;
import io.dataprism.schema.Field;
import java.util.List;

/// What all appenders do.
abstract class TableAppender implements Appender {
  private final CollectedRows rows;

  TableAppender(CollectedRows rows) {
    this.rows = rows;
    LeakReporter.watch(this, rows::isClosed, "Appender");
  }

  final List<Field> columns() {
    return rows.columns();
  }

  final CollectedRows rows() {
    return rows;
  }

  @Override
  public final long pendingRows() {
    return rows.pending();
  }

  @Override
  public final long insertedRows() {
    return rows.inserted();
  }

  @Override
  public final long flush() {
    return rows.flush();
  }

  @Override
  public final void close() {
    rows.close();
  }
}
