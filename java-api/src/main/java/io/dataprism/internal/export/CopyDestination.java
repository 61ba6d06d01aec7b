package io.dataprism.internal.export;

import io.dataprism.export.CsvFormat;
import io.dataprism.export.FileFormat;
import io.dataprism.export.JsonFormat;
import io.dataprism.export.ParquetFormat;
import io.dataprism.export.TextCompression;
import java.nio.file.Path;
import java.util.Locale;

/// What stands behind the TO of a COPY: the one place where options of formats become SQL.
public final class CopyDestination {
  private CopyDestination() {}

  /// The SQL of a file and a format.
  public static String of(Path file, FileFormat format) {
    String options =
        switch (format) {
          case ParquetFormat parquet -> parquet(parquet);
          case CsvFormat csv -> csv(csv);
          case JsonFormat json -> json(json);
        };
    // DuckDB would write to yet another file, for which nobody looked when it fails.
    return literal(file.toString()) + " (" + options + ", USE_TMP_FILE false)";
  }

  private static String parquet(ParquetFormat format) {
    String compression =
        switch (format.compression()) {
          case NONE -> "uncompressed";
          case LZ4 -> "lz4_raw";
          case SNAPPY, GZIP, ZSTD -> format.compression().name().toLowerCase(Locale.ROOT);
        };
    return "FORMAT parquet, COMPRESSION " + compression + ", ROW_GROUP_SIZE " + format.rowGroupSize();
  }

  private static String csv(CsvFormat format) {
    return "FORMAT csv, DELIMITER "
        + literal(String.valueOf(format.delimiter()))
        + ", QUOTE "
        + literal(String.valueOf(format.quote()))
        + ", ESCAPE "
        + literal(String.valueOf(format.quote()))
        + ", HEADER "
        + format.header()
        + ", NULLSTR "
        + literal(format.nullText())
        + ", COMPRESSION "
        + text(format.compression());
  }

  private static String json(JsonFormat format) {
    return "FORMAT json, ARRAY "
        + (format.layout() == JsonFormat.Layout.ARRAY)
        + ", COMPRESSION "
        + text(format.compression());
  }

  private static String text(TextCompression compression) {
    return switch (compression) {
      case BY_NAME -> "auto";
      case NONE -> "none";
      case GZIP -> "gzip";
      case ZSTD -> "zstd";
    };
  }

  private static String literal(String text) {
    return "'" + text.replace("'", "''") + "'";
  }
}
