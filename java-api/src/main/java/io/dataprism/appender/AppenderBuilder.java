package io.dataprism.appender;

import io.dataprism.error.BinderException;
import io.dataprism.error.CatalogException;
import io.dataprism.error.InvalidInputException;

/// Prepares an appender. Not thread-safe.
public interface AppenderBuilder {
  /// Restricts the appender to some columns, in this order; the others get their default. Without this it has all
  /// columns, in the order of the table; one of records has those that its components name. Generated columns cannot be
  /// written, so the appender of a table that has some needs this.
  ///
  /// @return this
  AppenderBuilder columns(String... names);

  /// Inserts whenever so many rows have come together: 983,040 unless this is called, which are eight row groups of
  /// DuckDB's.
  ///
  /// @return this
  /// @throws InvalidInputException if the number is not positive
  AppenderBuilder flushEvery(long rows);

  /// Inserts whenever the collected rows take so much native memory: 64 MiB unless this is called. One row, or the
  /// columns of one call, may take more.
  ///
  /// @return this
  /// @throws InvalidInputException if the number is not positive
  AppenderBuilder flushAtBytes(long bytes);

  /// Opens an appender of records.
  ///
  /// @param type the class of the records
  /// @return the appender; the caller closes it
  /// @throws CatalogException if there is no such table
  /// @throws BinderException if there is no such column
  /// @throws InvalidInputException if a component finds no column, or two find the same
  <T extends Record> RecordAppender<T> forRecords(Class<T> type);

  /// Opens an appender of rows.
  ///
  /// @return the appender; the caller closes it
  /// @throws CatalogException if there is no such table
  /// @throws BinderException if there is no such column
  RowAppender forRows();

  /// Opens an appender of whole columns.
  ///
  /// @return the appender; the caller closes it
  /// @throws CatalogException if there is no such table
  /// @throws BinderException if there is no such column
  ColumnAppender forColumns();
}
