package io.dataprism.appender;

import io.dataprism.error.ClosedException;
import io.dataprism.error.ConstraintException;
import io.dataprism.error.DataPrismException;

/// Adds rows to a table. They are collected in native memory, and inserted by [#flush()], which happens by itself when
/// many have come together, and by [#close()].
///
/// **A flush is atomic**: it inserts all rows since the one before, or none of them. Each is a statement of its own: in
/// a transaction it is part of that, otherwise it takes effect at once. So rows of an earlier flush stay when a later
/// one fails; an appender of a [io.dataprism.Transaction] makes all of them one.
///
/// **A flush that fails because of the rows**, such as for a constraint, drops them. The exception tells which row was
/// at fault and, where that can be said, which column; nothing of them is in the table, and the appender can be used
/// on. If it fails for another reason, such as a conflict between transactions or a full disk, the rows are kept, and
/// the next flush tries them again.
///
/// Rows are counted from zero, from the first that was ever given to the appender; those that were dropped count.
///
/// May be used from any thread, by one after the other; two at once wait for each other. Closing the engine frees the
/// memory of appenders that are still open; their rows are lost.
public interface Appender extends AutoCloseable {
  /// Inserts the rows that have been collected.
  ///
  /// @return how many rows it inserted
  /// @throws ConstraintException if a row violates a constraint of the table
  /// @throws ClosedException if the appender or its engine is closed
  /// @throws DataPrismException of another kind if the rows cannot be inserted
  long flush();

  /// How many rows are collected and wait for a flush.
  long pendingRows();

  /// How many rows have been inserted.
  long insertedRows();

  /// Inserts the rows that have been collected and ends the appender; closing twice is allowed. If that fails, the rows
  /// are dropped, for whatever reason it was, and the appender is closed nevertheless.
  ///
  /// @throws DataPrismException as for [#flush()]
  @Override
  void close();
}
