package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;

/// A new table, made and filled in one transaction. Closing the session rolls it back.
record TableSink(String table) implements RowSink {
  @Override
  public void open(TransferHandle rows, SessionHandle writer) {
    writer.execute("BEGIN TRANSACTION", ParameterList.positional());
    rows.create(writer, "CREATE TABLE " + table);
  }

  @Override
  public void finish(SessionHandle writer, Caller caller) {
    // Not to be stopped: a commit that is stopped on its way could have happened or not.
    writer.execute("COMMIT", ParameterList.positional());
  }

  @Override
  public void close() {}
}
