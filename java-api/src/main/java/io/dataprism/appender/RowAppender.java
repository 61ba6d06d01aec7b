package io.dataprism.appender;

import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;
import org.jspecify.annotations.Nullable;

/// Adds rows to a table, each as values in the order of the columns.
public interface RowAppender extends Appender {
  /// Adds a row.
  ///
  /// @param values one for each column, converted to its type as [io.dataprism.column.ColumnWriter#setObject] does
  /// @throws InvalidInputException if a value does not become one of its column's type, or there are more or fewer
  ///   values than columns; the row is not added, and those before stay
  /// @throws DataPrismException of another kind as for [#flush()], if the rows had to be inserted
  void append(@Nullable Object... values);
}
