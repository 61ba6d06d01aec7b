package io.dataprism.appender;

import io.dataprism.error.DataPrismException;
import io.dataprism.error.InvalidInputException;

/// Adds records to a table, one a row: each component to the column of its name, in any case and with or without
/// underscores. Columns without a component get their default.
///
/// A component is converted to the type of its column as [io.dataprism.column.ColumnWriter#setObject] does; records,
/// lists and maps go into STRUCT, LIST and MAP.
public interface RecordAppender<T extends Record> extends Appender {
  /// Adds a row.
  ///
  /// @throws InvalidInputException if a value does not become one of its column's type; the row is not added, and those
  ///   before stay
  /// @throws DataPrismException of another kind as for [#flush()], if the rows had to be inserted
  void append(T row);

  /// Adds rows, from a `List` that is [java.util.RandomAccess] and is enough for a flush of its own by several threads.
  /// A value that is refused then is a statement that fails, which aborts a transaction.
  ///
  /// @throws InvalidInputException as for [#append(Record)]; the rows before the one at fault are added, unless they
  ///   would have been a flush of their own
  /// @throws DataPrismException of another kind as for [#flush()], if the rows had to be inserted
  void append(Iterable<? extends T> rows);
}
