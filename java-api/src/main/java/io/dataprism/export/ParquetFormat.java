package io.dataprism.export;

import io.dataprism.error.DataPrismException.Details;
import io.dataprism.error.ErrorCode;
import io.dataprism.error.InvalidInputException;
import java.util.Objects;

/// Parquet.
///
/// @param compression how the pages are compressed
/// @param rowGroupSize how many rows a row group has, about; at least one
public record ParquetFormat(Compression compression, long rowGroupSize) implements FileFormat {
  /// How the pages are compressed.
  public enum Compression {
    /// Not at all.
    NONE,
    /// Snappy.
    SNAPPY,
    /// gzip.
    GZIP,
    /// Zstandard.
    ZSTD,
    /// LZ4, as Parquet's `LZ4_RAW`.
    LZ4
  }

  /// Checks the options.
  ///
  /// @throws InvalidInputException if a row group is to have less than one row
  public ParquetFormat {
    Objects.requireNonNull(compression, "compression");
    if (rowGroupSize < 1) {
      throw new InvalidInputException(
          Details.of(
              ErrorCode.INVALID_INPUT,
              "a row group of Parquet has " + rowGroupSize + " rows",
              "give it some thousands"));
    }
  }

  /// The same with another compression.
  public ParquetFormat compression(Compression other) {
    return new ParquetFormat(other, rowGroupSize);
  }

  /// The same with row groups of another size. Whoever reads the file reads one at a time on each thread; DuckDB makes
  /// them multiples of 2,048 rows.
  public ParquetFormat rowGroupSize(long rows) {
    return new ParquetFormat(compression, rows);
  }
}
