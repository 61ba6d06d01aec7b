package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import io.dataprism.export.FileFormat;
import io.dataprism.internal.export.CopyDestination;
import io.dataprism.internal.export.NewFile;
import io.dataprism.job.JobTarget;

/// A new file. Rows are collected in a temporary table, and written to the file when there are no more.
///
/// A file cannot be appended to from one statement to the next, so the rows have to be somewhere until the last one.
final class FileSink implements RowSink {
  private static final String TABLE = "temp.main.dataprism_job";

  private final NewFile file;
  private final FileFormat format;

  FileSink(JobTarget.File target) {
    this.file = new NewFile(target.path(), false);
    this.format = target.format();
  }

  @Override
  public void open(TransferHandle rows, SessionHandle writer) {
    file.requirePlace();
    rows.create(writer, "CREATE TEMP TABLE dataprism_job");
    // What cannot be written to such a file, or in such a place, shows before the work is done.
    copy(writer);
    file.requireFolder();
  }

  @Override
  public String table() {
    return TABLE;
  }

  @Override
  public void finish(SessionHandle writer, Caller caller) {
    caller.call(this::copy);
    file.publish();
  }

  @Override
  public void close() {
    file.close();
  }

  private void copy(SessionHandle writer) {
    String destination = CopyDestination.of(file.partial(), format);
    writer.execute("COPY " + TABLE + " TO " + destination, ParameterList.positional());
  }
}
