package io.dataprism.export;

import java.util.Objects;

/// Arrow IPC. Every type of DuckDB is kept: those that Arrow has no type for carry their name as an Arrow extension
/// type and are read back as what they were. Buffers begin on multiples of 64 bytes, so a file that is not compressed
/// can be read where it is mapped into memory.
///
/// @param layout a file or a stream
/// @param compression how the buffers are compressed
public record ArrowFormat(Layout layout, Compression compression) implements ExportFormat {
  /// The two formats of Arrow IPC.
  public enum Layout {
    /// With an index at its end, to be read in any order.
    FILE,
    /// To be read from the front.
    STREAM
  }

  /// How the buffers of each batch are compressed, each for itself.
  public enum Compression {
    /// Not at all.
    NONE,
    /// LZ4, which is quick.
    LZ4,
    /// Zstandard, which makes less of it.
    ZSTD
  }

  /// Checks that nothing is missing.
  public ArrowFormat {
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(compression, "compression");
  }

  /// The same with another compression.
  public ArrowFormat compression(Compression other) {
    return new ArrowFormat(layout, other);
  }
}
