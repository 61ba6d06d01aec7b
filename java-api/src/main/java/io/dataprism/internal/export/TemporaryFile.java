package io.dataprism.internal.export;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/// A file that DuckDB writes on the way to a stream, in the folder that it spills to. Nobody else may read it.
final class TemporaryFile implements AutoCloseable {
  private static final int CHUNK = 1 << 20;

  /// Folders that were made for such files. The last file in one takes it along. Guards what happens in them.
  private static final Set<Path> MADE = new HashSet<>();

  private final Path folder;
  private final Path file;

  private TemporaryFile(Path folder, Path file) {
    this.folder = folder;
    this.file = file;
  }

  /// An empty file.
  ///
  /// @param folder is made if it is not there, and deleted with the last file if it was
  /// @throws IoException if it cannot be made
  static TemporaryFile in(Path folder) {
    Path absolute = folder.toAbsolutePath();
    synchronized (MADE) {
      try {
        if (!Files.isDirectory(absolute)) {
          Files.createDirectories(absolute);
          MADE.add(absolute);
        }
        return new TemporaryFile(absolute, Files.createTempFile(absolute, "dataprism-export-", ".tmp"));
      } catch (IOException e) {
        throw failed("cannot make a file in " + absolute, "check that the temporary directory can be written", e);
      }
    }
  }

  /// Where it is.
  Path path() {
    return file;
  }

  /// Copies all of it.
  void copyTo(ByteSink sink) {
    try (FileChannel channel = FileChannel.open(file);
        Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(CHUNK);
      ByteBuffer chunk = memory.asByteBuffer();
      while (channel.read(chunk) >= 0) {
        sink.write(memory.asSlice(0, chunk.position()));
        chunk.clear();
      }
    } catch (IOException e) {
      throw failed("cannot read " + file, "look at the cause", e);
    }
  }

  /// Deletes it.
  @Override
  public void close() {
    synchronized (MADE) {
      try {
        Files.deleteIfExists(file);
        deleteFolder();
      } catch (IOException e) {
        throw failed("cannot delete " + file, "delete it by hand", e);
      }
    }
  }

  private void deleteFolder() throws IOException {
    if (!MADE.contains(folder)) {
      return;
    }
    try {
      Files.deleteIfExists(folder);
      MADE.remove(folder);
    } catch (DirectoryNotEmptyException e) {
      // DuckDB or another export uses it by now.
    }
  }

  private static IoException failed(String message, String hint, IOException cause) {
    return new IoException(new Details(ErrorCode.IO, message, null, -1, hint, cause));
  }
}
