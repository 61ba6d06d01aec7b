package io.dataprism.registration;

import io.dataprism.bindings.EngineHandle;
import io.dataprism.bindings.TableSource;
import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.IoException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// An Arrow IPC file that is mapped into memory.
final class ArrowFile extends Table {
  private final Path file;

  ArrowFile(Path file) {
    this.file = file;
  }

  // The arena is closed when nobody reads the file any more.
  @SuppressWarnings("MustBeClosedChecker")
  @Override
  Rows rows(EngineHandle engine) {
    Arena arena = Arena.ofShared();
    MemorySegment bytes = null;
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      // The pages stay mapped when the file is closed.
      bytes = channel.map(MapMode.READ_ONLY, 0, channel.size(), arena);
    } catch (IOException | UnsupportedOperationException e) {
      throw unreadable(e);
    } finally {
      if (bytes == null) {
        arena.close();
      }
    }
    return new Rows(TableSource.file(engine, bytes, arena), 0);
  }

  private IoException unreadable(Exception e) {
    ErrorCode code = e instanceof NoSuchFileException ? ErrorCode.FILE_NOT_FOUND : ErrorCode.IO;
    return new IoException(
        new Details(
            code,
            "the file " + file + " cannot be mapped into memory",
            null,
            -1,
            "check that it exists and may be read",
            e));
  }
}
