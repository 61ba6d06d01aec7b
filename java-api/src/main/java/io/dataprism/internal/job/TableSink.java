package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.internal.handle.Errors;

/// A new table, made and filled in one transaction. Closing the session rolls it back.
record TableSink(String table) implements RowSink {
  private static final String TEMPORARY = "\"temp\".";

  @Override
  public void open(TransferHandle rows, SessionHandle writer) {
    if (table.regionMatches(true, 0, TEMPORARY, 0, TEMPORARY.length())) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "the table " + table + " is a temporary one, which would be gone with the session that the job writes in",
              "give a table of another database"));
    }
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
