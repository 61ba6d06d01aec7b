package io.dataprism.export;

import java.io.OutputStream;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Path;
import java.util.Objects;

/// Where an export goes. Immutable, but for what it holds.
public sealed interface ExportTarget {
  /// A file, which appears as a whole when the export has succeeded.
  ///
  /// @param path where it will be, in a folder that exists
  /// @param isReplaced whether it may replace a file
  record File(Path path, boolean isReplaced) implements ExportTarget {
    /// Checks that nothing is missing.
    public File {
      Objects.requireNonNull(path, "path");
    }
  }

  /// A stream. It is flushed at the end, and not closed.
  ///
  /// @param stream is written to by the thread that exports
  record Stream(OutputStream stream) implements ExportTarget {
    /// Checks that nothing is missing.
    public Stream {
      Objects.requireNonNull(stream, "stream");
    }
  }

  /// A channel that blocks. It is not closed.
  ///
  /// @param channel is written to by the thread that exports
  record Channel(WritableByteChannel channel) implements ExportTarget {
    /// Checks that nothing is missing.
    public Channel {
      Objects.requireNonNull(channel, "channel");
    }
  }

  /// A new file. One that exists already is an [io.dataprism.error.IoException].
  static ExportTarget file(Path path) {
    return new File(path, false);
  }

  /// A file, which replaces one that is there in one step: whoever opens it sees the old one or the new one.
  static ExportTarget replacing(Path path) {
    return new File(path, true);
  }

  /// A stream.
  static ExportTarget stream(OutputStream stream) {
    return new Stream(stream);
  }

  /// A channel that blocks.
  static ExportTarget channel(WritableByteChannel channel) {
    return new Channel(channel);
  }
}
