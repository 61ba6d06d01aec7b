package io.dataprism.export;

/// A format that rows are exported in, with its options. Immutable.
public sealed interface ExportFormat permits ArrowFormat, FileFormat {
  /// Arrow IPC as a file, which can be read in any order and mapped into memory; not compressed.
  static ArrowFormat arrowFile() {
    return new ArrowFormat(ArrowFormat.Layout.FILE, ArrowFormat.Compression.NONE);
  }

  /// Arrow IPC as a stream, which is read from the front; not compressed.
  static ArrowFormat arrowStream() {
    return new ArrowFormat(ArrowFormat.Layout.STREAM, ArrowFormat.Compression.NONE);
  }

  /// Parquet, compressed with Snappy, in row groups of 122,880 rows.
  static ParquetFormat parquet() {
    return new ParquetFormat(ParquetFormat.Compression.SNAPPY, 122_880);
  }

  /// Comma-separated values with a header, compressed if the name of the file says so.
  static CsvFormat csv() {
    return new CsvFormat(',', '"', true, "", TextCompression.BY_NAME);
  }

  /// One JSON array with an object for each row, compressed if the name of the file says so.
  static JsonFormat json() {
    return new JsonFormat(JsonFormat.Layout.ARRAY, TextCompression.BY_NAME);
  }

  /// A JSON object in each line, also known as NDJSON, compressed if the name of the file says so.
  static JsonFormat jsonLines() {
    return new JsonFormat(JsonFormat.Layout.LINES, TextCompression.BY_NAME);
  }
}
