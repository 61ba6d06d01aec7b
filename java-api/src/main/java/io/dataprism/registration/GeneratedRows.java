package io.dataprism.registration;

import io.dataprism.column.ColumnWriter;
import io.dataprism.error.InvalidInputException;

/// Takes rows of a generated table. It belongs to the thread of the call.
public interface GeneratedRows {
  /// How many rows are worth a call: the cost of a call does not show, and the memory of the rows stays in the
  /// processor's cache. Other numbers are allowed.
  int BATCH_ROWS = 16_384;

  /// The writer of a column, such as `rows.column("id").as(Int64Writer.class)`. What is written into a column that is
  /// not wanted is thrown away.
  ///
  /// @throws InvalidInputException if there is no column of this name, or more than one
  ColumnWriter column(String name);

  /// The writer of a column, as [#column(String)] gives it.
  ///
  /// @param index its place in the schema of the table, counted from zero
  /// @throws IndexOutOfBoundsException if there is no such column
  ColumnWriter column(int index);

  /// Whether a column is wanted: the query may need others only.
  ///
  /// @throws InvalidInputException if there is no column of this name, or more than one
  boolean isWanted(String name);

  /// Whether a column is wanted.
  ///
  /// @param index its place in the schema of the table, counted from zero
  /// @throws IndexOutOfBoundsException if there is no such column
  boolean isWanted(int index);
}
