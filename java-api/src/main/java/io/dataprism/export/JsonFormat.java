package io.dataprism.export;

import java.util.Objects;

/// JSON, in UTF-8.
///
/// @param layout how the rows are put together
/// @param compression how the file is compressed
public record JsonFormat(Layout layout, TextCompression compression) implements FileFormat {
  /// How the rows are put together.
  public enum Layout {
    /// One array of objects.
    ARRAY,
    /// An object in each line.
    LINES
  }

  /// Checks that nothing is missing.
  public JsonFormat {
    Objects.requireNonNull(layout, "layout");
    Objects.requireNonNull(compression, "compression");
  }

  /// The same with another compression.
  public JsonFormat compression(TextCompression other) {
    return new JsonFormat(layout, other);
  }
}
