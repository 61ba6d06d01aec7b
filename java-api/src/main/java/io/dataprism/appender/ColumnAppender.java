package io.dataprism.appender;

import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;

/// Adds rows to a table, given as whole columns.
///
/// The values are copied to native memory once: each column of numbers, and each text column that is given in UTF-8,
/// with one copy of memory. Columns that are enough for a flush of their own are read by the threads that insert them,
/// while the call lasts; and if all of them are native memory that any thread may read, without that copy. A value that
/// is refused then is a statement that fails, which aborts a transaction.
public interface ColumnAppender extends Appender {
  /// Adds rows.
  ///
  /// @param columns one for each column of the appender, in their order and all of the same length
  /// @throws InvalidInputException if lengths differ, a column's type takes no such values, or a value does not become
  ///   one of the type; none of the rows is added, and those before stay
  /// @throws DataPrismException of another kind as for [#flush()], if the rows had to be inserted
  void append(ColumnData... columns);
}
