package io.dataprism.internal.job;

import io.dataprism.bindings.ParameterList;
import io.dataprism.bindings.SessionHandle;
import io.dataprism.bindings.TransferHandle;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.internal.handle.Errors;
import io.dataprism.job.JobTarget;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A new file. Rows are collected in a temporary table and written to a file of another name beside the target, which
/// gets the target's name when it is on the disk.
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
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "the file " + file + " is not on the default file system, which is the only one that DuckDB writes to",
              "write it to the disk, and copy it from there"));
    }
    if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(null);
    }
    rows.create(writer, "CREATE TEMP TABLE dataprism_job");
    // What cannot be written to such a file, or in such a place, shows before the work is done.
    copy(writer);
    try {
      forceFolder();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
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
      publish();
    } catch (FileAlreadyExistsException e) {
      throw exists(e);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
    try {
      forceFolder();
    } catch (IOException e) {
      IoException failure = cannotWrite(e);
      try {
        Files.delete(file);
      } catch (IOException left) {
        failure.addSuppressed(left);
      }
      throw failure;
    }
  }

  private void publish() throws IOException {
    try {
      // In one step, and only if the name is free. A rename replaces what another process has just put there.
      Files.createLink(file, partial);
    } catch (FileAlreadyExistsException e) {
      throw e;
    } catch (UnsupportedOperationException | FileSystemException e) {
      // Not every file system has hard links.
      Files.move(partial, file);
    }
  }

  /// Sees to it that the name of the file is on the disk too.
  private void forceFolder() throws IOException {
    Path folder = file.getParent();
    // Windows has no way to do so, and keeps names by itself.
    if (folder != null && File.separatorChar == '/') {
      force(folder, StandardOpenOption.READ);
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

  private IoException cannotWrite(IOException e) {
    return failed("cannot write " + file, "check that its folder may be read and written and has room", e);
  }

  private IoException exists(@Nullable Throwable cause) {
    return failed("the file " + file + " exists already", "give another name, or delete it first", cause);
  }

  private static IoException failed(String message, String hint, @Nullable Throwable cause) {
    return new IoException(new Details(ErrorCode.IO, message, null, -1, hint, cause));
  }
}
