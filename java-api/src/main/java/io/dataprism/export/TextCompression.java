package io.dataprism.export;

/// How text is compressed.
public enum TextCompression {
  /// As the name of the file says: gzip where it ends in `.gz`, Zstandard where it ends in `.zst`, not at all
  /// otherwise, nor where there is no name.
  BY_NAME,
  /// Not at all.
  NONE,
  /// gzip.
  GZIP,
  /// Zstandard.
  ZSTD
}
