package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.job.JobTarget;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A new file. Rows are collected in a temporary table, written to a file of another name beside the target, and
/// renamed when that is on the disk.
///
/// A file cannot be appended to from one statement to the next, so the rows have to be somewhere until the last one.
final class FileSink implements RowSink {
  private static final String TABLE = "temp.main.dataprism_job";

  private final JobTarget.File target;
  private final Path file;
  private final Path partial;

  FileSink(JobTarget.File target) {
    this.target = target;
    this.file = target.path().toAbsolutePath();
    // In front, so that the end of the name tells DuckDB what it tells in the target's.
    this.partial = file.resolveSibling(".tmp-" + UUID.randomUUID() + "-" + file.getFileName());
  }

  @Override
  public void open(TransferHandle rows, SessionHandle writer) {
    if (Files.exists(file)) {
      throw exists(null);
    }
    rows.create(writer, "CREATE TEMP TABLE dataprism_job");
    // What cannot be written to such a file, or in such a place, shows before the work is done.
    copy(writer);
  }

  @Override
  public String table() {
    return TABLE;
  }

  @Override
  public void finish(SessionHandle writer, Caller caller) {
    caller.call(this::copy);
    try {
      force(partial, StandardOpenOption.WRITE);
      Files.move(partial, file);
      Path folder = file.getParent();
      // Windows has no way to do so, and keeps names by itself.
      if (folder != null && File.separatorChar == '/') {
        force(folder, StandardOpenOption.READ);
      }
    } catch (FileAlreadyExistsException e) {
      throw exists(e);
    } catch (IOException e) {
      throw failed("cannot write " + file, "check that its folder may be written and has room", e);
    }
  }

  @Override
  public void close() {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw failed("cannot delete " + partial, "delete it by hand", e);
    }
  }

  private void copy(SessionHandle writer) {
    String path = partial.toString().replace("'", "''");
    // DuckDB would write to yet another file, for which nobody looked when it fails.
    String options = "(FORMAT " + target.format() + ", USE_TMP_FILE false)";
    writer.execute("COPY " + TABLE + " TO '" + path + "' " + options, ParameterList.positional());
  }

  private static void force(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  private IoException exists(@Nullable Throwable cause) {
    return failed("the file " + file + " exists already", "give another name, or delete it first", cause);
  }

  private static IoException failed(String message, String hint, @Nullable Throwable cause) {
    return new IoException(new Details(ErrorCode.IO, message, null, -1, hint, cause));
  }
}
