package io.dataprism.export;

/// A format that DuckDB writes by itself, on all of its threads. Immutable.
public sealed interface FileFormat extends ExportFormat permits CsvFormat, JsonFormat, ParquetFormat {}
