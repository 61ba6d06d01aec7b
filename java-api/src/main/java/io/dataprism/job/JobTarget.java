package io.dataprism.job;

import io.dataprism.catalog.TableName;
import io.dataprism.export.ExportFormat;
import io.dataprism.export.FileFormat;
import io.dataprism.internal.name.SqlNames;
import java.nio.file.Path;
import java.util.Objects;

/// Where the rows of a [Job] go. Immutable.
///
/// Whatever it is, it appears as a whole when the job has succeeded, and must not exist before: a job never replaces
/// anything.
public sealed interface JobTarget {
  /// A new table.
  ///
  /// @param sql its name as SQL writes it, with every part quoted
  record Table(String sql) implements JobTarget {}

  /// A new file.
  ///
  /// @param path where it will be
  /// @param format what it will hold
  record File(Path path, FileFormat format) implements JobTarget {}

  /// Nothing: the statement is run for its effect.
  record None() implements JobTarget {}

  /// A new table in the default schema of the database.
  ///
  /// @param name the name as plain text: whatever it holds, it is quoted
  static JobTarget table(String name) {
    return new Table(SqlNames.identifier(name));
  }

  /// A new table in a schema of the database, which exists.
  ///
  /// @param schema the name of the schema as plain text
  /// @param name the name of the table as plain text
  static JobTarget table(String schema, String name) {
    return new Table(SqlNames.identifier(schema) + "." + SqlNames.identifier(name));
  }

  /// A new table in any attached database.
  static JobTarget table(TableName name) {
    return new Table(name.sql());
  }

  /// A new file, in a folder that exists.
  ///
  /// @param format such as [ExportFormat#jsonLines()]
  static JobTarget file(Path path, FileFormat format) {
    return new File(Objects.requireNonNull(path, "path"), Objects.requireNonNull(format, "format"));
  }

  /// A new Parquet file, in a folder that exists.
  static JobTarget parquet(Path path) {
    return file(path, ExportFormat.parquet());
  }

  /// A new file of comma-separated values with a header, in a folder that exists. A name that ends in `.gz` or `.zst`
  /// has it compressed.
  static JobTarget csv(Path path) {
    return file(path, ExportFormat.csv());
  }

  /// No rows: for statements such as UPDATE and CREATE INDEX, and for several statements at once. Such a job can be
  /// paused only before it starts.
  static JobTarget none() {
    return new None();
  }
}
