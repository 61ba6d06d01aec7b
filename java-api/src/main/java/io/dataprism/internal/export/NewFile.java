package io.dataprism.internal.export;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import io.dataprism.internal.handle.Errors;
import java.io.File;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/// A file that appears as a whole. It is written under another name beside the target, and gets the target's name when
/// it is on the disk.
public final class NewFile implements AutoCloseable {
  private final Path file;
  private final Path partial;
  private final boolean replaces;

  /// Nothing is looked at or written yet.
  ///
  /// @param replaces whether it may replace one
  public NewFile(Path path, boolean replaces) {
    this.file = path.toAbsolutePath();
    this.replaces = replaces;
    // In front, so that the end of the name tells DuckDB what it tells in the target's.
    this.partial = file.resolveSibling(".tmp-" + UUID.randomUUID() + "-" + file.getFileName());
  }

  /// Checks that the file may be made.
  ///
  /// @throws IoException if there is one that it may not replace, or a folder
  /// @throws io.dataprism.error.InvalidInputException if it is on another file system than the default one
  public void requirePlace() {
    if (!file.getFileSystem().equals(FileSystems.getDefault())) {
      throw Errors.of(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "the file " + file + " is not on the default file system, which is the only one that DuckDB writes to",
              "write it to the disk, and copy it from there"));
    }
    if (!replaces && Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
      throw exists(null);
    }
    if (Files.isDirectory(file)) {
      throw failed(file + " is a folder", "give the name of a file", null);
    }
  }

  /// Where it is to be written.
  public Path partial() {
    return partial;
  }

  /// Checks that its name can be made to last, which shows before the work is done.
  public void requireFolder() {
    try {
      forceFolder();
    } catch (IOException e) {
      throw cannotWrite(e);
    }
  }

  /// Gives the file its name, when all of it has been written.
  ///
  /// @throws IoException if that is not possible; the file is not there then, or still the one before
  public void publish() {
    try {
      force(partial, StandardOpenOption.WRITE);
      if (replaces) {
        Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      } else {
        link();
      }
    } catch (FileAlreadyExistsException e) {
      throw exists(e);
    } catch (IOException e) {
      throw cannotWrite(e);
    }
    try {
      forceFolder();
    } catch (IOException e) {
      throw unpublished(e);
    }
  }

  private void link() throws IOException {
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

  private IoException unpublished(IOException cause) {
    IoException failure = cannotWrite(cause);
    try {
      // One that has been replaced does not come back.
      if (!replaces) {
        Files.delete(file);
      }
    } catch (IOException left) {
      failure.addSuppressed(left);
    }
    return failure;
  }

  /// Sees to it that the name of the file is on the disk too.
  private void forceFolder() throws IOException {
    Path folder = file.getParent();
    // Windows has no way to do so, and keeps names by itself.
    if (folder != null && File.separatorChar == '/') {
      force(folder, StandardOpenOption.READ);
    }
  }

  private static void force(Path path, StandardOpenOption option) throws IOException {
    try (FileChannel channel = FileChannel.open(path, option)) {
      channel.force(true);
    }
  }

  /// Deletes what has been written and has not got its name.
  @Override
  public void close() {
    try {
      Files.deleteIfExists(partial);
    } catch (IOException e) {
      throw failed("cannot delete " + partial, "delete it by hand", e);
    }
  }

  /// The exception for a file that cannot be written.
  public IoException cannotWrite(IOException e) {
    return failed("cannot write " + file, "check that its folder may be read and written and has room", e);
  }

  private IoException exists(@Nullable Throwable cause) {
    return failed("the file " + file + " exists already", "give another name, or delete it first", cause);
  }

  private static IoException failed(String message, String hint, @Nullable Throwable cause) {
    return new IoException(new Details(ErrorCode.IO, message, null, -1, hint, cause));
  }
}
